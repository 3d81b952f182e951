"""Wrists where the hands themselves are seen.

A body's wrists and a hand's own miss the true one in the picture by 1.5 cm alike, and not in the same way: half way between is
nearer than either. Where hands touch, only the hands' own are to be believed: a body's wrist then slips onto the other hand,
and a fist that rests on a palm was shown beside it.
"""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import numpy as np

from avatarkit.motion.joints.frames import smooth_share
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

SHARE = 0.5
"""How far a body's wrist goes to the hand's own while the hands are apart."""

TOUCHING_M, APART_M = 0.15, 0.25
"""Between the middles of two palms in the picture: up to the first the wrists are the hands' own, from the second on they are
brought there by `SHARE`."""

_TRUNK = [POSE[name] for name in ("leftShoulder", "rightShoulder", "leftHip", "rightHip")]
_ENDS = [[POSE[side + point] for point in ("Wrist", "Pinky", "Index", "Thumb")] for side in ("left", "right")]
_PALM = [HAND[name] for name in ("wrist", "indexMcp", "middleMcp", "ringMcp", "littleMcp")]


def with_wrists_of_hands(body: BodyLandmarks, left: HandLandmarks | None, right: HandLandmarks | None) -> BodyLandmarks:
    """The body with its wrists, and what of its hands hangs on them, moved across the picture to where the hands have them.

    Args:
        body: as tracked.
        left, right: the hands that are seen.
    """
    if left is None and right is None:
        return body
    share = SHARE
    if left is not None and right is not None:
        share += (1.0 - SHARE) * (1.0 - smooth_share(_apart_m(body, left, right), TOUCHING_M, APART_M))
    points = np.array(body.points_px)
    for ends, hand in zip(_ENDS, (left, right), strict=True):
        if hand is not None:
            points[ends] += share * (hand.points_px[HAND["wrist"]] - points[ends[0]])
    return replace(body, points_px=points)


def _apart_m(body: BodyLandmarks, left: HandLandmarks, right: HandLandmarks) -> float:
    """How far two palms are from each other in the picture, metres at the trunk's distance."""
    metres, pixels = (_extent(points[_TRUNK]) for points in (body.world_m, body.points_px))
    x, y = (np.add.reduce(left.points_px[_PALM] - right.points_px[_PALM]) / len(_PALM)).tolist()
    return hypot(x, y) * metres / max(pixels, 1.0)


def _extent(points: np.ndarray) -> float:
    """How far points (N, 2 or 3) lie about their middle, across the picture."""
    flat = points[:, :2]
    return float(np.linalg.norm(flat - np.add.reduce(flat) / len(flat)))
