"""Output that is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from avatarkit.errors import UsageError


def write_whole(path: str | Path, content: bytes) -> None:
    """Put `content` at `path`: first into a temporary file beside it, which then takes its place.

    A file that is already there is replaced only by the finished one.

    Raises:
        UsageError: the folder does not exist, the target is no regular file, or nothing may be written there.
    """
    path = Path(path)
    _check_target(path)
    temporary = path.with_name(f".{path.name[:80]}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _check_target(path: Path) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"Cannot write {path}: there is no folder {path.parent}.")
    if path.exists() and not path.is_file():
        raise UsageError(f"Cannot write {path}: it is {'a folder' if path.is_dir() else 'not a regular file'}. Name a file.")
    if path.is_file() and not os.access(path, os.W_OK):
        raise UsageError(f"Cannot write {path}: the file is write-protected.")
