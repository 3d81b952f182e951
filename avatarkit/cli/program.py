"""The program: what all commands share, exit codes, errors in one or two lines."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

import avatarkit
from avatarkit.cli.build import build
from avatarkit.cli.create import create
from avatarkit.cli.inspect import inspect
from avatarkit.cli.interrupts import EXIT_INTERRUPTED, interrupts_end_the_process
from avatarkit.cli.render import render
from avatarkit.cli.sliders import sliders
from avatarkit.cli.text import two_lines
from avatarkit.errors import AvatarkitError, MissingError, UsageError

EXIT_BUG = 70
"""An error nobody foresaw has none of the contract's codes. Source: EX_SOFTWARE of BSD's sysexits.h."""

app = typer.Typer(name="avatarkit", add_completion=False, pretty_exceptions_enable=False)
for _command in (create, build, sliders, inspect, render):
    app.command()(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; those of the process if None.

    Returns:
        The exit code: 0 done, 1 a check found a limit broken, 2 wrong usage, 3 unusable input, 4 something missing; 70 a bug
        of ours, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    with interrupts_end_the_process() as interrupt:
        try:
            return _run([argument for argument in given if argument != "--debug"])
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED
        except Exception as error:
            if interrupt.is_set():  # it came while a library was loading, which then reports trouble of its own
                return EXIT_INTERRUPTED
            if "--debug" in given:
                traceback.print_exception(error)
            return _explain(error)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"avatarkit {avatarkit.__version__}")
        raise typer.Exit


@app.callback()
def _shared(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Show the version.")] = False,
) -> None:
    """One photo becomes an editable, rigged avatar: offline, on a CPU."""


def _run(arguments: list[str]) -> int:
    """Run a command and write what it has to say. A reader who stops reading is no error."""
    try:
        said = typer.main.get_command(app).main(arguments, prog_name="avatarkit", standalone_mode=False)
        sys.stdout.write(f"{said}\n" if isinstance(said, str) else "")
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # the latter is typer's answer to a broken pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or closing it at exit would fail once more
        return 0
    return said if isinstance(said, int) else 0


def _explain(error: Exception) -> int:
    """Say on standard error what was wrong; returns the exit code."""
    if isinstance(error, TyperException):
        context = getattr(error, "ctx", None)
        hint = f"\nSee {context.command_path} --help." if context else ""
        return _complain(error.format_message(), UsageError.exit_code, hint)
    if isinstance(error, AvatarkitError):
        return _complain(str(error), error.exit_code)
    if isinstance(error, ImportError):
        return _complain(f"A library that avatarkit needs cannot be loaded: {error}", MissingError.exit_code)
    if isinstance(error, MemoryError):
        return _complain("There is not enough memory for this.", MissingError.exit_code)
    return _complain(f"This is a bug in avatarkit ({type(error).__name__}: {error}).", EXIT_BUG, "\n--debug shows where.")


def _complain(message: str, exit_code: int, hint: str = "") -> int:
    sys.stderr.write(f"Error: {two_lines(message)}{hint}\n")
    return exit_code
