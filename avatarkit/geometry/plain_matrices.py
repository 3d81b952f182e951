"""Matrices of three rows with three numbers each, for single rotations. Compiled functions may use them all."""

from __future__ import annotations

from math import sqrt

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.geometry.plain_vectors import Vector, cross, dot, mixed, plus, scaled

Rows = tuple[Vector, Vector, Vector]
"""A matrix, row by row."""


@compilable
def of_array(array: np.ndarray) -> Rows:
    """The matrix in an array (3, 3)."""
    return (
        (array[0, 0], array[0, 1], array[0, 2]),
        (array[1, 0], array[1, 1], array[1, 2]),
        (array[2, 0], array[2, 1], array[2, 2]),
    )


@compilable
def transposed(rows: Rows) -> Rows:
    """The columns as rows: the opposite rotation."""
    a, b, c = rows
    return (a[0], b[0], c[0]), (a[1], b[1], c[1]), (a[2], b[2], c[2])


@compilable
def applied(rows: Rows, vector: Vector) -> Vector:
    """The matrix times a vector."""
    return dot(rows[0], vector), dot(rows[1], vector), dot(rows[2], vector)


@compilable
def undone(rows: Rows, vector: Vector) -> Vector:
    """The transposed matrix times a vector."""
    return plus(mixed(rows[0], rows[1], vector[0], vector[1]), scaled(rows[2], vector[2]))


@compilable
def product(first: Rows, second: Rows) -> Rows:
    """The turn `second`, then `first`."""
    return undone(second, first[0]), undone(second, first[1]), undone(second, first[2])


@compilable
def frame(first: Vector, second: Vector) -> Rows:
    """The matrix whose columns are two unit vectors at right angles and their cross product."""
    return transposed((first, second, cross(first, second)))


@compilable
def to_quaternion(rows: Rows) -> Quaternion:
    """A rotation matrix's unit quaternion. Source: see `quaternions.from_matrix`."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    xx, yy, zz, ww = 1.0 + a - e - i, 1.0 - a + e - i, 1.0 - a - e + i, 1.0 + a + e + i
    largest = max(xx, yy, zz, ww)
    if xx == largest:
        x, y, z, w = xx, b + d, c + g, h - f
    elif yy == largest:
        x, y, z, w = b + d, yy, f + h, c - g
    elif zz == largest:
        x, y, z, w = c + g, f + h, zz, d - b
    else:
        x, y, z, w = h - f, c - g, d - b, ww
    size = 1.0 / sqrt(x * x + y * y + z * z + w * w)
    return x * size, y * size, z * size, w * size
