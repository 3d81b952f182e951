"""A limb of two bones brought to a goal with the least change: the joint between them bends, then the whole limb swings.

Source: the law of cosines; J. Lander, Oh My God, I Inverted Kine!, Game Developer Magazine, September 1998.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from avatarkit.geometry.plain_vectors import Vector, across, cross, dot, mixed, plus, scaled

STRAIGHT = 0.05
"""Sine of a bend below which the plane of the two bones says less than the hinge: 3 degrees."""

FULL_REACH = 0.98
"""Part of the limb's length from which on it stretches ever more slowly: without it a leg snaps straight."""

SHORTEST = 1e-9
"""Metres: no bone is shorter, so that nothing is divided by the length of one that is a point."""

FEW = 8
"""So many limbs are sooner solved one by one."""

_TINY = np.finfo(float).tiny

_FLOATS: Any = SimpleNamespace(
    sqrt=math.sqrt, sin=math.sin, cos=math.cos, arccos=math.acos, arctan2=math.atan2, exp=math.exp, copysign=math.copysign,
    abs=abs, minimum=min, maximum=max,
)  # fmt: skip
"""What is needed of numpy, for floats."""

Matrix = tuple[Any, ...]
"""Nine numbers, row by row."""


def two_bone_ik(upper: np.ndarray, lower: np.ndarray, goal: np.ndarray, hinge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World turns that bring the end of two bones to a goal.

    Nothing turns when the end is at the goal already. A goal out of reach is approached as far as the limb is long.

    Args:
        upper: (..., 3) from the first joint to the middle one.
        lower: (..., 3) from the middle joint to the end.
        goal: (..., 3) from the first joint to where the end shall be.
        hinge: (..., 3) unit axis about which the lower bone bends in the positive sense; it counts while the limb is straight.

    Returns:
        rotation matrices (..., 3, 3): the turn of the upper bone, and the turn of the lower bone before that one is applied to
        both.
    """
    vectors = np.array([upper, lower, goal, hinge])
    shape = vectors.shape[1:-1]
    if math.prod(shape) > FEW:
        turns = _turns(np, *vectors.transpose(0, -1, *range(1, vectors.ndim - 1)))
        return tuple(np.stack(np.broadcast_arrays(*turn), axis=-1).reshape(*shape, 3, 3) for turn in turns)  # type: ignore[return-value]
    limbs = vectors.reshape(4, -1, 3).swapaxes(0, 1).tolist()
    both = np.array([_turns(_FLOATS, *limb) for limb in limbs])
    return both[:, 0].reshape(*shape, 3, 3), both[:, 1].reshape(*shape, 3, 3)


def _turns(maths: Any, upper: Vector, lower: Vector, goal: Vector, hinge: Vector) -> tuple[Matrix, Matrix]:
    """See `two_bone_ik`; with floats or with arrays, and the functions for them."""
    long, short = (maths.maximum(maths.sqrt(dot(bone, bone)), SHORTEST) for bone in (upper, lower))
    normal = scaled(cross(upper, lower), 1.0 / (long * short))
    axis = _bend_axis(maths, scaled(upper, 1.0 / long), normal, hinge)
    bend = maths.arctan2(long * short * dot(normal, axis), dot(upper, lower))  # signed: 0 for a straight limb
    outward = maths.minimum(maths.maximum(2.0 * bend / STRAIGHT + 3.0, -1.0), 1.0)  # one that is bent the wrong way stays so
    end = plus(upper, lower)
    reach = _reach(maths, long + short, maths.sqrt(dot(end, end)), maths.sqrt(dot(goal, goal)))
    cosine = (reach * reach - long * long - short * short) / (2.0 * long * short)
    wanted = maths.arccos(maths.minimum(maths.maximum(cosine, -1.0), 1.0))
    angle = outward * (wanted - maths.abs(bend))
    lower_turn = _about_axis(axis, maths.sin(angle), maths.cos(angle))
    return _shortest_turn(maths, plus(upper, _applied(lower_turn, lower)), goal), lower_turn


def _bend_axis(maths: Any, along: Vector, normal: Vector, hinge: Vector) -> Vector:
    """Unit normal of the limb's plane; the hinge takes over where the limb is straight.

    `along` is the upper bone's unit vector; `normal` is as long as the bend's sine.
    """
    sine = maths.sqrt(dot(normal, normal))
    same_side = maths.copysign(1.0, dot(normal, hinge))
    known, unknown = same_side / maths.maximum(sine, STRAIGHT), maths.maximum(1.0 - sine / STRAIGHT, 0.0)
    axis = mixed(normal, across(hinge, along), known, unknown)
    return scaled(axis, 1.0 / maths.maximum(maths.sqrt(dot(axis, axis)), _TINY))


def _reach(maths: Any, length: Any, now: Any, goal: Any) -> Any:
    """How far the end shall be from the first joint: the goal's distance, eased in where the limb gets straight.

    Args:
        maths: functions.
        length, now, goal: of both bones together, and the distances of the end and of the goal from the first joint.
    """
    rest = (1.0 - FULL_REACH) * length
    beyond = maths.maximum(goal - FULL_REACH * length, 0.0)
    return maths.maximum(goal - beyond + rest * (1.0 - maths.exp(-beyond / rest)), maths.minimum(now, goal))


def _about_axis(axis: Vector, sine: Any, cosine: Any) -> Matrix:
    """The turn about a unit axis. Source: O. Rodrigues, 1840."""
    (x, y, z), rest = axis, 1.0 - cosine
    xy, yz, zx = rest * x * y, rest * y * z, rest * z * x
    return (
        cosine + rest * x * x, xy - sine * z, zx + sine * y,
        xy + sine * z, cosine + rest * y * y, yz - sine * x,
        zx - sine * y, yz + sine * x, cosine + rest * z * z,
    )  # fmt: skip


def _shortest_turn(maths: Any, source: Vector, target: Vector) -> Matrix:
    """The turn of a direction the shortest way into another; not for opposite ones."""
    lengths = maths.maximum(maths.sqrt(dot(source, source) * dot(target, target)), _TINY)
    x, y, z = scaled(cross(source, target), 1.0 / lengths)
    cosine = dot(source, target) / lengths
    part = 1.0 / (1.0 + maths.maximum(cosine, -1.0 + STRAIGHT**2))
    xy, yz, zx = part * x * y, part * y * z, part * z * x
    return (
        cosine + part * x * x, xy - z, zx + y,
        xy + z, cosine + part * y * y, yz - x,
        zx - y, yz + x, cosine + part * z * z,
    )  # fmt: skip


def _applied(turn: Matrix, vector: Vector) -> Vector:
    return dot(turn[:3], vector), dot(turn[3:6], vector), dot(turn[6:], vector)
