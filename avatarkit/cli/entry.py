"""Where the program begins: exit codes, errors in one or two lines, output to readers who may leave."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from avatarkit.cli.interrupts import interrupts_end_the_process
from avatarkit.cli.text import two_lines
from avatarkit.errors import AvatarkitError, MissingError, UsageError

EXIT_BUG = 70
"""An error nobody foresaw has none of the contract's codes. Source: EX_SOFTWARE of BSD's sysexits.h."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; those of the process if None.

    Returns:
        The exit code: 0 done, 1 a check found a limit broken, 2 wrong usage, 3 unusable input, 4 something missing; 70 a bug
        of ours, 130 interrupted, 143 asked to end by another program.
    """
    if arguments is None:
        _limit_threads()
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    with interrupts_end_the_process() as request:
        try:
            code = _run([argument for argument in given if argument != "--debug"])
            return request.exit_code if request.number else code  # typer makes a code of its own of an interrupt
        except KeyboardInterrupt:
            return request.exit_code
        except Exception as error:
            if request.number:  # it came while a library was loading, which then reports trouble of its own
                return request.exit_code
            if "--debug" in given:
                traceback.print_exception(error)
            return _explain(error)


def run() -> NoReturn:
    """Run the process's command and end the process at once.

    Python would first take every library apart, which is of no use to anybody and takes up to two seconds.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a reader who left
            stream.flush()
    os._exit(code)


def _limit_threads() -> None:
    """One thread for linear algebra, unless the caller's environment says otherwise; numpy must not be loaded yet.

    Our matrices are small: a second thread of OpenBLAS gains nothing and spins while it waits, which costs a `create` half a
    second of processor time or more.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _run(arguments: list[str]) -> int:
    """Run a command and write what it has to say. A reader who stops reading is no error."""
    from avatarkit.cli.program import run  # loading it takes a while, in which Ctrl-C is heard already

    try:
        said = run(arguments)
        sys.stdout.write(f"{said}\n" if isinstance(said, str) else "")
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # the latter is typer's answer to a broken pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or closing it at exit would fail once more
        return 0
    return said if isinstance(said, int) else 0


def _explain(error: Exception) -> int:
    """Say on standard error what was wrong; returns the exit code."""
    from typer.exceptions import TyperException

    if isinstance(error, TyperException):
        context = getattr(error, "ctx", None)
        hint = f" (See {context.command_path} --help.)" if context else ""
        return _complain(error.format_message() + hint, UsageError.exit_code)
    if isinstance(error, AvatarkitError):
        return _complain(str(error), error.exit_code)
    if isinstance(error, ImportError):
        return _complain(f"A library that avatarkit needs cannot be loaded: {error}", MissingError.exit_code)
    if isinstance(error, MemoryError):
        return _complain("There is not enough memory for this.", MissingError.exit_code)
    return _complain(f"A bug in avatarkit: {type(error).__name__}: {error}\n--debug shows where.", EXIT_BUG)


def _complain(message: str, exit_code: int) -> int:
    sys.stderr.write(f"Error: {two_lines(message)}\n")
    return exit_code
