"""Single vectors as three floats: for one of them numpy takes five times as long."""

from __future__ import annotations

from math import sqrt

from avatarkit.motion.joints.frames import TINY

Vector = tuple[float, float, float]


def plus(a: Vector, b: Vector) -> Vector:
    """a + b."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def minus(a: Vector, b: Vector) -> Vector:
    """a - b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def mixed(a: Vector, b: Vector, of_a: float, of_b: float) -> Vector:
    """So much of `a` and so much of `b`."""
    return of_a * a[0] + of_b * b[0], of_a * a[1] + of_b * b[1], of_a * a[2] + of_b * b[2]


def dot(a: Vector, b: Vector) -> float:
    """The dot product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """The cross product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def unit(vector: Vector, otherwise: Vector) -> Vector:
    """`vector` at unit length; `otherwise` where it has none."""
    x, y, z = mixed(vector, otherwise, 1.0, TINY)  # shorter than any rounding, unless there is nothing else
    size = sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


def across(vector: Vector, axis: Vector) -> Vector:
    """The part of a vector at right angles to a unit vector."""
    return mixed(vector, axis, 1.0, -dot(vector, axis))
