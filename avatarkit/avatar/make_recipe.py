"""From a fitted face to the recipe of an avatar."""

from __future__ import annotations

from dataclasses import replace

from avatarkit.avatar import wardrobe
from avatarkit.avatar.brows import laid_brows
from avatarkit.avatar.hair_guess import guess_hair
from avatarkit.avatar.recipe import AvatarRecipe, Outfit, Skin
from avatarkit.avatar.skin_photo import skin_photo
from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe, restyled
from avatarkit.face_fit.fit import FaceFit


def make_recipe(fit: FaceFit, style: str = DEFAULT_STYLE, name: str = "Avatar") -> AvatarRecipe:
    """The recipe of a photographed person in a style: their shape and colours, everything else as the style has it.

    Raises:
        UsageError: there is no such style.
    """
    plain, seen = default_recipe(name=name), fit.appearance
    shown = guess_hair(seen.hair_look, wardrobe.hair_styles(), seen.colorless) or plain.hair.style
    beard = seen.wear.beard if seen.wear.beard in wardrobe.beard_styles() else plain.beard.style
    person = replace(
        plain,
        sliders=fit.sliders,
        hair=replace(plain.hair, style=shown, color=seen.hair if seen.hair_seen else plain.hair.color),
        beard=replace(plain.beard, style=beard),
        brows=laid_brows(replace(plain.brows, color=seen.brows, shape=seen.brow_shape), seen.brow_line),
        eyes=replace(plain.eyes, iris=seen.iris if seen.iris_seen else plain.eyes.iris),
        outfit=_with_glasses(plain.outfit, seen.wear.dark_glasses) if seen.wear.glasses else plain.outfit,
        skin=Skin(seen.skin, seen.lips, skin_photo(seen.skin, seen.picture, seen.alpha)),
    )
    return restyled(person, style)


def _with_glasses(outfit: Outfit, dark: bool) -> Outfit:
    """The outfit and glasses, if the wardrobe has any."""
    glasses = [piece for piece in wardrobe.wardrobe_pieces() if wardrobe.piece_slot(piece) == "glasses"]
    likely = _DARK_GLASSES if dark else _LIKELY_GLASSES
    chosen = [piece for piece in likely if piece in glasses] or glasses
    return replace(outfit, pieces=(*outfit.pieces, *chosen[:1]))


_LIKELY_GLASSES = ("rectangular-glasses", "square-glasses", "round-glasses")
_DARK_GLASSES = ("sunglasses", "aviators")
"""What most people wear comes first."""
