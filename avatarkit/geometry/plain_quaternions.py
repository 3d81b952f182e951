"""Unit quaternions as four floats each, xyzw: of a single rotation numpy takes three times as long.

Compiled functions may use all that take and give no arrays.
"""

from __future__ import annotations

from math import acos, copysign, sin, sqrt

import numpy as np

from avatarkit.geometry.compiled import compilable

Quaternion = tuple[float, float, float, float]
"""x, y, z, w."""


def floats(rotation: np.ndarray) -> Quaternion:
    """The numbers of a quaternion (4,)."""
    x, y, z, w = rotation.tolist()
    return x, y, z, w


@compilable
def quaternion_in(rotations: np.ndarray, row: int) -> Quaternion:
    """One of rotations (N, 4)."""
    return rotations[row, 0], rotations[row, 1], rotations[row, 2], rotations[row, 3]


@compilable
def put_quaternion(rotations: np.ndarray, row: int, rotation: Quaternion) -> None:
    """Makes it one of rotations (N, 4)."""
    rotations[row, 0], rotations[row, 1], rotations[row, 2], rotations[row, 3] = rotation


@compilable
def multiply(first: Quaternion, second: Quaternion) -> Quaternion:
    """The rotation that applies `second`, then `first`."""
    (ax, ay, az, aw), (bx, by, bz, bw) = first, second
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


@compilable
def normalize(rotation: Quaternion) -> Quaternion:
    """The same at unit length."""
    x, y, z, w = rotation
    size = 1.0 / sqrt(x * x + y * y + z * z + w * w)
    return x * size, y * size, z * size, w * size


@compilable
def slerp(first: Quaternion, second: Quaternion, share: float) -> Quaternion:
    """The rotation so far on the shortest way from the first to the second. Source: see `quaternions.slerp`."""
    (ax, ay, az, aw), (bx, by, bz, bw) = first, second
    cosine = ax * bx + ay * by + az * bz + aw * bw
    angle = max(acos(min(abs(cosine), 1.0)), _TINY_RAD)
    keep, take = sin((1.0 - share) * angle), copysign(sin(share * angle), cosine)
    return normalize((keep * ax + take * bx, keep * ay + take * by, keep * az + take * bz, keep * aw + take * bw))


_TINY_RAD = 1e-12
"""So small an angle is its own sine."""


@compilable
def to_rows(rotation: Quaternion) -> tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]:
    """The rotation's matrix, row by row."""
    x, y, z, w = rotation
    xx, yy, zz = 2.0 * x * x, 2.0 * y * y, 2.0 * z * z
    xy, yz, zx = 2.0 * x * y, 2.0 * y * z, 2.0 * z * x
    xw, yw, zw = 2.0 * x * w, 2.0 * y * w, 2.0 * z * w
    return (1.0 - yy - zz, xy - zw, zx + yw), (xy + zw, 1.0 - zz - xx, yz - xw), (zx - yw, yz + xw, 1.0 - xx - yy)


def to_matrix(rotation: Quaternion) -> np.ndarray:
    """The rotation's matrix (3, 3)."""
    return np.array(to_rows(rotation))
