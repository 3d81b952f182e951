"""Colours as people write them."""

from __future__ import annotations

import re

from avatarkit.errors import UsageError

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def parse_color(text: str) -> tuple[float, float, float]:
    """sRGB 0..1 of "#rrggbb".

    Raises:
        UsageError: anything else.
    """
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise UsageError(f"A colour is written '#rrggbb', as in '#7a3b1e', not {text!r}.")
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue
