"""Unit quaternions as four floats each, xyzw: of a single rotation numpy takes three times as long."""

from __future__ import annotations

from math import sqrt

import numpy as np

Quaternion = tuple[float, float, float, float]
"""x, y, z, w."""


def floats(rotation: np.ndarray) -> Quaternion:
    """The numbers of a quaternion (4,)."""
    x, y, z, w = rotation.tolist()
    return x, y, z, w


def multiply(first: Quaternion, second: Quaternion) -> Quaternion:
    """The rotation that applies `second`, then `first`."""
    (ax, ay, az, aw), (bx, by, bz, bw) = first, second
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def normalize(rotation: Quaternion) -> Quaternion:
    """The same at unit length."""
    x, y, z, w = rotation
    size = 1.0 / sqrt(x * x + y * y + z * z + w * w)
    return x * size, y * size, z * size, w * size


def to_matrix(rotation: Quaternion) -> np.ndarray:
    """The rotation's matrix (3, 3)."""
    x, y, z, w = rotation
    xx, yy, zz = 2.0 * x * x, 2.0 * y * y, 2.0 * z * z
    xy, yz, zx = 2.0 * x * y, 2.0 * y * z, 2.0 * z * x
    xw, yw, zw = 2.0 * x * w, 2.0 * y * w, 2.0 * z * w
    return np.array([[1.0 - yy - zz, xy - zw, zx + yw], [xy + zw, 1.0 - zz - xx, yz - xw], [zx - yw, yz + xw, 1.0 - xx - yy]])
