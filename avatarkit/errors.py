"""Every exception avatarkit raises on purpose.

The command line turns each class into its exit code (design: 2 wrong usage, 3 unusable input, 4 something missing), so a
caller of the library can catch one class for one kind of trouble.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AvatarkitError(Exception):
    """Root of all errors raised on purpose. `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(AvatarkitError):
    """The call itself is wrong: an unknown name, a value out of range, a target that cannot be written."""

    exit_code = 2


class InputError(AvatarkitError):
    """The input cannot be used: damaged, not an image, no face, not a humanoid, an unknown recipe schema."""

    exit_code = 3


class NoFaceError(InputError):
    """No face was found in a picture."""


class NoPersonError(InputError):
    """Nobody was found in a video."""


class NotHumanoidError(InputError):
    """A file has no humanoid skeleton; the message names the human bones that were not found."""


class MissingError(AvatarkitError):
    """Something the work needs is not on this machine: a driver, a camera, an optional package."""

    exit_code = 4


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """An error for a name that does not exist, with the nearest names that do.

    Args:
        kind: what the name should have been, as a person calls it ("slider", "hair style").
        name: the name that was given.
        known: the names that exist.
    """
    names = sorted(known)
    near = near_names(name, names)
    hint = f"Did you mean {near}?" if near else f"There are {len(names)}: {_some(names)}."
    return UsageError(f"No {kind} named {name!r}. {hint}")


def near_names(name: str, known: Iterable[str]) -> str:
    """The up to three names that look most like one that does not exist, as in "'bob' or 'lob'"; empty where none does."""
    return " or ".join(repr(near) for near in difflib.get_close_matches(name, list(known), n=3, cutoff=0.5))


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
