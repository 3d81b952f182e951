"""A limb of two bones brought to a goal with the least change: the joint between them bends, then the whole limb swings.

Source: the law of cosines; J. Lander, Oh My God, I Inverted Kine!, Game Developer Magazine, September 1998.
"""

from __future__ import annotations

import numpy as np

STRAIGHT = 0.05
"""Sine of a bend below which the plane of the two bones says less than the hinge: 3 degrees."""

_TINY = np.finfo(float).tiny

FULL_REACH = 0.98
"""Part of the limb's length from which on it stretches ever more slowly: without it a leg snaps straight."""


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
    normal, along = _cross(upper, lower), _dot(upper, lower)
    long, short, now, away = _length(np.array([upper, lower, upper + lower, goal]))
    axis = _bend_axis(upper, long, normal / (long * short), hinge)
    bend = np.arctan2(_dot(normal, axis), along)  # signed: 0 for a straight limb
    outward = np.minimum(np.maximum(2 * bend / STRAIGHT + 3, -1.0), 1.0)  # a limb that is bent the wrong way stays so
    reach = _reach(long + short, now, away)
    lower_turn = about_axis(axis, outward * (_bend_for(long, short, reach) - np.abs(bend)))
    end = upper + _apply(lower_turn, lower)
    return _shortest_turn(end, goal), lower_turn


def about_axis(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) about unit axes (..., 3) by angles (..., 1), radians. Source: O. Rodrigues, 1840."""
    angle = angle[..., None]
    cross = _cross_matrix(axis)
    turn: np.ndarray = _UNTURNED + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    return turn


def _shortest_turn(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation matrices (..., 3, 3) that turn directions (..., 3) the shortest way into others; not for opposite ones."""
    lengths = np.sqrt(_dot(source, source) * _dot(target, target))
    cross = _cross_matrix(_cross(source, target) / lengths)
    cosine = np.maximum(_dot(source, target) / lengths, -1 + STRAIGHT**2)[..., None]
    turn: np.ndarray = _UNTURNED + cross + cross @ cross / (1.0 + cosine)
    return turn


def _bend_axis(upper: np.ndarray, length: np.ndarray, normal: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """Unit normal of the limb's plane; the hinge takes over where the limb is straight.

    `normal` is as long as the bend's sine, `length` (..., 1) is the upper bone's.
    """
    sine = _length(normal)
    same_side = np.copysign(1.0, _dot(normal, hinge))
    flat_hinge = hinge - upper * (_dot(hinge, upper) / (length * length))
    axis = same_side / np.maximum(sine, STRAIGHT) * normal + np.maximum(1.0 - sine / STRAIGHT, 0.0) * flat_hinge
    unit: np.ndarray = axis / np.maximum(_length(axis), _TINY)
    return unit


def _reach(length: np.ndarray, now: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """How far (..., 1) the end shall be from the first joint: the goal's distance, eased in where the limb gets straight.

    Args:
        length, now, goal: (..., 1) of both bones together, and the distances of the end and of the goal from the first joint.
    """
    eased, rest = FULL_REACH * length, (1.0 - FULL_REACH) * length
    beyond = np.maximum(goal - eased, 0.0)
    reach: np.ndarray = np.maximum(goal - beyond + rest * (1.0 - np.exp(-beyond / rest)), np.minimum(now, goal))
    return reach


def _bend_for(upper: np.ndarray, lower: np.ndarray, reach: np.ndarray) -> np.ndarray:
    cosine = (reach * reach - upper * upper - lower * lower) / (2.0 * upper * lower)
    return np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    product: np.ndarray = np.add.reduce(a * b, axis=-1, keepdims=True)
    return product


def _length(vector: np.ndarray) -> np.ndarray:
    """Lengths (..., 1) of vectors (..., 3); for few of them numpy's norm takes thrice as long."""
    return np.sqrt(_dot(vector, vector))


def _apply(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    turned: np.ndarray = (turn @ vector[..., None])[..., 0]
    return turned


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product; numpy's own takes several times as long for few vectors."""
    return a.take(_NEXT, -1) * b.take(_AFTER, -1) - a.take(_AFTER, -1) * b.take(_NEXT, -1)


_NEXT, _AFTER = np.array([1, 2, 0]), np.array([2, 0, 1])


def _cross_matrix(vector: np.ndarray) -> np.ndarray:
    """The matrices (..., 3, 3) that form the cross product with vectors (..., 3)."""
    return (vector @ _TO_CROSS).reshape(*vector.shape, 3)


_UNTURNED = np.eye(3)
_TO_CROSS = np.cross(_UNTURNED[:, None], _UNTURNED).swapaxes(1, 2).reshape(3, 9)
