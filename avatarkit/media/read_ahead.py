"""The next pictures are decoded while the last one is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Condition
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
_END: Any = object()


def read_ahead(items: Iterable[Item], ahead: int = 1, beside: Executor | None = None) -> Iterator[Item]:
    """The items in their order, fetched by another thread while those before are used. An error comes where its item would.

    Args:
        items: fetched one after another.
        ahead: so many are held at a time.
        beside: whose threads fetch them, each in its turn with the other work that waits there; a thread of their own if None.
    """
    if beside is None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as own:
            yield from read_ahead(items, ahead, own)
        return
    fetching = _Fetching(iter(items), ahead, beside)
    try:
        while (item := fetching.next()) is not _END:
            yield item
    finally:
        fetching.stop()


class _Fetching(Generic[Item]):
    """Items, each fetched by a task of its own: behind it there is another, as long as there is room."""

    def __init__(self, source: Iterator[Item], ahead: int, threads: Executor) -> None:
        self._source, self._ahead, self._threads = source, ahead, threads
        self._fetched: deque[Future[Item]] = deque()
        self._changed = Condition()
        self._is_busy = self._has_ended = False

    def next(self) -> Item:
        """The next item, waited for; `_END` behind the last."""
        with self._changed:
            self._go_on()
            self._changed.wait_for(lambda: self._fetched)
            item = self._fetched.popleft()
            self._go_on()
        return item.result()

    def stop(self) -> None:
        """Fetch no more; nobody is at the items when this returns."""
        with self._changed:
            self._has_ended = True
            self._changed.wait_for(lambda: not self._is_busy)

    def _go_on(self) -> None:
        if not self._is_busy and not self._has_ended and len(self._fetched) < self._ahead:
            self._threads.submit(self._fetch)
            self._is_busy = True

    def _fetch(self) -> None:
        fetched: Future[Item] = Future()
        try:
            fetched.set_result(next(self._source, _END))
        except BaseException as error:
            fetched.set_exception(error)
        with self._changed:
            self._fetched.append(fetched)
            self._is_busy, self._has_ended = False, self._has_ended or _is_last(fetched)
            self._changed.notify_all()
            self._go_on()


def _is_last(fetched: Future[Any]) -> bool:
    return fetched.exception() is not None or fetched.result() is _END
