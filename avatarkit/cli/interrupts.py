"""Ctrl-C, or a polite request to end, ends the program within a second, also while a native library works."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from avatarkit.whole_files import discard_unfinished

REQUESTS = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what `kill`, a system that shuts down and whoever manages services send."""

GRACE_S = 0.5
"""How long a request may take to end the program in the ordinary way, by KeyboardInterrupt."""

_SHOW_CURSOR = "\x1b[?25h"
"""Source: DEC private mode 25 (DECTCEM); a progress display hides the cursor."""


@dataclass
class Request:
    """What asked the program to end: a signal's number, or 0 as long as nothing has."""

    number: int = 0

    @property
    def exit_code(self) -> int:
        """What shells report for a program ended by that signal; by Ctrl-C without one."""
        return 128 + (self.number or signal.SIGINT)


@contextmanager
def interrupts_end_the_process() -> Iterator[Request]:
    """Inside, `REQUESTS` raise KeyboardInterrupt; where that is not heard in `GRACE_S`, the process is ended.

    Python delivers a signal only between two of its own instructions, so decoding a large picture would go on to its end.
    But the signal's number also goes into a pipe at once, and a thread waits there.

    Yields:
        the request, which is filled in when it comes.
    """
    request = Request()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def note(number: int, _frame: FrameType | None) -> None:
        request.number = number
        raise KeyboardInterrupt

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    threading.Thread(target=_end_if_unheard, args=(reading,), daemon=True).start()
    before, wakeup = _handled_by(note), signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    report, sys.unraisablehook = sys.unraisablehook, _report_if_no_interrupt
    try:
        yield request
    finally:
        sys.unraisablehook = report
        signal.set_wakeup_fd(wakeup)
        _handle_as(before)
        os.close(writing)


@contextmanager
def first_interrupt_asks(deed: Callable[[], None]) -> Iterator[None]:
    """Inside, the first of `REQUESTS` does a deed and ends nothing, for what has to be saved; the second is as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wakeup = signal.set_wakeup_fd(-1)

    def ask(_number: int, _frame: FrameType | None) -> None:
        _handle_as(before)
        signal.set_wakeup_fd(wakeup)
        deed()

    before = _handled_by(ask)
    try:
        yield
    finally:
        _handle_as(before)
        signal.set_wakeup_fd(wakeup)


def _handled_by(handler: Callable[[int, FrameType | None], None]) -> dict[signal.Signals, Any]:
    """Let `REQUESTS` be handled so, but for those that whoever started us wants ignored; how they were handled before."""
    heeded = [number for number in REQUESTS if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heeded}


def _handle_as(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _report_if_no_interrupt(unraisable: sys.UnraisableHookArgs) -> None:
    """An interrupt inside a destructor is lost and would leave a traceback; the waiting thread still ends the process."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def _end_if_unheard(reading: int) -> None:
    """Wait for a request's number in the pipe; end the process `GRACE_S` later if it is still there."""
    with os.fdopen(reading, "rb", buffering=0) as numbers:
        while number := numbers.read(1):
            if number[0] in REQUESTS:
                time.sleep(GRACE_S)
                discard_unfinished()
                if sys.stderr.isatty():
                    os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
                os._exit(Request(number[0]).exit_code)
