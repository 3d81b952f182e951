"""A body that was just found is read until its square fits it."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from avatarkit.tracking import follow_body
from avatarkit.tracking.read_body import BodyReading
from avatarkit.tracking.square_crop import SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks

RIGHT = SquareCrop((300.0, 400.0), 1000.0, 0.1)
BODY = BodyLandmarks(np.zeros((33, 2)), np.zeros(33), np.zeros((33, 3)), np.ones(33), 1.0)


@pytest.mark.parametrize(
    "found", [replace(RIGHT, side=700.0), replace(RIGHT, centre=(150.0, 400.0)), replace(RIGHT, roll=0.6), RIGHT]
)
def test_a_body_that_was_just_found_is_read_until_its_square_stays(found: SquareCrop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading's square is halfway from the one it was read in to the right one."""

    def halfway(_: object, square: SquareCrop, __: object) -> BodyReading:
        centre = tuple(0.5 * (a + b) for a, b in zip(square.centre, RIGHT.centre, strict=True))
        side, roll = 0.5 * (square.side + RIGHT.side), 0.5 * (square.roll + RIGHT.roll)
        return BodyReading(BODY, SquareCrop((centre[0], centre[1]), side, roll))

    monkeypatch.setattr(follow_body, "read_body", halfway)
    settled = follow_body._approached(Mock(), BodyReading(BODY, found), Mock()).square
    assert np.hypot(*np.subtract(settled.centre, RIGHT.centre)) < 0.05 * RIGHT.side
    assert abs(settled.side - RIGHT.side) < 0.05 * RIGHT.side
    assert abs(settled.roll - RIGHT.roll) < 0.05


@pytest.mark.parametrize("still", [True, False])
def test_what_turns_out_to_be_nobody_in_its_own_square_was_not_found(still: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poster or a coat may pass for somebody in the square that it was found in."""
    first, settled = replace(RIGHT, side=700.0), RIGHT
    monkeypatch.setattr(follow_body, "read_body", lambda *_: BodyReading(BODY, first))
    monkeypatch.setattr(follow_body, "is_person", lambda _, reading, __: reading.square is first or still)
    monkeypatch.setattr(follow_body, "_approached", lambda *_: BodyReading(BODY, settled))
    found = follow_body._first_proven(Mock(), [first], Mock())
    assert (found is not None and found.square is settled) if still else found is None
