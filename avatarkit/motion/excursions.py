"""Limbs that a tracker shows elsewhere for a picture or two: they leave and come back faster than any limb moves.

It happens to limbs that are half hidden or against the light. Smoothed, it is a kick that nobody made.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.motion.limb_points import LIMB_PARTS
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE

ARMS_S, LEGS_S = 0.07, 0.14
"""From the picture before an excursion to the one after it: so long at most. Arms, which shake at 4 Hz, have half the time."""

STRAY_RAD = np.radians(30.0)
"""Excursions are larger than this. Within these times people reach 20 degrees: of 15 films of signs no picture is taken for
one, of 16 rendered ones two are."""

RETURN = 1.5
"""Excursions are so many times as large as what the limb has moved when it is back."""


def without_excursions(video: TrackedVideo) -> TrackedVideo:
    """The video with limbs that are for a moment where they cannot be on the straight way between where they were and will be,
    as visible as the less visible of both."""
    shown = [number for number, frame in enumerate(video.frames) if frame.body is not None]
    if len(shown) < 3:
        return video
    bodies = [body for frame in video.frames if (body := frame.body) is not None]
    times = video.times_s[shown]
    away = excursions(times, np.array([body.world_m for body in bodies]))
    frames = list(video.frames)
    for row in np.flatnonzero(away.any(axis=1)):
        mended = _mended(times, bodies, away, int(row))
        frames[shown[row]] = replace(frames[shown[row]], body=mended)
    return replace(video, frames=tuple(frames))


def _mended(times_s: np.ndarray, bodies: list[BodyLandmarks], away: np.ndarray, row: int) -> BodyLandmarks:
    """The body of one moment with each point that is `away` (T, 33) between its places before and after."""
    body = bodies[row]
    pixels, depths, world, visibility = (np.array(a) for a in (body.points_px, body.depth_px, body.world_m, body.visibility))
    for point in np.flatnonzero(away[row]):
        known = np.flatnonzero(~away[:, point])
        after = int(np.searchsorted(known, row))
        one, other = int(known[after - 1]), int(known[after])
        share = (times_s[row] - times_s[one]) / (times_s[other] - times_s[one])
        for places, at_one, at_other in (
            (pixels, bodies[one].points_px, bodies[other].points_px),
            (depths, bodies[one].depth_px, bodies[other].depth_px),
            (world, bodies[one].world_m, bodies[other].world_m),
        ):
            places[point] = (1.0 - share) * at_one[point] + share * at_other[point]
        visibility[point] = min(bodies[one].visibility[point], bodies[other].visibility[point])
    return replace(body, points_px=pixels, depth_px=depths, world_m=world, visibility=visibility)


def excursions(times_s: np.ndarray, world_m: np.ndarray) -> np.ndarray:
    """(T, 33) bool, which points of bodies (T, 33, 3) belong to parts of limbs that are on an excursion."""
    found = np.zeros((len(times_s), len(POSE)), bool)
    for part in LIMB_PARTS:
        ways = world_m[:, part.end] - world_m[:, part.start]
        ways = ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), np.finfo(float).tiny)
        away = _away(times_s, ways, ARMS_S if part.is_arm else LEGS_S)
        found[:, list(part.beyond)] |= away[:, None]
    return found


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
