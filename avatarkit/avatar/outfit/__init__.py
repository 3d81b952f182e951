"""Outfits on any body."""

from avatarkit.avatar.outfit.hat_fit import HatFit, hair_under
from avatarkit.avatar.outfit.make import OUTFITS, PIECES, Outfit, make_outfit

__all__ = ["OUTFITS", "PIECES", "HatFit", "Outfit", "hair_under", "make_outfit"]
