"""Limbs of people who are being hidden: before a tracker loses somebody behind another, it takes the other's limbs for theirs.

What is seen last is held while nothing is seen, so that an arm flung at that moment stays in the air.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.motion.gaps import BRIDGE_S
from avatarkit.motion.limb_points import LIMB_PARTS
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE

LAST_S, BEFORE_S = 0.5, 1.0
"""Before a loss: so long what hides the body grows over it, and so long before that tells how its limbs were."""

ENOUGH = 4
"""So many pictures tell that."""

HIDDEN = 0.8
"""A body is being hidden from when on it is less visible than this share of what it was."""

STRAY_RAD = np.radians(25.0)
"""Limbs of somebody who stands and is hidden within half a second seldom turn further."""

_LIMB_POINTS = sorted({point for part in LIMB_PARTS for point in part.beyond})


def without_borrowed_limbs(video: TrackedVideo) -> TrackedVideo:
    """The video with those limbs unseen that leave their place while the body is being hidden, shortly before it is lost for
    longer than gaps are bridged."""
    shown = np.array([number for number, frame in enumerate(video.frames) if frame.body is not None], dtype=int)
    frames = list(video.frames)
    for last in _last_before_losses(video.times_s, shown):
        times = video.times_s[shown] - video.times_s[last]
        before = shown[(times <= -LAST_S) & (times > -LAST_S - BEFORE_S)]
        leaving = shown[(times > -LAST_S) & (times <= 0.0)]
        if len(before) < ENOUGH:
            continue
        bodies = [frame.body for number in (*before, *leaving) if (frame := frames[number]).body is not None]
        unseen = borrowed_points(bodies[: len(before)], bodies[len(before) :])
        for number, body, points in zip(leaving, bodies[len(before) :], unseen, strict=True):
            if points.any():
                frames[number] = replace(frames[number], body=replace(body, visibility=np.where(points, 0.0, body.visibility)))
    return replace(video, frames=tuple(frames))


def borrowed_points(before: list[BodyLandmarks], leaving: list[BodyLandmarks]) -> np.ndarray:
    """(T, 33) bool, which points of the bodies that are leaving are no longer theirs, by how they were before."""
    unseen = np.zeros((len(leaving), len(POSE)), bool)
    visible = np.array([body.visibility[_LIMB_POINTS].mean() for body in (*before, *leaving)])
    hidden = visible[len(before) :] < HIDDEN * np.median(visible[: len(before)])
    if not hidden.any():
        return unseen
    was, now = (np.array([body.world_m for body in bodies]) for bodies in (before, leaving))
    for part in LIMB_PARTS:
        usual = np.median(_directions(was, part.start, part.end), axis=0)
        sharp = np.cos(STRAY_RAD) * np.linalg.norm(usual)
        strays = np.maximum.accumulate(hidden) & (_directions(now, part.start, part.end) @ usual < sharp)
        unseen[:, list(part.beyond)] |= np.maximum.accumulate(strays)[:, None]
    return unseen


def _directions(world_m: np.ndarray, start: int, end: int) -> np.ndarray:
    """(T, 3) unit vectors between two of the points (T, 33, 3)."""
    ways = world_m[:, end] - world_m[:, start]
    return np.asarray(ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), np.finfo(float).tiny))


def _last_before_losses(times_s: np.ndarray, shown: np.ndarray) -> list[int]:
    """Numbers of the last pictures that show a body before it is lost for long, or for good while the film goes on."""
    following = np.append(times_s[shown[1:]], np.inf) - times_s[shown]
    return [int(number) for number in shown[following > BRIDGE_S] if number + 1 < len(times_s)]
