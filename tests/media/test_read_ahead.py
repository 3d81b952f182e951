"""Reading ahead changes nothing but when things are read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from avatarkit.media.read_ahead import read_ahead
from tests.waiting import PATIENCE_S


def test_items_come_in_their_order() -> None:
    assert list(read_ahead(range(50))) == list(range(50))
    assert list(read_ahead(())) == []


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    items = read_ahead(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(items)


def test_only_one_item_is_read_ahead() -> None:
    read: list[int] = []

    def noting() -> Iterator[int]:
        for number in range(10):
            read.append(number)
            yield number

    items = read_ahead(noting())
    for number in range(5):
        assert next(items) == number
        assert len(read) <= number + 2
    items.close()
    assert len(read) <= 6


def test_more_can_be_read_ahead_in_order() -> None:
    read: list[int] = []

    def noting() -> Iterator[int]:
        for number in range(10):
            read.append(number)
            yield number

    items = read_ahead(noting(), ahead=3)
    assert next(items) == 0
    assert list(items) == list(range(1, 10))
    assert list(read_ahead(iter(()), ahead=3)) == []


def test_threads_that_read_ahead_beside_other_work_do_both_in_turns() -> None:
    order: list[str] = []
    begun, gathered = Event(), Event()

    def noting() -> Iterator[int]:
        for number in range(3):
            order.append(f"item {number}")
            begun.set()
            gathered.wait(PATIENCE_S)
            yield number

    with ThreadPoolExecutor(max_workers=1) as threads, ThreadPoolExecutor(max_workers=1) as user:
        items = read_ahead(noting(), 3, threads)
        waiting = user.submit(next, items)
        begun.wait(PATIENCE_S)
        other = threads.submit(order.append, "other work")
        gathered.set()
        assert [waiting.result(), *items] == [0, 1, 2]
        other.result()
    assert order == ["item 0", "other work", "item 1", "item 2"]


def test_nobody_is_at_the_items_any_more_once_they_are_let_go() -> None:
    read: list[int] = []

    def noting() -> Iterator[int]:
        for number in range(100):
            sleep(0.002)
            read.append(number)
            yield number

    with ThreadPoolExecutor(max_workers=2) as threads:
        items = read_ahead(noting(), 50, threads)
        assert next(items) == 0
        items.close()
        so_many = len(read)
        sleep(0.02)
    assert len(read) == so_many < 50
