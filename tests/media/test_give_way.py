"""Whoever begins a picture lets those go first who finish one."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from avatarkit.media.give_way import AHEAD, give_way


@pytest.mark.skipif(sys.platform != "linux", reason="no other system knows priorities of threads")
def test_a_thread_that_gives_way_stands_behind_the_others() -> None:
    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, 0)

    before, seen = own(), []

    def work() -> None:
        give_way(AHEAD)
        seen.append(own())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [min(before + AHEAD, 19)]
    assert own() == before
