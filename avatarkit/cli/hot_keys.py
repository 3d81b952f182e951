"""Single keys on a terminal, while something runs."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

LOOK_S = 0.1
"""How often it is looked whether the keys are still wanted."""


@contextmanager
def hot_keys(deeds: Mapping[str, Callable[[], None]]) -> Iterator[bool]:
    """Inside, each of those keys does its deed at once; anything else is ignored.

    Yields:
        whether keys are heard: on a terminal in the foreground of a POSIX system.
    """
    try:
        import termios
        import tty
    except ImportError:  # not on Windows
        yield False
        return
    if not sys.stdin.isatty() or os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp():
        yield False
        return
    terminal = sys.stdin.fileno()
    before, done = termios.tcgetattr(terminal), threading.Event()
    listener = threading.Thread(target=_listen, args=(terminal, deeds, done), name="keys", daemon=True)
    tty.setcbreak(terminal)
    listener.start()
    try:
        yield True
    finally:
        done.set()
        listener.join(2 * LOOK_S)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _listen(terminal: int, deeds: Mapping[str, Callable[[], None]], done: threading.Event) -> None:
    while not done.is_set():
        if select.select([terminal], [], [], LOOK_S)[0]:
            key = os.read(terminal, 1).decode("ascii", "replace").lower()
            if not key:
                return
            deeds.get(key, lambda: None)()
