"""Recipes as JSON text. A file may come from anywhere: whatever is wrong with it ends in one clear line."""

from __future__ import annotations

import json
import math
import stat
from pathlib import Path
from typing import Any, NoReturn

from avatarkit.avatar.recipe import SCHEMA, AvatarRecipe
from avatarkit.avatar.recipe_tables import RECIPE_TABLES, as_object, as_text, recipe_from_tables, recipe_tables
from avatarkit.errors import AvatarkitError, InputError, unknown_name

MAX_FILE_BYTES = 12 * 1024**2
"""Twice what a recipe with the largest photo needs."""

_KEYS = ("schema", "name", "style", *RECIPE_TABLES)


def recipe_json(recipe: AvatarRecipe) -> str:
    """The recipe as JSON, people first, pictures last."""
    content = {"schema": SCHEMA, "name": recipe.name, "style": recipe.style, **recipe_tables(recipe)}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


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
    from avatarkit.avatar.wardrobe import checked_recipe

    content = as_object(_parsed(text), "the recipe")
    _check_schema(content)
    for key in content:
        if key not in _KEYS:
            raise unknown_name("entry of the recipe", key[:60], _KEYS)
    name, style = (as_text(content.get(key), key) for key in ("name", "style"))
    return checked_recipe(recipe_from_tables(name, style, {key: content[key] for key in RECIPE_TABLES if key in content}))


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
