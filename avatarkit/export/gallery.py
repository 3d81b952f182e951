"""Contact sheets: everything of a kind that there is to choose, each on the same person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from avatarkit.avatar import wardrobe
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import FACE_GROUPS, default_recipe, load_style, style_names
from avatarkit.body.body import load_body
from avatarkit.errors import unknown_name
from avatarkit.export.scene import avatar_scene
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.vocabulary.arkit import ARKIT_NAMES

if TYPE_CHECKING:
    from avatarkit.render.renderer import Renderer


@dataclass(frozen=True)
class Choice:
    """One picture of a sheet.

    Attributes:
        label: what is written below.
        recipe: who is shown.
        views: from which sides, a picture each.
        weights: expression -> 0..1.
    """

    label: str
    recipe: AvatarRecipe
    views: tuple[str, ...] = ("front",)
    weights: Mapping[str, float] = field(default_factory=dict)


_HAIR_VIEWS = ("front", "three-quarter", "back")
_ON_BARE_LEGS, _OVER_SHIRTS = ("shoes", "socks"), ("tie", "belt", "vest", "jacket")
_PIECE_VIEWS = dict.fromkeys(("hat", "glasses", "earrings"), "three-quarter") | dict.fromkeys(_ON_BARE_LEGS, "feet")
_AT_ONCE = {"mouthClose": {"jawOpen": 1.0}}  # by its definition it closes the lips of an open jaw
_WHOLE = {"body", "figure"}
_ON_HANDS = ("nail-polish",)
_SHOWN_STRENGTH = 0.9  # of makeup: a sheet is to tell the items apart


def _styles(kind: str | None) -> Callable[[AvatarRecipe], Iterator[Choice]]:
    def choices(recipe: AvatarRecipe) -> Iterator[Choice]:
        del recipe  # a preset brings somebody of its own
        for name in style_names(kind):
            # Families differ in how faces are made, people and characters in all that they are.
            yield Choice(name, default_recipe(name), ("face",) if load_style(name).kind == "family" else ("body",))

    return choices


def _families(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in style_names("family"):
        yield Choice(name, recipe.with_style(name), ("front", "three-quarter"))


def _hair(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in wardrobe.hair_styles():
        yield Choice(name, recipe.with_hair(name), _HAIR_VIEWS)


def _beards(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in wardrobe.beard_styles():
        yield Choice(name, recipe.with_beard(name), ("face", "three-quarter"))


def _brows(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in wardrobe.brow_shapes():
        yield Choice(name, recipe.with_brows(name), ("face",))


def _lashes(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in wardrobe.lash_styles():
        yield Choice(name, recipe.with_eyes(lashes=name), ("face",))


def _makeup(recipe: AvatarRecipe) -> Iterator[Choice]:
    for item, finishes in wardrobe.makeup_items().items():
        for finish in finishes:
            view = "hand" if item in _ON_HANDS else "face"
            yield Choice(f"{item} {finish}", recipe.with_makeup(item, strength=_SHOWN_STRENGTH, finish=finish), (view,))


def _outfits(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in wardrobe.outfits():
        yield Choice(name, recipe.with_outfit(name), ("body",))


def _pieces(recipe: AvatarRecipe) -> Iterator[Choice]:
    for name in sorted(wardrobe.wardrobe_pieces(), key=lambda name: (wardrobe.piece_slot(name), name)):
        slot = wardrobe.piece_slot(name)
        others = [piece for piece in recipe.outfit.pieces if not wardrobe.excludes(name, piece)]
        if slot in _ON_BARE_LEGS:
            others = [piece for piece in others if wardrobe.piece_slot(piece) == "top"]
        if slot in _OVER_SHIRTS:
            others = ["shirt", *(piece for piece in others if wardrobe.piece_slot(piece) != "top")]
        yield Choice(name, recipe.with_outfit([*others, name]), (_PIECE_VIEWS.get(slot, "figure"),))


def _expressions(recipe: AvatarRecipe) -> Iterator[Choice]:
    yield Choice("neutral", recipe, ("face",))
    for name in ARKIT_NAMES:
        yield Choice(name, recipe, ("face",), weights={name: 1.0, **_AT_ONCE.get(name, {})})


def _sliders(recipe: AvatarRecipe) -> Iterator[Choice]:
    """Each slider of the face at its two ends, both sides together."""
    sliders = [slider for slider in load_body().sliders.values() if slider.group in FACE_GROUPS]
    ends = {slider.name.removesuffix("-left").removesuffix("-right"): (slider.low, slider.high) for slider in sliders}
    for name, values in ends.items():
        for value in dict.fromkeys(values):
            yield Choice(f"{name} {value:+g}", recipe.with_sliders({name: value}), ("three-quarter",))


SHEETS: Mapping[str, Callable[[AvatarRecipe], Iterator[Choice]]] = {
    "styles": _styles(None),
    "people": _styles("person"),
    "characters": _styles("character"),
    "families": _families,
    "hair": _hair,
    "beards": _beards,
    "brows": _brows,
    "lashes": _lashes,
    "makeup": _makeup,
    "outfits": _outfits,
    "pieces": _pieces,
    "expressions": _expressions,
    "sliders": _sliders,
}
"""Kind of sheet -> what it shows of a person."""


def gallery_sheet(
    kind: str,
    recipe: AvatarRecipe | None = None,
    *,
    only: Sequence[str] = (),
    size_px: tuple[int, int] = (256, 256),
    columns: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Pictures of everything of a kind on one sheet.

    Args:
        kind: one of `SHEETS`.
        recipe: who shows it; the average person of the default style without it.
        only: labels to show; all without any.
        size_px: width and height of each picture; a whole body gets one and a half times the height.
        columns: pictures in a row; about as many rows as columns without it.
        progress: told the pictures done and all.

    Returns:
        (H, W, 3) uint8.

    Raises:
        UsageError: there is no such kind, or no such thing of it.
        MissingError: no Vulkan driver.
    """
    from avatarkit.render.contact_sheet import contact_sheet
    from avatarkit.render.renderer import Renderer

    if kind not in SHEETS:
        raise unknown_name("gallery", kind, SHEETS)
    choices = _wanted(kind, list(SHEETS[kind](default_recipe() if recipe is None else recipe)), only)
    whole = any(_WHOLE & set(choice.views) for choice in choices)
    size = (size_px[0], size_px[1] * 3 // 2) if whole else size_px
    cells: list[tuple[str, np.ndarray]] = []
    with Renderer(size) as renderer:
        for number, choice in enumerate(choices):
            cells += _pictures(choice, renderer)
            if progress:
                progress(number + 1, len(choices))
    labels, pictures = zip(*cells, strict=True)
    return contact_sheet(pictures, columns or _columns(choices), labels)


def _wanted(kind: str, choices: list[Choice], only: Sequence[str]) -> list[Choice]:
    known = {choice.label: choice for choice in choices}
    for label in only:
        if label not in known:
            raise unknown_name(f"entry of the gallery of {kind}", label, known)
    return [known[label] for label in only] or choices


def _pictures(choice: Choice, renderer: Renderer) -> list[tuple[str, np.ndarray]]:
    from avatarkit.render.pictures import render_views

    avatar = build_avatar(choice.recipe)
    document = vrm1_document(avatar, avatar_scene(avatar))
    pictures = render_views(
        document, choice.views, renderer.size_px, expression_weights=dict(choice.weights) or None, renderer=renderer
    )
    return [(choice.label if number == 0 else "", picture) for number, picture in enumerate(pictures)]


def _columns(choices: Sequence[Choice]) -> int:
    """So many that the sheet is about as high as it is wide, and one choice's pictures stay in one row."""
    each = max(len(choice.views) for choice in choices)
    return each * max(1, round((len(choices) / each) ** 0.5))
