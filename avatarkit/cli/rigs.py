"""`avatarkit rigs`: the naming families a rig's bones are told by."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def rigs(as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False) -> str:
    """List the rig families that are known by their bones' names; others are told by their shape."""
    from avatarkit.rig.naming import naming_families

    families = naming_families()
    if as_json:
        return json.dumps(
            [{"name": f.name, "source": f.source, "prefixes": f.prefixes, "bones": dict(f.bones)} for f in families], indent=2
        )
    width = max(len(family.name) for family in families)
    return "\n".join(f"{family.name:<{width}}  {len(family.bones):>2} bones  {family.source}" for family in families)
