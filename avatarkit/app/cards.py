"""Pictures on the cards of styles, hair and clothes, drawn by assets/scripts/draw_cards.py."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from zipfile import ZipFile

from avatarkit.data_files import asset_path

CARDS = "cards.zip"
"""Holds KIND/NAME.webp."""


@cache
def card_pictures() -> Mapping[str, bytes]:
    """KIND/NAME -> a WebP picture; kinds are styles, hair, outfits and pieces."""
    with ZipFile(asset_path(CARDS)) as pictures:
        return {name.removesuffix(".webp"): pictures.read(name) for name in pictures.namelist()}
