"""`avatarkit convert`: a VRM of one version as one of the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import avatarkit as ak
from avatarkit.cli.targets import check_targets
from avatarkit.cli.text import printable
from avatarkit.errors import UsageError

_VERSIONS = {"0": "0.x", "0.x": "0.x", "vrm0": "0.x", "1": "1.0", "1.0": "1.0", "vrm1": "1.0"}


def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .vrm, made by anybody.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="A .vrm.")],
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="The version of VRM: vrm0 or vrm1.")],
    with_permission: Annotated[
        bool, typer.Option("--i-have-permission", help="Alter it although its licence forbids that: it is yours, or you may.")
    ] = False,
) -> str:
    """Make a VRM 0.x of a VRM 1.0, or the other way round: bones, expressions, springs, gaze, materials, licence."""
    if to not in _VERSIONS:
        raise UsageError(f"VRM has the versions vrm0 and vrm1, not {to!r}.")
    check_targets([output], sources=[file])
    left_out = ak.convert_file(file, output, _VERSIONS[to], with_permission=with_permission)  # type: ignore[arg-type]
    return "\n".join(printable(line) for line in (f"{output.name}: VRM {_VERSIONS[to]}", *(f"  {note}" for note in left_out)))
