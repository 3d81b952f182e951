"""What a benchmark found: printed as a table beside its goals, and written as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from avatarkit.whole_files import write_whole

CHECKOUT = Path(__file__).resolve().parents[1]
OUT = CHECKOUT / "out"


@dataclass(frozen=True)
class Figure:
    """One number.

    Attributes:
        name: what was measured, in words.
        value: the number.
        unit: "" for ratios.
        goal: what it should reach, if anything.
        better: whether the value should be at most or at least the goal.
    """

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    better: Literal["most", "least"] = "most"

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.better == "most" else self.value >= self.goal


def table(rows: Sequence[Sequence[object]], header: Sequence[str]) -> str:
    """Columns of text, the first left-aligned, the others right-aligned."""
    cells = [list(map(str, header)), *[list(map(str, row)) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            text.ljust(w) if k == 0 else text.rjust(w) for k, (text, w) in enumerate(zip(row, widths, strict=True))
        )

    return "\n".join([line(cells[0]), "  ".join("-" * w for w in widths), *map(line, cells[1:])])


def figure_table(figures: Sequence[Figure], before: Mapping[str, float] | None = None) -> str:
    """Figure, goal and verdict, one line each; the earlier run's figure beside it where there is one."""
    before = before or {}
    rows = [
        (
            figure.name,
            _number(figure.value) + (f" {figure.unit}" if figure.unit else ""),
            "" if figure.goal is None else f"{'≤' if figure.better == 'most' else '≥'} {_number(figure.goal)}",
            {True: "met", False: "MISSED", None: ""}[figure.met],
            *([_number(before[figure.name]) if figure.name in before else ""] if before else []),
        )
        for figure in figures
    ]
    return table(rows, ("measure", "figure", "goal", "", *(["before"] if before else [])))


def _number(value: float) -> str:
    return f"{value:.4g}"


def figures_before(path: Path) -> dict[str, float]:
    """Figure name -> value of an earlier run's file; empty if there is none."""
    if not path.is_file():
        return {}
    return {figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]}


def write_results(path: Path, figures: Sequence[Figure], details: Mapping[str, Any]) -> None:
    """All of a run as JSON: the machine, the figures with their goals, and what they were computed from."""
    content = {
        "machine": machine(),
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
        **details,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")


def kept(folder: Path | None, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What an earlier run left in the folder under a name, else what is made now, and left there for a later one."""
    if folder is None:
        return make()
    path = folder / f"{name}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)  # before the work: it would be lost
        write_whole(path, (json.dumps(make(), indent=1, allow_nan=False) + "\n").encode())
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def machine() -> dict[str, Any]:
    """What the run ran on, how busy that was, and how much of the time the host kept from it since the program began."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "stolen": _stolen(),
    }


def how_busy() -> str:
    """How far a run can be believed, for the end of its table."""
    told = machine()
    stolen = "" if told["stolen"] is None else f", {told['stolen']:.1%} of the processors' time kept by the host"
    return f"load average {told['load_average']}{stolen}"


_PROC_STAT = Path("/proc/stat")
_STEAL = 7
"""Column of the time that a virtual machine wanted and did not get. Source: man 5 proc."""


def _ticks() -> list[int]:
    return [int(value) for value in _PROC_STAT.read_text().splitlines()[0].split()[1:9]] if _PROC_STAT.is_file() else []


def stolen_ticks() -> int:
    """Hundredths of a second that the host has kept of this machine's processors since it runs; 0 where that is not told."""
    ticks = _ticks()
    return ticks[_STEAL] if ticks else 0


_BEGAN = _ticks()


def _stolen() -> float | None:
    spent = [now - then for now, then in zip(_ticks(), _BEGAN, strict=True)]
    return round(spent[_STEAL] / max(sum(spent), 1), 4) if spent else None
