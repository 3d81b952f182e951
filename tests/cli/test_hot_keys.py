"""Keys on a terminal: each does its deed, and the terminal is as before afterwards, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE_S

termios = pytest.importorskip("termios")

SCRIPT = """
import threading
from avatarkit.cli.hot_keys import hot_keys
from avatarkit.cli.interrupts import interrupts_end_the_process

done = threading.Event()
with interrupts_end_the_process() as request:
    try:
        with hot_keys({"p": lambda: print("paused", flush=True), "q": done.set}) as heard:
            print("heard" if heard else "deaf", flush=True)
            done.wait()
    except KeyboardInterrupt:
        raise SystemExit(request.exit_code)
"""


def begun(terminal: int) -> subprocess.Popen[str]:
    """The script, with a terminal of its own in the foreground."""

    def own_the_terminal() -> None:
        import fcntl

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may ignore it
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    command = [sys.executable, "-c", SCRIPT]
    return subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, text=True, preexec_fn=own_the_terminal)  # noqa: PLW1509


@pytest.mark.parametrize(
    ("keys", "code"), [(b"xPpq", 0), (b"\x03", 128 + signal.SIGINT), (None, 128 + signal.SIGTERM)], ids=["q", "Ctrl-C", "kill"]
)
def test_keys_are_heard_and_the_terminal_is_given_back(keys: bytes | None, code: int) -> None:
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    with begun(slave) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "heard\n"
            assert termios.tcgetattr(slave) != before  # each key at once, none echoed
            process.send_signal(signal.SIGTERM) if keys is None else os.write(master, keys)
            rest, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert (rest, process.returncode) == ("paused\n" * 2 if keys == b"xPpq" else "", code)
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_without_a_terminal_nothing_is_heard() -> None:
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "deaf\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
