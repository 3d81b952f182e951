"""`avatarkit live`: a webcam, a film or another program moves an avatar in other programs."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import avatarkit as ak
from avatarkit.cli.capture import HEIGHTS_M
from avatarkit.cli.hot_keys import hot_keys
from avatarkit.cli.interrupts import first_interrupt_asks
from avatarkit.cli.steps import FIRST_TIME
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.errors import NoPersonError, UsageError
from avatarkit.geometry.compiled import is_first_time

if TYPE_CHECKING:
    from rich.text import Text

    from avatarkit.live.session import LiveSession
    from avatarkit.stream.channels import Channels

_LINE_S = 0.25  # between two states of the live line
_SLOW_MS = 60.0  # the goal for a delay: beyond, the line says it in yellow


def live(
    *,
    camera: Annotated[int | None, typer.Option(metavar="N", min=0, max=63, help="Which camera; 0 without it.")] = None,
    cameras: Annotated[bool, typer.Option("--cameras", help="List the cameras and what they give, and end.")] = False,
    video: Annotated[Path | None, typer.Option(metavar="FILE", help="Play a video through the same path.")] = None,
    receive: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Motion of another program: listen at vmc://HOST:PORT.")
    ] = None,
    rig: Annotated[Path | None, typer.Option(metavar="RIG", help="The humanoid that shall move: .glb, .gltf, .vrm.")] = None,
    send: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="vmc://, vrchat://, livelink://, ifacialmocap://HOST:PORT; ws://HOST:PORT is listened at. May be repeated.",
        ),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(metavar="PART", help="body, hands or face only; may be repeated; all without it.")
    ] = None,
    upper_body: Annotated[bool, typer.Option("--upper-body", help="Somebody who sits: hips and legs stay.")] = False,
    record: Annotated[Path | None, typer.Option(metavar="OUT", help="Keep the take, *.npz, .bvh, .vrma or .csv.")] = None,
    seconds: Annotated[float | None, typer.Option(metavar="S", min=0.1, help="End by itself after so long.")] = None,
    height: Annotated[float | None, typer.Option(metavar="METRES", help="How tall the person is.")] = None,
) -> str | None:
    """Move an avatar live by a webcam, in every program that is named.

    On a terminal: p pauses, c measures the person anew, q ends.
    """
    if cameras:
        return _cameras()
    if record is not None:
        check_suffix(record, (".npz", ".bvh", ".vrma", ".csv"))
        check_targets([record], sources=[path for path in (video, rig) if path])
    low, high = HEIGHTS_M
    if height is not None and not low <= height <= high:
        raise UsageError(f"--height {height:g} is no person's height in metres: it must be {low:g} to {high:g}.")
    told = _channels(channel or [], upper_body)
    if sys.stderr.isatty() and is_first_time("joints"):
        typer.echo(FIRST_TIME, err=True)
    with ak.open_live(
        camera, video=video, receive=receive, rig=rig, send=send or (), height_m=height, channels=told
    ) as session:
        if record is not None:
            session.keep()
            with first_interrupt_asks(session.end):
                _run(session, seconds)
                _save(session, record)
        else:
            _run(session, seconds)
    return None


def _channels(names: list[str], upper_body: bool) -> Channels:
    from avatarkit.stream.channels import parse_channels

    return parse_channels(names, upper_body=upper_body)


def _cameras() -> str:
    from avatarkit.live.cameras import list_cameras

    found = list_cameras()
    if not found:
        return "There is no camera."
    lines = []
    for one in found:
        formats = [f"{f.width}x{f.height} at {f.rate_hz:g} {f.coding}".strip() for f in one.formats]
        lines.append(f"{one.number}  {one.name}: {', '.join(formats) or 'cannot be opened: busy, or no camera'}")
    return "\n".join(lines)


def _run(session: LiveSession, seconds: float | None) -> None:
    timer = threading.Timer(seconds or 0.0, session.end)
    timer.daemon = True

    def pause() -> None:
        session.paused = not session.paused

    with hot_keys({"p": pause, "c": session.calibrate, "q": session.end}) as heard, _live_line(session, keys=heard):
        if seconds is not None:
            timer.start()
        for _ in session:
            pass
    timer.cancel()


@contextmanager
def _live_line(session: LiveSession, *, keys: bool) -> Iterator[None]:
    """Inside, a line on a terminal says how it goes."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live

    with Live(
        console=Console(stderr=True),
        get_renderable=lambda: state_line(session, keys=keys),
        refresh_per_second=1.0 / _LINE_S,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def state_line(session: LiveSession, *, keys: bool, now_s: float | None = None) -> Text:
    """How a session goes, in one line."""
    from rich.text import Text

    figures = session.figures
    line = Text(no_wrap=True, overflow="ellipsis")
    silent = session.is_silent and not session.paused
    line.append(f"{0 if silent else figures.fps:3.0f} fps  ", "bold")
    line.append(f"{figures.latency_ms:3.0f} ms  ", "yellow" if figures.latency_ms > _SLOW_MS else "green")
    parts = "paused" if session.paused else "nothing comes" if silent else ", ".join(sorted(figures.parts)) or "nobody"
    line.append(f"{parts:<17} ", "green" if figures.parts and not (session.paused or silent) else "yellow")
    if figures.packets_lost:
        line.append(f"{figures.packets_lost} packets lost  ", "red")
    if figures.unheard:
        line.append(f"nobody listens at {', '.join(figures.unheard)}  ", "red")
    if session.is_calibrating:
        dots = "." * (1 + int(time.monotonic() if now_s is None else now_s) % 3)
        line.append(f"measuring you{dots:<4}", "cyan")
    if keys:
        line.append(" p pause  c measure  q end", "dim")
    return line


def _save(session: LiveSession, record: Path) -> None:
    motion = session.motion
    if motion is None:
        raise NoPersonError("Nothing was recorded: no picture came, and nobody told a motion.")
    motion.save(record)
