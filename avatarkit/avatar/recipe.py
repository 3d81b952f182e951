"""The recipe of an avatar: small, editable, JSON. Everything that makes one avatar different from another is in it.

Each part is a frozen dataclass of texts, numbers and mappings; `recipe_json` and the style presets read all of them by their
fields, so that a new field is one line here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from avatarkit.avatar.colors import hex_color
from avatarkit.avatar.skin_photo import SkinPhoto
from avatarkit.body.body import load_body
from avatarkit.body.shape import checked_sliders
from avatarkit.errors import UsageError

Part = TypeVar("Part")

SCHEMA = 1
MAX_NAME_LENGTH = 100
MOST_BROW_LIFT = 3.0  # heights of a brow: farther up or down is forehead or lid


@dataclass(frozen=True)
class Hair:
    """Hair of the head.

    Attributes:
        style: as in the wardrobe.
        color: of the lengths, "#rrggbb".
        roots: another colour at the scalp, or None.
        grey: share of hairs that have lost their colour, 0..1.
    """

    style: str
    color: str
    roots: str | None = None
    grey: float = 0.0

    def __post_init__(self) -> None:
        _normalise_colors(self, "color", "roots")
        check_share("The share of grey hair", self.grey)


@dataclass(frozen=True)
class Beard:
    """Hair of the face: a style as in the wardrobe; its colour, or None for that of the head."""

    style: str = "none"
    color: str | None = None

    def __post_init__(self) -> None:
        _normalise_colors(self, "color")


@dataclass(frozen=True)
class Brows:
    """Eyebrows; where a photo covers them, hairs grow where and as densely as the photo shows.

    Attributes:
        shape: as in the wardrobe.
        color: "#rrggbb".
        lift: how much higher they lie than the body's own line, in heights of an average brow.
        tilt: how much more their outer ends are lifted than their inner ones, likewise.
        arch: how much more their middle is lifted than their ends, likewise.
    """

    shape: str
    color: str
    lift: float = 0.0
    tilt: float = 0.0
    arch: float = 0.0

    def __post_init__(self) -> None:
        _normalise_colors(self, "color")
        for name in ("lift", "tilt", "arch"):
            if not abs(getattr(self, name)) <= MOST_BROW_LIFT:  # NaN, too
                raise UsageError(f"The {name} of brows must lie between -{MOST_BROW_LIFT:g} and {MOST_BROW_LIFT:g}.")


@dataclass(frozen=True)
class Eyes:
    """Colour of the irises, and the style of the lashes as in the wardrobe."""

    iris: str
    lashes: str = "natural"

    def __post_init__(self) -> None:
        _normalise_colors(self, "iris")


@dataclass(frozen=True)
class MakeupLayer:
    """One thing on the skin: its colour, how much of it (0..1), and how it shines, as the wardrobe says for it."""

    color: str
    strength: float = 0.7
    finish: str = "matt"

    def __post_init__(self) -> None:
        _normalise_colors(self, "color")
        check_share("The strength of makeup", self.strength)


@dataclass(frozen=True)
class Outfit:
    """What is worn.

    Attributes:
        pieces: names as in the wardrobe, at most one of a slot.
        colors: "piece" (its main colour) or "piece/part" -> "#rrggbb", for whatever is not left as designed.
    """

    pieces: tuple[str, ...]
    colors: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pieces", tuple(self.pieces))
        object.__setattr__(self, "colors", {part: hex_color(color) for part, color in self.colors.items()})


@dataclass(frozen=True)
class Skin:
    """What the skin looks like.

    Attributes:
        tone: of the whole skin, "#rrggbb".
        lips: their colour; where a photo covers them, the photo shows its own.
        photo: a person's own face, or None.
    """

    tone: str
    lips: str
    photo: SkinPhoto | None = None

    def __post_init__(self) -> None:
        _normalise_colors(self, "tone", "lips")


@dataclass(frozen=True)
class AvatarRecipe:
    """What one avatar is made of.

    Attributes:
        name: what the avatar is called; one line.
        style: name of a style preset; its family says how the avatar is stylised and drawn.
        sliders: slider name -> value, the person's own shape before any stylisation; those at 0 are left out.
        hair, beard, brows, eyes, outfit, skin: as chosen.
        makeup: item, as in the wardrobe -> layer.

    Raises:
        UsageError: an unknown slider, a value out of range, something that is no colour or no name.
    """

    name: str
    style: str
    sliders: Mapping[str, float]
    hair: Hair
    beard: Beard
    brows: Brows
    eyes: Eyes
    makeup: Mapping[str, MakeupLayer]
    outfit: Outfit
    skin: Skin

    def __post_init__(self) -> None:
        check_name(self.name)
        object.__setattr__(self, "sliders", _ordered(checked_sliders(self.sliders)))

    def with_sliders(self, values: Mapping[str, float]) -> AvatarRecipe:
        """The recipe with some sliders set anew; a name without "-left" or "-right" sets both sides.

        Raises:
            UsageError: an unknown slider, or a value out of its range.
        """
        return replace(self, sliders={**self.sliders, **checked_sliders(values)})

    def with_hair(
        self, style: str | None = None, color: str | None = None, *, roots: str | None = None, grey: float | None = None
    ) -> AvatarRecipe:
        """The recipe with another hair style, colour, colour at the roots or share of grey (0..1); None keeps what is.

        Raises:
            UsageError: no such style, no colour, or no share.
        """
        return self._changed("hair", style=style, color=color, roots=roots, grey=grey)

    def with_beard(self, style: str | None = None, color: str | None = None) -> AvatarRecipe:
        """The recipe with another beard ("none" for none), another colour of it, or both.

        Raises:
            UsageError: no such style or colour.
        """
        return self._changed("beard", style=style, color=color)

    def with_brows(self, shape: str | None = None, color: str | None = None) -> AvatarRecipe:
        """The recipe with eyebrows of another shape, another colour, or both.

        Raises:
            UsageError: no such shape or colour.
        """
        return self._changed("brows", shape=shape, color=color)

    def with_eyes(self, iris: str | None = None, lashes: str | None = None) -> AvatarRecipe:
        """The recipe with irises of another colour, other lashes, or both.

        Raises:
            UsageError: no such lashes or colour.
        """
        return self._changed("eyes", iris=iris, lashes=lashes)

    def with_makeup(
        self, item: str, color: str | None = None, *, strength: float | None = None, finish: str | None = None
    ) -> AvatarRecipe:
        """The recipe with one thing more on the skin, or with it changed; a strength of 0 takes it off.

        Args:
            item: as in the wardrobe.
            color: any CSS notation; as designed without it.
            strength: 0..1.
            finish: one that the wardrobe names for the item.

        Raises:
            UsageError: no such item, colour, strength or finish.
        """
        from avatarkit.avatar.wardrobe import checked_recipe, designed_makeup

        layer = self.makeup.get(item) or designed_makeup(item)
        layer = _replaced(layer, color=color, strength=strength, finish=finish)
        kept = {name: made for name, made in self.makeup.items() if name != item}
        return checked_recipe(replace(self, makeup={**kept, item: layer} if layer.strength else kept))

    def with_outfit(self, outfit: str | Sequence[str], colors: Mapping[str, str] | None = None) -> AvatarRecipe:
        """The recipe with other clothes, in the outfit's and their own colours but for those given.

        Args:
            outfit: the name of an outfit, or names of pieces; at most one piece of a slot.
            colors: "piece" or "piece/part" -> colour, any CSS notation.

        Raises:
            UsageError: no such outfit, piece, part or colour; two pieces that cannot be worn together.
        """
        from avatarkit.avatar.wardrobe import checked_recipe, outfit_colors, outfit_pieces

        pieces = outfit_pieces(outfit) if isinstance(outfit, str) else tuple(outfit)
        its_own = outfit_colors(outfit) if isinstance(outfit, str) else {}
        return checked_recipe(replace(self, outfit=Outfit(pieces, {**its_own, **(colors or {})})))

    def with_style(self, style: str) -> AvatarRecipe:
        """The same person in another style: shape, skin and eyes stay, what the preset itself says about hair, makeup and
        clothes is taken over.

        Raises:
            UsageError: there is no such style.
        """
        from avatarkit.avatar.style import restyled

        return restyled(self, style)

    def save(self, path: str | Path) -> None:
        """Write the recipe as JSON, whole or not at all.

        Raises:
            UsageError: a place where nothing can be written.
        """
        from avatarkit.avatar.recipe_json import recipe_json
        from avatarkit.whole_files import write_whole

        write_whole(path, recipe_json(self).encode())

    def _changed(self, part: str, **values: object) -> AvatarRecipe:
        from avatarkit.avatar.wardrobe import checked_recipe

        return checked_recipe(replace(self, **{part: _replaced(getattr(self, part), **values)}))


def check_name(name: object) -> None:
    """Raise UsageError unless an avatar can be called so."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable():
        raise UsageError(f"An avatar's name is one line of 1 to {MAX_NAME_LENGTH} letters, not {str(name)[:40]!r}.")


def check_share(what: str, value: object) -> None:
    """Raise UsageError unless `value` is a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1.0:
        raise UsageError(f"{what} must be a number from 0 to 1, not {str(value)[:40]!r}.")


def _replaced(part: Part, **values: Any) -> Part:
    """The part with those values that are not None."""
    given = {name: value for name, value in values.items() if value is not None}
    return replace(part, **given)  # type: ignore[type-var]


def _normalise_colors(part: object, *names: str) -> None:
    for name in names:
        if getattr(part, name) is not None:
            object.__setattr__(part, name, hex_color(getattr(part, name)))


def _ordered(values: Mapping[str, float]) -> dict[str, float]:
    """The values that are not 0, in the sliders' display order."""
    return {name: values[name] for name in load_body().sliders if values.get(name)}
