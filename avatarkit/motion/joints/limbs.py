"""Arms and legs: swing from the bones' directions, twist from the bend plane, the lower bones' twist from palm and foot."""

from __future__ import annotations

from math import atan2, cos, floor, radians, sin, sqrt, tau
from typing import NamedTuple

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied, frame, of_array, product, undone
from avatarkit.geometry.plain_vectors import Vector, across, carried, cross, dot, minus, mixed, row_of, unit
from avatarkit.motion.joints.frames import smooth_share
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

_POINTS = np.array([[POSE[name] for name in limb] for limb in LIMB_POINTS])
_PALM = np.array([[POSE[side + name] for name in ("Index", "Pinky", "Wrist")] for side in ("left", "right")])
_FOOT = np.array([[POSE[side + name] for name in ("FootIndex", "Heel", "Ankle")] for side in ("left", "right")])
_INDEX, _MIDDLE, _LITTLE, _WRIST = (HAND[name] for name in ("indexMcp", "middleMcp", "littleMcp", "wrist"))
_REST = np.ascontiguousarray(np.swapaxes(LIMB_FRAMES, 1, 2))
_ARMS = 2


class Limb(NamedTuple):
    """World rotations of a limb's upper bone, its lower bone and its end, and of the end as its own points alone have it; and
    what is to be remembered: its hinge as in `JointMemory`, its twist in radians."""

    upper: Rows
    lower: Rows
    end: Rows
    end_seen: Rows
    hinge: Vector
    twist: float


@compilable
def solve_limb(
    row: int,
    body: np.ndarray,
    hand: np.ndarray,
    hand_seen: bool,
    seen: float,
    parent: Rows,
    last_hinge: Vector,
    last_twist: float,
) -> Limb:
    """Rotations of one limb's bones.

    A bone's frame is its direction and the hinge of elbow or knee, which upper and lower bone share: the bend plane's normal.
    The straighter the limb, the less that plane says: then an arm keeps the hinge that was last sure, and a leg, whose knee can
    hardly turn, takes it from the foot. A hand's or foot's twist against the hinge is bounded; the lower bone takes
    `TWIST_SHARE` of it. Of a straight arm's twist the shoulder takes `SHOULDER_SHARE`, and what is beyond the bound as far as
    it can.

    Args:
        row: of `LIMBS`.
        body: (33, 3) points.
        hand: (21, 3) points, of an arm whose hand is seen.
        hand_seen: whether it is.
        seen: 0..1 how surely hand or foot is seen: the less, the nearer it stays to straight and to its last sure twist; a hand
            that is seen by itself to none.
        parent: world rotation of what the limb hangs on: the chest, the pelvis.
        last_hinge, last_twist: of the previous moment.
    """
    root, middle, end = row_of(body, _POINTS[row, 0]), row_of(body, _POINTS[row, 1]), row_of(body, _POINTS[row, 2])
    axis = row_of(LIMB_AXES, row)
    upper = unit(minus(middle, root), applied(parent, axis))
    lower = unit(minus(end, middle), upper)
    inner = undone(parent, upper)
    remembered = applied(parent, carried(last_hinge, axis, inner))
    if row >= _ARMS:
        end_axis, end_hinge = _foot(body, row - _ARMS, lower, remembered)
    elif hand_seen:
        end_axis, end_hinge = _palm(
            row_of(hand, _INDEX), row_of(hand, _MIDDLE), row_of(hand, _LITTLE), row_of(hand, _WRIST), lower, remembered
        )
    else:
        index, little = row_of(body, _PALM[row, 0]), row_of(body, _PALM[row, 1])
        knuckles = mixed(index, little, 0.5, 0.5)
        end_axis, end_hinge = _palm(index, knuckles, little, row_of(body, _PALM[row, 2]), lower, remembered)
    rest = of_array(_REST[row])
    end_seen = product(frame(end_axis, unit(across(end_hinge, end_axis), remembered)), rest)
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
    as_seen = last_twist + _nearest_turn(angle - last_twist)
    twist = seen * as_seen if hand_seen else last_twist + seen * (as_seen - last_twist)
    bounded = min(max(twist, -MAX_TWIST_RAD[row]), MAX_TWIST_RAD[row])
    shoulder = (1.0 - trust) * SHOULDER_SHARE[row] * bounded
    whole = min(max((1.0 - trust) * (twist - bounded) + shoulder, -MAX_ROLL_RAD[row]), MAX_ROLL_RAD[row])
    kept = bounded - shoulder
    return Limb(
        product(frame(upper, _about(hinge, upper, whole)), rest),
        product(frame(lower, _about(lower_hinge, lower, whole + TWIST_SHARE[row] * kept)), rest),
        product(frame(end_axis, _about(untwisted, end_axis, whole + kept)), rest),
        end_seen,
        carried(undone(parent, hinge), inner, axis) if trust >= 1.0 else last_hinge,
        min(max(as_seen, -MAX_TWIST_RAD[row]), MAX_TWIST_RAD[row]) if hand_seen or seen >= 1.0 else last_twist,
    )


@compilable
def _palm(index: Vector, middle: Vector, little: Vector, wrist: Vector, lower: Vector, hinge: Vector) -> tuple[Vector, Vector]:
    """Axis and hinge of a hand by its knuckles and its wrist; where points coincide, something of unit length."""
    along = unit(minus(middle, wrist), lower)
    return along, unit(cross(along, minus(index, little)), hinge)


@compilable
def _foot(body: np.ndarray, side: int, lower: Vector, hinge: Vector) -> tuple[Vector, Vector]:
    """The same of a foot, which counts as going down from the ankle."""
    toes, heel, ankle = row_of(body, _FOOT[side, 0]), row_of(body, _FOOT[side, 1]), row_of(body, _FOOT[side, 2])
    forward = unit(minus(toes, heel), lower)
    across_foot = unit(cross(forward, minus(heel, ankle)), hinge)
    return cross(across_foot, forward), across_foot


@compilable
def _trust(sine: float) -> float:
    """0..1 of a bend plane, by the bend's sine."""
    return smooth_share(sine, STRAIGHT_BELOW, BENT_ABOVE)


@compilable
def _about(vector: Vector, axis: Vector, angle: float) -> Vector:
    """A vector turned about a unit vector at right angles to it."""
    return mixed(vector, cross(axis, vector), cos(angle), sin(angle))


@compilable
def _nearest_turn(angle: float) -> float:
    """The same angle between half a turn back and half a turn on."""
    return angle - tau * floor(angle / tau + 0.5)
