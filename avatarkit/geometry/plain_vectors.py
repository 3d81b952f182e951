"""Vectors as three numbers each: numpy takes five times as long for a single one. Compiled functions may use them all."""

from __future__ import annotations

from math import sqrt

import numpy as np

from avatarkit.geometry.compiled import compilable

Vector = tuple[float, float, float]
"""x, y, z."""

TINY = 1e-12
"""Metres or sines below which a direction says nothing."""


@compilable
def plus(a: Vector, b: Vector) -> Vector:
    """a + b."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@compilable
def minus(a: Vector, b: Vector) -> Vector:
    """a - b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@compilable
def mixed(a: Vector, b: Vector, of_a: float, of_b: float) -> Vector:
    """So much of `a` and so much of `b`."""
    return of_a * a[0] + of_b * b[0], of_a * a[1] + of_b * b[1], of_a * a[2] + of_b * b[2]


@compilable
def scaled(vector: Vector, factor: float) -> Vector:
    """`vector` so many times as long."""
    return factor * vector[0], factor * vector[1], factor * vector[2]


@compilable
def times(a: Vector, b: Vector) -> Vector:
    """The product of a and b along each axis."""
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


@compilable
def dot(a: Vector, b: Vector) -> float:
    """The dot product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compilable
def length(vector: Vector) -> float:
    """How long a vector is."""
    return sqrt(dot(vector, vector))


@compilable
def cross(a: Vector, b: Vector) -> Vector:
    """The cross product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@compilable
def across(vector: Vector, axis: Vector) -> Vector:
    """The part of a vector at right angles to a unit vector."""
    return mixed(vector, axis, 1.0, -dot(vector, axis))


@compilable
def carried(vector: Vector, source: Vector, target: Vector) -> Vector:
    """A vector at right angles to `source`, turned the shortest way from `source` to `target`, both unit vectors."""
    return mixed(vector, plus(source, target), 1.0, -dot(vector, target) / max(1.0 + dot(source, target), TINY))


@compilable
def unit(vector: Vector, otherwise: Vector) -> Vector:
    """A vector at unit length; `otherwise` where they have none."""
    x, y, z = mixed(vector, otherwise, 1.0, TINY)  # shorter than any rounding, unless there is nothing else
    size = sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


@compilable
def row_of(array: np.ndarray, row: int) -> Vector:
    """A row of an array (N, 3)."""
    return array[row, 0], array[row, 1], array[row, 2]


@compilable
def add_to_row(array: np.ndarray, row: int, vector: Vector) -> None:
    """Adds a vector to a row of an array (N, 3)."""
    array[row, 0] += vector[0]
    array[row, 1] += vector[1]
    array[row, 2] += vector[2]


@compilable
def put_row(array: np.ndarray, row: int, vector: Vector) -> None:
    """Makes a vector a row of an array (N, 3)."""
    array[row, 0], array[row, 1], array[row, 2] = vector
