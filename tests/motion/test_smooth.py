"""Laws of smoothing without delay."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.gaps import HOLD_S, fill_rotations, presence, seen_mask
from avatarkit.motion.smooth import smooth, smooth_adaptively

TIMES = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.03, 400))
SURE = np.ones(len(TIMES))


def test_parabolas_pass_at_any_times() -> None:
    values = 1.0 - 2.0 * TIMES + 3.0 * TIMES**2
    assert smooth(TIMES, values, SURE, 0.5) == pytest.approx(values, abs=1e-5)


@pytest.mark.parametrize(("over_cutoff", "kept"), [(0.5, 0.985), (1.0, 0.5), (2.0, 0.016)])
def test_sines_keep_what_is_promised(over_cutoff: float, kept: float) -> None:
    times = np.arange(1200) / 120.0
    wave = np.sin(2.0 * np.pi * 3.0 * over_cutoff * times)
    middle = slice(400, 800)
    result = smooth(times, wave, np.ones(len(times)), 3.0)[middle]
    assert (result @ wave[middle]) / (wave[middle] @ wave[middle]) == pytest.approx(kept, abs=0.02)


def test_nothing_is_delayed() -> None:
    values = np.random.default_rng(1).normal(size=len(TIMES))
    backward = smooth(-TIMES[::-1], values[::-1], SURE, 2.0)[::-1]
    assert smooth(TIMES, values, SURE, 2.0) == pytest.approx(backward, abs=1e-8)


def test_what_is_not_seen_does_not_count() -> None:
    values, weights = np.sin(TIMES), np.array(SURE)
    weights[100:110], wrong = 0.0, np.array(values)
    wrong[100:110] = 50.0
    assert smooth(TIMES, wrong, weights, 2.0) == pytest.approx(values, abs=0.01)


def test_trembling_goes_and_a_blow_stays() -> None:
    times = np.arange(300) / 60.0
    angle = np.where(np.abs(times - 2.5) < 0.25, 1.2 * np.cos(np.pi * (times - 2.5) / 0.5) ** 2, 0.0)
    noise = np.random.default_rng(3).normal(scale=0.03, size=(300, 3))
    clean = quaternions.from_rotation_vector(angle[:, None] * np.array([0.0, 1.0, 0.0]))
    rotations = quaternions.multiply(quaternions.from_rotation_vector(noise), clean)
    result = smooth_adaptively(times, rotations, np.ones(300), 0.5, 5.0)
    peak = 2.0 * np.arcsin(np.abs(result[:, 1]).max())
    assert peak > 1.0
    assert (
        np.linalg.norm(np.diff(result[:60], axis=0), axis=1).max()
        < 0.1 * np.linalg.norm(np.diff(rotations[:60], axis=0), axis=1).max()
    )


def test_short_gaps_are_bridged_and_long_ones_ease_to_rest() -> None:
    times = np.arange(300) / 30.0
    end = quaternions.from_rotation_vector(np.array([0.0, 0.0, 1.0]))
    rotations = np.where((times < 5.0)[:, None], quaternions.IDENTITY, end)
    rest = quaternions.from_rotation_vector(np.array([1.0, 0.0, 0.0]))
    short = fill_rotations(times, rotations, (times < 4.8) | (times > 5.3), rest)
    assert np.abs(short[:, 0]).max() < 1e-9 and np.degrees(np.arccos(np.abs((short[1:] * short[:-1]).sum(1))).max()) < 3.0
    long = fill_rotations(times, rotations, times < 4.0, rest)
    assert np.abs(long[-1] @ rest) == pytest.approx(1.0)
    assert presence(np.array([HOLD_S])) == 1.0


def test_confidence_between_the_bounds_changes_nothing() -> None:
    assert seen_mask(np.array([0.4, 0.6, 0.4, 0.2, 0.4])).tolist() == [False, True, True, False, False]
