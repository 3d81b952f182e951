"""Recipes as JSON text. A file may come from anywhere: whatever is wrong with it ends in one clear line."""

from __future__ import annotations

import base64
import binascii
import json
import math
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

from avatarkit.avatar.recipe import SCHEMA, AvatarRecipe, Hair, Outfit, Skin
from avatarkit.avatar.skin_photo import SkinPhoto
from avatarkit.errors import AvatarkitError, InputError, unknown_name

MAX_FILE_BYTES = 12 * 1024**2
"""Twice what a recipe with the largest photo needs."""

_KEYS = ("schema", "name", "style", "sliders", "hair", "outfit", "skin", "eyes")


def recipe_json(recipe: AvatarRecipe) -> str:
    """The recipe as JSON, people first, pictures last."""
    skin = recipe.skin
    content = {
        "schema": SCHEMA,
        "name": recipe.name,
        "style": recipe.style,
        "sliders": dict(recipe.sliders),
        "hair": {"style": recipe.hair.style, "color": recipe.hair.color},
        "outfit": {"name": recipe.outfit.name, "colors": dict(recipe.outfit.colors)},
        "eyes": {"iris": recipe.iris},
        "skin": {"tone": skin.tone, "lips": skin.lips, "brows": skin.brows, "photo": _photo_content(skin.photo)},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _photo_content(photo: SkinPhoto | None) -> dict[str, str] | None:
    if photo is None:
        return None
    pictures = {key: base64.b64encode(data).decode() for key, data in (("alpha", photo.alpha), ("picture", photo.picture))}
    return {"tone": photo.tone, **pictures}


def load_recipe(path: str | Path) -> AvatarRecipe:
    """Read a recipe file.

    Raises:
        InputError: no file, no JSON, another schema version, unknown keys or names, values out of range, unusable pictures.
    """
    path = Path(path)
    text = _read(path)
    try:
        return recipe_from_json(text)
    except AvatarkitError as error:
        raise InputError(f"{path.name}: {error}") from error


def _read(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device could wait for ever
            raise InputError(f"{path} is not a file; a recipe (.avatar.json) is needed.")
        if status.st_size > MAX_FILE_BYTES:
            raise InputError(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB; no recipe is.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not a recipe: it is not UTF-8 text.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def recipe_from_json(text: str) -> AvatarRecipe:
    """The recipe that a JSON text holds.

    Raises:
        InputError, UsageError: as `load_recipe` says.
    """
    content = _object(_parsed(text), "the recipe")
    _check_schema(content)
    _check_keys(content, "the recipe", _KEYS)
    return _checked_choices(
        AvatarRecipe(
            name=_text(content, "name"),
            style=_text(content, "style"),
            sliders=_sliders(content),
            hair=_hair(content),
            outfit=_outfit(content),
            skin=_skin(content),
            iris=_text(_part(content, "eyes", ("iris",)), "iris"),
        )
    )


def _checked_choices(recipe: AvatarRecipe) -> AvatarRecipe:
    from avatarkit.avatar.style import load_style
    from avatarkit.avatar.wardrobe import check_hair_style, check_outfit

    load_style(recipe.style)
    check_hair_style(recipe.hair.style)
    check_outfit(recipe.outfit.name, recipe.outfit.colors)
    return recipe


def _parsed(text: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise InputError(f"{constant} is not a number a recipe can hold.")

    try:
        return json.loads(text, parse_constant=refuse, parse_float=_finite)
    except RecursionError as error:
        raise InputError("the JSON is nested too deeply for a recipe.") from error
    except ValueError as error:  # also whole numbers of thousands of digits
        raise InputError(f"not valid JSON ({str(error)[:80]}).") from error


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise InputError(f"{digits[:20]} is too large a number for a recipe.")
    return value


def _check_schema(content: dict[str, Any]) -> None:
    version = content.get("schema")
    if version is None:
        raise InputError(f'this is not a recipe: it has no "schema" (this version of avatarkit writes {SCHEMA}).')
    if isinstance(version, bool) or version != SCHEMA:
        raise InputError(f"recipe schema {str(version)[:20]} cannot be read; this version of avatarkit reads {SCHEMA}.")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where} must be a JSON object {{...}}, not {_kind(value)}.")
    return value


def _part(content: dict[str, Any], key: str, keys: Collection[str]) -> dict[str, Any]:
    """The object at `key` with exactly these keys allowed."""
    if key not in content:
        raise InputError(f'"{key}" is missing.')
    part = _object(content[key], f'"{key}"')
    _check_keys(part, f'"{key}"', keys)
    return part


def _check_keys(content: Mapping[str, Any], where: str, keys: Collection[str]) -> None:
    for key in content:
        if key not in keys:
            raise unknown_name(f"entry of {where}", key[:60], keys)


def _text(content: dict[str, Any], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str):
        raise InputError(f'"{key}" must be a text, not {_kind(value)}.')
    return value


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), f"the number {str(value)[:20]}")


def _sliders(content: dict[str, Any]) -> dict[str, float]:
    values = _object(content.get("sliders", {}), '"sliders"')
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f'slider "{name[:60]}" must be a number, not {_kind(value)}.')
    return values


def _hair(content: dict[str, Any]) -> Hair:
    part = _part(content, "hair", ("style", "color"))
    return Hair(_text(part, "style"), _text(part, "color"))


def _outfit(content: dict[str, Any]) -> Outfit:
    part = _part(content, "outfit", ("name", "colors"))
    colors = _object(part.get("colors", {}), '"outfit.colors"')
    return Outfit(_text(part, "name"), {piece: _text(colors, piece) for piece in colors})


def _skin(content: dict[str, Any]) -> Skin:
    part = _part(content, "skin", ("tone", "lips", "brows", "photo"))
    photo = None
    if part.get("photo") is not None:
        entry = _part(part, "photo", ("tone", "picture", "alpha"))
        photo = SkinPhoto(_text(entry, "tone"), _bytes(entry, "picture"), _bytes(entry, "alpha"))
    return Skin(_text(part, "tone"), _text(part, "lips"), _text(part, "brows"), photo)


def _bytes(content: dict[str, Any], key: str) -> bytes:
    try:
        return base64.b64decode(_text(content, key), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f'"skin.photo.{key}" is not base64.') from error
