"""Clothes for one body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.once import once
from avatarkit.avatar.outfit.accessories import ACCESSORIES
from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.clothes import CLOTHES
from avatarkit.avatar.outfit.earrings import EARRINGS
from avatarkit.avatar.outfit.fabric import Finish, finished
from avatarkit.avatar.outfit.footwear import SHOES
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.glasses import GLASSES
from avatarkit.avatar.outfit.hat_fit import HatFit
from avatarkit.avatar.outfit.hats import HATS
from avatarkit.avatar.outfit.part import Part
from avatarkit.avatar.outfit.pieces import WardrobePiece, Wearable
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name
from avatarkit.geometry.arrays import checked_array

PIECES: Mapping[str, WardrobePiece] = {**CLOTHES, **ACCESSORIES, **SHOES, **HATS, **GLASSES, **EARRINGS}
"""All there is to wear."""

_PLAIN = Finish("jersey")
_CLOTH = "fabric"
_ALIKE = 0.13  # of sRGB: ribs a shade darker than their jacket, but no white cuffs on a dark one
_INNER_MARGIN_M = 0.020  # cloth moves with what lies on it, so less of it has to stay than of skin


@dataclass(frozen=True)
class Outfit:
    """Clothes on a body.

    Attributes:
        pieces: meshes and their materials.
        hidden_vertices: (V,) bool, body vertices under cloth wherever the body moves; triangles between three of them can go.
        hat: where a hat holds hair down, for `hair_under`.
    """

    pieces: tuple[tuple[AvatarMesh, Material], ...]
    hidden_vertices: np.ndarray
    hat: HatFit | None = None

    def __post_init__(self) -> None:
        hidden = checked_array("hidden_vertices", self.hidden_vertices, (None,), np.bool_)
        object.__setattr__(self, "hidden_vertices", hidden)


def make_outfit(pieces: Sequence[str], colors: Mapping[str, str], rest: RestBody) -> Outfit:
    """Clothes on a person.

    Args:
        pieces: names in `PIECES`, at most one of a slot.
        colors: "piece" (its main part) or "piece/part" -> colour; the others keep their own.
        rest: the body that wears them.

    Raises:
        UsageError: there is no such piece, or a colour is none.
    """
    for name in pieces:
        if name not in PIECES:
            raise unknown_name("piece to wear", name, PIECES)
    inmost_first = _inmost_first(pieces)
    hidden = _hidden_skin(inmost_first)
    sheets: list[Sheet] = []
    meshes, hat = [], None
    for number, name in enumerate(inmost_first):
        over = tuple(inmost_first[number + 1 :])
        worn = under(name, over).worn(rest, sheets)
        if worn.sheet is not None:
            sheets.append(worn.sheet)
        if worn.hides is not None:
            hidden[worn.hides] = True
        hat = worn.hat or hat
        for index, part in enumerate(worn.parts):
            seen = _seen(part, name, index, over)
            if len(seen.triangles):
                meshes.append((_mesh(name, seen, colors), _material(name, part.name, colors)))
    return Outfit(tuple(meshes), hidden, hat)


def prepare_outfit(pieces: Sequence[str], colors: Mapping[str, str]) -> None:
    """What of clothes is the same on everybody, made to be there when they are worn; `make_outfit` says what is wrong.

    Args:
        pieces, colors: as for `make_outfit`.
    """
    inmost_first = _inmost_first(pieces)
    for number in reversed(range(len(inmost_first))):  # who puts them on begins with the inmost, and both meet in the middle
        make = under(inmost_first[number], inmost_first[number + 1 :])
        if isinstance(make, Garment):
            make.laid_out()
    for name in inmost_first:
        _skin_under(name)
        for part in PIECES[name].colors:
            _material(name, part, colors)


def _inmost_first(pieces: Sequence[str]) -> list[str]:
    return sorted(pieces, key=lambda name: PIECES[name].layer)


def under(name: str, over: Sequence[str]) -> Wearable:
    """How a piece is made that is worn under other pieces."""
    make = PIECES[name].make
    if not isinstance(make, Garment):
        return make
    others = [other.make for other in map(PIECES.__getitem__, over) if other.layer > PIECES[name].layer]
    return replace(make, under=tuple(other.cut for other in others if isinstance(other, Garment) and other.presses))


def _seen(part: Part, name: str, index: int, over: tuple[str, ...]) -> Part:
    """What other pieces leave to be seen of a part."""
    if part.places is None or not over:
        return part
    hidden = np.zeros(len(part.positions), bool)
    for other in over:
        hidden |= _covered(other, name, index, part.places.tobytes())
    return part.without(hidden)


@cache
def _covered(other: str, name: str, index: int, places: bytes) -> np.ndarray:
    """Which of a part's places are under another piece; the same on everybody."""
    make, at = PIECES[other].make, np.frombuffer(places).reshape(-1, 3)
    return make.covers(at, _INNER_MARGIN_M) if isinstance(make, Garment) else make.covers(at)


def _mesh(piece: str, part: Part, colors: Mapping[str, str]) -> AvatarMesh:
    name = f"outfit-{piece}-{part.name}"
    finish = PIECES[piece].finishes.get(part.name, _PLAIN)
    uvs = part.uvs / finish.tile_m
    sewn = part.sewn
    if sewn is not None and not _alike(_color(piece, part.name, colors), _color(piece, _CLOTH, colors)):
        sewn = None
    bound = part.joints, part.weights
    return AvatarMesh(name, part.positions, part.normals, uvs, part.triangles, *bound, name, light=part.light, sewn=sewn)


def _alike(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether one colour could stand for another."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _ALIKE


def _material(piece: str, part: str, colors: Mapping[str, str]) -> Material:
    finish = PIECES[piece].finishes.get(part, _PLAIN)
    second = _color(piece, finish.second, colors) if finish.print else None
    return finished(f"outfit-{piece}-{part}", finish, _color(piece, part, colors), second)


def _color(piece: str, part: str, colors: Mapping[str, str]) -> tuple[float, float, float]:
    designed = PIECES[piece].colors
    main = colors.get(piece) if part == next(iter(designed)) else None
    return parse_color(colors.get(f"{piece}/{part}") or main or designed[part])


def _hidden_skin(pieces: Sequence[str]) -> np.ndarray:
    """(V,) bool: body vertices well inside the pieces, the same on every person."""
    return np.any([np.zeros(len(load_body().positions), bool), *map(_skin_under, pieces)], axis=0)


@once
def _skin_under(piece: str) -> np.ndarray:
    """(V,) bool: body vertices well inside a piece."""
    body = load_body()
    skin = np.unique(body.parts["body"].quads)
    hidden = np.zeros(len(body.positions), bool)
    hidden[skin] = PIECES[piece].make.covers(body.positions[skin])
    return hidden
