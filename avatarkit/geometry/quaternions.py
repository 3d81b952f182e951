"""Unit quaternions, xyzw, shape (..., 4): the only form of rotation inside avatarkit."""

from __future__ import annotations

import numpy as np

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
IDENTITY.setflags(write=False)


def multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that applies `second`, then `first`: (..., 4), broadcast."""
    a, b = np.asarray(first), np.asarray(second)
    ax, ay, az, aw = (a[..., part] for part in range(4))
    bx, by, bz, bw = (b[..., part] for part in range(4))
    scalar = aw * bw - ax * bx - ay * by - az * bz
    product = np.empty((*np.shape(scalar), 4), np.asarray(scalar).dtype)  # filled by parts: stacking them takes thrice as long
    product[..., 0] = aw * bx + ax * bw + ay * bz - az * by
    product[..., 1] = aw * by - ax * bz + ay * bw + az * bx
    product[..., 2] = aw * bz + ax * by - ay * bx + az * bw
    product[..., 3] = scalar
    return product


def inverse(rotation: np.ndarray) -> np.ndarray:
    """The rotation that undoes `rotation`: (..., 4)."""
    return np.asarray(rotation) * np.array([-1.0, -1.0, -1.0, 1.0])


def normalize(rotation: np.ndarray) -> np.ndarray:
    """`rotation` at unit length: (..., 4)."""
    rotation = np.asarray(rotation, dtype=float)
    return rotation / np.linalg.norm(rotation, axis=-1, keepdims=True)


def rotate(rotation: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Rotate points by unit quaternions.

    Args:
        rotation: (..., 4) xyzw; broadcast against `points`.
        points: (..., 3), any unit.

    Returns:
        (..., 3), same unit.
    """
    rotation, points = np.asarray(rotation), np.asarray(points)
    axis, scalar = rotation[..., :3], rotation[..., 3:]
    twice_cross = 2.0 * _cross(axis, points)
    return points + scalar * twice_cross + _cross(axis, twice_cross)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product (..., 3); numpy's own takes several times as long for few vectors."""
    return a[..., _NEXT] * b[..., _AFTER] - a[..., _AFTER] * b[..., _NEXT]


_NEXT, _AFTER = [1, 2, 0], [2, 0, 1]


def to_matrix(rotation: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) of unit quaternions (..., 4)."""
    rotation = np.asarray(rotation, float)
    x, y, z, w = (rotation[..., part] for part in range(4))
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz, xy, xz, yz, wx, wy, wz = x * x2, y * y2, z * z2, x * y2, x * z2, y * z2, w * x2, w * y2, w * z2
    flat = (1 - yy - zz, xy - wz, xz + wy, xy + wz, 1 - xx - zz, yz - wx, xz - wy, yz + wx, 1 - xx - yy)
    matrix = np.empty((*rotation.shape[:-1], 3, 3))
    for place, entry in enumerate(flat):
        matrix[..., place // 3, place % 3] = entry
    return matrix


def _forms_of_matrix() -> np.ndarray:
    """(9, 16): the linear part of four times a quaternion's outer product with itself, from its rotation matrix."""
    terms = np.zeros((3, 3, 4, 4))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        terms[i, i] = np.diag([1.0 if row in (i, 3) else -1.0 for row in range(4)])
        terms[i, j, [i, j], [j, i]] = terms[j, i, [i, j], [j, i]] = 1.0
        terms[k, j, [i, 3], [3, i]], terms[j, k, [i, 3], [3, i]] = 1.0, -1.0
    return terms.reshape(9, 16)


_MATRIX_TO_FORMS, _FORMS_OF_ZERO = _forms_of_matrix(), np.eye(4).reshape(16)


def from_matrix(matrix: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) of rotation matrices (..., 3, 3).

    Source: S. W. Shepperd, Quaternion from Rotation Matrix, 1978: of four equivalent forms the one with the largest divisor.
    """
    matrix = np.asarray(matrix, dtype=float)
    forms = matrix.reshape(-1, 9) @ _MATRIX_TO_FORMS + _FORMS_OF_ZERO
    largest = forms[:, ::5].argmax(axis=1)
    chosen = forms.reshape(-1, 4, 4)[np.arange(len(forms)), largest]
    return normalize(chosen).reshape(*matrix.shape[:-2], 4)


def from_rotation_vector(vector: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4) of axis-times-angle vectors (..., 3), radians."""
    vector = np.asarray(vector, dtype=float)
    half = 0.5 * np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.concatenate([0.5 * np.sinc(half / np.pi) * vector, np.cos(half)], axis=-1)


def between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The shortest rotations that turn directions `source` (..., 3) into `target` (..., 3).

    Opposite directions have no shortest way; any perpendicular axis is taken.
    """
    a, b = (np.asarray(way, dtype=float) for way in (source, target))
    a, b = a / np.sqrt((a * a).sum(axis=-1, keepdims=True)), b / np.sqrt((b * b).sum(axis=-1, keepdims=True))
    scalar = 1.0 + (a * b).sum(axis=-1, keepdims=True)
    axis = _cross(a, b)
    opposite = scalar < 1e-8
    if opposite.any():
        least_axis = np.eye(3)[np.argmin(np.abs(a), axis=-1)]
        axis, scalar = np.where(opposite, np.cross(a, least_axis), axis), np.where(opposite, 0.0, scalar)
    return normalize(np.concatenate([axis, scalar], axis=-1))


def slerp(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rotations on the shortest way from `first` (..., 4) to `second` (..., 4); `share` (...) runs from 0 to 1.

    Source: K. Shoemake, Animating Rotation with Quaternion Curves, 1985.
    """
    cosine = np.sum(first * second, axis=-1)
    second = np.where(cosine[..., None] < 0, -second, second)
    angle = np.arccos(np.minimum(np.abs(cosine), 1.0))
    whole = np.sinc(angle / np.pi)  # sin(angle) / angle, which is 1 where the rotations are equal
    keep = (1 - share) * np.sinc((1 - share) * angle / np.pi) / whole
    take = share * np.sinc(share * angle / np.pi) / whole
    return normalize(keep[..., None] * first + take[..., None] * second)
