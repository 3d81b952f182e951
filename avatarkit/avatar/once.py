"""What is made once and kept, by whichever thread asks first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import wraps
from threading import Lock
from typing import TypeVar, cast

Made = TypeVar("Made", bound=Callable[..., object])


def once(make: Made) -> Made:
    """The function, called once for each set of positional arguments; as `functools.cache`, but who asks for what another
    thread is making waits for it instead of making it again."""
    return kept(None)(make)


def kept(most: int | None) -> Callable[[Made], Made]:
    """The same for functions whose results are large: only the `most` last asked for are kept. What raises is not."""

    def keeping(make: Made) -> Made:
        made: dict[tuple[Hashable, ...], Future[object]] = {}
        lock = Lock()

        def found(key: tuple[Hashable, ...]) -> tuple[Future[object], bool]:
            """Its result, now or later, and whether it is still to be made."""
            with lock:
                new = key not in made
                result = made[key] = Future() if new else made.pop(key)
                if most is not None and len(made) > most:
                    del made[next(iter(made))]
            return result, new

        @wraps(make)
        def asked(*key: Hashable) -> object:
            result, new = found(key)
            if new:
                try:
                    result.set_result(make(*key))
                except BaseException as error:
                    with lock:
                        made.pop(key, None)
                    result.set_exception(error)
            return result.result()

        return cast(Made, asked)

    return keeping
