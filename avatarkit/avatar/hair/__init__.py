"""Hair styles on any head."""

from avatarkit.avatar.hair.make import make_hair
from avatarkit.avatar.hair.styles import HAIR_STYLES

__all__ = ["HAIR_STYLES", "make_hair"]
