"""Smoothing without delay: what a file allows and a live picture does not."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from avatarkit.geometry import quaternions

ORDER = 3
"""The derivative that is kept small: jerk, which is also what jitter is measured by. A parabola passes unchanged."""

MIN_WEIGHT = 1e-6
"""Of the least sure sample; keeps the equations solvable where nothing was seen."""


def smooth(times_s: np.ndarray, values: np.ndarray, weights: np.ndarray, cutoff_hz: float | np.ndarray) -> np.ndarray:
    """Values nearest to the given ones and with little jerk.

    Minimises sum of w |x - y|^2 dt + sum of |x'''|^2 dt / (2 pi f)^6: at weight 1 a sine of frequency f keeps half of its
    height, one of half of f 98 %, one of twice f 2 %; nothing is delayed. Weight 0 is filled in.

    Args:
        times_s: (T,) rising strictly, not necessarily evenly.
        values: (T, ...) any unit.
        weights: (T,) 0..1, how sure each moment is.
        cutoff_hz: the frequency f, one or (T,).

    Returns:
        (T, ...).

    Source: P. H. C. Eilers, A perfect smoother, Analytical Chemistry 2003 (Whittaker's method), here for uneven times.
    """
    count = len(times_s)
    if count <= ORDER:
        return np.array(values, dtype=float)
    steps = np.gradient(times_s)
    mean_step = float(steps.mean())
    bands = jerk_bands(times_s / mean_step, np.broadcast_to(2.0 * np.pi * mean_step * np.asarray(cutoff_hz), count))
    sure = np.maximum(weights, MIN_WEIGHT) * steps / mean_step
    bands[0] += sure
    flat = np.reshape(values, (count, -1))
    return solveh_banded(bands, sure[:, None] * flat, lower=True).reshape(np.shape(values))


def jerk_bands(times: np.ndarray, cutoff: np.ndarray) -> np.ndarray:
    """Lower bands (4, T) of the matrix of the summed squared third derivatives, over cutoff^6."""
    count = len(times)
    windows = np.stack([times[k : count - ORDER + k] for k in range(ORDER + 1)], axis=1)
    gaps = windows[:, :, None] - windows[:, None, :] + np.eye(ORDER + 1)
    rows = 6.0 / gaps.prod(axis=2)
    share = np.sqrt((windows[:, -1] - windows[:, 0]) / ORDER) / cutoff[1 : count - ORDER + 1] ** ORDER
    rows = rows * share[:, None]
    bands = np.zeros((ORDER + 1, count))
    for low in range(ORDER + 1):
        for high in range(low, ORDER + 1):
            bands[high - low, low : count - ORDER + low] += rows[:, low] * rows[:, high]
    return bands


def continuous(rotations: np.ndarray) -> np.ndarray:
    """Quaternions (T, ..., 4) with the signs under which each is nearest to the one before."""
    dots = (rotations[1:] * rotations[:-1]).sum(axis=-1)
    signs = np.concatenate([np.ones((1, *dots.shape[1:])), np.cumprod(np.where(dots < 0.0, -1.0, 1.0), axis=0)])
    return rotations * signs[..., None]


def smooth_rotations(
    times_s: np.ndarray, rotations: np.ndarray, weights: np.ndarray, cutoff_hz: float | np.ndarray
) -> np.ndarray:
    """Rotations (T, 4) smoothed as points of the sphere of quaternions and brought back onto it; see `smooth`."""
    return quaternions.normalize(smooth(times_s, continuous(rotations), weights, cutoff_hz))


def smooth_adaptively(
    times_s: np.ndarray, rotations: np.ndarray, weights: np.ndarray, still_hz: float, moving_hz: float
) -> np.ndarray:
    """Rotations (T, 4) smoothed strongly where they hardly turn, little where they turn fast: blows stay, trembling goes.

    The idea of the 1 Euro filter (Casiez et al., CHI 2012), without its delay: the cutoff rises with the speed.
    """
    if len(times_s) <= ORDER:
        return rotations
    first = smooth_rotations(times_s, rotations, weights, SPEED_CUTOFF_HZ)
    speeds = 2.0 * np.linalg.norm(np.gradient(first, times_s, axis=0), axis=-1)
    share = speeds / (speeds + HALF_SPEED)
    strays = 2.0 * np.linalg.norm(continuous(rotations) - first, axis=-1)
    weights = weights / (1.0 + (strays / (STRAY_RAD + STRAY_S * speeds)) ** 2)
    return smooth_rotations(times_s, rotations, weights, still_hz + (moving_hz - still_hz) * share)


SPEED_CUTOFF_HZ = 2.0
"""Of the rotations whose speed is taken: noise must not pass for speed."""

HALF_SPEED = 2.5
"""Radians per second at which half of the way to the higher cutoff is gone; chosen, as the cutoffs, by jitter and error
on rendered truth."""

STRAY_RAD, STRAY_S = 0.1, 0.05
"""A moment that strays by the first, plus what is turned in the second at the speed around it, counts half: jumps of a tracker
that exchanges a limb for another stray by a radian."""
