"""Limbs that a tracker shows elsewhere for a picture or two: they leave and come back faster than any limb moves.

It happens to limbs that are half hidden or against the light. Smoothed, it is a kick that nobody made; unseen, it is bridged.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.motion.limb_points import LIMB_PARTS
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE

ARMS_S, LEGS_S = 0.07, 0.14
"""From the picture before an excursion to the one after it: so long at most. Arms, which shake at 4 Hz, have half the time."""

STRAY_RAD = np.radians(30.0)
"""Excursions are larger than this. Within these times people reach 20 degrees: of 15 films of signs no picture is taken for
one, of 16 rendered ones two are."""

RETURN = 1.5
"""Excursions are so many times as large as what the limb has moved when it is back."""


def without_excursions(video: TrackedVideo) -> TrackedVideo:
    """The video with limbs unseen in those pictures in which they are for a moment where they cannot be."""
    shown = [number for number, frame in enumerate(video.frames) if frame.body is not None]
    if len(shown) < 3:
        return video
    bodies = [body for frame in video.frames if (body := frame.body) is not None]
    unseen = excursions(video.times_s[shown], np.array([body.world_m for body in bodies]))
    frames = list(video.frames)
    for number, body, points in zip(shown, bodies, unseen, strict=True):
        if points.any():
            frames[number] = replace(frames[number], body=replace(body, visibility=np.where(points, 0.0, body.visibility)))
    return replace(video, frames=tuple(frames))


def excursions(times_s: np.ndarray, world_m: np.ndarray) -> np.ndarray:
    """(T, 33) bool, which points of bodies (T, 33, 3) belong to parts of limbs that are on an excursion."""
    unseen = np.zeros((len(times_s), len(POSE)), bool)
    for part in LIMB_PARTS:
        ways = world_m[:, part.end] - world_m[:, part.start]
        ways = ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), np.finfo(float).tiny)
        away = _away(times_s, ways, ARMS_S if part.is_arm else LEGS_S)
        unseen[:, list(part.beyond)] |= away[:, None]
    return unseen


def _away(times_s: np.ndarray, ways: np.ndarray, longest_s: float) -> np.ndarray:
    """(T,) bool, in which pictures unit vectors (T, 3) are on an excursion."""
    away = np.zeros(len(ways), bool)
    for length in range(2, len(ways)):
        before = np.flatnonzero(times_s[length:] - times_s[:-length] <= longest_s)
        if len(before) == 0:
            break
        start, end = ways[before], ways[before + length]
        middle = (start + end) / np.maximum(np.linalg.norm(start + end, axis=1, keepdims=True), np.finfo(float).tiny)
        least = np.maximum(STRAY_RAD, RETURN * _angles(start, end))
        inner = range(1, length)
        strays = np.all([_angles(ways[before + step], middle) > least for step in inner], axis=0)
        for step in inner:
            away[before[strays] + step] = True
    return away


def _angles(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(N,) radians between unit vectors (N, 3)."""
    return np.asarray(np.arccos(np.clip((first * second).sum(axis=1), -1.0, 1.0)))
