"""Unit quaternions, xyzw, shape (..., 4): the only form of rotation inside avatarkit."""

from __future__ import annotations

import numpy as np

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
IDENTITY.setflags(write=False)


def multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that applies `second`, then `first`: (..., 4), broadcast."""
    first, second = np.asarray(first), np.asarray(second)
    factors = (first @ _TO_FACTORS).reshape(*first.shape[:-1], 4, 4)
    return (factors @ second[..., None])[..., 0]


def _factors() -> np.ndarray:
    """(4, 16): the linear map from a quaternion to the matrix by which it multiplies others."""
    x, y, z, w = np.eye(4)
    return np.column_stack([w, -z, y, x, z, w, -x, y, -y, x, w, z, -x, -y, -z, w])


_TO_FACTORS = _factors()
_CONJUGATE = np.array([-1.0, -1.0, -1.0, 1.0])


def framing(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Matrices (..., 4, 4) that make before * rotation * after of any rotation (4,), for `before` and `after` (..., 4)."""
    return np.stack([multiply(multiply(before, unit), after) for unit in np.eye(4)], axis=-1)


def inverse(rotation: np.ndarray) -> np.ndarray:
    """The rotation that undoes `rotation`: (..., 4)."""
    return np.asarray(rotation) * _CONJUGATE


def normalize(rotation: np.ndarray) -> np.ndarray:
    """`rotation` at unit length: (..., 4)."""
    rotation = np.asarray(rotation, dtype=float)
    return rotation / _length(rotation)


def _length(vectors: np.ndarray) -> np.ndarray:
    """Lengths (..., 1) of vectors (..., N); for few of them numpy's norm takes twice as long."""
    length: np.ndarray = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return length


def rotate(rotation: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Rotate points by unit quaternions.

    Args:
        rotation: (..., 4) xyzw; broadcast against `points`.
        points: (..., 3), any unit.

    Returns:
        (..., 3), same unit.
    """
    rotation, points = np.asarray(rotation), np.asarray(points)
    if rotation.size <= _FEW:
        turned: np.ndarray = (to_matrix(rotation) @ points[..., None])[..., 0]
        return turned
    axis, scalar = rotation[..., :3], rotation[..., 3:]
    twice_cross = 2.0 * _cross(axis, points)
    return points + scalar * twice_cross + _cross(axis, twice_cross)


_FEW = 4 * 128
"""Numbers in as many quaternions as are sooner made matrices than used in two cross products: fewer calls, more arithmetic."""


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product (..., 3); numpy's own takes several times as long for few vectors."""
    return a.take(_NEXT, -1) * b.take(_AFTER, -1) - a.take(_AFTER, -1) * b.take(_NEXT, -1)


_NEXT, _AFTER = np.array([1, 2, 0]), np.array([2, 0, 1])


def to_matrix(rotation: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) of unit quaternions (..., 4)."""
    rotation = np.asarray(rotation, float)
    products = (rotation[..., :, None] * rotation[..., None, :]).reshape(*rotation.shape[:-1], 16)
    return (products @ _PRODUCTS_TO_MATRIX + _MATRIX_OF_IDENTITY).reshape(*rotation.shape[:-1], 3, 3)


def _matrix_of_products() -> np.ndarray:
    """(16, 9): the linear part of a rotation matrix, from its quaternion's outer product with itself."""
    terms = np.zeros((4, 4, 3, 3))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        terms[j, j, i, i] = terms[k, k, i, i] = -2.0
        terms[i, j, [i, j], [j, i]] = 2.0
        terms[k, 3, [j, i], [i, j]] = 2.0, -2.0
    return terms.reshape(16, 9)


_PRODUCTS_TO_MATRIX, _MATRIX_OF_IDENTITY = _matrix_of_products(), np.eye(3).reshape(9)


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
    half = np.maximum(0.5 * _length(vector), _TINY_RAD)
    return np.concatenate([0.5 * np.sin(half) / half * vector, np.cos(half)], axis=-1)


_TINY_RAD = 1e-12
"""So small an angle is its own sine, and a cosine does not show it."""


def between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The shortest rotations that turn directions `source` (..., 3) into `target` (..., 3).

    Opposite directions have no shortest way; any perpendicular axis is taken.
    """
    a, b = (np.asarray(way, dtype=float) for way in (source, target))
    lengths = _length(a) * _length(b)
    scalar = lengths + np.add.reduce(a * b, axis=-1, keepdims=True)
    axis = _cross(a, b)
    opposite = scalar < 1e-8 * lengths
    if opposite.any():
        least_axis = np.eye(3)[np.argmin(np.abs(a), axis=-1)]
        axis, scalar = np.where(opposite, np.cross(a, least_axis), axis), np.where(opposite, 0.0, scalar)
    return normalize(np.concatenate([axis, scalar], axis=-1))


def slerp(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rotations on the shortest way from `first` (..., 4) to `second` (..., 4); `share` (...) runs from 0 to 1.

    Source: K. Shoemake, Animating Rotation with Quaternion Curves, 1985.
    """
    cosine = np.add.reduce(first * second, axis=-1)
    angle = np.maximum(np.arccos(np.minimum(np.abs(cosine), 1.0)), _TINY_RAD)
    keep, take = np.sin((1.0 - share) * angle), np.copysign(np.sin(share * angle), cosine)
    return normalize(keep[..., None] * first + take[..., None] * second)
