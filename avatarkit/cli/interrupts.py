"""Ctrl-C ends the program within a second, also while a native library works."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from avatarkit.whole_files import discard_unfinished

EXIT_INTERRUPTED = 128 + signal.SIGINT
"""What shells report for a program ended by Ctrl-C."""

GRACE_S = 0.5
"""How long an interrupt may take to end the program in the ordinary way, by KeyboardInterrupt."""

_SHOW_CURSOR = "\x1b[?25h"
"""Source: DEC private mode 25 (DECTCEM); a progress display hides the cursor."""


@contextmanager
def interrupts_end_the_process() -> Iterator[threading.Event]:
    """Inside, Ctrl-C raises KeyboardInterrupt as ever; where that is not heard in `GRACE_S`, the process is ended.

    Python delivers a signal only between two of its own instructions, so decoding a large picture would go on to its end.
    But the signal's number also goes into a pipe at once, and a thread waits there.

    Yields:
        an event, set once an interrupt has come.
    """
    arrived = threading.Event()
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield arrived
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        arrived.set()
        raise KeyboardInterrupt

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    threading.Thread(target=_end_if_unheard, args=(reading,), daemon=True).start()
    handler, wakeup = signal.signal(signal.SIGINT, note), signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    report, sys.unraisablehook = sys.unraisablehook, _report_if_no_interrupt
    try:
        yield arrived
    finally:
        sys.unraisablehook = report
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, handler)
        os.close(writing)


@contextmanager
def first_interrupt_asks(deed: Callable[[], None]) -> Iterator[None]:
    """Inside, the first Ctrl-C does a deed and ends nothing, for what has to be saved; the second is as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wakeup = signal.set_wakeup_fd(-1)

    def ask(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(wakeup)
        deed()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(wakeup)


def _report_if_no_interrupt(unraisable: sys.UnraisableHookArgs) -> None:
    """An interrupt inside a destructor is lost and would leave a traceback; the waiting thread still ends the process."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def _end_if_unheard(reading: int) -> None:
    """Wait for an interrupt's number in the pipe; end the process `GRACE_S` later if it is still there."""
    with os.fdopen(reading, "rb", buffering=0) as numbers:
        while number := numbers.read(1):
            if number[0] == signal.SIGINT:
                time.sleep(GRACE_S)
                discard_unfinished()
                if sys.stderr.isatty():
                    os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
                os._exit(EXIT_INTERRUPTED)
