"""`avatarkit styles`: whom and how to begin with."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def styles(as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False) -> str:
    """List the style presets: plain ones for a photo, and people and characters that are complete without one."""
    from avatarkit.avatar.style import KINDS, load_style, style_names

    known = [load_style(name) for name in style_names()]
    if as_json:
        return json.dumps(
            [{"name": s.name, "kind": s.kind, "family": s.family.name, "title": s.title} for s in known], indent=2
        )
    width = max(len(style.name) for style in known)
    parts = [(kind, [style for style in known if style.kind == kind]) for kind in KINDS]
    return "\n\n".join(
        "\n".join([_HEADINGS[kind], *(f"  {s.name:<{width}}  {s.family.name:<15}  {s.title}" for s in members)])
        for kind, members in parts
        if members
    )


_HEADINGS = {"family": "families", "person": "people", "character": "characters"}
"""What a list of each kind is called."""
