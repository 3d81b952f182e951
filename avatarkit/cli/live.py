"""`avatarkit live`: a webcam moves an avatar in other programs."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import avatarkit as ak
from avatarkit.cli.capture import HEIGHTS_M
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.errors import NoPersonError, UsageError

if TYPE_CHECKING:
    from avatarkit.live.session import LiveSession

_LINE_S = 0.25  # between two states of the live line


def live(
    *,
    camera: Annotated[int | None, typer.Option(metavar="N", min=0, max=63, help="Which camera; 0 without it.")] = None,
    video: Annotated[Path | None, typer.Option(metavar="FILE", help="Play a video through the same path.")] = None,
    rig: Annotated[Path | None, typer.Option(metavar="RIG", help="The humanoid that shall move: .glb, .gltf, .vrm.")] = None,
    send: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="vmc://, vrchat://, livelink://, ifacialmocap:// or ws://HOST:PORT; may be repeated."),
    ] = None,
    record: Annotated[Path | None, typer.Option(metavar="OUT", help="Keep the take, *.npz, .bvh, .vrma or .csv.")] = None,
    seconds: Annotated[float | None, typer.Option(metavar="S", min=0.1, help="End by itself after so long.")] = None,
    height: Annotated[float | None, typer.Option(metavar="METRES", help="How tall the person is.")] = None,
) -> None:
    """Move an avatar live by a webcam, in every program that is named."""
    if record is not None:
        check_suffix(record, (".npz", ".bvh", ".vrma", ".csv"))
        check_targets([record], sources=[path for path in (video, rig) if path])
    low, high = HEIGHTS_M
    if height is not None and not low <= height <= high:
        raise UsageError(f"--height {height:g} is no person's height in metres: it must be {low:g} to {high:g}.")
    with ak.open_live(camera, video=video, rig=rig, send=send or (), height_m=height) as session:
        if record is not None:
            session.keep()
        try:
            _run(session, seconds)
        except KeyboardInterrupt:
            if record is None:
                raise
        finally:
            if sys.stderr.isatty():
                sys.stderr.write("\n")
        if record is not None:
            _save(session, record)


def _run(session: LiveSession, seconds: float | None) -> None:
    begun = shown = time.monotonic()
    for _ in session:
        now = time.monotonic()
        if sys.stderr.isatty() and now - shown >= _LINE_S:
            shown = now
            sys.stderr.write("\r" + _line(session).ljust(78))
            sys.stderr.flush()
        if seconds is not None and now - begun >= seconds:
            return


def _line(session: LiveSession) -> str:
    figures, moment = session.figures, session.moment
    seen = "you" if moment is not None and moment.person_seen else "nobody"
    return f"{figures.fps:4.1f} poses/s  {figures.latency_ms:4.0f} ms  {figures.dropped} dropped  sees {seen}"


def _save(session: LiveSession, record: Path) -> None:
    motion = session.motion
    if motion is None:
        raise NoPersonError("Nothing was recorded: no picture came.")
    motion.save(record)
