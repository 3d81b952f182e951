"""Style presets as data: a family says how avatars are stylised and drawn, a preset what one of them looks like.

`styles/families/NAME.toml` holds a complete recipe beside the family's look and shape; `styles/NAME.toml` names its family and
holds only what differs. Both have the tables of a recipe's JSON.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from avatarkit.avatar.look import Look
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.recipe_tables import RECIPE_TABLES, as_object, read_part, recipe_from_tables
from avatarkit.avatar.stylise import StylisedShape
from avatarkit.body.body import load_body
from avatarkit.data_files import family_paths, style_paths
from avatarkit.errors import AvatarkitError, InputError, unknown_name

DEFAULT_STYLE = "human"

FACE_GROUPS = ("contour", "forehead", "brows", "eyes", "nose", "mouth", "chin", "cheeks", "ears", "neck")
"""Groups of sliders that make a face the one it is; all others shape the figure below it."""

KINDS = ("family", "person", "character")
"""A plain member of its family; somebody who could be met; a figure of a story."""


@dataclass(frozen=True)
class Family:
    """One way to stylise people.

    Attributes:
        name: the file's name without suffix.
        title: what people read.
        look: how surfaces are made and shine.
        shape: what becomes of a person's sliders.
        tables: a complete recipe's.
    """

    name: str
    title: str
    look: Look
    shape: StylisedShape
    tables: Mapping[str, Any]


@dataclass(frozen=True)
class Style:
    """One preset.

    Attributes:
        name: the file's name without suffix.
        title: what people read.
        kind: one of `KINDS`.
        family: which it belongs to.
        tables: what it says itself, in a recipe's tables; the rest is its family's.
    """

    name: str
    title: str
    kind: str
    family: Family
    tables: Mapping[str, Any]

    @property
    def look(self) -> Look:
        """Its family's."""
        return self.family.look


def style_names(kind: str | None = None) -> list[str]:
    """All presets, or those of one of `KINDS`, sorted."""
    names = [path.stem for path in style_paths()]
    return names if kind is None else [name for name in names if load_style(name).kind == kind]


def family_names() -> list[str]:
    """All families, sorted."""
    return [path.stem for path in family_paths()]


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
    return style_from_tables(name, _toml(paths[name]))


@cache
def load_family(name: str) -> Family:
    """A family by name.

    Raises:
        UsageError: there is none of that name.
        InputError: the file is not as it should be.
    """
    paths = {path.stem: path for path in family_paths()}
    if name not in paths:
        raise unknown_name("family of styles", name, paths)
    return family_from_tables(name, _toml(paths[name]))


def style_from_tables(name: str, content: Mapping[str, Any]) -> Style:
    """A preset from its file's content, checked by making its recipe.

    Raises:
        InputError: a missing or unknown entry, a value out of range, something that is no colour.
    """
    where = f"styles/{name}.toml"
    try:
        title, kind, family = (_text(content, key) for key in ("title", "kind", "family"))
        if kind not in KINDS:
            raise unknown_name("kind of style", kind, KINDS)
        tables = _recipe_part(content, ("title", "kind", "family"))
        style = Style(name, title, kind, load_family(family), tables)
        _recipe(style, "Avatar")
    except AvatarkitError as error:
        raise InputError(f"{where}: {error}") from error
    return style


def family_from_tables(name: str, content: Mapping[str, Any]) -> Family:
    """A family from its file's content, checked by making its recipe.

    Raises:
        InputError: a missing or unknown entry, a value out of range, something that is no colour.
    """
    where = f"styles/families/{name}.toml"
    try:
        look, shape = read_part(Look, content.get("look"), "look"), read_part(StylisedShape, content.get("shape", {}), "shape")
        tables = _recipe_part(content, ("title", "look", "shape"))
        recipe_from_tables("Avatar", name, tables)
        return Family(name, _text(content, "title"), look, shape, tables)
    except AvatarkitError as error:
        raise InputError(f"{where}: {error}") from error


def default_recipe(style: str = DEFAULT_STYLE, name: str = "Avatar") -> AvatarRecipe:
    """Whom a preset shows, without anybody's photo.

    Raises:
        UsageError: there is no such style.
    """
    return _recipe(load_style(style), name)


def restyled(recipe: AvatarRecipe, style: str) -> AvatarRecipe:
    """Somebody in another style.

    Face, skin, and the colours of eyes and brows stay the person's. The figure's sliders, hair, beard, the brows' shape,
    lashes, makeup and clothes are taken over where the preset itself says something about them.

    Raises:
        UsageError: there is no such style.
    """
    preset, shown = load_style(style), default_recipe(style)
    known = load_body().sliders
    figure = {name: value for name, value in shown.sliders.items() if known[name].group not in FACE_GROUPS}
    taken: dict[str, Any] = {
        part: getattr(shown, part) for part in ("hair", "beard", "makeup", "outfit") if part in preset.tables
    }
    if "brows" in preset.tables:
        taken["brows"] = replace(recipe.brows, shape=shown.brows.shape)
    if "eyes" in preset.tables:
        taken["eyes"] = replace(recipe.eyes, lashes=shown.eyes.lashes)
    return replace(recipe, style=style, sliders={**recipe.sliders, **figure}, **taken)


def _recipe(style: Style, name: str) -> AvatarRecipe:
    return recipe_from_tables(name, style.name, _merged(style.family.tables, style.tables))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of the one with the entries of the other over them. Makeup and clothes are chosen as a whole."""
    tables = {**below, **above}
    for name in set(below) & set(above) - {"makeup", "outfit"}:
        tables[name] = {**below[name], **above[name]}
    return tables


def _recipe_part(content: Mapping[str, Any], others: tuple[str, ...]) -> dict[str, Any]:
    for key in content:
        if key not in (*others, *RECIPE_TABLES):
            raise unknown_name("entry", key, (*others, *RECIPE_TABLES))
    return {key: as_object(content[key], f"[{key}]") for key in RECIPE_TABLES if key in content}


def _text(content: Mapping[str, Any], key: str) -> str:
    if not isinstance(content.get(key), str):
        raise InputError(f'"{key}" must be a text.')
    return str(content[key])


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}.") from error
