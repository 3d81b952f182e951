"""From a fitted face to the recipe of an avatar."""

from __future__ import annotations

from dataclasses import replace

from avatarkit.avatar.recipe import AvatarRecipe, Skin
from avatarkit.avatar.skin_photo import skin_photo
from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe, restyled
from avatarkit.face_fit.fit import FaceFit


def make_recipe(fit: FaceFit, style: str = DEFAULT_STYLE, name: str = "Avatar") -> AvatarRecipe:
    """The recipe of a photographed person in a style: their shape and colours, everything else as the style has it.

    Raises:
        UsageError: there is no such style.
    """
    plain, seen = default_recipe(name=name), fit.appearance
    person = replace(
        plain,
        sliders=fit.sliders,
        hair=replace(plain.hair, color=seen.hair if seen.hair_seen else plain.hair.color),
        brows=replace(plain.brows, color=seen.brows),
        eyes=replace(plain.eyes, iris=seen.iris if seen.iris_seen else plain.eyes.iris),
        skin=Skin(seen.skin, seen.lips, skin_photo(seen.skin, seen.picture, seen.alpha)),
    )
    return restyled(person, style)
