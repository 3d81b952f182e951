"""Hair of cartoons and drawn figures: any style in thick pointed locks instead of ribbons of single hairs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from avatarkit.avatar.hair.directions import unit
from avatarkit.avatar.hair.scalp import SKULL_RADIUS_M
from avatarkit.avatar.hair.shapes import Shape, Spines, tubes
from avatarkit.avatar.hair.style import Fringe, HairStyle, Zones, everywhere

_SCALP_MM2 = 45_000.0
_OVERLAP, _HANGING_LOCKS = 3.6, 116  # so many locks lie over each place; so many hang
_LENGTH_TO_WIDTH, _SLIMMEST_MM, _WIDEST_MM, _HANGING_WIDTH_MM = 0.4, 15.0, 40.0, 54.0
_HALF_TIED = 1.6  # as many where the top is tied back: the rest alone falls over the neck
_WAVES_MM = 100.0  # from one wave to the next; what is closer curls
_WIDEST_OVER_SHORN_MM = 27.0  # the top alone has locks then, and a few wide ones would leave gaps at the crown
_FEWEST, _MOST = 46, 170
_LONGER = 1.4  # short locks are longer than those of single hairs: so few must still overlap
_ON_SCALP_MM = 110.0  # what is longer hangs
_FRINGE_LOCKS = 11
_COMBED_DEPTH, _FRINGE_WIDTH_MM = 1.65, 34.0
_WISPS = Fringe(48, 78, half_deg=46.0, behind_mm=24, curtain=True, depth_mm=6)
"""Of tied hair that leaves the forehead bare where it is of single hairs."""
_BARE_BACK = 1.0  # hair brushed back as strongly as this has no fringe
_PUFF_MM = 30.0  # on the skull itself; farther out they are as much larger
_TAPER = ((0.0, 0.12, 0.3, 0.55, 0.75, 0.9, 1.0), (0.55, 0.85, 1.0, 0.95, 0.7, 0.34, 0.0))
_HANGING = ((0.0, 0.08, 0.25, 0.72, 0.9, 1.0), (0.6, 0.9, 1.0, 1.0, 0.72, 0.0))
_PUFF = ((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (0.7, 0.95, 1.05, 1.02, 0.82, 0.0))
_FLATNESS, _PUFF_FLATNESS, _SIDES, _PUFF_SIDES = 0.34, 0.9, 6, 9
_SMOOTHED, _PUFF_SMOOTHED = 0.48, 0.35
"""Share of a lock's normals that turns to the head's own: the edge of the shade runs over all locks."""
_ONE_STRIP = 0.25  # of the picture goes around a lock
_LOWER = 0.6  # of the lift: thick locks stand off by themselves
_TAIL_EVERY, _TAIL_WIDER = 6, 2.1  # one tube stands for so many ribbons of a tail

PICTURE_M = 0.30
"""Height from the crown down that the picture of thick locks shows."""


@cache
def thick_style(style: HairStyle) -> HairStyle:
    """The same style in thick locks."""
    hard = replace(style, cap_edge="hard", strands="straight")
    if style.shape != "card" or not style.locks:
        return hard
    if style.strands == "coils":
        return _puffs(hard)
    if style.wholly_tied:
        return _combed(hard)
    longer = style.length_mm if style.hangs else _scaled(style.length_mm, _LONGER)
    widest = _WIDEST_OVER_SHORN_MM if style.shorn and style.back < _BARE_BACK else _WIDEST_MM
    width = _HANGING_WIDTH_MM if style.hangs else float(np.clip(_LENGTH_TO_WIDTH * longer.top, _SLIMMEST_MM, widest))
    count = int(np.clip(_OVERLAP * _SCALP_MM2 / (0.7 * width * min(longer.top, _ON_SCALP_MM)), _FEWEST, _MOST))
    return replace(
        hard,
        shape="wedge",
        locks=_hanging_locks(style) if style.hangs else count,
        length_mm=longer,
        lift_mm=_scaled(style.lift_mm, _LOWER),
        lock_width_mm=width,
        disorder=0.5 * style.disorder,
        unevenness=min(style.unevenness, 0.3),
        crown_narrows=0.75,
        points=6 if style.hangs else 10,
        tips=1.0,
        fringe=_fringe(style),
        curl_mm=1.6 * style.curl_mm,
        curl_pitch_mm=1.35 * style.curl_pitch_mm,
        overhang_mm=min(style.overhang_mm, 22.0),
    )


def _hanging_locks(style: HairStyle) -> int:
    """So many that they leave no gap; close curls fill more room, and take more triangles."""
    count = _HANGING_LOCKS * (_HALF_TIED if style.gathers else 1.0)
    return round(count * (min(style.curl_pitch_mm / _WAVES_MM, 1.0) if style.curl_mm else 1.0))


def _fringe(style: HairStyle) -> Fringe | None:
    """A few large locks; drawn foreheads are seldom bare."""
    if style.fringe is not None:
        reach, half = min(style.fringe.reach_aside_mm, _MOST_ASIDE_MM), min(style.fringe.half_deg, _MOST_HALF_DEG)
        count = _FRINGE_LOCKS + (2 if not style.fringe.curtain else 0)
        return replace(style.fringe, reach_aside_mm=reach, half_deg=half, locks=count)
    if style.back >= _BARE_BACK or style.crest is not None or style.hairline[0][1] > HIGH_FOREHEAD_DEG:
        return None
    if style.hangs:
        return Fringe(64, _MOST_ASIDE_MM, half_deg=48.0, curtain=True, depth_mm=7, locks=_FRINGE_LOCKS)
    reach = float(np.clip(0.55 * style.length_mm.front, 8.0, 44.0))
    aside = _BESIDE_TEMPLES * reach  # longer ones hang before the ear, off the head, like a thorn
    return Fringe(reach, aside, half_deg=40.0, sweep=0.35 * np.sign(style.part_deg), depth_mm=8, locks=_FRINGE_LOCKS)


_MOST_ASIDE_MM, _MOST_HALF_DEG = 76.0, 52.0
"""Of a fringe: broad locks that reach farther turn in under the jaw, as knots."""

_BESIDE_TEMPLES = 0.4
"""Of a fringe's reach over the forehead."""

