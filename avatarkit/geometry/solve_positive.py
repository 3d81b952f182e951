"""Small symmetric equations, made and solved in half of the time that numpy's general functions take."""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import ssyrk
from scipy.linalg.lapack import dposv


def solve_positive(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The x of matrix x = right.

    Args:
        matrix: (N, N) symmetric and positive definite, float64; one that rounding has left not quite so is solved as any other.
        right: (N,) or (N, K).

    Raises:
        numpy.linalg.LinAlgError: the matrix is singular.
    """
    _, solution, failed = dposv(matrix.T, right)
    return np.linalg.solve(matrix, right) if failed else solution


def gram(rows: np.ndarray) -> np.ndarray:
    """(K, K) float64: the products with each other of rows (K, N), float32."""
    half = ssyrk(1.0, rows.T, trans=1)
    whole = (half + half.T).astype(float)
    whole.flat[:: len(whole) + 1] *= 0.5
    return whole
