"""Where a body is, seen from the camera: never behind it, nor nearer than anybody films."""

from __future__ import annotations

import numpy as np

MIN_DEPTH_M = 0.15
"""Nobody films anybody from nearer: less is a mistaken scale."""


def in_front(translation: np.ndarray, points: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`translation`, pushed away along the mean ray where the points would be at or behind the camera."""
    nearest = -(translation[2] + weights @ points[:, 2] / weights.sum())
    if nearest >= MIN_DEPTH_M:
        return translation
    ray = weights @ rays
    return np.asarray(ray * (MIN_DEPTH_M / -ray[2]))
