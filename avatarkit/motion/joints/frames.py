"""Shares between none and all."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from avatarkit.geometry.compiled import compilable

Number = TypeVar("Number", float, np.ndarray)


def smooth_step(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, without a corner between."""
    return _level_at_both_ends(np.minimum(np.maximum((values - low) / (high - low), 0.0), 1.0))


@compilable
def smooth_share(value: float, low: float, high: float) -> float:
    """The same of a single number, for which numpy takes ten times as long."""
    return _level_at_both_ends(min(max((value - low) / (high - low), 0.0), 1.0))


@compilable
def _level_at_both_ends(share: Number) -> Number:
    return share * share * (3.0 - 2.0 * share)
