"""Small symmetric equations."""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import ssyrk

from avatarkit.geometry.compiled import compilable

_TINY = float(np.finfo(float).tiny)


@compilable
def solve_positive(matrix: np.ndarray, right: np.ndarray) -> None:
    """Solves matrix x = right where they are: `right` becomes x, and `matrix` is used up.

    Gauss's elimination, whose order the symmetry leaves alone; a singular matrix gives numbers that are not finite.

    Args:
        matrix: (N, N) symmetric and positive definite; only what is on and above its diagonal is read.
        right: (N, K).
    """
    count, columns = right.shape
    for row in range(count):
        for below in range(row + 1, count):
            factor = matrix[row, below] / matrix[row, row]
            for column in range(below, count):
                matrix[below, column] -= factor * matrix[row, column]
            for column in range(columns):
                right[below, column] -= factor * right[row, column]
    for row in range(count - 1, -1, -1):
        for below in range(row + 1, count):
            factor = matrix[row, below]
            for column in range(columns):
                right[row, column] -= factor * right[below, column]
        for column in range(columns):
            right[row, column] /= matrix[row, row]


def gram(rows: np.ndarray) -> np.ndarray:
    """(K, K) float64: the products with each other of rows (K, N), float32, in half of the time that numpy takes."""
    half = ssyrk(1.0, rows.T, trans=1)
    whole = (half + half.T).astype(float)
    whole.flat[:: len(whole) + 1] *= 0.5
    return whole
