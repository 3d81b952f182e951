"""Fingers: spread and bend at the root, bend alone in the other joints, all within the anatomical ranges."""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied, of_array, undone
from avatarkit.geometry.plain_quaternions import Quaternion, put_quaternion
from avatarkit.geometry.plain_vectors import TINY, Vector, minus, row_of, unit
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.joints.ranges import BENDS_RAD, ROLLS_RAD, SIDES_RAD
from avatarkit.motion.joints.rest_directions import FINGER_FRAMES, FINGERS
from avatarkit.vocabulary.mediapipe_points import HAND

_JOINTS = {"Thumb": ("Cmc", "Mcp", "Ip", "Tip")} | dict.fromkeys(FINGERS[1:], ("Mcp", "Pip", "Dip", "Tip"))
_SEGMENTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")} | dict.fromkeys(FINGERS[1:], ("Proximal", "Intermediate", "Distal"))

STRAIGHT_BELOW, BENT_ABOVE = sin(radians(10.0)), sin(radians(40.0))
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

_LEFT = 0
_FAR_BELOW = BENDS_RAD.mean(axis=-1) - pi
"""(5, 3) bends below lie nearer to the middle of the range, which is above 0, when a whole turn is added."""


@compilable
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
    rotations = np.empty((len(hands), len(_POINTS), 3, 4))
    for place in range(len(hands)):
        for finger in range(len(_POINTS)):
            bones = solve_finger(hands[place], of_array(palms[place]), which[place], finger)
            for bone, rotation in enumerate(bones):
                put_quaternion(rotations[place, finger], bone, rotation)
    return rotations


@compilable
def solve_finger(hand: np.ndarray, palm: Rows, side: int, finger: int) -> tuple[Quaternion, Quaternion, Quaternion]:
    """The rotations of one finger's bones; see `solve_fingers`. `side` is 0 for a left hand, 1 for a right one."""
    mirror = 1.0 if side == _LEFT else -1.0
    knuckle, second, third, tip = (
        row_of(hand, _POINTS[finger, 0]), row_of(hand, _POINTS[finger, 1]),
        row_of(hand, _POINTS[finger, 2]), row_of(hand, _POINTS[finger, 3]),
    )  # fmt: skip
    axes = of_array(FINGER_FRAMES[finger])
    first = _in_finger(minus(second, knuckle), palm, mirror, axes)
    spread, bend = _side(first, finger, 0), _bend(first, finger, 0)
    middle = _straightened(_in_finger(minus(third, second), palm, mirror, axes), spread, bend)
    last = _straightened(_in_finger(minus(tip, third), palm, mirror, axes), spread, bend)
    roll = _roll(middle, last, finger)
    middle, last = _unrolled(middle, roll), _unrolled(last, roll)
    middle_side, middle_bend = _side(middle, finger, 1), _bend(middle, finger, 1)
    last_bend = _bend(_straightened(last, middle_side, middle_bend), finger, 2)
    return (
        _in_hand(_rolled(_turned(spread, bend), roll), axes, mirror),
        _in_hand(_turned(middle_side, middle_bend), axes, mirror),
        _in_hand(_turned(0.0, last_bend), axes, mirror),
    )


@compilable
def _in_finger(way: Vector, palm: Rows, mirror: float, axes: Rows) -> Vector:
    """The direction of a way in the world: along, out of the back and across a finger of a left hand."""
    x, y, z = undone(palm, way)
    return unit(undone(axes, (mirror * x, y, z)), (1.0, 0.0, 0.0))


@compilable
def _side(direction: Vector, finger: int, joint: int) -> float:
    """How far a bone goes sideways, within the joint's range."""
    x, y, z = direction
    return min(max(atan2(z, hypot(x, y)), SIDES_RAD[finger, joint, 0]), SIDES_RAD[finger, joint, 1])


@compilable
def _bend(direction: Vector, finger: int, joint: int) -> float:
    """How far a bone is bent, within the joint's range."""
    x, y, _ = direction
    angle = atan2(-y, x)
    if angle < _FAR_BELOW[finger, joint]:
        angle += 2.0 * pi
    return min(max(angle, BENDS_RAD[finger, joint, 0]), BENDS_RAD[finger, joint, 1])


@compilable
def _straightened(direction: Vector, side: float, bend: float) -> Vector:
    """A bone's direction in the axes of the bone before it, which is spread and then bent."""
    x, y, z = direction
    c, s = cos(bend), sin(bend)
    x, y = c * x - s * y, s * x + c * y
    c, s = cos(side), sin(side)
    return c * x + s * z, y, c * z - s * x


@compilable
def _roll(middle: Vector, last: Vector, finger: int) -> float:
    """How far a finger's plane is rolled about its first bone, by the other bones' directions in that bone's axes.

    The plane's normal is the sum of both joints' cross products; the first bone is the first axis.
    """
    (x, y, z), (to_x, to_y, to_z) = middle, last
    out, axis = z * to_x - x * to_z - z, y * to_x - x * to_y - y
    trust = smooth_share(axis, STRAIGHT_BELOW, BENT_ABOVE)
    return trust * min(max(atan2(out, max(axis, TINY)), ROLLS_RAD[finger, 0]), ROLLS_RAD[finger, 1])


@compilable
def _unrolled(direction: Vector, roll: float) -> Vector:
    """A direction in the axes of a bone that is rolled."""
    x, y, z = direction
    c, s = cos(roll), sin(roll)
    return x, c * y + s * z, c * z - s * y


@compilable
def _turned(side: float, bend: float) -> Quaternion:
    """A spread, then a bend, in the finger's axes."""
    cs, ss, cb, sb = cos(0.5 * side), sin(0.5 * side), cos(0.5 * bend), sin(0.5 * bend)
    return -sb * ss, -cb * ss, -sb * cs, cb * cs


@compilable
def _rolled(rotation: Quaternion, roll: float) -> Quaternion:
    """A rotation after a roll about the finger."""
    x, y, z, w = rotation
    c, s = cos(0.5 * roll), sin(0.5 * roll)
    return w * s + x * c, y * c + z * s, z * c - y * s, w * c - x * s


@compilable
def _in_hand(rotation: Quaternion, axes: Rows, mirror: float) -> Quaternion:
    """A rotation told in the finger's axes of a left hand, in the hand's own."""
    x, y, z = applied(axes, (rotation[0], rotation[1], rotation[2]))
    return x, mirror * y, mirror * z, rotation[3]
