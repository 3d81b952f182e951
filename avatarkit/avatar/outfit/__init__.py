"""Outfits on any body."""

from avatarkit.avatar.outfit.make import OUTFITS, Outfit, make_outfit

__all__ = ["OUTFITS", "Outfit", "make_outfit"]
