"""Long work is timed; it shows itself on a terminal and keeps quiet anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from avatarkit.cli.steps import FIRST_TIME, shown_steps

SCRIPT = """
from avatarkit.cli.steps import shown_steps
with shown_steps() as steps:
    with steps.step("draw", "Drawing the person") as advance:
        advance(1, 2)
    steps.note("two [red]faces[/red] found")
    steps.note_first_time("no-such-package")
"""


def test_each_finished_step_has_its_seconds_in_order() -> None:
    with shown_steps() as steps, pytest.raises(KeyError):
        with steps.step("first", "First"):
            pass
        with steps.step("second", "Second"):
            raise KeyError
    assert list(steps.seconds) == ["first"]
    assert steps.seconds["first"] >= 0


def test_nothing_is_said_to_a_pipe() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_terminal_sees_the_step_and_the_note_as_it_is_written() -> None:
    import pty

    reading, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    subprocess.run([sys.executable, "-c", SCRIPT], stderr=terminal, env=environment, check=True)
    os.close(terminal)
    shown = os.read(reading, 65536).decode()
    os.close(reading)
    assert "Drawing the person" in shown
    assert "two [red]faces[/red] found" in shown
    assert FIRST_TIME in shown
