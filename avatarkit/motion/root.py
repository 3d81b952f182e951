"""Where a body is, seen from the camera: the translation under which its points are seen where the picture has them."""

from __future__ import annotations

import numpy as np

MIN_DEPTH_M = 0.15
"""Nobody films anybody from nearer: less is a mistaken scale."""


def translation_to_picture(points: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The translation that brings points nearest to the rays on which they are seen.

    Weighted least squares of the distances between the moved points and the rays; the picture's equation
    u = f (X + tx) / (Z + tz) + cx multiplied out.

    Args:
        points: (N, 3) metres, any origin.
        rays: (N, 3) unit directions from the camera.
        weights: (N,) at least one positive.

    Returns:
        (3,) metres, in front of the camera.
    """
    across = weights[:, None, None] * (np.eye(3) - rays[:, :, None] * rays[:, None, :])
    matrix = across.sum(axis=0)
    matrix.flat[::4] += 1e-9 * np.trace(matrix)
    moved = np.linalg.solve(matrix, -(across @ points[:, :, None]).sum(axis=0)[:, 0])
    return in_front(moved, points, rays, weights)


def in_front(translation: np.ndarray, points: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`translation`, pushed away along the mean ray where the points would be at or behind the camera."""
    nearest = -(translation[2] + float(np.average(points[:, 2], weights=weights)))
    if nearest >= MIN_DEPTH_M:
        return translation
    ray = np.average(rays, axis=0, weights=weights)
    return ray * (MIN_DEPTH_M / -ray[2])
