"""The hips' path that agrees best with the picture, with feet that stand still, and with being smooth."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from avatarkit.motion.smooth import ORDER, jerk_bands

PLACE_SPREAD_M = np.array([0.02, 0.02, 0.10])
"""How far the hips seen are from where they are: across the picture, upward, and in depth, told by size alone."""

STANCE_SPEED = 0.02
"""Metres per second that a standing foot seems to move at, after smoothing."""

SOLE_SPREAD_M = 0.01
"""How far a standing foot's sole is from the floor."""

PLACE_CUTOFF_HZ = np.array([5.0, 5.0, 1.5])
"""The hips' own fastest movement that is followed, by axis; depth is the noisiest."""


def solve_root(
    times_s: np.ndarray, seen: np.ndarray, weights: np.ndarray, soles: np.ndarray, contacts: np.ndarray
) -> np.ndarray:
    """The hips' path.

    Args:
        times_s: (T,).
        seen: (T, 3) the hips as each picture has them, metres, +Y up, floor at y = 0.
        weights: (T,) 0..1 how sure.
        soles: (T, 2, 3) each foot's lower sole point, from the hips.
        contacts: (T, 2) 0..1 which feet stand.

    Returns:
        (T, 3) metres.
    """
    count = len(times_s)
    if count <= ORDER:
        return np.array(seen)
    steps = np.gradient(times_s)
    mean_step = float(steps.mean())
    path = np.empty((count, 3))
    for axis in range(3):
        cutoff = 2.0 * np.pi * mean_step * PLACE_CUTOFF_HZ[axis]
        bands = jerk_bands(times_s / mean_step, np.full(count, cutoff)) / PLACE_SPREAD_M[axis] ** 2
        trust = np.maximum(weights, 1e-4) * steps / mean_step / PLACE_SPREAD_M[axis] ** 2
        bands[0] += trust
        right = trust * seen[:, axis]
        if axis == 1:
            trust = contacts / SOLE_SPREAD_M**2
            bands[0] += trust.sum(axis=1)
            right -= (trust * soles[:, :, 1]).sum(axis=1)
        else:
            both = np.minimum(contacts[1:], contacts[:-1]) / (STANCE_SPEED * np.diff(times_s)[:, None]) ** 2
            moved = (both * np.diff(soles[:, :, axis], axis=0)).sum(axis=1)
            both = both.sum(axis=1)
            bands[0, :-1] += both
            bands[0, 1:] += both
            bands[1, :-1] -= both
            right[:-1] += moved
            right[1:] -= moved
        path[:, axis] = solveh_banded(bands, right, lower=True)
    return path
