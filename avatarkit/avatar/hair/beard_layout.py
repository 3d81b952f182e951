"""Beards laid out on the average face: the locks' ways over the skin, as points that any face can carry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.hair.beard_ground import FACE_RADIUS_M, degrees, face_shell, inside_area, inside_lips
from avatarkit.avatar.hair.beard_styles import BEARD_STYLES, BeardStyle
from avatarkit.avatar.hair.directions import smoothstep, spread, tangent, turned, unit
from avatarkit.avatar.hair.rays import points_met
from avatarkit.avatar.once import once
from avatarkit.body.surface_points import SurfacePoints

_PROBES = 6000
_POINT_M, _FEWEST_POINTS, _MOST_POINTS, _MOST_SOLID_POINTS = 0.009, 4, 12, 6
_LOWEST_DEG = -58.0  # under the jaw: what goes on from there hangs
_LIP_MARGIN_DEG = 1.0
_LEAST_SHARE = 0.35  # of a lock's length remains, however near to the lips it grows
_WIDEST, _SOLID_WIDEST = 0.42, 0.6  # of a lock's length: a ribbon as wide as long is a tile, a thick one a lump
_SOLID_SHARE, _SOLID_WIDTH, _SOLID_STRAY = 0.37, 1.5, 0.5
_SIDEBURN_DEG, _SIDEBURN_M = (-32.0, 2.0), 0.009  # from this height to that hair becomes as short as beside the ear
_LIP_LOCKS, _LIP_DEG, _LIP_ASIDE, _LIP_M = 26, 17.0, 2.2, 0.018
"""Thick locks of a moustache over the lip, to this azimuth: few would be crumbs, and those that fall straight end there."""
_DROOPS, _CORNERS_DEG = 0.5, (19.0, 12.0)  # what is combed aside less than this falls past the corners of the mouth
_LEAST_LEFT, _BEAD_M = 0.7, 0.016
"""Of its area's length: a thick lock that is cut more beside the ear, to less than this, is a bead."""
_SEED = 31


@dataclass(frozen=True)
class BeardLayout:
    """L locks of P points each, on any face.

    Attributes:
        points: where on the skin each point belongs, lock by lock, root to tip.
        directions: (L, P, 3) unit, the same on the average face.
        lengths: (L,) metres.
        upturned: (L,) how far tips turn up.
        layers: (L,) 0 inmost to 1 outmost.
        widths: (L,) metres.
        rolls: (L,) radians about the lock's own direction.
        strips: (L,) which of the texture's strips.
        solid: whether locks are thick pointed shapes.
    """

    points: SurfacePoints
    directions: np.ndarray
    lengths: np.ndarray
    upturned: np.ndarray
    layers: np.ndarray
    widths: np.ndarray
    rolls: np.ndarray
    strips: np.ndarray
    solid: bool


@once
def beard_layout(name: str, solid: bool = False) -> BeardLayout:
    """The locks of a beard."""
    style, random = BEARD_STYLES[name], np.random.default_rng(_SEED)
    roots, areas = _thick_roots(style) if solid else _roots(style, style.locks)
    count = len(roots)
    whole, combed = 1e-3 * _of_areas(style, "length_mm", areas), _of_areas(style, "aside", areas)
    if solid:
        whole = np.where(combed > 0.0, np.maximum(whole, _LIP_M), whole)
        before = np.where(combed > _DROOPS, 1.0, smoothstep(*_CORNERS_DEG, degrees(roots)[0]))
        combed = np.where(combed > 0.0, np.maximum(combed, _LIP_ASIDE * before), combed)
    length = _lengths(roots, whole)
    upturned = _of_areas(style, "upturned", areas)
    aside = combed * random.uniform(0.8, 1.2, count)
    stray = style.disorder * random.standard_normal(count) * (_SOLID_STRAY if solid else 1.0)
    points = int(np.clip(round(length.max() / _POINT_M), _FEWEST_POINTS, _MOST_SOLID_POINTS if solid else _MOST_POINTS))
    way, share = _traced(roots, aside, stray, length, points)
    lengths = length * share * random.uniform(0.75, 1.1, count)
    widths = 1e-3 * style.lock_width_mm * random.uniform(0.75, 1.2, count)
    return BeardLayout(
        points_met(face_shell(), way.reshape(-1, 3)),
        way,
        lengths,
        upturned,
        random.uniform(0.0, 1.0, count),
        np.minimum((_SOLID_WIDTH if solid else 1.0) * widths, (_SOLID_WIDEST if solid else _WIDEST) * lengths),
        random.normal(0.0, 0.15 + 0.4 * style.disorder, count),
        random.integers(0, 1 << 16, count),
        solid,
    )


