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
    axis = _bend_axis(upper, lower, hinge)
    reach = _reach(upper, lower, goal)
    now = _angle(upper, lower, axis)
    outward = np.clip(2 * now / STRAIGHT + 3, -1.0, 1.0)  # a limb that is bent the wrong way stays so
    lower_turn = about_axis(axis, outward * (_bend_for(upper, lower, reach) - np.abs(now)))
    end = upper + _apply(lower_turn, lower)
    return shortest_turn(end, goal), lower_turn


def about_axis(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) about unit axes (..., 3) by angles (...), radians. Source: O. Rodrigues, 1840."""
    sine, versine = np.sin(angle)[..., None, None], 1.0 - np.cos(angle)[..., None, None]
    cross = _cross_matrix(axis)
    return np.eye(3) + sine * cross + versine * (cross @ cross)


def shortest_turn(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation matrices (..., 3, 3) that turn directions (..., 3) the shortest way into others; not for opposite ones."""
    a, b = source / _length(source)[..., None], target / _length(target)[..., None]
    cross = _cross_matrix(_cross(a, b))
    cosine = np.maximum(_dot(a, b), -1 + STRAIGHT**2)[..., None, None]
    return np.eye(3) + cross + cross @ cross / (1.0 + cosine)


def _bend_axis(upper: np.ndarray, lower: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """Unit normal of the limb's plane; the hinge takes over where the limb is straight."""
    normal = _cross(upper, lower) / (_length(upper) * _length(lower))[..., None]
    sine = _length(normal)[..., None]
    known = np.minimum(sine / STRAIGHT, 1.0)
    same_side = np.where(_dot(normal, hinge) < 0, -1.0, 1.0)[..., None]
    flat_hinge = hinge - upper * (_dot(hinge, upper) / _dot(upper, upper))[..., None]
    axis = known * same_side * normal / np.maximum(sine, _TINY) + (1.0 - known) * flat_hinge
    return axis / np.maximum(_length(axis), _TINY)[..., None]


def _angle(upper: np.ndarray, lower: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Signed bend (...), radians: 0 for a straight limb."""
    return np.arctan2(_dot(_cross(upper, lower), axis), _dot(upper, lower))


def _reach(upper: np.ndarray, lower: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """How far (...) the end shall be from the first joint: the goal's distance, eased in where the limb gets straight."""
    length = _length(upper) + _length(lower)
    now, wanted = _length(upper + lower) / length, _length(goal) / length
    rest = 1.0 - FULL_REACH
    eased = np.where(wanted > FULL_REACH, 1.0 - rest * np.exp((FULL_REACH - wanted) / rest), wanted)
    return np.maximum(eased, np.minimum(now, wanted)) * length


def _bend_for(upper: np.ndarray, lower: np.ndarray, reach: np.ndarray) -> np.ndarray:
    cosine = (reach**2 - _dot(upper, upper) - _dot(lower, lower)) / (2 * _length(upper) * _length(lower))
    return np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("...i,...i->...", a, b)


def _length(vector: np.ndarray) -> np.ndarray:
    """Lengths (...) of vectors (..., 3); for few of them numpy's norm takes thrice as long."""
    return np.sqrt(_dot(vector, vector))


def _apply(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.einsum("...ij,...j->...i", turn, vector)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product; numpy's own takes ten times as long for few vectors."""
    return a[..., [1, 2, 0]] * b[..., [2, 0, 1]] - a[..., [2, 0, 1]] * b[..., [1, 2, 0]]


def _cross_matrix(vector: np.ndarray) -> np.ndarray:
    """The matrices (..., 3, 3) that form the cross product with vectors (..., 3)."""
    matrix = np.zeros((*vector.shape, 3))
    for row, column, part in ((2, 1, 0), (0, 2, 1), (1, 0, 2)):
        matrix[..., row, column] = vector[..., part]
        matrix[..., column, row] = -vector[..., part]
    return matrix
