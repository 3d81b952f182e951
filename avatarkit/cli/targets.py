"""Every file a command will write is looked at before the long work, not after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from avatarkit.errors import UsageError
from avatarkit.whole_files import check_target


def check_targets(targets: Sequence[Path | None], sources: Sequence[Path]) -> None:
    """See that each target can be written, and that none would replace another or what is read.

    Args:
        targets: None for those the caller does not want.
        sources: the files that are read.

    Raises:
        UsageError: what stands in the way.
    """
    taken = {source.resolve() for source in sources}
    for target in targets:
        if target is None:
            continue
        check_target(target)
        if target.resolve() in taken:
            raise UsageError(f"{target} is named twice: each output needs a file of its own.")
        taken.add(target.resolve())


def check_suffix(target: Path, suffixes: Sequence[str]) -> None:
    """Raise UsageError unless the target ends in one of the suffixes, in upper or lower case."""
    if target.suffix.lower() not in suffixes:
        raise UsageError(f"The name {target.name} does not say which format: it must end in {' or '.join(suffixes)}.")
