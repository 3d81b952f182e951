"""The parts of a recipe as plain tables, the same in a recipe's JSON and in a style's TOML: read, written and checked here.

What a table may hold is what the dataclass of its name has for fields, so that there is no second list to keep.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_args, get_type_hints

from avatarkit.avatar.recipe import AvatarRecipe, Beard, Brows, Eyes, Hair, MakeupLayer, Outfit, Skin
from avatarkit.avatar.skin_photo import SkinPhoto
from avatarkit.errors import InputError, unknown_name

Part = TypeVar("Part")

_PARTS: Mapping[str, type] = {"hair": Hair, "beard": Beard, "brows": Brows, "eyes": Eyes, "outfit": Outfit, "skin": Skin}

RECIPE_TABLES = ("sliders", "hair", "beard", "brows", "eyes", "makeup", "outfit", "skin")
"""In the order in which people read them; the skin comes last because of its photo."""


def recipe_tables(recipe: AvatarRecipe) -> dict[str, Any]:
    """The recipe's parts as texts, numbers, lists and objects."""
    return {name: _plain(getattr(recipe, name)) for name in RECIPE_TABLES}


def recipe_from_tables(name: str, style: str, tables: Mapping[str, Any]) -> AvatarRecipe:
    """The recipe that the tables describe; sliders and makeup may be left out.

    Raises:
        InputError: a missing or unknown entry, one of another kind.
        UsageError: an unknown slider, a value out of range, no colour.
    """
    for key in tables:
        if key not in RECIPE_TABLES:
            raise unknown_name("part of a recipe", key[:60], RECIPE_TABLES)
    parts: dict[str, Any] = {part: read_part(kind, _entry(tables, part), part) for part, kind in _PARTS.items()}
    makeup = as_object(tables.get("makeup", {}), '"makeup"')
    layers = {item: read_part(MakeupLayer, layer, f"makeup.{item[:40]}") for item, layer in makeup.items()}
    return AvatarRecipe(name, style, _numbers(tables.get("sliders", {}), "sliders"), makeup=layers, **parts)


def read_part(kind: type[Part], content: Any, where: str) -> Part:
    """A frozen dataclass of an object with its fields' names, those with defaults being optional.

    Raises:
        InputError: a missing entry, or one of another kind than the field.
        UsageError: an unknown entry, or what the dataclass itself refuses.
    """
    table = as_object(content, f'"{where}"')
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise unknown_name(f'entry of "{where}"', key[:60], known)
    for name, field in known.items():
        if name not in table and field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f'"{where}.{name}" is missing.')
    hints = get_type_hints(kind)
    return kind(**{key: _value(hints[key], value, f"{where}.{key}") for key, value in table.items()})


def as_object(value: Any, where: str) -> dict[str, Any]:
    """The value, if it is an object with text keys.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, dict):
        raise InputError(f"{where} must be an object {{...}}, not {kind_of(value)}.")
    return value


def kind_of(value: Any) -> str:
    """What a value is, as a person calls it."""
    if value is None:
        return "nothing"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), f"the number {str(value)[:20]}")


def as_text(value: Any, where: str) -> str:
    """The value, if it is a text.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, str):
        raise InputError(f'"{where}" must be a text, not {kind_of(value)}.')
    return value


def _value(hint: Any, value: Any, where: str) -> Any:
    """One entry, as the field's type says."""
    if type(None) in get_args(hint):
        return None if value is None else _value(next(kind for kind in get_args(hint) if kind is not type(None)), value, where)
    return _READERS[hint](value, where)


def _text_table(content: Any, where: str) -> dict[str, str]:
    return {key: as_text(text, f"{where}.{key[:40]}") for key, text in as_object(content, f'"{where}"').items()}


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f'"{where}" must be a number, not {kind_of(value)}.')
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f'"{where}" must be true or false, not {kind_of(value)}.')
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f'"{where}" must be a list of names, not {kind_of(value)}.')
    return tuple(as_text(text, where) for text in value)


def _numbers(content: Any, where: str) -> dict[str, float]:
    values = as_object(content, f'"{where}"')
    return {name: _number(value, f"{where}.{name[:60]}") for name, value in values.items()}


def _photo(content: Any, where: str) -> SkinPhoto:
    table = as_object(content, f'"{where}"')
    for key in table:
        if key not in ("tone", "picture", "alpha"):
            raise unknown_name(f'entry of "{where}"', key[:60], ("tone", "picture", "alpha"))
    tone = as_text(table.get("tone"), f"{where}.tone")
    return SkinPhoto(tone, *(_bytes(table.get(key), f"{where}.{key}") for key in ("picture", "alpha")))


def _bytes(value: Any, where: str) -> bytes:
    try:
        return base64.b64decode(as_text(value, where), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f'"{where}" is not base64.') from error


def _entry(tables: Mapping[str, Any], name: str) -> Any:
    if name not in tables:
        raise InputError(f'"{name}" is missing.')
    return tables[name]


def _plain(value: Any) -> Any:
    if isinstance(value, SkinPhoto):
        pictures = {key: base64.b64encode(getattr(value, key)).decode() for key in ("alpha", "picture")}
        return {"tone": value.tone, **pictures}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


_READERS: Mapping[Any, Callable[[Any, str], Any]] = {
    str: as_text,
    float: _number,
    bool: _truth,
    tuple[str, ...]: _texts,
    Mapping[str, float]: _numbers,
    Mapping[str, str]: _text_table,
    SkinPhoto: _photo,
}
"""What reads an entry, by the type of the field it is for."""
