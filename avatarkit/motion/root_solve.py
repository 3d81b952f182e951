"""The hips' path that agrees best with the picture, with feet that stand still, and with being smooth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from avatarkit.motion.smooth import MIN_WEIGHT, ORDER, jerk_bands

UP = 1
"""The upright axis."""

PLACE_SPREAD_M = np.array([0.02, 0.02, 0.10])
"""How far the hips seen are from where they are: across the picture, upward, and in depth, told by size alone."""

STANCE_SPEED = 0.02
"""Metres per second that a standing foot seems to move at, after smoothing."""

SOLE_SPREAD_M = 0.01
"""How far a standing foot's sole is from the floor."""

PLACE_CUTOFF_HZ = np.array([5.0, 5.0, 1.5])
"""The hips' own fastest movement that is followed, by axis; depth is the noisiest."""


@dataclass(frozen=True)
class Soles:
    """What the feet say about the hips.

    Attributes:
        balls: (T, 2, 3) the soles under the balls of the feet, from the hips.
        lowest: (T, 2) height of each foot's lowest point, from the hips.
        stands: (T, 2) 0..1 which feet keep their place.
        grounded: (T, 2) 0..1 and more: how surely feet are on the floor.
    """

    balls: np.ndarray
    lowest: np.ndarray
    stands: np.ndarray
    grounded: np.ndarray


def smooth_root(times_s: np.ndarray, seen: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The hips' path (T, 3) by the picture alone; see `solve_root`."""
    nothing = np.zeros((len(times_s), 2))
    return solve_root(times_s, seen, weights, Soles(np.zeros((len(times_s), 2, 3)), nothing, nothing, nothing))


def solve_root(times_s: np.ndarray, seen: np.ndarray, weights: np.ndarray, soles: Soles) -> np.ndarray:
    """The hips' path.

    Args:
        times_s: (T,).
        seen: (T, 3) the hips as each picture has them, metres, +Y up, floor at y = 0.
        weights: (T,) 0..1 how sure.
        soles: what the feet say.

    Returns:
        (T, 3) metres.
    """
    if len(times_s) <= ORDER:
        return np.array(seen)
    steps = np.gradient(times_s)
    mean_step = float(steps.mean())
    path = np.empty(seen.shape)
    for axis, (spread, cutoff_hz) in enumerate(zip(PLACE_SPREAD_M, PLACE_CUTOFF_HZ, strict=True)):
        cutoff = np.full(len(times_s), 2.0 * np.pi * mean_step * cutoff_hz)
        bands = jerk_bands(times_s / mean_step, cutoff) / spread**2
        trust = np.maximum(weights, MIN_WEIGHT) * steps / mean_step / spread**2
        bands[0] += trust
        right = trust * seen[:, axis]
        if axis == UP:
            _on_floor(bands, right, soles.lowest, soles.grounded)
        else:
            _in_place(bands, right, soles.balls[:, :, axis], soles.stands, np.diff(times_s))
        path[:, axis] = solveh_banded(bands, right, lower=True)
    return path


def _on_floor(bands: np.ndarray, right: np.ndarray, lowest: np.ndarray, grounded: np.ndarray) -> None:
    """Add to the equations that grounded feet are at height 0."""
    trust = grounded / SOLE_SPREAD_M**2
    bands[0] += trust.sum(axis=1)
    right -= (trust * lowest).sum(axis=1)


def _in_place(bands: np.ndarray, right: np.ndarray, places: np.ndarray, stands: np.ndarray, steps_s: np.ndarray) -> None:
    """Add to the equations that standing feet do not move between two moments at which they stand."""
    trust = np.minimum(stands[1:], stands[:-1]) / (STANCE_SPEED * steps_s[:, None]) ** 2
    moved, trust = (trust * np.diff(places, axis=0)).sum(axis=1), trust.sum(axis=1)
    bands[0, :-1] += trust
    bands[0, 1:] += trust
    bands[1, :-1] -= trust
    right[:-1] += moved
    right[1:] -= moved
