"""Laws of the causal filters."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.filters import Filtered, OneEuro, expectile, filter_rotations, filter_vector


def published(times: np.ndarray, values: np.ndarray, still: float, per_speed: float, speed_hz: float) -> np.ndarray:
    """The paper's algorithm 1 and 2, written out for one number."""

    def alpha(cutoff: float, step: float) -> float:
        tau = 1.0 / (2.0 * np.pi * cutoff)
        return 1.0 / (1.0 + tau / step)

    results, speed = [float(values[0])], 0.0
    for last, time, value in zip(times[:-1], times[1:], values[1:], strict=True):
        step = time - last
        change = alpha(speed_hz, step)
        speed = change * (value - results[-1]) / step + (1.0 - change) * speed
        share = alpha(still + per_speed * abs(speed), step)
        results.append(share * value + (1.0 - share) * results[-1])
    return np.array(results)


def filtered(setting: OneEuro, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    memory: Filtered | None = None
    results = []
    for time, value in zip(times, values, strict=True):
        memory = filter_vector(setting, memory, float(time), value)
        results.append(memory.value)
    return np.array(results)


def test_it_does_as_published_at_uneven_times() -> None:
    random = np.random.default_rng(1)
    times, values = np.cumsum(random.uniform(0.005, 0.05, 200)), np.cumsum(random.normal(size=200))
    expected = published(times, values, 1.2, 0.3, 1.0)
    assert filtered(OneEuro(1.2, 0.3, 1.0), times, values[:, None])[:, 0] == pytest.approx(expected)


def test_lag_is_the_same_at_any_rate() -> None:
    def reached(fps: int) -> float:
        times = np.arange(fps) / fps
        return float(filtered(OneEuro(1.0), times, (times > 0).astype(float)[:, None])[fps // 4, 0])

    assert reached(240) == pytest.approx(reached(60), abs=0.02)


def test_rotations_are_filtered_alike_wherever_they_start() -> None:
    random = np.random.default_rng(2)
    path = quaternions.from_rotation_vector(np.cumsum(random.normal(scale=0.05, size=(50, 3)), axis=0))
    turn = quaternions.normalize(random.normal(size=4))

    def run(rotations: np.ndarray) -> np.ndarray:
        memory: Filtered | None = None
        for number, rotation in enumerate(rotations):
            memory = filter_rotations(OneEuro(1.0, 0.5), memory, number / 30, rotation)
        assert memory is not None
        return memory.value

    assert np.abs(run(quaternions.multiply(turn, path)) @ quaternions.multiply(turn, run(path))) == pytest.approx(1.0)
    flipped = path * np.where(np.arange(50) % 2, -1.0, 1.0)[:, None]
    assert np.abs(run(flipped) @ run(path)) == pytest.approx(1.0)


def test_nothing_happens_without_time() -> None:
    memory = filter_vector(OneEuro(), None, 1.0, np.array([1.0]))
    assert filter_vector(OneEuro(), memory, 1.0, np.array([9.0])) is memory


def test_the_floor_falls_fast_and_rises_slowly() -> None:
    assert expectile(0.0, -1.0, 0.1, 0.3, 6.0) < -0.2
    assert 0.0 < expectile(0.0, 1.0, 0.1, 0.3, 6.0) < 0.02
