"""Smooth curves over time, from keys or from chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

EASE_S = 0.04
"""Muscles have no corners: keyed curves are blurred this much (standard deviation)."""


def rate_of(times_s: np.ndarray) -> float:
    """Frames per second of even times (T,)."""
    return float((len(times_s) - 1) / (times_s[-1] - times_s[0])) if len(times_s) > 1 else 1.0


def smooth(values: np.ndarray, times_s: np.ndarray, seconds: float = EASE_S) -> np.ndarray:
    """`values` (T, ...) blurred over time."""
    return np.asarray(gaussian_filter1d(values, seconds * rate_of(times_s), axis=0, mode="nearest"))


def keyed(times_s: np.ndarray, *keys: tuple[float, float | Sequence[float]], ease_s: float = EASE_S) -> np.ndarray:
    """(T,) or (T, n) through (time, value or values) keys, still before the first and after the last."""
    at, values = np.array([time for time, _ in keys]), np.array([value for _, value in keys], float)
    if len(at) == 1:
        return np.repeat(values, len(times_s), axis=0)
    curve = PchipInterpolator(at, values, axis=0)(np.clip(times_s, at[0], at[-1]))
    return smooth(np.asarray(curve), times_s, ease_s)


def wandering(random: np.random.Generator, times_s: np.ndarray, count: int, seconds: float = 1.0) -> np.ndarray:
    """(T, count) smooth noise of about 1, changing over `seconds`."""
    rates = random.uniform(0.3, 1.0, (4, count)) / seconds
    phases = random.uniform(0.0, 2.0 * np.pi, (4, count))
    return np.asarray(np.sin(2.0 * np.pi * times_s[:, None, None] * rates + phases).sum(axis=1) / np.sqrt(2.0))


def bump(times_s: np.ndarray, middle_s: float, rise_s: float, hold_s: float, fall_s: float) -> np.ndarray:
    """(T,) 0, up to 1 around `middle_s`, and down again."""
    begin = middle_s - hold_s / 2 - rise_s
    at = [begin, begin + rise_s, begin + rise_s + hold_s + 1e-6, begin + rise_s + hold_s + fall_s + 1e-6]
    return np.asarray(PchipInterpolator(at, [0.0, 1.0, 1.0, 0.0])(np.clip(times_s, at[0], at[-1])))


def added(curves: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of curves of one length."""
    return np.asarray(np.sum(list(curves), axis=0))
