"""The next pictures are decoded while the last one is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items in their order, each fetched by a thread of its own while the one before is used; one is held at a time.

    An error comes where its item would have come.
    """
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as fetcher:
        coming = fetcher.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = fetcher.submit(next, source, _END)
            yield item  # type: ignore[misc]
