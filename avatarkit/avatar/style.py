"""Style presets: what a family of avatars has in common, one TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import AvatarRecipe, Hair, Outfit, Skin
from avatarkit.data_files import style_paths
from avatarkit.errors import InputError, UsageError, unknown_name

DEFAULT_STYLE = "human"


@dataclass(frozen=True)
class Look:
    """How surfaces shine, 0 (mirror) to 1 (matt), and how strong the generated skin's own pattern is, 0 to 1."""

    skin_roughness: float
    eye_roughness: float
    mouth_roughness: float
    skin_variation: float
    skin_grain: float


@dataclass(frozen=True)
class Style:
    """One preset.

    Attributes:
        name: the file's name without suffix.
        title: what people read.
        look: its numbers.
        hair, outfit, skin, iris: what a recipe starts with.
    """

    name: str
    title: str
    look: Look
    hair: Hair
    outfit: Outfit
    skin: Skin
    iris: str


def style_names() -> list[str]:
    """All presets, sorted."""
    return [path.stem for path in style_paths()]


@cache
def load_style(name: str) -> Style:
    """A preset by name.

    Raises:
        UsageError: there is none of that name.
        InputError: the file is not as it should be.
    """
    paths = {path.stem: path for path in style_paths()}
    if name not in paths:
        raise unknown_name("style", name, paths)
    try:
        content = tomllib.loads(paths[name].read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"styles/{name}.toml is not valid TOML: {error}.") from error
    return style_from_tables(name, content)


_TABLES: dict[str, tuple[str, ...]] = {
    "look": ("skin-roughness", "eye-roughness", "mouth-roughness", "skin-variation", "skin-grain"),
    "hair": ("style", "color"),
    "outfit": ("name",),
    "skin": ("tone", "lips", "brows"),
    "eyes": ("iris",),
}


def style_from_tables(name: str, content: dict[str, Any]) -> Style:
    """A preset from the tables of its file, checked: every entry has to be there and no other may.

    Raises:
        InputError: a missing or unknown entry, a value out of range, something that is no colour.
    """
    where = f"styles/{name}.toml"
    _check_entries(where, content, ("title", *_TABLES))
    for table, keys in _TABLES.items():
        if not isinstance(content[table], dict):
            raise InputError(f"{where}: [{table}] must be a table.")
        _check_entries(f"{where}: [{table}]", content[table], keys)
    look = Look(**{key.replace("-", "_"): _share(where, key, content["look"][key]) for key in _TABLES["look"]})
    tone, lips, brows = (_color(where, key, content["skin"][key]) for key in _TABLES["skin"])
    hair = Hair(str(content["hair"]["style"]), _color(where, "hair color", content["hair"]["color"]))
    iris = _color(where, "iris", content["eyes"]["iris"])
    return Style(name, str(content["title"]), look, hair, Outfit(str(content["outfit"]["name"])), Skin(tone, lips, brows), iris)


def _check_entries(where: str, content: dict[str, Any], keys: tuple[str, ...]) -> None:
    unknown, missing = sorted(set(content) - set(keys)), [key for key in keys if key not in content]
    if unknown:
        raise InputError(f"{where}: {unknown_name('entry', unknown[0], keys)}")
    if missing:
        raise InputError(f"{where}: {missing[0]!r} is missing.")


def _share(where: str, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1.0:
        raise InputError(f"{where}: {key} must be a number from 0 to 1, not {value!r}.")
    return float(value)


def _color(where: str, key: str, value: Any) -> str:
    try:
        parse_color(value)
    except UsageError as error:
        raise InputError(f"{where}: {key}: {error}") from error
    return str(value)


def default_recipe(style: str = DEFAULT_STYLE, name: str = "Avatar") -> AvatarRecipe:
    """The average person in a style.

    Raises:
        UsageError: there is no such style.
    """
    preset = load_style(style)
    return AvatarRecipe(name, style, {}, preset.hair, preset.outfit, preset.skin, preset.iris)
