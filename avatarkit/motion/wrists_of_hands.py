"""Wrists where the hands themselves are seen.

A body's wrists and a hand's own miss the true one in the picture by 1.5 cm alike, and not in the same way: half way between is
nearer than either. Where hands touch, only the hands' own are to be believed: a body's wrist then slips onto the other hand,
and a fist that rests on a palm was shown beside it.
"""

from __future__ import annotations

from dataclasses import replace
from math import hypot, sqrt

import numpy as np

from avatarkit.geometry.compiled import FLAG, compilable, compiled, floats
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, HAND_POINTS, POSE

SHARE = 0.5
"""How far a body's wrist goes to the hand's own while the hands are apart."""

TOUCHING_M, APART_M = 0.15, 0.25
"""Between the middles of two palms in the picture: up to the first the wrists are the hands' own, from the second on they are
brought there by `SHARE`."""

_TRUNK = np.array([POSE[name] for name in ("leftShoulder", "rightShoulder", "leftHip", "rightHip")])
_ENDS = np.array([[POSE[side + point] for point in ("Wrist", "Pinky", "Index", "Thumb")] for side in ("left", "right")])
_PALM = np.array([HAND[name] for name in ("wrist", "indexMcp", "middleMcp", "ringMcp", "littleMcp")])
_WRIST = HAND["wrist"]
_NO_HAND = np.zeros((len(HAND_POINTS), 2))


def with_wrists_of_hands(body: BodyLandmarks, left: HandLandmarks | None, right: HandLandmarks | None) -> BodyLandmarks:
    """The body with its wrists, and what of its hands hangs on them, moved across the picture to where the hands have them.

    Args:
        body: as tracked.
        left, right: the hands that are seen.
    """
    if left is None and right is None:
        return body
    hands = [_NO_HAND if hand is None else hand.points_px for hand in (left, right)]
    points = _moved(body.points_px, body.world_m, hands[0], hands[1], left is not None, right is not None)
    return replace(body, points_px=np.asarray(points))


@compiled(floats(2), floats(2), floats(2), floats(2), FLAG, FLAG)
def _moved(
    body_px: np.ndarray, world_m: np.ndarray, left_px: np.ndarray, right_px: np.ndarray, left_seen: bool, right_seen: bool
) -> np.ndarray:
    """(33, 2) the body's points with their wrists at the hands'; see `with_wrists_of_hands`."""
    points, share = body_px.copy(), SHARE
    if left_seen and right_seen:
        x, y = 0.0, 0.0
        for point in _PALM:
            x += (left_px[point, 0] - right_px[point, 0]) / len(_PALM)
            y += (left_px[point, 1] - right_px[point, 1]) / len(_PALM)
        apart_m = hypot(x, y) * _extent(world_m) / max(_extent(body_px), 1.0)
        share += (1.0 - SHARE) * (1.0 - smooth_share(apart_m, TOUCHING_M, APART_M))
    for side in range(len(_ENDS)):
        hand = left_px if side == 0 else right_px
        if left_seen if side == 0 else right_seen:
            for axis in range(2):
                moved = share * (hand[_WRIST, axis] - body_px[_ENDS[side, 0], axis])
                for point in _ENDS[side]:
                    points[point, axis] += moved
    return points


@compilable
def _extent(points: np.ndarray) -> float:
    """How far the trunk's corners, of points (33, 2 or 3), lie about their middle, across the picture."""
    squares = 0.0
    for axis in range(2):
        middle = 0.0
        for point in _TRUNK:
            middle += points[point, axis] / len(_TRUNK)
        for point in _TRUNK:
            squares += (points[point, axis] - middle) ** 2
    return sqrt(squares)
