"""The browser viewer, driven in a real browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avatarkit.data_files import viewer_path
from avatarkit.errors import MissingError
from tests.judges import _chromium, _missing, _run_node

Step = Mapping[str, str]
STILL: Mapping[str, Any] = {"reducedMotion": "reduce"}
"""Options of the page on which nothing blinks or glides."""


@dataclass(frozen=True)
class ViewerReport:
    """What the steps' scripts gave; every address that was asked for, the page's own without its origin; console problems."""

    results: list[Any]
    requests: list[str] = field(repr=False)
    problems: list[str]


def script(text: str) -> Step:
    """JavaScript in the page, where `viewer` is the element; what it gives (or its promise) is the step's result."""
    return {"script": text}


def key(name: str) -> Step:
    """A key is pressed."""
    return {"key": name}


def picture(path: Path) -> Step:
    """What the viewer shows goes to a PNG."""
    return {"picture": str(path)}


def _bundle() -> Path:
    try:
        return viewer_path()
    except MissingError as problem:
        _missing(str(problem))


def view_in_browser(
    steps: Sequence[Step], files: Mapping[str, Path], *, size: tuple[int, int] = (160, 160), options: Mapping[str, Any] = STILL
) -> ViewerReport:
    """Take steps with the viewer on a page of a local server.

    Args:
        steps: one after the other.
        files: name on the server -> file.
        size: of the page, pixels.
        options: of Playwright's page.
    """
    wanted = {
        "bundle": str(_bundle()),
        "browser": _chromium(),
        "size": size,
        "steps": list(steps),
        "options": dict(options),
    }
    wanted["files"] = {name: str(path.resolve()) for name, path in files.items()}
    return ViewerReport(**_run_node("viewer.mjs", json.dumps(wanted)))
