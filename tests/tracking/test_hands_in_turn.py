"""Where hands are read in turn, the one whose last reading is older goes first, and none waits long."""

from __future__ import annotations

from itertools import pairwise

import pytest

from avatarkit.tracking.follow_hands import READ_EVERY_S, HandMemory, LastReading
from avatarkit.tracking.track_person import NEXT_TURN_S, PersonMemory, _read_every_s


def read_at(left_s: float | None, right_s: float | None) -> PersonMemory:
    def hand(time_s: float | None) -> HandMemory:
        return HandMemory() if time_s is None else HandMemory(last=LastReading(None, time_s, None, None))  # type: ignore[arg-type]

    return PersonMemory(left_hand=hand(left_s), right_hand=hand(right_s))


@pytest.mark.parametrize(
    ("left_s", "right_s", "first"),
    [
        (0.0, 0.1, "left"),
        (0.1, 0.0, "right"),
        (0.1, 0.1, "left"),
        (None, 0.1, "both"),
        (0.1, None, "both"),
        (None, None, "both"),
    ],
)
def test_the_older_reading_goes_first(left_s: float | None, right_s: float | None, first: str) -> None:
    memory = read_at(left_s, right_s)
    waits = {side for side in ("left", "right") if _read_every_s(memory, side) == NEXT_TURN_S}
    assert waits == {"left": {"right"}, "right": {"left"}, "both": set()}[first]


def test_at_thirty_pictures_a_second_hands_alternate() -> None:
    last, reads = {"left": 0.0, "right": 0.0}, []
    for number in range(1, 21):
        now, memory = number / 30, read_at(last["left"], last["right"])
        due = [side for side in last if now - last[side] >= min(_read_every_s(memory, side), NEXT_TURN_S)]
        last |= dict.fromkeys(due, now)
        reads.append(due)
    assert all(len(due) == 1 for due in reads[1:]) and NEXT_TURN_S > READ_EVERY_S
    assert all(one != other for one, other in pairwise(reads[1:]))
