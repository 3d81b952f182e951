"""Things of cloth: a pattern with what is sewn onto it, and what it hides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.once import once
from avatarkit.avatar.outfit.bottoms import BottomCut, bottom_pattern
from avatarkit.avatar.outfit.cloth import Sheet, as_one, draped, followed, sewn
from avatarkit.avatar.outfit.hat_fit import HatFit
from avatarkit.avatar.outfit.part import Part, joined_parts
from avatarkit.avatar.outfit.pattern import Pattern, strongest
from avatarkit.avatar.outfit.shade import shade, unworn
from avatarkit.avatar.outfit.skirts import SkirtCut, skirt_pattern
from avatarkit.avatar.outfit.strips import (
    BeltCut,
    CapeCut,
    ScarfCut,
    TieCut,
    belt_pattern,
    cape_pattern,
    scarf_pattern,
    tie_pattern,
)
from avatarkit.avatar.outfit.tops import TopCut, top_pattern
from avatarkit.avatar.outfit.trims import Sewn, Trim, sew_on
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import vertex_normals

HIDDEN_MARGIN_M = 0.032  # what lies this near to a hem stays
_HIDDEN_REACH_M = 0.035  # what is farther than this from any cloth stays
_FREE_M, _GIVES_M = 0.004, 0.030  # so near to an outer hem cloth is free, and so much farther in it lies close
_INSIDE_LIGHT = 0.55  # behind hems
_SWINGS = 0.15  # of the leg: cloth that hangs less keeps to the body nearly
_HUNG_REACH_M, _HUNG_MARGIN_M = 0.17, 0.10  # the same of cloth that hangs about the legs

Cut = TopCut | BottomCut | SkirtCut | BeltCut | TieCut | ScarfCut | CapeCut


@dataclass(frozen=True)
class Worn:
    """A piece on somebody.

    Attributes:
        parts: what is drawn.
        sheet: what other pieces have to stay off; None: they need not.
        hides: body vertices that are inside it on this person, whatever `covers` says.
        hat: where it holds hair down.
    """

    parts: tuple[Part, ...]
    sheet: Sheet | None = None
    hides: np.ndarray | None = None
    hat: HatFit | None = None


@dataclass(frozen=True)
class Garment:
    """A thing of cloth.

    Attributes:
        cut: its pattern.
        trims: what is sewn on.
        under: the cuts of what is worn over it.
        faded: how much darker than its colour it is where its legs are not worn, 0..1.
    """

    cut: Cut
    trims: tuple[Trim, ...] = ()
    under: tuple[Cut, ...] = ()
    faded: float = 0.0

    @property
    def presses(self) -> bool:
        """Whether it goes around the body, so that what is under it lies close."""
        return isinstance(self.cut, TopCut | BottomCut | SkirtCut)

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """The garment on somebody, over what they wear already."""
        pattern = pattern_of(self.cut)
        lower = as_one(below)
        points = draped(pattern, rest, lower, pressed(self.cut, self.under))
        cloth = sewn(pattern, points)
        source = cloth.pattern_point
        carried = followed(pattern, points, rest, lower)
        joints, weights = strongest(carried)
        arrays = (cloth.positions, cloth.normals, cloth.uvs, cloth.triangles)
        light = garment_light(self.cut, self.under) * (1.0 - self.faded * unworn(pattern.places))
        lit = np.where(cloth.turned_in, _INSIDE_LIGHT, 1.0) * light[source]
        fabric = Part("fabric", *arrays, joints[source], weights[source], pattern.places[source], lit)
        normals = vertex_normals(points, pattern.triangles)
        trims = [trim.worn(points, normals, carried, light) for trim in sewn_onto(self.cut, self.trims)]
        outermost = points + raised_by(self)[:, None] * normals
        return Worn(tuple(joined_parts([fabric, *trims])), Sheet(outermost, normals, joints, weights))

    def laid_out(self) -> None:
        """Makes what of it is the same on everybody, and is kept."""
        pattern_of(self.cut)
        garment_light(self.cut, self.under)
        sewn_onto(self.cut, self.trims)

    def covers(self, places: np.ndarray, margin_m: float = HIDDEN_MARGIN_M) -> np.ndarray:
        """(N,) bool: which places (N, 3) on the average body are under the cloth wherever the body moves.

        What is nearer than `margin_m` to a hem is not.
        """
        pattern = pattern_of(self.cut)
        fallen, from_hem = pattern.fallen, pattern.from_hem_m
        reach = _HUNG_REACH_M if fallen.any() else _HIDDEN_REACH_M
        distance, nearest = map(np.asarray, pattern.tree.query(places, distance_upper_bound=reach))
        near = np.flatnonzero(np.isfinite(distance))
        point = nearest[near]
        margin = margin_m + (_HUNG_MARGIN_M - margin_m) * np.clip(fallen[point] / _SWINGS, 0.0, 1.0)
        within = (distance[near] < np.where(fallen[point] > 0, _HUNG_REACH_M, _HIDDEN_REACH_M)) & (from_hem[point] > margin)
        covered = np.zeros(len(places), bool)
        covered[near[within]] = True
        return covered


_MAKERS: dict[type, Callable[..., Pattern]] = {
    TopCut: top_pattern,
    BottomCut: bottom_pattern,
    SkirtCut: skirt_pattern,
    BeltCut: belt_pattern,
    TieCut: tie_pattern,
    ScarfCut: scarf_pattern,
    CapeCut: cape_pattern,
}


@once
def pattern_of(cut: Cut) -> Pattern:
    """The pattern of a cut, laid out once per process."""
    return _MAKERS[type(cut)](cut)


@once
def sewn_onto(cut: Cut, trims: tuple[Trim, ...]) -> tuple[Sewn, ...]:
    """What is sewn onto a cut, laid out once per process."""
    return sew_on(pattern_of(cut), trims)


@once
def garment_light(cut: Cut, under: tuple[Cut, ...]) -> np.ndarray:
    """(N,) share of the light that reaches each point of a cut, worn under others."""
    return shade(pattern_of(cut), tuple(map(pattern_of, under)))


@once
def pressed(cut: Cut, under: tuple[Cut, ...]) -> np.ndarray | None:
    """(N,) 0..1: how much each point of a cut is pressed onto the body by the cuts worn over it; None by none of them."""
    places = pattern_of(cut).places
    shares = [_pressed_by(pattern_of(other), places) for other in under]
    return np.max(shares, axis=0) if shares else None


def _pressed_by(outer: Pattern, places: np.ndarray) -> np.ndarray:
    distance, nearest = map(np.asarray, outer.tree.query(places, distance_upper_bound=_HIDDEN_REACH_M))
    pressed = np.zeros(len(places))
    near = np.flatnonzero(np.isfinite(distance))
    near = near[outer.fallen[nearest[near]] == 0]
    pressed[near] = np.clip((outer.from_hem_m[nearest[near]] - _FREE_M) / _GIVES_M, 0.0, 1.0)
    return pressed


@once
def raised_by(garment: Garment) -> np.ndarray:
    """(N,) metres that what is sewn on stands over each point of a garment's cloth."""
    none = np.zeros(len(pattern_of(garment.cut).ease_m))
    return np.max([none, *(trim.raised_m for trim in sewn_onto(garment.cut, garment.trims))], axis=0)
