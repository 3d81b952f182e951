"""Laws of what is made once and kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from avatarkit.avatar.once import kept, once
from tests.waiting import PATIENCE_S


def test_who_asks_while_it_is_made_waits_and_gets_the_same() -> None:
    begun, go, made = Event(), Event(), []

    @once
    def thing(name: str) -> list[str]:
        begun.set()
        go.wait(PATIENCE_S)
        made.append(name)
        return [name]

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(thing, "a")
        begun.wait(PATIENCE_S)
        second = threads.submit(thing, "a")
        assert not second.done()
        go.set()
        assert first.result() is second.result()
    assert made == ["a"]


def test_different_things_are_made_at_the_same_time() -> None:
    together = Barrier(2, timeout=PATIENCE_S)

    @once
    def thing(name: str) -> int:
        return together.wait() * 0 + len(name)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(thing, ("a", "bc"))) == [1, 2]


def test_what_raises_is_tried_again() -> None:
    tries = []

    @once
    def thing(name: str) -> int:
        tries.append(name)
        if len(tries) == 1:
            raise ValueError(name)
        return len(tries)

    with pytest.raises(ValueError, match="a"):
        thing("a")
    assert thing("a") == 2


def test_no_more_than_the_last_asked_for_are_kept() -> None:
    made = []

    @kept(2)
    def thing(name: str) -> str:
        made.append(name)
        return name

    for name in "abacab":
        thing(name)
    assert made == ["a", "b", "c", "b"]
