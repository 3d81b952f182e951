"""A limb of two bones brought to a goal with the least change: the joint between them bends, then the whole limb swings.

Source: the law of cosines; J. Lander, Oh My God, I Inverted Kine!, Game Developer Magazine, September 1998.
"""

from __future__ import annotations

import sys
from math import acos, atan2, copysign, cos, exp, sin, sqrt

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied
from avatarkit.geometry.plain_vectors import Vector, across, cross, dot, mixed, plus, scaled

STRAIGHT = 0.05
"""Sine of a bend below which the plane of the two bones says less than the hinge: 3 degrees."""

FULL_REACH = 0.98
"""Part of the limb's length from which on it stretches ever more slowly: without it a leg snaps straight."""

SHORTEST = 1e-9
"""Metres: no bone is shorter, so that nothing is divided by the length of one that is a point."""

_TINY = sys.float_info.min


@compilable
def two_bone_ik(upper: Vector, lower: Vector, goal: Vector, hinge: Vector) -> tuple[Rows, Rows]:
    """World turns that bring the end of two bones to a goal.

    Nothing turns when the end is at the goal already. A goal out of reach is approached as far as the limb is long.

    Args:
        upper: from the first joint to the middle one; lower: from there to the end.
        goal: from the first joint to where the end shall be.
        hinge: unit axis about which the lower bone bends in the positive sense; it counts while the limb is straight.

    Returns:
        the turn of the upper bone, and the turn of the lower bone before that one is applied to both.
    """
    long, short = max(sqrt(dot(upper, upper)), SHORTEST), max(sqrt(dot(lower, lower)), SHORTEST)
    normal = scaled(cross(upper, lower), 1.0 / (long * short))
    axis = _bend_axis(scaled(upper, 1.0 / long), normal, hinge)
    bend = atan2(long * short * dot(normal, axis), dot(upper, lower))  # signed: 0 for a straight limb
    outward = min(max(2.0 * bend / STRAIGHT + 3.0, -1.0), 1.0)  # one that is bent the wrong way stays so
    end = plus(upper, lower)
    reach = _reach(long + short, sqrt(dot(end, end)), sqrt(dot(goal, goal)))
    cosine = (reach * reach - long * long - short * short) / (2.0 * long * short)
    angle = outward * (acos(min(max(cosine, -1.0), 1.0)) - abs(bend))
    lower_turn = _about_axis(axis, sin(angle), cos(angle))
    return _shortest_turn(plus(upper, applied(lower_turn, lower)), goal), lower_turn


@compilable
def _bend_axis(along: Vector, normal: Vector, hinge: Vector) -> Vector:
    """Unit normal of the limb's plane; the hinge takes over where the limb is straight.

    `along` is the upper bone's unit vector; `normal` is as long as the bend's sine.
    """
    sine = sqrt(dot(normal, normal))
    known, unknown = copysign(1.0, dot(normal, hinge)) / max(sine, STRAIGHT), max(1.0 - sine / STRAIGHT, 0.0)
    axis = mixed(normal, across(hinge, along), known, unknown)
    return scaled(axis, 1.0 / max(sqrt(dot(axis, axis)), _TINY))


@compilable
def _reach(length: float, now: float, goal: float) -> float:
    """How far the end shall be from the first joint: the goal's distance, eased in where the limb gets straight.

    `length` is of both bones together, `now` and `goal` the distances of the end and of the goal from the first joint.
    """
    rest = (1.0 - FULL_REACH) * length
    beyond = max(goal - FULL_REACH * length, 0.0)
    return max(goal - beyond + rest * (1.0 - exp(-beyond / rest)), min(now, goal))


@compilable
def _about_axis(axis: Vector, sine: float, cosine: float) -> Rows:
    """The turn about a unit axis. Source: O. Rodrigues, 1840."""
    x, y, z = axis
    rest = 1.0 - cosine
    xy, yz, zx = rest * x * y, rest * y * z, rest * z * x
    return (
        (cosine + rest * x * x, xy - sine * z, zx + sine * y),
        (xy + sine * z, cosine + rest * y * y, yz - sine * x),
        (zx - sine * y, yz + sine * x, cosine + rest * z * z),
    )


@compilable
def _shortest_turn(source: Vector, target: Vector) -> Rows:
    """The turn of a direction the shortest way into another; not for opposite ones."""
    lengths = max(sqrt(dot(source, source) * dot(target, target)), _TINY)
    x, y, z = scaled(cross(source, target), 1.0 / lengths)
    cosine = dot(source, target) / lengths
    part = 1.0 / (1.0 + max(cosine, -1.0 + STRAIGHT**2))
    xy, yz, zx = part * x * y, part * y * z, part * z * x
    return (
        (cosine + part * x * x, xy - z, zx + y),
        (xy + z, cosine + part * y * y, yz - x),
        (zx - y, yz + x, cosine + part * z * z),
    )
