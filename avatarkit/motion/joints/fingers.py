"""Fingers: spread and bend at the root, bend alone in the other joints, all within the anatomical ranges."""

from __future__ import annotations

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.frames import unit
from avatarkit.motion.joints.ranges import BENDS_RAD, SIDES_RAD
from avatarkit.motion.joints.rest_directions import FINGER_FRAMES, FINGERS
from avatarkit.vocabulary.mediapipe_points import HAND

_JOINTS = {"Thumb": ("Cmc", "Mcp", "Ip", "Tip")} | dict.fromkeys(FINGERS[1:], ("Mcp", "Pip", "Dip", "Tip"))
_SEGMENTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")} | dict.fromkeys(FINGERS[1:], ("Proximal", "Intermediate", "Distal"))

_POINTS = np.array([[HAND[finger.lower() + joint] for joint in joints] for finger, joints in _JOINTS.items()])
FINGER_ROWS = np.array(
    [
        [[BONE[side + finger + segment] for segment in segments] for finger, segments in _SEGMENTS.items()]
        for side in ("left", "right")
    ]
)
"""(2, 5, 3) row of each finger bone of the left and the right hand."""

_TO_LEFT = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])
_TURNS_TO_LEFT = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, -1.0, 1.0]])
_AHEAD = np.array([1.0, 0.0, 0.0])
_FROM_FINGERS = np.swapaxes(FINGER_FRAMES, 1, 2)
_MIDDLES = BENDS_RAD.mean(axis=-1)


def solve_fingers(hands: np.ndarray, palms: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Local rotations of the finger bones.

    A root joint first spreads, then bends, as the ball joint of a knuckle does, so that a fist's spread stays defined.

    Args:
        hands: (H, 21, 3) points.
        palms: (H, 3, 3) the hands' world rotations.
        which: (H,) 0 for a left, 1 for a right hand.

    Returns:
        (H, 5, 3, 4): for each finger from thumb to little its bones from root to tip.
    """
    joints = hands[:, _POINTS]
    directions = (joints[:, :, 1:] - joints[:, :, :-1]) @ palms[:, None] * _TO_LEFT[which, None, None]
    along = unit(directions @ FINGER_FRAMES, _AHEAD)
    sides, bends = np.zeros(along.shape[:3]), np.empty(along.shape[:3])
    for segment in range(3):
        direction = along[:, :, segment]
        bend = _near(np.arctan2(-direction[..., 1], direction[..., 0]), _MIDDLES[:, segment])
        bends[:, :, segment] = _within(bend, BENDS_RAD[:, segment])
        if segment < 2:  # the last joint only bends
            side = np.arctan2(direction[..., 2], np.hypot(direction[..., 0], direction[..., 1]))
            sides[:, :, segment] = _within(side, SIDES_RAD[:, segment])
            along = along @ _turns(sides[:, :, segment], bends[:, :, segment])
    return _rotations(sides, bends) * _TURNS_TO_LEFT[which, None, None]


def _near(angles: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """Angles brought within a half turn of the middles of their ranges."""
    return angles - 2.0 * np.pi * np.round((angles - middles) / (2.0 * np.pi))


def _within(angles: np.ndarray, ranges: np.ndarray) -> np.ndarray:
    """Angles (..., 5) kept in ranges (5, 2)."""
    return np.minimum(np.maximum(angles, ranges[:, 0]), ranges[:, 1])


def _turns(side: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) of a spread, then a bend, in the axes of `FINGER_FRAMES`."""
    cs, ss, cb, sb = np.cos(side), np.sin(side), np.cos(bend), np.sin(bend)
    turns = np.zeros((*side.shape, 3, 3))
    turns[..., 0, 0], turns[..., 0, 1], turns[..., 0, 2] = cb * cs, sb, -cb * ss
    turns[..., 1, 0], turns[..., 1, 1], turns[..., 1, 2] = -sb * cs, cb, sb * ss
    turns[..., 2, 0], turns[..., 2, 2] = ss, cs
    return turns


def _rotations(sides: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """The same as quaternions (H, 5, 3, 4) in the hand's axes."""
    cs, ss, cb, sb = np.cos(0.5 * sides), np.sin(0.5 * sides), np.cos(0.5 * bends), np.sin(0.5 * bends)
    rotations = np.empty((*sides.shape, 4))
    rotations[..., 0], rotations[..., 1], rotations[..., 2], rotations[..., 3] = -sb * ss, -cb * ss, -sb * cs, cb * cs
    rotations[..., :3] = rotations[..., :3] @ _FROM_FINGERS
    return rotations