HIGH_FOREHEAD_DEG = 35.0
"""Hairlines that begin higher have receded."""


def _combed(style: HairStyle) -> HairStyle:
    """All of it tied: one smooth body with a few locks over the forehead; locks that lie closely would cut one another."""
    fringe = replace(style.fringe or _WISPS, locks=_FRINGE_LOCKS)
    return replace(
        style,
        shape="wedge",
        combed=True,
        locks=0,
        lock_width_mm=_FRINGE_WIDTH_MM,
        depth_mm=_scaled(style.depth_mm, _COMBED_DEPTH),
        lift_mm=_scaled(style.lift_mm, _LOWER),
        disorder=0.5 * style.disorder,
        unevenness=min(style.unevenness, 0.3),
        points=8,
        fringe=fringe,
    )


def _puffs(style: HairStyle) -> HairStyle:
    """Coils as round tufts."""
    return replace(
        style,
        shape="puff",
        locks=180,
        lock_width_mm=_PUFF_MM * (1.0 + 1e-3 * style.depth_mm.top / SKULL_RADIUS_M),
        length_mm=everywhere(16.0),
        rise_mm=_scaled(style.rise_mm, 0.75),
        disorder=0.8,
        unevenness=0.35,
        points=6,
        fringe=None,
    )


def _scaled(zones: Zones, factor: float) -> Zones:
    return Zones(*(factor * value for value in (zones.top, zones.front, zones.side, zones.back, zones.nape)))


def thick_locks(spines: Spines, *, puffs: bool = False, hanging: bool = False) -> Shape:
    """Closed locks that end in points.

    Args:
        spines: the locks' middles.
        puffs: round tufts instead.
        hanging: wide almost to their ends.
    """
    along = np.linspace(0.0, 1.0, spines.points.shape[1])
    profile = _PUFF if puffs else _HANGING if hanging else _TAPER
    flatness, sides = (_PUFF_FLATNESS, _PUFF_SIDES) if puffs else (_FLATNESS, _SIDES)
    shape = tubes(spines._replace(widths=spines.widths * np.interp(along, *profile)), flatness, sides, _ONE_STRIP)
    outward = np.repeat(spines.outward.reshape(-1, 3), sides + 1, axis=0)
    smoothed = _PUFF_SMOOTHED if puffs else _SMOOTHED
    return shape._replace(normals=unit(shape.normals + smoothed * (outward - shape.normals)))


def by_height(shape: Shape, top_m: float, scale: float) -> np.ndarray:
    """(V, 2) texture coordinates whose v goes down from the crown: what is drawn there runs around all of the hair."""
    v = np.clip((top_m - shape.positions[:, 1]) / (PICTURE_M * scale), 0.01, 0.99)
    return np.stack([shape.uvs[:, 0], v], axis=1)


def thick_tail(cards: Spines) -> Spines:
    """The ribbons of a tail as a few thick locks."""
    chosen = cards.of(np.arange(len(cards.points)) % _TAIL_EVERY == 0)
    return chosen._replace(widths=_TAIL_WIDER * chosen.widths, rolls=np.zeros_like(chosen.rolls))
