"""From a fitted face to the recipe of an avatar."""

from __future__ import annotations

from dataclasses import replace

from avatarkit.avatar.recipe import AvatarRecipe, Hair, Skin
from avatarkit.avatar.skin_photo import skin_photo
from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe
from avatarkit.face_fit.fit import FaceFit


def make_recipe(fit: FaceFit, style: str = DEFAULT_STYLE, name: str = "Avatar") -> AvatarRecipe:
    """The recipe of a photographed person: their shape and colours, everything else as the style has it.

    Raises:
        UsageError: there is no such style.
    """
    plain, seen = default_recipe(style, name), fit.appearance
    return replace(
        plain,
        sliders=fit.sliders,
        hair=Hair(plain.hair.style, seen.hair if seen.hair_seen else plain.hair.color),
        skin=Skin(seen.skin, seen.lips, seen.brows, skin_photo(seen.skin, seen.picture, seen.alpha)),
        iris=seen.iris if seen.iris_seen else plain.iris,
    )
