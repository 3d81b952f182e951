"""Output that is written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from avatarkit.errors import UsageError

_unfinished: set[Path] = set()
"""Temporary files this process has begun and not yet put in place; known so that an interrupt can remove them."""


def write_whole(path: str | Path, content: bytes) -> None:
    """Put `content` at `path`: first into a temporary file beside it, which then takes its place.

    A file that is already there is replaced only by the finished one; a symbolic link is followed.

    Raises:
        UsageError: the folder does not exist, the target is no regular file, or nothing may be written there.
    """
    check_target(path)
    target = Path(path).resolve()
    temporary = target.with_name(f".avatarkit-{secrets.token_hex(8)}.part")
    _unfinished.add(temporary)
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(target)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def check_target(path: str | Path) -> None:
    """Find out before long work whether `write_whole` will be able to write.

    Raises:
        UsageError: as in `write_whole`.
    """
    try:
        reason = _obstacle(Path(path).resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long, a zero byte
        reason = getattr(error, "strerror", None) or str(error)
    if reason:
        raise UsageError(f"Cannot write {path}: {reason}.")


def discard_unfinished() -> None:
    """Remove what this process has half-written: the last act before it is ended from outside."""
    for temporary in tuple(_unfinished):
        temporary.unlink(missing_ok=True)


def _obstacle(target: Path) -> str | None:
    folder = target.parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    if target.exists() and not target.is_file():
        return f"it is {'a folder' if target.is_dir() else 'not a regular file'}; name a file"
    if target.is_file() and not os.access(target, os.W_OK):
        return "the file is write-protected"
    return None if os.access(folder, os.W_OK | os.X_OK) else f"the folder {folder} is write-protected"
