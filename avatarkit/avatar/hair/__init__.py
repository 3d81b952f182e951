"""Hair styles on any head, beards on any face."""

from avatarkit.avatar.hair.beard import make_beard, prepare_beard
from avatarkit.avatar.hair.beard_styles import BEARD_STYLES
from avatarkit.avatar.hair.make import HairKind, HairPaint, make_hair, painted_hair, prepare_hair
from avatarkit.avatar.hair.styles import HAIR_STYLES

__all__ = [
    "BEARD_STYLES",
    "HAIR_STYLES",
    "HairKind",
    "HairPaint",
    "make_beard",
    "make_hair",
    "painted_hair",
    "prepare_beard",
    "prepare_hair",
]
