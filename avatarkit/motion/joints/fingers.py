"""Fingers: spread and bend at the root, bend alone in the other joints, all within the anatomical ranges."""

from __future__ import annotations

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.frames import TINY, cross, smooth_step, unit
from avatarkit.motion.joints.ranges import BENDS_RAD, ROLLS_RAD, SIDES_RAD
from avatarkit.motion.joints.rest_directions import FINGER_FRAMES, FINGERS
from avatarkit.vocabulary.mediapipe_points import HAND

_JOINTS = {"Thumb": ("Cmc", "Mcp", "Ip", "Tip")} | dict.fromkeys(FINGERS[1:], ("Mcp", "Pip", "Dip", "Tip"))
_SEGMENTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")} | dict.fromkeys(FINGERS[1:], ("Proximal", "Intermediate", "Distal"))

STRAIGHT_BELOW, BENT_ABOVE = np.sin(np.radians(10.0)), np.sin(np.radians(40.0))
"""Sines of a finger's bend between which trust in its plane grows from none to full. Fingers are a tenth of an arm and their
points about three times surer: nearly twice the arm's uncertainty."""

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

    A root joint spreads, then bends, as the ball joint of a knuckle does, so that a fist's spread stays defined; and it rolls a
    little, as far as the bent finger's plane shows. The thumb's second joint gives sideways; all others only bend.

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
    sides[:, :, 0], bends[:, :, 0] = _side(along[:, :, 0], 0), _bend(along[:, :, 0], 0)
    along = along[:, :, 1:] @ _turns(sides[:, :, 0], bends[:, :, 0])
    rolls = _roll(along[:, :, 0], along[:, :, 1])
    along = _unrolled(along, rolls)
    sides[:, :, 1], bends[:, :, 1] = _side(along[:, :, 0], 1), _bend(along[:, :, 0], 1)
    last = along[:, :, 1:] @ _turns(sides[:, :, 1], bends[:, :, 1])
    bends[:, :, 2] = _bend(last[:, :, 0], 2)
    return _rotations(sides, bends, rolls) * _TURNS_TO_LEFT[which, None, None]


def _side(direction: np.ndarray, joint: int) -> np.ndarray:
    """How far (H, 5) directions (H, 5, 3) go sideways, within the joint's range."""
    return _within(np.arctan2(direction[..., 2], np.hypot(direction[..., 0], direction[..., 1])), SIDES_RAD[:, joint])


def _bend(direction: np.ndarray, joint: int) -> np.ndarray:
    """How far (H, 5) directions (H, 5, 3) are bent, within the joint's range."""
    return _within(_near(np.arctan2(-direction[..., 1], direction[..., 0]), _MIDDLES[:, joint]), BENDS_RAD[:, joint])


def _roll(middle: np.ndarray, last: np.ndarray) -> np.ndarray:
    """How far (H, 5) a finger's plane is rolled about its first bone, by the other bones' directions in that bone's axes."""
    normal = cross(middle, last)
    out, axis = normal[..., 1] - middle[..., 2], -normal[..., 2] - middle[..., 1]  # the first bone's own direction is (1, 0, 0)
    trust = smooth_step(axis, STRAIGHT_BELOW, BENT_ABOVE)
    return trust * _within(np.arctan2(out, np.maximum(axis, TINY)), ROLLS_RAD)


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


def _unrolled(directions: np.ndarray, rolls: np.ndarray) -> np.ndarray:
    """Directions (H, 5, 2, 3) in the axes of a bone that is rolled by (H, 5)."""
    c, s = np.cos(rolls)[..., None], np.sin(rolls)[..., None]
    result = np.empty_like(directions)
    result[..., 0] = directions[..., 0]
    result[..., 1] = c * directions[..., 1] + s * directions[..., 2]
    result[..., 2] = c * directions[..., 2] - s * directions[..., 1]
    return result


def _rotations(sides: np.ndarray, bends: np.ndarray, rolls: np.ndarray) -> np.ndarray:
    """Quaternions (H, 5, 3, 4) in the hand's axes of `_turns`, the first joint's after a roll by (H, 5)."""
    cs, ss, cb, sb = np.cos(0.5 * sides), np.sin(0.5 * sides), np.cos(0.5 * bends), np.sin(0.5 * bends)
    rotations = np.empty((*sides.shape, 4))
    rotations[..., 0], rotations[..., 1], rotations[..., 2], rotations[..., 3] = -sb * ss, -cb * ss, -sb * cs, cb * cs
    x, y, z, w = (rotations[:, :, 0, k].copy() for k in range(4))
    c, s = np.cos(0.5 * rolls), np.sin(0.5 * rolls)
    rotations[:, :, 0, 0], rotations[:, :, 0, 1] = w * s + x * c, y * c + z * s
    rotations[:, :, 0, 2], rotations[:, :, 0, 3] = z * c - y * s, w * c - x * s
    rotations[..., :3] = rotations[..., :3] @ _FROM_FINGERS
    return rotations
