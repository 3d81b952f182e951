"""Outfits on any body."""

from avatarkit.avatar.outfit.make import OUTFITS, PIECES, Outfit, make_outfit

__all__ = ["OUTFITS", "PIECES", "Outfit", "make_outfit"]
