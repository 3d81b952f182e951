"""Fingers: spread and bend at the root, bend alone in the other joints, all within the anatomical ranges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.frames import TINY, smooth_step, unit
from avatarkit.motion.joints.ranges import BENDS_RAD, ROLLS_RAD, SIDES_RAD
from avatarkit.motion.joints.rest_directions import FINGER_FRAMES, FINGERS
from avatarkit.vocabulary.mediapipe_points import HAND

_JOINTS = {"Thumb": ("Cmc", "Mcp", "Ip", "Tip")} | dict.fromkeys(FINGERS[1:], ("Mcp", "Pip", "Dip", "Tip"))
_SEGMENTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")} | dict.fromkeys(FINGERS[1:], ("Proximal", "Intermediate", "Distal"))

STRAIGHT_BELOW, BENT_ABOVE = np.sin(np.radians(10.0)), np.sin(np.radians(40.0))
"""Sines of a finger's bend between which trust in its plane grows from none to full. Fingers are a tenth of an arm and their
points about three times surer: nearly twice the arm's uncertainty."""

Direction = Sequence[np.ndarray]
"""Along, out of the back and across a finger: three arrays (..., H, 5), in the axes of `FINGER_FRAMES`."""

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
_FAR_BELOW = BENDS_RAD.mean(axis=-1).T - np.pi
"""(3, 5) bends below lie nearer to the middle of the range, which is above 0, when a whole turn is added."""


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
    to_fingers = (palms * _TO_LEFT[which, None])[:, None] @ FINGER_FRAMES
    joints = hands[:, _POINTS]
    along = unit((joints[:, :, 1:] - joints[:, :, :-1]) @ to_fingers, _AHEAD)
    first, *outer = along.transpose(2, 3, 0, 1)
    angles = np.zeros((2, 3, *first[0].shape))
    sides, bends = angles
    sides[0], bends[0] = _side(first, 0), _bend(first, 0)
    both = _straightened(np.stack(outer, axis=1), sides[0], bends[0])
    roll = _roll(*zip(*both, strict=True))
    middle, last = zip(*_unrolled(both, roll), strict=True)
    sides[1], bends[1] = _side(middle, 1), _bend(middle, 1)
    bends[2] = _bend(_straightened(last, sides[1], bends[1]), 2)
    return _rotations(angles, roll) * _TURNS_TO_LEFT[which, None, None]


def _side(direction: Direction, joint: int) -> np.ndarray:
    """How far (H, 5) a bone goes sideways, within the joint's range."""
    x, y, z = direction
    return _within(np.arctan2(z, np.hypot(x, y)), SIDES_RAD[:, joint])


def _bend(direction: Direction, joint: int) -> np.ndarray:
    """How far (H, 5) a bone is bent, within the joint's range."""
    x, y, _ = direction
    angles = np.arctan2(-y, x)
    return _within(np.where(angles < _FAR_BELOW[joint], angles + 2.0 * np.pi, angles), BENDS_RAD[:, joint])


def _straightened(direction: Direction, side: np.ndarray, bend: np.ndarray) -> Direction:
    """A bone's direction in the axes of the bone before it, which is spread and then bent by (H, 5)."""
    x, y, z = direction
    c, s = np.cos(bend), np.sin(bend)
    x, y = c * x - s * y, s * x + c * y
    c, s = np.cos(side), np.sin(side)
    return c * x + s * z, y, c * z - s * x


def _roll(middle: Direction, last: Direction) -> np.ndarray:
    """How far (H, 5) a finger's plane is rolled about its first bone, by the other bones' directions in that bone's axes.

    The plane's normal is the sum of both joints' cross products; the first bone is the first axis.
    """
    (x, y, z), (to_x, to_y, to_z) = middle, last
    out, axis = z * to_x - x * to_z - z, y * to_x - x * to_y - y
    trust = smooth_step(axis, STRAIGHT_BELOW, BENT_ABOVE)
    return trust * _within(np.arctan2(out, np.maximum(axis, TINY)), ROLLS_RAD)


def _unrolled(direction: Direction, roll: np.ndarray) -> Direction:
    """A direction in the axes of a bone that is rolled by (H, 5)."""
    x, y, z = direction
    c, s = np.cos(roll), np.sin(roll)
    return x, c * y + s * z, c * z - s * y


def _within(angles: np.ndarray, ranges: np.ndarray) -> np.ndarray:
    """Angles (..., 5) kept in ranges (5, 2)."""
    return np.minimum(np.maximum(angles, ranges[:, 0]), ranges[:, 1])


def _rotations(angles: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Quaternions (H, 5, 3, 4) in the hand's axes: a spread, then a bend by `angles` (2, 3, H, 5); the first joint's after a
    roll by (H, 5)."""
    half = 0.5 * angles
    (cs, cb), (ss, sb) = np.cos(half), np.sin(half)
    parts = np.array([-sb * ss, -cb * ss, -sb * cs, cb * cs])
    x, y, z, w = parts[:, 0].copy()
    c, s = np.cos(0.5 * roll), np.sin(0.5 * roll)
    parts[:, 0] = w * s + x * c, y * c + z * s, z * c - y * s, w * c - x * s
    rotations = parts.transpose(2, 3, 1, 0)
    return np.concatenate([rotations[..., :3] @ _FROM_FINGERS, rotations[..., 3:]], axis=-1)
