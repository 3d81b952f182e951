"""Arms and legs: swing from the bones' directions, twist from the bend plane, the lower bones' twist from palm and foot."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, radians, remainder, sin, sqrt, tau
from typing import NamedTuple

import numpy as np

from avatarkit.geometry.plain_vectors import Vector, across, carried, cross, dot, minus, mixed, plus, scaled, unit
from avatarkit.motion.joints.frames import frames, smooth_share
from avatarkit.motion.joints.joint_points import JointMemory
from avatarkit.motion.joints.ranges import MAX_ROLL_RAD, MAX_TWIST_RAD
from avatarkit.motion.joints.rest_directions import LIMB_AXES, LIMB_FRAMES, LIMB_POINTS
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

STRAIGHT_BELOW, BENT_ABOVE = sin(radians(15.0)), sin(radians(45.0))
"""Sines of the bends between which trust in the bend plane grows from none to full. Measured on recorded motion whose points
were shaken as a tracker's are (12 mm across the picture, 30 mm in depth): from 8 and 25 degrees upper arms roll wrongly by 24
degrees in the mean, from 15 and 45 by 17."""

TWIST_SHARE = (2.0 / 3.0, 2.0 / 3.0, 0.25, 0.25)
"""Of a hand's or foot's twist, how much the lower bone takes. Pronation is the whole forearm's, and skins with one forearm bone
fold least when its two ends share it; the shank only gives a little."""

SHOULDER_SHARE = (0.5, 0.5, 0.0, 0.0)
"""Of an end's twist, how much is the whole limb's when the limb is straight and no bend plane says otherwise. Measured on
recorded motion: with a half, upper arms roll wrongly by 7.4 degrees in the mean, with none by 8.9."""

_FOOT_SAYS = (0.0, 0.0, 0.8, 0.8)
"""How much of a straight leg's hinge is the foot's; the rest is the last sure one, for feet stretched along the leg."""

_POINTS = [[POSE[name] for name in limb] for limb in LIMB_POINTS]
_PALM = [[POSE[side + name] for name in ("Index", "Pinky", "Wrist")] for side in ("left", "right")]
_FOOT = [[POSE[side + name] for name in ("FootIndex", "Heel", "Ankle")] for side in ("left", "right")]
_HAND = [HAND[name] for name in ("indexMcp", "middleMcp", "littleMcp", "wrist")]
_REST = np.swapaxes(LIMB_FRAMES, 1, 2)
_AXES: list[Vector] = [tuple(axis) for axis in LIMB_AXES.tolist()]
_ARMS = 2

Rows = tuple[Vector, Vector, Vector]
"""A matrix, row by row."""


@dataclass(frozen=True)
class Limbs:
    """The four limbs of `LIMBS`.

    Attributes:
        world: (3, 4, 3, 3) world rotations of the upper bones, the lower bones and the ends.
        hinges: (4, 3) as in `JointMemory`.
        twists: (4,) radians.
    """

    world: np.ndarray
    hinges: np.ndarray
    twists: np.ndarray


class _Known(NamedTuple):
    """Of one limb: how surely its end is seen, the rotation of what it hangs on, and what was remembered."""

    end_seen: float
    parent: Rows
    hinge: Vector
    twist: float


def solve_limbs(
    body: np.ndarray,
    hands: tuple[np.ndarray | None, np.ndarray | None],
    ends_seen: np.ndarray,
    parents: np.ndarray,
    memory: JointMemory,
) -> Limbs:
    """Rotations of the limbs' bones.

    A bone's frame is its direction and the hinge of elbow or knee, which upper and lower bone share: the bend plane's normal.
    The straighter the limb, the less that plane says: then an arm keeps the hinge that was last sure, and a leg, whose knee can
    hardly turn, takes it from the foot. A hand's or foot's twist against the hinge is bounded; the lower bone takes
    `TWIST_SHARE` of it. Of a straight arm's twist the shoulder takes `SHOULDER_SHARE`, and what is beyond the bound as far as
    it can.

    Args:
        body: (33, 3) points.
        hands: (21, 3) points of the left and right hand, where seen.
        ends_seen: (4,) 0..1 how surely hands and feet are seen: the less, the nearer they stay to straight and to their last
            sure twist.
        parents: (4, 3, 3) world rotations of what the limbs hang on: twice the chest, twice the pelvis.
        memory: of the previous moment.
    """
    points = body.tolist()
    known = zip(ends_seen.tolist(), parents.tolist(), memory.hinges.tolist(), memory.twists.tolist(), strict=True)
    limbs = [_limb(row, points, hands[row] if row < _ARMS else None, _Known(*one)) for row, one in enumerate(known)]
    axes, hinges = np.array([bones for bones, *_ in limbs]).transpose(2, 1, 0, 3)
    return Limbs(
        frames(axes, hinges) @ _REST, np.array([hinge for _, hinge, _ in limbs]), np.array([twist for *_, twist in limbs])
    )


def _limb(
    row: int, points: list[Vector], hand: np.ndarray | None, known: _Known
) -> tuple[list[tuple[Vector, Vector]], Vector, float]:
    """Axis and hinge of a limb's three bones; its hinge and twist to remember."""
    root, middle, end = (points[point] for point in _POINTS[row])
    seen, parent = known.end_seen, known.parent
    upper = unit(minus(middle, root), _outside(parent, _AXES[row]))
    lower = unit(minus(end, middle), upper)
    inner = _inside(parent, upper)
    remembered = _outside(parent, carried(known.hinge, _AXES[row], inner))
    end_axis, end_hinge = _foot(points, row, lower, remembered) if row >= _ARMS else _palm(points, row, hand, lower, remembered)
    end_axis = unit(mixed(lower, end_axis, 1.0 - seen, seen), lower)
    end_hinge = unit(across(end_hinge, end_axis), remembered)
    foot_says = _FOOT_SAYS[row] * seen
    likely = unit(mixed(remembered, across(end_hinge, upper), 1.0 - foot_says, foot_says), remembered)
    normal = cross(upper, lower)
    trust = _trust(sqrt(dot(normal, normal)))
    hinge = unit(mixed(likely, unit(normal, likely), 1.0 - trust, trust), likely)
    lower_hinge = unit(across(hinge, lower), hinge)
    untwisted = carried(lower_hinge, lower, end_axis)
    angle = atan2(dot(cross(untwisted, end_hinge), end_axis), dot(untwisted, end_hinge))
    twist = known.twist + seen * remainder(angle - known.twist, tau)
    bounded = min(max(twist, -MAX_TWIST_RAD[row]), MAX_TWIST_RAD[row])
    shoulder = (1.0 - trust) * SHOULDER_SHARE[row] * bounded
    whole = min(max((1.0 - trust) * (twist - bounded) + shoulder, -MAX_ROLL_RAD[row]), MAX_ROLL_RAD[row])
    kept = bounded - shoulder
    bones = [
        (upper, _about(hinge, upper, whole)),
        (lower, _about(lower_hinge, lower, whole + TWIST_SHARE[row] * kept)),
        (end_axis, _about(untwisted, end_axis, whole + kept)),
    ]
    sure = carried(_inside(parent, hinge), inner, _AXES[row]) if trust >= 1.0 else known.hinge
    return bones, sure, bounded if seen >= 1.0 else known.twist


