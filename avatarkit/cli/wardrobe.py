"""`avatarkit wardrobe`: hair and clothes to choose from."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def wardrobe(as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False) -> str:
    """List hair styles, and outfits with their pieces and the colours they are designed in."""
    from avatarkit.avatar.wardrobe import hair_styles, outfits

    if as_json:
        return json.dumps({"hair": hair_styles(), "outfits": outfits()}, indent=2)
    worn = [
        f"  {name}: {', '.join(f'{piece} {color}' for piece, color in pieces.items())}" for name, pieces in outfits().items()
    ]
    return "\n".join(["hair", *(f"  {name}" for name in hair_styles()), "", "outfits", *worn])
