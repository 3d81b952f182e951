"""MediaPipe, imported without what it drags along, started without its greetings."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any


def import_mediapipe() -> tuple[ModuleType, ModuleType]:
    """MediaPipe's `solution_base` and `rect_pb2`."""
    with _imported_when_used("matplotlib.pyplot", "sounddevice"):
        return (
            importlib.import_module("mediapipe.python.solution_base"),
            importlib.import_module("mediapipe.framework.formats.rect_pb2"),
        )


class _ImportedWhenUsed(ModuleType):
    """Stands for a module until somebody asks it for something."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # the import system's own questions
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self.__name__), attribute)


@contextmanager
def _imported_when_used(*names: str) -> Iterator[None]:
    """Let an import inside name these modules without loading them.

    MediaPipe's package imports matplotlib for a drawing function and sounddevice for a recorder. That takes longer than
    everything else together, writes a font cache into the user's home and opens the audio system.
    """
    placed: dict[str, ModuleType] = {}
    for name in names:
        if name in sys.modules:
            continue
        placed[name] = _ImportedWhenUsed(name)
        package, _, member = name.rpartition(".")
        if package and package not in sys.modules:
            placed[package] = ModuleType(package)
            setattr(placed[package], member, placed[name])
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name, module in placed.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextmanager
def quiet_native_log() -> Iterator[None]:
    """Native code's standard error goes nowhere for the moment; Python's own `sys.stderr` object is not touched.

    MediaPipe's logger cannot be told to be quiet before it starts. What matters still arrives as an exception.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a program without a standard error
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(AttributeError, ValueError):
        sys.stderr.flush()
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
