"""The thumbnail in a VRM file, drawn by a process of its own: what graphics need to start takes as long as fitting a face."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from avatarkit.cli.steps import Steps
from avatarkit.cli.text import two_lines
from avatarkit.errors import MissingError

if TYPE_CHECKING:
    from avatarkit.avatar.avatar import Avatar


@contextmanager
def thumbnails(output: Path, steps: Steps) -> Iterator[Callable[[Avatar], Avatar]]:
    """Start the graphics device where `output` is a format with a thumbnail.

    Yields:
        what gives an avatar its thumbnail. Without a working driver, or for another format, it gives the avatar back as it is.
    """
    if output.suffix.lower() != ".vrm":
        yield lambda avatar: avatar
        return
    with _drawing_process() as drawing:
        try:
            yield lambda avatar: _with_picture(avatar, drawing, steps)
        finally:
            drawing.kill()


def _with_picture(avatar: Avatar, drawing: subprocess.Popen[bytes], steps: Steps) -> Avatar:
    with steps.step("thumbnail", "Drawing the thumbnail"):
        from avatarkit.export.thumbnail import THUMBNAIL_SIZE_PX, portrayed

        pixels, complaint = drawing.communicate(portrayed(avatar))
    if drawing.returncode:
        missing = drawing.returncode == MissingError.exit_code
        reason = two_lines(complaint.decode(errors="replace")) if missing else "The graphics driver failed."
        steps.note(f"Note: no thumbnail. {reason}")
        return avatar
    return replace(avatar, thumbnail=np.frombuffer(pixels, np.uint8).reshape(*THUMBNAIL_SIZE_PX[::-1], 3))


def _drawing_process() -> subprocess.Popen[bytes]:
    """`draw_thumbnail`, finding modules where this process does; Ctrl-C at the terminal is for this process alone."""
    pipe = subprocess.PIPE
    search = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-m", "avatarkit.cli.draw_thumbnail"]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **search}, start_new_session=True)
