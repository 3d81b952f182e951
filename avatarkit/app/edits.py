"""A visitor's wishes, as the page sends them, applied to a recipe. Whatever comes is checked like any recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from avatarkit.avatar.recipe import AvatarRecipe, Skin
from avatarkit.avatar.recipe_tables import as_object, as_text
from avatarkit.avatar.wardrobe import piece_slot
from avatarkit.errors import InputError, unknown_name


def edited(recipe: AvatarRecipe, changes: object) -> AvatarRecipe:
    """The recipe with the changes made.

    Args:
        recipe: as it is.
        changes: part -> what is wished of it, for parts of `EDITS`.

    Raises:
        UsageError, InputError: a part, name, number or colour that is none.
    """
    for part, wish in as_object(changes, "the changes").items():
        if part not in EDITS:
            raise unknown_name("part of an avatar", part[:40], EDITS)
        recipe = EDITS[part](recipe, wish)
    return recipe


def _sliders(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    values = as_object(wish, "the sliders")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"The slider {name[:40]} must be a number.")
    return recipe.with_sliders(values)


def _hair(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    asked = as_object(wish, "hair")
    made = recipe.with_hair(_text(asked, "style"), _text(asked, "color"), roots=_text(asked, "roots"), grey=asked.get("grey"))
    return replace(made, hair=replace(made.hair, roots=None)) if "roots" in asked and asked["roots"] is None else made


def _brows(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    asked = as_object(wish, "brows")
    return recipe.with_brows(_text(asked, "shape"), _text(asked, "color"))


def _beard(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    asked = as_object(wish, "beard")
    return recipe.with_beard(_text(asked, "style"), _text(asked, "color"))


def _eyes(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    asked = as_object(wish, "eyes")
    return recipe.with_eyes(_text(asked, "iris"), _text(asked, "lashes"))


def _makeup(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    for item, layer in as_object(wish, "makeup").items():
        if layer is None:
            recipe = recipe.with_makeup(item, strength=0.0)
            continue
        asked = as_object(layer, "makeup")
        recipe = recipe.with_makeup(item, _text(asked, "color"), strength=asked.get("strength"), finish=_text(asked, "finish"))
    return recipe


def _outfit(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    """A named outfit, or pieces and colours; colours of pieces that stay are kept, and glasses are not part of an outfit."""
    asked = as_object(wish, "outfit")
    if "named" in asked:
        return _dressed(recipe, as_text(asked["named"], "outfit"))
    pieces = asked.get("pieces", list(recipe.outfit.pieces))
    if not isinstance(pieces, list):
        raise InputError("The pieces of an outfit are a list of names.")
    names = [as_text(piece, "piece") for piece in pieces]
    kept = {part: color for part, color in recipe.outfit.colors.items() if part.split("/")[0] in names}
    colors = {part: as_text(color, "color") for part, color in as_object(asked.get("colors", {}), "the colours").items()}
    return recipe.with_outfit(names, {**kept, **colors})


def _dressed(recipe: AvatarRecipe, name: str) -> AvatarRecipe:
    """In a named outfit, with the glasses worn before unless it has some."""
    dressed = recipe.with_outfit(name)
    glasses = [piece for piece in recipe.outfit.pieces if piece_slot(piece) == "glasses"]
    if any(piece_slot(piece) == "glasses" for piece in dressed.outfit.pieces):
        return dressed
    kept = {part: color for part, color in recipe.outfit.colors.items() if part.split("/")[0] in glasses}
    return recipe.with_outfit([*dressed.outfit.pieces, *glasses], {**dressed.outfit.colors, **kept})


def _skin(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    """The skin's tone; a photo's own picture of the face stays only while its tone does."""
    asked = as_object(wish, "skin")
    if asked.get("photo", "") is None:
        recipe = replace(recipe, skin=replace(recipe.skin, photo=None))
    tone, lips = _text(asked, "tone"), _text(asked, "lips")
    return replace(recipe, skin=Skin(tone or recipe.skin.tone, lips or recipe.skin.lips, recipe.skin.photo))


def _style(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    return recipe.with_style(as_text(wish, "style"))


def _name(recipe: AvatarRecipe, wish: Any) -> AvatarRecipe:
    return replace(recipe, name=as_text(wish, "name"))


def _text(asked: Mapping[str, Any], key: str) -> str | None:
    value = asked.get(key)
    return None if value is None else as_text(value, key)


EDITS: Mapping[str, Callable[[AvatarRecipe, Any], AvatarRecipe]] = {
    "style": _style,
    "sliders": _sliders,
    "hair": _hair,
    "beard": _beard,
    "brows": _brows,
    "eyes": _eyes,
    "makeup": _makeup,
    "outfit": _outfit,
    "skin": _skin,
    "name": _name,
}
"""Part of an avatar -> what makes a wish about it come true."""
