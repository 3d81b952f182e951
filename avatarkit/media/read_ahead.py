"""The next pictures are decoded while the last one is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def read_ahead(items: Iterable[Item], ahead: int = 1) -> Iterator[Item]:
    """The items in their order, fetched by a thread of their own while those before are used; `ahead` are held at a time.

    An error comes where its item would have come.
    """
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as fetcher:
        coming = deque(fetcher.submit(next, source, _END) for _ in range(ahead))
        while (item := coming.popleft().result()) is not _END:
            coming.append(fetcher.submit(next, source, _END))
            yield item  # type: ignore[misc]
