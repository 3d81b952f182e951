"""Reading ahead changes nothing but when things are read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from avatarkit.media.read_ahead import read_ahead


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
