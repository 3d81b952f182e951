"""Causal smoothing for live pictures: the 1 Euro filter, in seconds, for vectors and for rotations.

Source: G. Casiez, N. Roussel, D. Vogel, 1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in Interactive
Systems, CHI 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from avatarkit.geometry import quaternions


@dataclass(frozen=True)
class OneEuro:
    """How strongly a filter smooths.

    Attributes:
        still_hz: cutoff at rest; lower removes more trembling.
        per_speed: how much the cutoff rises with the speed; higher follows faster.
        speed_hz: cutoff of the speed itself.

    Each is one number, or one for every component of a vector.
    """

    still_hz: float | np.ndarray = 1.0
    per_speed: float | np.ndarray = 0.0
    speed_hz: float | np.ndarray = 1.0


def side_by_side(settings: Sequence[OneEuro]) -> OneEuro:
    """The setting of a vector whose components have one each."""
    return OneEuro(*(np.array([getattr(one, part.name) for one in settings]) for part in fields(OneEuro)))


@dataclass(frozen=True)
class Filtered:
    """A filter's memory and its result.

    Attributes:
        time_s: of the last value.
        value: (...) smoothed.
        speed: (...) smoothed, of vectors per component, of rotations (..., 4) (...) radians a second.
    """

    time_s: float
    value: np.ndarray
    speed: np.ndarray


def share_of_new(cutoff_hz: np.ndarray | float, step_s: float) -> np.ndarray | float:
    """The weight 0..1 of a new value in a first-order low-pass after so many seconds."""
    return 1.0 / (1.0 + 1.0 / (2.0 * np.pi * cutoff_hz * step_s))


def filter_vector(setting: OneEuro, memory: Filtered | None, time_s: float, value: np.ndarray) -> Filtered:
    """One step of the filter, each component by itself.

    Args:
        setting: its strength.
        memory: what the last step gave; None at the start.
        time_s: later than the memory's; at the same time nothing changes.
        value: (...) any unit.
    """
    value = np.asarray(value, dtype=float)
    if memory is None:
        return Filtered(time_s, value, np.zeros_like(value))
    step = time_s - memory.time_s
    if step <= 0.0:
        return memory
    new_speed = (value - memory.value) / step
    speed = memory.speed + share_of_new(setting.speed_hz, step) * (new_speed - memory.speed)
    share = share_of_new(setting.still_hz + setting.per_speed * np.abs(speed), step)
    return Filtered(time_s, memory.value + share * (value - memory.value), speed)


def filter_rotations(setting: OneEuro, memory: Filtered | None, time_s: float, value: np.ndarray) -> Filtered:
    """One step of the filter on rotations (..., 4), each by itself, on the shortest way from the last result to the new one."""
    if memory is None:
        return Filtered(time_s, value, np.zeros(value.shape[:-1]))
    step = time_s - memory.time_s
    if step <= 0.0:
        return memory
    dot = np.add.reduce(memory.value * value, axis=-1)
    angle = 2.0 * np.arccos(np.minimum(np.abs(dot), 1.0))
    speed = memory.speed + share_of_new(setting.speed_hz, step) * (angle / step - memory.speed)
    share = share_of_new(setting.still_hz + setting.per_speed * speed, step)
    return Filtered(time_s, quaternions.slerp(memory.value, value, np.asarray(share)), speed)


def expectile(memory: float, value: float, step_s: float, down_s: float, up_s: float) -> float:
    """`memory` drawn towards `value`: downwards within `down_s` seconds, upwards within `up_s`."""
    time = down_s if value < memory else up_s
    return memory + (value - memory) * (1.0 - float(np.exp(-step_s / time)))
