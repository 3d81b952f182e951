"""The recipe of an avatar: small, editable, JSON. Everything that makes one avatar different from another is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.skin_photo import SkinPhoto
from avatarkit.body.body import load_body
from avatarkit.body.shape import checked_sliders
from avatarkit.errors import UsageError

SCHEMA = 1
MAX_NAME_LENGTH = 100


@dataclass(frozen=True)
class Hair:
    """Style, as in the wardrobe, and colour "#rrggbb"."""

    style: str
    color: str


@dataclass(frozen=True)
class Outfit:
    """Name, as in the wardrobe, and the colour "#rrggbb" of each piece that is not left as designed."""

    name: str
    colors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skin:
    """What the skin looks like.

    Attributes:
        tone: of the whole skin, "#rrggbb".
        lips, brows: their colours; where a photo covers them, the photo shows its own.
        photo: a person's own face, or None.
    """

    tone: str
    lips: str
    brows: str
    photo: SkinPhoto | None = None


@dataclass(frozen=True)
class AvatarRecipe:
    """What one avatar is made of.

    Attributes:
        name: what the avatar is called; one line.
        style: name of a style preset.
        sliders: slider name -> value; those at 0 are left out.
        hair, outfit, skin: as chosen.
        iris: eye colour, "#rrggbb".

    Raises:
        UsageError: an unknown slider, a value out of range, something that is no colour or no name.
    """

    name: str
    style: str
    sliders: Mapping[str, float]
    hair: Hair
    outfit: Outfit
    skin: Skin
    iris: str

    def __post_init__(self) -> None:
        check_name(self.name)
        for color in (
            self.iris,
            self.hair.color,
            self.skin.tone,
            self.skin.lips,
            self.skin.brows,
            *self.outfit.colors.values(),
        ):
            parse_color(color)
        object.__setattr__(self, "sliders", _ordered(checked_sliders(self.sliders)))

    def with_sliders(self, values: Mapping[str, float]) -> AvatarRecipe:
        """The recipe with some sliders set anew; a name without "-left" or "-right" sets both sides.

        Raises:
            UsageError: an unknown slider, or a value out of its range.
        """
        return replace(self, sliders={**self.sliders, **checked_sliders(values)})

    def with_hair(self, style: str | None = None, color: str | None = None) -> AvatarRecipe:
        """The recipe with another hair style, another colour, or both.

        Raises:
            UsageError: no such style or colour.
        """
        from avatarkit.avatar.wardrobe import check_hair_style

        if style is not None:
            check_hair_style(style)
        return replace(self, hair=Hair(style or self.hair.style, color or self.hair.color))

    def with_outfit(self, name: str, colors: Mapping[str, str] | None = None) -> AvatarRecipe:
        """The recipe with another outfit, in its own colours but for those given.

        Raises:
            UsageError: no such outfit, piece or colour.
        """
        from avatarkit.avatar.wardrobe import check_outfit

        check_outfit(name, colors or {})
        return replace(self, outfit=Outfit(name, dict(colors or {})))

    def save(self, path: str | Path) -> None:
        """Write the recipe as JSON, whole or not at all.

        Raises:
            UsageError: a place where nothing can be written.
        """
        from avatarkit.avatar.recipe_json import recipe_json
        from avatarkit.whole_files import write_whole

        write_whole(path, recipe_json(self).encode())


def check_name(name: object) -> None:
    """Raise UsageError unless an avatar can be called so."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable():
        raise UsageError(f"An avatar's name is one line of 1 to {MAX_NAME_LENGTH} letters, not {str(name)[:40]!r}.")


def _ordered(values: Mapping[str, float]) -> dict[str, float]:
    """The values that are not 0, in the sliders' display order."""
    return {name: values[name] for name in load_body().sliders if values.get(name)}