def _roots(style: BeardStyle, count: int) -> tuple[np.ndarray, np.ndarray]:
    """About (count, 3) directions evenly over the ground, and (count,) the number of each one's area."""

    def grows(directions: np.ndarray) -> np.ndarray:
        angles = degrees(directions)
        inside = np.array([inside_area(area, *angles) for area in style.areas]) > 0.0
        return inside & (inside_lips(*angles) < -_LIP_MARGIN_DEG)

    found = spread(round(count / grows(spread(_PROBES)).any(axis=0).mean()))
    inside = grows(found)
    grown = inside.any(axis=0)
    return found[grown], inside[:, grown].argmax(axis=0)


def _thick_roots(style: BeardStyle) -> tuple[np.ndarray, np.ndarray]:
    """The same of thick locks: fewer, but enough for a moustache, alike on both its sides, and none beside the ears that
    would be cut to a bead."""
    roots, areas = _roots(style, round(style.locks * _SOLID_SHARE))
    whole = 1e-3 * _of_areas(style, "length_mm", areas)
    kept = _lengths(roots, whole) > np.minimum(_LEAST_LEFT * whole, _BEAD_M)
    roots, areas = roots[kept], areas[kept]
    for number, area in enumerate(style.areas):
        lip = tuple(row for row in area.rows if row[0] <= _LIP_DEG)
        if area.aside and len(lip) > 1:
            found, _ = _roots(replace(style, areas=(replace(area, rows=lip),)), _LIP_LOCKS)
            half = found[found[:, 0] > 0.0]
            more = np.concatenate([half, half * [-1.0, 1.0, 1.0]])
            others = (areas != number) | (degrees(roots)[0] > _LIP_DEG)
            roots = np.concatenate([roots[others], more])
            areas = np.concatenate([areas[others], np.full(len(more), number)])
    return roots, areas


def _of_areas(style: BeardStyle, name: str, areas: np.ndarray) -> np.ndarray:
    """(L,) what the areas (L,) of some locks say of that."""
    return np.array([getattr(area, name) for area in style.areas])[areas]


def _lengths(roots: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(L,) metres: those beside the ears are cut, whatever the area's length."""
    high = smoothstep(*_SIDEBURN_DEG, degrees(roots)[1])
    return lengths + high * np.minimum(_SIDEBURN_M - lengths, 0.0)


def _traced(
    roots: np.ndarray, aside: np.ndarray, stray: np.ndarray, lengths: np.ndarray, points: int
) -> tuple[np.ndarray, np.ndarray]:
    """(L, points, 3) directions along each lock, and (L,) the share of it that is clear of the lips."""
    step = (lengths / (points - 1) / FACE_RADIUS_M)[:, None]
    here, way, clear = roots, [roots], np.ones(len(roots), bool)
    gone = np.zeros(len(roots))
    for _ in range(points - 1):
        ahead = unit(here + step * _combed(here, aside, stray))
        azimuth, elevation = degrees(ahead)
        clear = clear & (inside_lips(azimuth, elevation) < -_LIP_MARGIN_DEG)
        going = clear & (elevation > _LOWEST_DEG)
        here = np.where(going[:, None], ahead, here)
        gone += clear
        way.append(here)
    return np.stack(way, axis=1), np.maximum(gone / (points - 1), _LEAST_SHARE)


def _combed(directions: np.ndarray, aside: np.ndarray, stray: np.ndarray) -> np.ndarray:
    """Unit tangents (L, 3): down, and to the sides as the style has it."""
    side = np.tanh(directions[:, 0] / 0.02)
    way = np.stack([aside * side, -np.ones_like(aside), 0.3 * np.ones_like(aside)], axis=1)
    return turned(directions, unit(tangent(directions, way)), stray)
