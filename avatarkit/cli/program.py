"""The commands put together, and the options they share."""

from __future__ import annotations

from typing import Annotated

import typer

import avatarkit
from avatarkit.cli.app import app
from avatarkit.cli.build import build
from avatarkit.cli.capture import capture
from avatarkit.cli.check import check
from avatarkit.cli.convert import convert
from avatarkit.cli.create import create
from avatarkit.cli.gallery import gallery
from avatarkit.cli.inspect import inspect
from avatarkit.cli.live import live
from avatarkit.cli.platforms import platforms
from avatarkit.cli.render import render
from avatarkit.cli.retarget import retarget
from avatarkit.cli.rigs import rigs
from avatarkit.cli.sliders import sliders
from avatarkit.cli.styles import styles
from avatarkit.cli.wardrobe import wardrobe

COMMANDS = (
    create,
    build,
    styles,
    sliders,
    wardrobe,
    capture,
    retarget,
    live,
    rigs,
    platforms,
    inspect,
    check,
    convert,
    render,
    gallery,
    app,
)


def run(arguments: list[str]) -> str | int | None:
    """Run one command.

    Returns:
        the text the command has to say, or an exit code where an option like --help ended it.
    """
    program = typer.Typer(name="avatarkit", add_completion=False)
    program.callback()(_shared)
    for command in COMMANDS:
        program.command()(command)
    return typer.main.get_command(program).main(arguments, prog_name="avatarkit", standalone_mode=False)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"avatarkit {avatarkit.__version__}")
        raise typer.Exit


def _shared(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Show the version.")] = False,
) -> None:
    """A photo becomes an editable, rigged avatar, and a video its motion: offline, on a CPU."""
