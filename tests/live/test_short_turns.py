"""Threads take short turns while a live session runs, and then as long ones as before."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from avatarkit.live.short_turns import TURN_S, ShortTurns
from avatarkit.live.tracked_poses import TrackedPoses
from avatarkit.media.video_frame import VideoFrame


def test_turns_are_short_until_the_last_session_ends() -> None:
    before = sys.getswitchinterval()
    one, other = ShortTurns(), ShortTurns()
    one.begin()
    other.begin()
    one.end()
    one.end()
    assert sys.getswitchinterval() == pytest.approx(TURN_S)
    other.end()
    assert sys.getswitchinterval() == before


class NoPictures:
    is_live = False

    def pictures(self) -> Iterator[VideoFrame]:
        return iter(())

    def close(self) -> None:
        pass


def test_a_live_session_takes_short_turns() -> None:
    before = sys.getswitchinterval()
    poses = TrackedPoses(NoPictures())
    try:
        assert sys.getswitchinterval() == pytest.approx(TURN_S)
    finally:
        poses.close()
    assert sys.getswitchinterval() == before
