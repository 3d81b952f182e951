"""`avatarkit convert`: anybody's avatar as a platform takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import avatarkit as ak
from avatarkit.cli.targets import check_targets
from avatarkit.cli.text import printable


def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .vrm, .glb or .gltf, made by anybody.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="A .vrm or a .glb.")],
    platform: Annotated[
        str, typer.Option(metavar="NAME", help="vrm0 or vrm1 for the version of VRM alone; `avatarkit platforms` lists more.")
    ],
    with_permission: Annotated[
        bool, typer.Option("--i-have-permission", help="Alter it although its licence forbids that: it is yours, or you may.")
    ] = False,
) -> str:
    """Make a file that a platform takes: VRM 0.x or 1.0, as light as it wants it, in its pose and with its names."""
    from avatarkit.export.files import check_suffix

    check_suffix(output, platform)
    check_targets([output], sources=[file])
    made = ak.convert(file, platform, with_permission=with_permission)
    left = [
        f"{finding.what}: {finding.measured}" + (f" ({finding.why})" if finding.why else "")
        for finding in made.save(output).findings
        if finding.passes is False
    ]
    lines = (f"{output.name}: {made.kind}", *(f"  {line}" for line in made.notes), *(f"  not mended: {line}" for line in left))
    return "\n".join(printable(line) for line in lines)
