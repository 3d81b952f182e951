"""Times start at zero and rise strictly, whatever the file says."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from avatarkit.media.video_clock import VideoClock

stated = st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=40)


def times_of(stated_s: list[float | None], interval_s: float = 0.04) -> list[float]:
    clock, times = VideoClock(interval_s), []
    for time in stated_s:
        clock = clock.next(time)
        times.append(clock.last_s if clock.last_s is not None else float("nan"))
    return times


@given(stated)
def test_times_rise_strictly_from_zero(stated_s: list[float | None]) -> None:
    times = times_of(stated_s)
    assert times[0] == 0
    assert all(a < b for a, b in itertools.pairwise(times))


def test_good_times_are_kept() -> None:
    assert times_of([5.0, 5.125, 5.5, 9.0]) == [0.0, 0.125, 0.5, 4.0]


def test_a_repeated_time_leaves_the_next_one_alone() -> None:
    assert times_of([0.0, 0.25, 0.25, 0.5]) == [0.0, 0.25, 0.27, 0.5]


def test_a_clock_set_anew_goes_on_where_it_was() -> None:
    assert times_of([0.0, 10.0, 0.0, 0.25], interval_s=0.25) == [0.0, 10.0, 10.25, 10.5]
    assert times_of([0.0, 90000.0, 90000.25], interval_s=0.25) == [0.0, 0.25, 0.5]


def test_pictures_without_a_time_follow_at_the_usual_interval() -> None:
    assert times_of([None, None, None], interval_s=0.5) == [0.0, 0.5, 1.0]
