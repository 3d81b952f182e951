"""Functions that become machine code: the arithmetic of every picture, which as small numpy calls takes three times as long,
and what an avatar's meshes ask for again and again.

numba compiles a function when it is first called, for the types it declares, and keeps the result beside Python's own compiled
files until any of our sources changes. Without numba's cache that takes seconds: `compile_all` before there is a hurry.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Any, TypeVar

import platformdirs

Function = TypeVar("Function", bound=Callable[..., Any])

NUMBER, INDEX, FLAG = "float64", "int64", "boolean"
"""Declared types of single arguments, in numba's words."""


def floats(axes: int) -> str:
    """The declared type of float64 arrays with so many axes, however they lie in memory; they are only read."""
    return f"Array(float64, {axes}, 'A', True)"


def packed_floats(axes: int, bits: int = 64) -> str:
    """The same of arrays that lie row after row without gaps, through which a processor goes several numbers at a time."""
    return f"Array(float{bits}, {axes}, 'C', True)"


def changed_floats(axes: int) -> str:
    """The same, of float64, where the function writes into its argument."""
    return f"Array(float64, {axes}, 'C')"


def packed_indices(axes: int) -> str:
    """The same of arrays of int64."""
    return f"Array(int64, {axes}, 'C', True)"


def packed_places(axes: int) -> str:
    """The same of arrays of uint32: indices that are never counted from the end, which need no look at their sign."""
    return f"Array(uint32, {axes}, 'C', True)"


def flags(axes: int) -> str:
    """The same of arrays of truth values."""
    return f"Array(boolean, {axes}, 'C', True)"


def rows_of_numbers(rows: int, columns: int) -> str:
    """The declared type of a tuple of so many tuples of so many numbers: functions that branch take arrays far more slowly."""
    return f"UniTuple(UniTuple(float64, {columns}), {rows})"


def compilable(function: Function) -> Function:
    """Lets compiled functions call this one; to Python it stays what it is."""
    _compilable.append(function)
    return function


def compiled(*arguments: str) -> Callable[[Function], Function]:
    """Compiles a function of arguments of such types. Indices are not checked, as in C: who calls it has checked the shapes."""

    def decorate(function: Function) -> Function:
        @cache
        def machine_code() -> Callable[..., Any]:
            return _compile(function, f"({', '.join(arguments)},)")

        @wraps(function)
        def call(*values: Any) -> Any:
            return machine_code()(*values)

        _compiled.append((call, machine_code))
        return call  # type: ignore[return-value]

    return decorate


def compile_all(backwards: bool = False) -> None:
    """Compile whatever has been imported, or read what was kept of it; two processes begin at either end and meet."""
    for _, machine_code in _compiled[:: -1 if backwards else 1]:
        machine_code()


def is_first_time(package: str) -> bool:
    """Whether nothing is kept yet of what a package ("body", "joints") compiles: its first work takes up to a minute longer."""
    return not _kept() or not any(Path(_kept()).glob(f"{package}_*"))  # numba has a folder for each


def compiled_functions() -> list[Callable[..., Any]]:
    """Those that have been imported; `__wrapped__` of each is what Python would do."""
    return [function for function, _ in _compiled]


_compilable: list[Callable[..., Any]] = []
_compiled: list[tuple[Callable[..., Any], Callable[[], Callable[..., Any]]]] = []
_one_at_a_time = Lock()


def _compile(function: Callable[..., Any], signature: str) -> Callable[..., Any]:
    import numba
    from numba.extending import register_jitable

    config: Any = numba.config

    with _one_at_a_time:
        while _compilable:
            register_jitable(no_cfunc_wrapper=True)(_compilable.pop())
        before, config.CACHE_DIR = config.CACHE_DIR, _kept()
        try:
            options: Any = {"cache": bool(_kept()), "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
            machine_code: Callable[..., Any] = numba.njit(signature, **options)(function)
            return machine_code
        finally:
            config.CACHE_DIR = before


@cache
def _kept() -> str:
    """The folder of what was compiled from these very sources: numba itself would not see that a function called has changed.

    Beside the package's own compiled files; where these must not be changed, in the user's cache. "" where nothing can be kept.
    """
    digest = sha256()
    for source in sorted(Path(__file__).parent.parent.rglob("*.py")):
        if b"geometry.compiled import" in (text := source.read_bytes()) or source.samefile(__file__):
            digest.update(text)
    name = f"compiled-{digest.hexdigest()[:16]}"
    own, users = Path(__file__).parent / "__pycache__" / name, platformdirs.user_cache_path("avatarkit") / name
    if not own.is_dir():
        for outdated in own.parent.glob("compiled-*"):  # in the user's cache others' may be in use
            rmtree(outdated, ignore_errors=True)
    return next((str(folder) for folder in (own, users) if _keeps(folder)), "")


def _keeps(folder: Path) -> bool:
    """Whether files can be kept there; makes it if need be."""
    try:
        if not folder.is_dir():  # what is there already is not even tried: nothing is written that need not be
            folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)  # numba keeps and reads only where it may write
