"""`avatarkit platforms`: where an avatar can go."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def platforms(as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False) -> str:
    """List the platform profiles that `check` knows, with the source and date of their limits."""
    from avatarkit.export.platforms import load_platform, platform_names

    known = [load_platform(name) for name in platform_names()]
    if as_json:
        return json.dumps([asdict(platform) for platform in known], indent=2)
    width = max(len(platform.name) for platform in known)
    return "\n".join(f"{p.name:<{width}}  {p.title}\n{'':<{width}}  from {p.source}, read {p.date}" for p in known)
