"""Outfits on any body."""

from avatarkit.avatar.outfit.hat_fit import HatFit, hair_under
from avatarkit.avatar.outfit.make import PIECES, Outfit, make_outfit, prepare_outfit
from avatarkit.avatar.outfit.outfits import OUTFITS, Ensemble

__all__ = ["OUTFITS", "PIECES", "Ensemble", "HatFit", "Outfit", "hair_under", "make_outfit", "prepare_outfit"]