def _palm(points: list[Vector], row: int, hand: np.ndarray | None, lower: Vector, hinge: Vector) -> tuple[Vector, Vector]:
    """Axis and hinge of a hand; where points coincide, something of unit length."""
    if hand is None:
        index, little, wrist = (points[point] for point in _PALM[row])
        middle = mixed(index, little, 0.5, 0.5)
    else:
        index, middle, little, wrist = hand[_HAND].tolist()
    along = unit(minus(middle, wrist), lower)
    return along, unit(cross(along, minus(index, little)), hinge)


def _foot(points: list[Vector], row: int, lower: Vector, hinge: Vector) -> tuple[Vector, Vector]:
    """The same of a foot, which counts as going down from the ankle."""
    toes, heel, ankle = (points[point] for point in _FOOT[row - _ARMS])
    forward = unit(minus(toes, heel), lower)
    across_foot = unit(cross(forward, minus(heel, ankle)), hinge)
    return cross(across_foot, forward), across_foot


def _trust(sine: float) -> float:
    """0..1 of a bend plane, by the bend's sine."""
    return smooth_share(sine, STRAIGHT_BELOW, BENT_ABOVE)


def _about(vector: Vector, axis: Vector, angle: float) -> Vector:
    """A vector turned about a unit vector at right angles to it."""
    return mixed(vector, cross(axis, vector), cos(angle), sin(angle))


def _outside(parent: Rows, vector: Vector) -> Vector:
    """A vector of a parent's axes in the world's."""
    right, up, ahead = parent
    return dot(right, vector), dot(up, vector), dot(ahead, vector)


def _inside(parent: Rows, vector: Vector) -> Vector:
    """A vector of the world in a parent's axes."""
    right, up, ahead = parent
    return plus(mixed(right, up, vector[0], vector[1]), scaled(ahead, vector[2]))
