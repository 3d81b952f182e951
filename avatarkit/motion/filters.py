"""Causal smoothing for live pictures: the 1 Euro filter, in seconds, for vectors and for rotations.

Source: G. Casiez, N. Roussel, D. Vogel, 1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in Interactive
Systems, CHI 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import acos, exp, pi

import numpy as np

from avatarkit.geometry.compiled import NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_quaternions import put_quaternion, quaternion_in, slerp


@dataclass(frozen=True)
class OneEuro:
    """How strongly a filter smooths.

    Attributes:
        still_hz: cutoff at rest; lower removes more trembling.
        per_speed: how much the cutoff rises with the speed; higher follows faster.
        speed_hz: cutoff of the speed itself.

    Each is one number, or one for every component of a vector; of rotations one number.
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


@compilable
def share_of_new(cutoff_hz: float, step_s: float) -> float:
    """The weight 0..1 of a new value in a first-order low-pass after so many seconds."""
    return 1.0 / (1.0 + 1.0 / (2.0 * pi * cutoff_hz * step_s))


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
    flat, settings = (value.size,), (setting.still_hz, setting.per_speed, setting.speed_hz)
    still, per_speed, speed_hz = (np.broadcast_to(part, value.shape).reshape(flat) for part in settings)
    smooth, speed = _vector_step(
        memory.value.reshape(flat), memory.speed.reshape(flat), value.reshape(flat), step, still, per_speed, speed_hz
    )
    return Filtered(time_s, smooth.reshape(value.shape), speed.reshape(value.shape))


@compiled(floats(1), floats(1), floats(1), NUMBER, floats(1), floats(1), floats(1))
def _vector_step(
    last: np.ndarray,
    last_speed: np.ndarray,
    values: np.ndarray,
    step: float,
    still_hz: np.ndarray,
    per_speed: np.ndarray,
    speed_hz: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The smoothed values and speeds (N,) after one step."""
    smooth, speeds = np.empty(len(values)), np.empty(len(values))
    for row, value in enumerate(values):
        change = value - last[row]
        speeds[row] = last_speed[row] + share_of_new(speed_hz[row], step) * (change / step - last_speed[row])
        smooth[row] = last[row] + share_of_new(still_hz[row] + per_speed[row] * abs(speeds[row]), step) * change
    return smooth, speeds


def filter_rotations(setting: OneEuro, memory: Filtered | None, time_s: float, value: np.ndarray) -> Filtered:
    """One step of the filter on rotations (..., 4), each by itself, on the shortest way from the last result to the new one."""
    if memory is None:
        return Filtered(time_s, value, np.zeros(value.shape[:-1]))
    step = time_s - memory.time_s
    if step <= 0.0:
        return memory
    flat, rows = (value.size // 4, 4), value.shape[:-1]
    smooth, speed = _rotation_step(
        memory.value.reshape(flat), memory.speed.reshape(-1), value.reshape(flat), step,
        float(setting.still_hz), float(setting.per_speed), float(setting.speed_hz),
    )  # fmt: skip
    return Filtered(time_s, smooth.reshape(value.shape), speed.reshape(rows))


@compiled(floats(2), floats(1), floats(2), NUMBER, NUMBER, NUMBER, NUMBER)
def _rotation_step(
    last: np.ndarray,
    last_speed: np.ndarray,
    values: np.ndarray,
    step: float,
    still_hz: float,
    per_speed: float,
    speed_hz: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The smoothed rotations (N, 4) and speeds (N,) after one step."""
    smooth, speeds = np.empty((len(values), 4)), np.empty(len(values))
    for row in range(len(values)):
        (ax, ay, az, aw), (bx, by, bz, bw) = quaternion_in(last, row), quaternion_in(values, row)
        angle = 2.0 * acos(min(abs(ax * bx + ay * by + az * bz + aw * bw), 1.0))
        speeds[row] = last_speed[row] + share_of_new(speed_hz, step) * (angle / step - last_speed[row])
        share = share_of_new(still_hz + per_speed * speeds[row], step)
        put_quaternion(smooth, row, slerp((ax, ay, az, aw), (bx, by, bz, bw), share))
    return smooth, speeds


@compilable
def expectile(memory: float, value: float, step_s: float, down_s: float, up_s: float) -> float:
    """`memory` drawn towards `value`: downwards within `down_s` seconds, upwards within `up_s`."""
    time = down_s if value < memory else up_s
    return memory + (value - memory) * (1.0 - exp(-step_s / time))
