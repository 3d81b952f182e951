"""What there is to wear, and the names' checks."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.colors import parse_color
from avatarkit.errors import unknown_name


def hair_styles() -> list[str]:
    """Names of all hair styles."""
    from avatarkit.avatar.hair import HAIR_STYLES

    return sorted(HAIR_STYLES)


def outfits() -> dict[str, dict[str, str]]:
    """Outfit name -> piece -> the colour "#rrggbb" it is designed in."""
    from avatarkit.avatar.outfit import OUTFITS

    return {name: dict(pieces) for name, pieces in sorted(OUTFITS.items())}


def check_hair_style(style: str) -> None:
    """Raises UsageError, with the nearest names, unless there is such a hair style."""
    if style not in hair_styles():
        raise unknown_name("hair style", style, hair_styles())


def check_outfit(name: str, colors: Mapping[str, str]) -> None:
    """Raises UsageError, with the nearest names, unless there is such an outfit with such pieces in such colours."""
    known = outfits()
    if name not in known:
        raise unknown_name("outfit", name, known)
    for piece, color in colors.items():
        if piece not in known[name]:
            raise unknown_name(f"piece of the outfit {name!r}", piece, known[name])
        parse_color(color)
