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

STANCE_SPEED = np.array([0.03, 0.03, 0.1])
"""Metres per second that a standing foot seems to move at, after smoothing, by axis."""

SOLE_SPREAD_M = 0.02
"""How far a standing foot's sole is from the floor."""

PLACE_CUTOFF_HZ = np.array([5.0, 5.0, 1.5])
"""The hips' own fastest movement that is followed, by axis; depth is the noisiest."""


@dataclass(frozen=True)
class Soles:
    """What the feet say about the hips.

    Attributes:
        points: (T, N, 3) places under the soles, from the hips.
        stands: (T, N) 0..1 which of them keep their place.
        grounded: (T, N) 0..1 and more: how surely they are on the floor.
    """

    points: np.ndarray
    stands: np.ndarray
    grounded: np.ndarray


def smooth_root(times_s: np.ndarray, seen: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The hips' path (T, 3) by the picture alone; see `solve_root`."""
    nothing = np.zeros((len(times_s), 0))
    return solve_root(times_s, seen, weights, Soles(np.zeros((len(times_s), 0, 3)), nothing, nothing))


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
            _on_floor(bands, right, soles.points[..., UP], soles.grounded)
        else:
            moved_at = STANCE_SPEED[axis] * np.diff(times_s)
            _in_place(bands, right, soles.points[..., axis], soles.stands, moved_at)
        path[:, axis] = solveh_banded(bands, right, lower=True)
    return path


def _on_floor(bands: np.ndarray, right: np.ndarray, heights: np.ndarray, grounded: np.ndarray) -> None:
    """Add to the equations that grounded points are at height 0."""
    trust = grounded / SOLE_SPREAD_M**2
    bands[0] += trust.sum(axis=1)
    right -= (trust * heights).sum(axis=1)


def _in_place(bands: np.ndarray, right: np.ndarray, places: np.ndarray, stands: np.ndarray, spread: np.ndarray) -> None:
    """Add to the equations that standing points do not move between two moments at which they stand."""
    trust = np.minimum(stands[1:], stands[:-1]) / spread[:, None] ** 2
    moved, trust = (trust * np.diff(places, axis=0)).sum(axis=1), trust.sum(axis=1)
    bands[0, :-1] += trust
    bands[0, 1:] += trust
    bands[1, :-1] -= trust
    right[:-1] += moved
    right[1:] -= moved
