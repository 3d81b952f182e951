"""Laws of contacts: when heels and balls of feet stand."""

from __future__ import annotations

from itertools import product

import numpy as np

from avatarkit.motion.contacts import MOST_TURN_RAD, likeliest_states, picture_speeds, sole_contacts


def test_the_likeliest_sequence_is_the_best_of_all() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        gains = random.normal(size=(9, 1))
        found = likeliest_states(gains, 0.7)[:, 0]
        assert worth(gains[:, 0], found) == max(worth(gains[:, 0], np.array(c)) for c in product((False, True), repeat=9))


def worth(gains: np.ndarray, states: np.ndarray) -> float:
    return round(float(gains[states].sum() - 0.7 * np.count_nonzero(np.diff(states.astype(int)))), 9)


def test_a_still_foot_on_the_floor_stands_and_a_raised_or_moving_one_does_not() -> None:
    times = np.arange(60) / 30.0
    speeds, soles = np.full((60, 2, 2), 0.02), flat_soles(60)
    speeds[:, 1] = 2.0
    stands = sole_contacts(times, speeds, soles, shown(60))
    assert stands[:, 0].all() and not stands[:, 1].any()
    assert not sole_contacts(times, 0.0 * speeds, soles + np.array([0.0, 0.4, 0.0]), shown(60)).any()


def test_contacts_do_not_flicker_and_do_not_depend_on_the_frame_rate() -> None:
    ends = []
    for fps in (25, 50, 100):
        times = np.arange(4 * fps) / fps
        speeds = np.where((times > 1.0) & (times < 2.0), 1.5, 0.1)[:, None, None] * np.ones((1, 2, 2))
        speeds[np.abs(times - 3.0) < 0.021] = 0.7
        stands = sole_contacts(times, speeds, flat_soles(len(times)), shown(len(times)))[:, 0, 0]
        ends.append(times[np.flatnonzero(np.diff(stands.astype(int)))])
        assert len(ends[-1]) == 2
    assert np.ptp(ends, axis=0).max() < 0.05


def test_legs_stand_that_are_out_of_the_picture() -> None:
    times = np.arange(30) / 30.0
    hidden = times > 0.5
    stands = sole_contacts(times, np.full((30, 2, 2), 3.0), flat_soles(30), hidden)
    assert (stands == hidden[:, None, None]).all()


def test_a_foot_that_turns_far_has_stepped_but_one_at_rest_in_the_picture_has_not() -> None:
    times = np.arange(120) / 30.0
    for share, speed, steps in ((0.8, 0.4, False), (3.0, 0.4, True), (3.0, 0.05, False)):
        stands = sole_contacts(times, np.full((120, 2, 2), speed), turning(times, share * MOST_TURN_RAD), shown(120))
        assert stands.all() != steps
        assert stands.mean() > 0.5


def turning(times_s: np.ndarray, angle: float) -> np.ndarray:
    """(T, 2, 2, 3) soles that stand and turn by so many radians in all."""
    heading, soles = angle * times_s / times_s[-1], flat_soles(len(times_s))
    ways = 0.2 * np.stack([np.sin(heading), np.zeros(len(times_s)), np.cos(heading)], axis=-1)
    return np.stack([soles[:, :, 0], soles[:, :, 0] + ways[:, None]], axis=2)


def test_speed_across_the_picture_is_told_in_metres() -> None:
    times = np.arange(60) / 30.0
    points = np.zeros((60, 2, 2, 2))
    points[..., 0] = (300.0 * times)[:, None, None]
    speeds = picture_speeds(times, points, np.full(60, 2.0), 600.0)
    assert np.allclose(speeds, 1.0)
    assert (picture_speeds(times[:1], points[:1], np.full(1, 2.0), 600.0) == 0.0).all()


def shown(count: int) -> np.ndarray:
    return np.zeros(count, bool)


def flat_soles(count: int) -> np.ndarray:
    soles = np.zeros((count, 2, 2, 3))
    soles[:, :, 1, 2] = 0.2
    return soles
