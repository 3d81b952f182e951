"""`avatarkit render`: a picture or a short film of a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

import avatarkit as ak
from avatarkit.cli.quick_graphics import quicken_graphics
from avatarkit.cli.steps import shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.errors import UsageError

View = Literal["face", "bust", "body", "turntable"]
PICTURE_SUFFIXES = (".png", ".mp4")


def render(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .glb, .gltf or .vrm.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="A .png, or an .mp4: its movement, or one turn.")
    ],
    *,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Pixels, for example 1024x1024.")] = None,
    view: Annotated[View | None, typer.Option(help="Without it a bust; the body in a film.")] = None,
    animation: Annotated[int | None, typer.Option(metavar="N", min=0, help="Which of a file's animations, from 0.")] = None,
    time: Annotated[float | None, typer.Option(metavar="SECONDS", help="Which moment of it a .png shows.")] = None,
) -> None:
    """Draw an avatar, or any glTF or VRM file; a film plays its animation."""
    check_suffix(output, PICTURE_SUFFIXES)
    check_targets([output], sources=[file])
    size_px = None if size is None else parse_size(size)
    quicken_graphics()
    with shown_steps() as steps, steps.step("render_file", "Drawing") as advance:
        ak.render_file(file, output, view, size_px, animation=animation, time_s=time, progress=advance)


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of a text like 1024x768.

    Raises:
        UsageError: the text is something else.
    """
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text)
    if match is None:
        raise UsageError(f"--size {text} is not WxH, for example 1024x768.")
    return int(match[1]), int(match[2])
