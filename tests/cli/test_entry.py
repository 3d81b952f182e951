"""The contract with scripts: exit codes, errors in at most two lines on standard error, nothing written on failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from avatarkit import errors
from avatarkit.cli import entry, main, program
from avatarkit.cli.render import View

COMMAND = [sys.executable, "-m", "avatarkit"]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """The exit code and the complaint of a command that must fail in the proper form."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert code != 0
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert 1 <= len(said.err.strip().splitlines()) <= 2
    return code, said.err


def failing(error: BaseException) -> object:
    def run(_arguments: list[str]) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ["crate"],
        ["create"],
        ["create", "me.jpg"],
        ["create", "me.jpg", "-o", "me.vrm", "--bogus"],
        ["create", "me.jpg", "-o", "me.vrm", "--face", "one"],
        ["render", "me.vrm", "-o", "me.png", "--view", "feet"],
        ["sliders", "surplus"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, complaint = refused(capsys, *arguments)
    assert code == 2
    assert "--help" in complaint


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("u"), 2),
        (errors.InputError("i"), 3),
        (errors.NoFaceError("n"), 3),
        (errors.MissingError("m"), 4),
        (ImportError("libGL.so.1: cannot open shared object file"), 4),
        (MemoryError(), 4),
        (ZeroDivisionError("no one thought of this"), entry.EXIT_BUG),
    ],
    ids=repr,
)
def test_each_kind_of_trouble_has_its_exit_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "run", failing(error))
    assert refused(capsys, "sliders")[0] == code


def test_a_long_message_with_control_characters_stays_on_two_harmless_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "run", failing(errors.InputError("first\nsecond\x1b[31m\n\nthird\r\x07")))
    _, complaint = refused(capsys, "sliders")
    assert complaint.splitlines()[1].startswith("second")
    assert not {"\x1b", "\r", "\x07"} & set(complaint)


def test_a_traceback_is_shown_with_debug_only_wherever_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "inspect", "there-is-none.glb")
    for arguments in (["--debug", "inspect", "there-is-none.glb"], ["inspect", "there-is-none.glb", "--debug"]):
        assert main(arguments) == 3
        assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_ends_with_130_even_if_a_library_makes_another_error_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    def run(_arguments: list[str]) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    def unheard(_reading: int) -> None:
        """Stands for the thread that would end the process, and the tests with it."""

    monkeypatch.setattr(program, "run", run)
    monkeypatch.setattr("avatarkit.cli.interrupts._end_if_unheard", unheard)
    assert main(["sliders"]) == 128 + signal.SIGINT


@pytest.mark.parametrize("arguments", [["--help"], ["sliders"], ["sliders", "--json"]], ids=" ".join)
def test_a_reader_who_leaves_is_no_error(arguments: list[str]) -> None:
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        complaint = process.stderr.read() if process.stderr else b""
    assert (process.returncode, complaint) == (0, b"")


def test_help_names_every_command_and_each_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    overview = capsys.readouterr().out
    for command in program.COMMANDS:
        assert command.__name__ in overview
        assert main([command.__name__, "--help"]) == 0
        assert "Usage: avatarkit " + command.__name__ in capsys.readouterr().out


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"avatarkit {version('avatarkit')}\n"


def test_the_views_offered_are_the_views_drawn() -> None:
    from typing import get_args

    from avatarkit.render.pictures import FILE_VIEWS

    assert get_args(View) == FILE_VIEWS
