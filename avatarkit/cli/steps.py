"""The named steps of a long work: timed for the report, shown on a terminal, silent anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from avatarkit.geometry.compiled import is_first_time

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

Advance = Callable[[int, int | None], None]
"""Told how much of a step is done, and of how much as far as that is known."""


class Steps:
    """What is being done and how long it took.

    Attributes:
        seconds: step name -> duration, of the finished steps.
    """

    def __init__(self, display: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._display = display

    @contextmanager
    def step(self, name: str, label: str) -> Iterator[Advance]:
        """Time what happens inside under `name` and show `label` meanwhile; yields what a bar is moved with."""
        advance = _bar(self._display, label) if self._display else _silent
        start = perf_counter()
        yield advance
        self.seconds[name] = round(perf_counter() - start, 4)
        advance(1, 1)

    def note_first_time(self, package: str) -> None:
        """Tell that person why what this package computes takes long once."""
        if self._display and is_first_time(package):
            self.note(FIRST_TIME)

    def note(self, text: str) -> None:
        """Tell the person at the terminal, if there is one."""
        if self._display:
            self._display.console.print(text, markup=False, highlight=False)


FIRST_TIME = "Once after an installation or update, code is made ready for this machine: up to a minute more."


def _bar(display: Progress, label: str) -> Advance:
    task = display.add_task(label, total=None)
    return lambda done, total: display.update(task, completed=done, total=total)


LONG_S = 60.0
"""Of work that ends sooner nobody asks when."""


def _time_left() -> ProgressColumn:
    """A column that says how long something will take yet, where that is long."""
    from rich.progress import Task, TimeRemainingColumn
    from rich.text import Text

    class TimeLeft(TimeRemainingColumn):
        def render(self, task: Task) -> Text:
            long = task.time_remaining is not None and task.time_remaining > LONG_S
            return Text.assemble("about ", super().render(task), " left") if long else Text()

    return TimeLeft()


def _silent(_done: int, _total: int | None) -> None:
    pass


@contextmanager
def shown_steps() -> Iterator[Steps]:
    """Steps, with a display on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield Steps(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), _time_left(), console=Console(stderr=True), transient=True) as display:
        yield Steps(display)
