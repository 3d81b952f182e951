"""`avatarkit wardrobe`: hair and clothes to choose from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer


def wardrobe(as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False) -> str:
    """List hair, beards, brows, lashes, makeup with its finishes, outfits, and pieces with the colours they are designed in."""
    from avatarkit.avatar import wardrobe as choice

    listed = {
        "hair": choice.hair_styles(),
        "beards": choice.beard_styles(),
        "brows": choice.brow_shapes(),
        "lashes": choice.lash_styles(),
        "makeup": {item: list(finishes) for item, finishes in choice.makeup_items().items()},
        "outfits": {name: list(pieces) for name, pieces in choice.outfits().items()},
        "pieces": {
            name: {"slot": choice.piece_slot(name), "colors": colors} for name, colors in choice.wardrobe_pieces().items()
        },
    }
    return json.dumps(listed, indent=2) if as_json else "\n\n".join(_section(*entry) for entry in listed.items() if entry[1])


def _section(title: str, entries: Any) -> str:
    lines = [f"  {entry}" for entry in entries] if isinstance(entries, list) else [_line(*entry) for entry in entries.items()]
    return "\n".join([title, *lines])


def _line(name: str, content: Any) -> str:
    if isinstance(content, list):
        return f"  {name}: {', '.join(content)}"
    return f"  {name} ({content['slot']}): {', '.join(f'{part} {color}' for part, color in content['colors'].items())}"
