"""A style laid out on the average head: the cap's grid and the locks' paths, as points that any head can carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from avatarkit.avatar.hair.scalp import SKULL_RADIUS_M, points_towards, to_angles, to_directions
from avatarkit.avatar.hair.styles import HAIR_STYLES, HairStyle, Zones
from avatarkit.body.surface_points import SurfacePoints

CAP_COLUMNS, CAP_ROWS = 84, 15
LOCK_POINTS = 7
CAP_EDGE_M = 0.0006  # the cap's height at its rim: above the skin's facets, too thin to show
_CAP_RISE_M = 0.022  # from the rim inward, over which the cap gains its depth
_CAP_BEYOND_M = 0.002  # the rim lies this far past the hairline: its last millimetres are single hairs
_TRACE_STEPS = 24
_CLEARANCE_M = 0.0025  # of locks above bare skin
_RIM_SHARE = 0.22  # of the locks grow right behind the hairline
_SIDE_OVERHANG_M, _EAR_OVERHANG_M = 0.005, 0.001
_PARTING_BLUR, _WHORL_BLUR = 0.16, 0.12  # of unit directions: how far single locks ignore the parting and the whorl
_UPSTREAM_M = 0.007  # locks start this far behind their place, so that they cover what the comb parts
_FACE_MARGIN_M = 0.02  # from the hairline: locks of long hair begin to turn along it
_BESIDE_FACE = np.radians(78)  # beyond this azimuth, at the ear, they leave the scalp
_RELEASE_DEG = (-28.0, 8.0)  # where the skull turns inward, locks fall free: outer ones first
_FACE_HALF = np.radians(50)
_SEED = 20


@dataclass(frozen=True)
class CapLayout:
    """The cap: points in CAP_ROWS rows from the top to the rim, CAP_COLUMNS + 1 each (the last closes the round).

    Attributes:
        points: row by row.
        heights: (N,) metres above the skin.
        uvs: (N, 2); v is 1 at the rim.
    """

    points: SurfacePoints
    heights: np.ndarray
    uvs: np.ndarray


@dataclass(frozen=True)
class LockLayout:
    """L locks of LOCK_POINTS points each.

    Attributes:
        points: lock by lock, root to tip.
        heights: (L, LOCK_POINTS) metres above the skin.
        widths: (L, LOCK_POINTS) metres.
        rolls: (L,) radians about the lock's own direction.
        strips: (L,) which of the texture's strips, counted from 0, before taking it modulo their number.
        lengths: (L,) metres, over the scalp.
        hanging: (L,) metres that go on from there in the air.
        layers: (L,) 0 inmost to 1 outmost.
    """

    points: SurfacePoints
    heights: np.ndarray
    widths: np.ndarray
    rolls: np.ndarray
    strips: np.ndarray
    lengths: np.ndarray
    hanging: np.ndarray
    layers: np.ndarray


def _smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _zone_value(zones: Zones, directions: np.ndarray) -> np.ndarray:
    """(...) the quantity at directions (..., 3), blended between its zones."""
    azimuth, elevation = to_angles(directions)
    around = np.abs(azimuth)
    back = _smoothstep(np.radians(95), np.radians(140), around)
    low = zones.side + (zones.back - zones.side) * back
    low = low + (zones.nape - low) * back * _smoothstep(np.radians(-5), np.radians(-42), elevation)
    front = _smoothstep(np.radians(75), np.radians(35), around) * _smoothstep(np.radians(70), np.radians(40), elevation)
    high = zones.top + (zones.front - zones.top) * front
    top = _smoothstep(np.radians(12), np.radians(42), elevation)
    # The sides begin lower in front of the temples than behind them.
    top = np.maximum(top, front * _smoothstep(np.radians(5), np.radians(22), elevation))
    return low + (high - low) * top


def _hairline(style: HairStyle, azimuth: np.ndarray) -> np.ndarray:
    """Elevation of the hairline, radians."""
    table = np.radians(style.hairline)
    return PchipInterpolator(table[:, 0], table[:, 1])(np.abs(azimuth))


def _rim(style: HairStyle, count: int, beyond_m: float) -> np.ndarray:
    """(count, 3) directions evenly along the hairline, once around from the back, pushed `beyond_m` outward."""
    fine = np.linspace(-np.pi, np.pi, 2881)
    lowered = _hairline(style, fine) - beyond_m / SKULL_RADIUS_M
    path = to_directions(fine, lowered)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    azimuth = np.interp(np.linspace(0.0, along[-1], count), along, fine)
    return to_directions(azimuth, _hairline(style, azimuth) - beyond_m / SKULL_RADIUS_M)


def _between(start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Directions on the great circles from `start` to `end`."""
    angle = np.arccos(np.clip((start * end).sum(axis=-1, keepdims=True), -1.0, 1.0))
    return (np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


def _inward_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres inside the hairline, about; negative outside."""
    azimuth, elevation = to_angles(directions)
    step = np.radians(1.0)
    slope = (_hairline(style, azimuth + step) - _hairline(style, azimuth - step)) / (2.0 * step)
    steepness = np.hypot(1.0, slope / np.maximum(np.cos(elevation), 0.3))
    return SKULL_RADIUS_M * (elevation - _hairline(style, azimuth)) / steepness


def _depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres that the body of the hair stands off the scalp; 0 outside the hairline."""
    inward = np.clip((_inward_m(style, directions) + _CAP_BEYOND_M) / _CAP_RISE_M, 0.0, 1.0)
    return 1e-3 * _zone_value(style.depth_mm, directions) * np.sin(0.5 * np.pi * inward)


def _lock_depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres that locks stand off the scalp: hanging hair keeps its body past the hairline, but for the forehead's."""
    depth = _depth_m(style, directions)
    if not style.hangs:
        return depth
    beside = _smoothstep(_FACE_HALF, _BESIDE_FACE, np.abs(to_angles(directions)[0]))
    return depth + beside * (1e-3 * _zone_value(style.depth_mm, directions) - depth)


@cache
def cap_layout(name: str) -> CapLayout:
    """The cap of a style."""
    style = HAIR_STYLES[name]
    top = np.array([0.0, 1.0, 0.0])  # the hairline has one height at each azimuth: no row folds over another
    rim = _rim(style, CAP_COLUMNS + 1, _CAP_BEYOND_M)
    rows = 1.0 - (1.0 - np.linspace(0.0, 1.0, CAP_ROWS)) ** 1.35
    rows[0] = 1e-3  # a point would give triangles without a direction
    directions = _between(np.broadcast_to(top, rim.shape)[None], rim[None], rows[:, None, None]).reshape(-1, 3)
    reach = np.arccos(np.clip(rim @ top, -1.0, 1.0)) * SKULL_RADIUS_M
    from_rim = (1.0 - rows)[:, None] * reach
    u = np.broadcast_to(np.linspace(0.0, 4.0, CAP_COLUMNS + 1), from_rim.shape)
    v = np.maximum(1.0 - from_rim / 0.18, 0.0)
    heights = np.maximum(_depth_m(style, directions), CAP_EDGE_M)
    return CapLayout(points_towards(directions), heights, np.stack([u, v], axis=-1).reshape(-1, 2))


def _roots(style: HairStyle, random: np.random.Generator) -> np.ndarray:
    """(L, 3) directions spread evenly over the scalp, and some right behind the hairline."""
    rim_count = int(style.locks * _RIM_SHARE)
    rim = _rim(style, rim_count, 0.0)
    rim = _between(
        rim,
        np.broadcast_to(to_directions(*np.radians(style.whorl_deg)), rim.shape),
        random.uniform(0.005, 0.06, (rim_count, 1)),
    )
    golden = np.pi * (3.0 - np.sqrt(5.0))
    count = style.locks - rim_count
    dense = np.arange(4 * count)
    spiral = to_directions((dense * golden) % (2 * np.pi) - np.pi, np.arcsin(1.0 - 2.0 * (dense + 0.5) / len(dense)))
    inside = spiral[_inward_m(style, spiral) > 0.004]
    chosen = random.permutation(len(inside))[:count]
    return np.concatenate([rim, inside[np.sort(chosen)]])


def _tangent(directions: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """`vector` without its part along `directions`."""
    return vector - (vector * directions).sum(axis=-1, keepdims=True) * directions


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


@dataclass(frozen=True)
class _Stray:
    """How each lock departs from the comb: (L,) radians aside, (L,) metres of its parting, (L, 3) of its whorl's direction,
    (L,) radians, the elevation at which it leaves the scalp."""

    aside: np.ndarray
    parting: np.ndarray
    whorl: np.ndarray
    release: np.ndarray


def _strays(style: HairStyle, count: int, random: np.random.Generator) -> _Stray:
    return _Stray(
        style.disorder * random.standard_normal(count),
        random.normal(0.0, _PARTING_BLUR, count),
        random.normal(0.0, _WHORL_BLUR, (count, 3)),
        np.radians(random.uniform(*_RELEASE_DEG, count)) if style.hangs else np.full(count, -np.pi),
    )


def _combed(style: HairStyle, directions: np.ndarray, stray: _Stray) -> np.ndarray:
    """(L, 3) unit tangents at directions (L, 3): which way hair lies."""
    whorl = _unit(to_directions(*np.radians(style.whorl_deg)) + stray.whorl)
    away = _unit(_tangent(directions, directions - whorl))
    azimuth, elevation = to_angles(directions)
    part_x = np.sin(np.radians(style.part_deg)) * 0.75
    side = np.tanh((directions[..., 0] - part_x + stray.parting) / 0.05)
    forward = _smoothstep(-0.35, 0.45, directions[..., 2])
    top = _smoothstep(np.radians(15), np.radians(50), elevation)
    sideways = np.stack([side, -0.15 * np.ones_like(side), 0.35 * np.ones_like(side)], axis=-1)
    backward = 0.0 if style.hangs else -0.45
    down = (
        np.broadcast_to(np.array([0.0, -1.0, 0.0]), directions.shape)
        + np.array([0.0, 0.0, backward]) * _smoothstep(np.radians(60), np.radians(75), np.abs(azimuth))[..., None]
    )
    front = _smoothstep(np.radians(80), np.radians(35), np.abs(azimuth)) * _smoothstep(-5.0, 12.0, np.degrees(elevation))
    brushed = style.sweep * forward * np.maximum(top, 0.9 * front)
    fallen = (1.0 - top) * (1.0 - 0.7 * front)
    mix = (
        away
        + (1.7 * brushed)[..., None] * _unit(_tangent(directions, sideways))
        + (1.4 * fallen)[..., None] * _unit(_tangent(directions, down))
    )
    return _turned(directions, _unit(_tangent(directions, mix)), stray.aside)


def _turned(axis: np.ndarray, vector: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """`vector`, perpendicular to `axis`, turned about it."""
    return np.cos(angle)[..., None] * vector + np.sin(angle)[..., None] * np.cross(axis, vector)


def _overhang_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) how far locks may reach past the hairline."""
    around = np.abs(to_angles(directions)[0])
    side = _SIDE_OVERHANG_M + (_EAR_OVERHANG_M - _SIDE_OVERHANG_M) * (
        _smoothstep(np.radians(70), np.radians(84), around) * _smoothstep(np.radians(125), np.radians(110), around)
    )
    return side + (1e-3 * style.overhang_mm - side) * _smoothstep(np.radians(52), np.radians(28), around)


def _traced(style: HairStyle, roots: np.ndarray, lengths: np.ndarray, stray: _Stray) -> np.ndarray:
    """(_TRACE_STEPS + 1, L, 3) directions along each lock; a lock stops where it would reach too far past the hairline."""
    path = [roots]
    going = np.ones(len(roots), bool)
    for _ in range(_TRACE_STEPS):
        here = path[-1]
        along = _combed(style, here, stray)
        if style.hangs:
            along = _kept_off_the_face(style, here, along)
        ahead = _unit(here + along * (lengths / _TRACE_STEPS / SKULL_RADIUS_M)[:, None])
        going = going & (_inward_m(style, ahead) > -_overhang_m(style, ahead))
        if style.hangs:
            going = going & (to_angles(ahead)[1] > stray.release)
        path.append(np.where(going[:, None], ahead, here))
    return np.stack(path)


def _kept_off_the_face(style: HairStyle, here: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The way (L, 3) of long locks: near the forehead's hairline they turn along it, to fall beside the face."""
    azimuth, _ = to_angles(here)
    step = np.radians(1.0)
    inward = _unit(_tangent(here, to_directions(azimuth, _hairline(style, azimuth) + 0.5) - here))
    slope = to_directions(azimuth + step, _hairline(style, azimuth + step)) - to_directions(
        azimuth - step, _hairline(style, azimuth - step)
    )
    inward = _unit(_tangent(_unit(slope), inward))
    outward_share = np.minimum((along * inward).sum(axis=-1), 0.0)
    before = _smoothstep(_BESIDE_FACE, _BESIDE_FACE - 0.15, np.abs(azimuth))
    near = before * _smoothstep(_FACE_MARGIN_M, 0.0, _inward_m(style, here))
    turned = along - (near * outward_share)[:, None] * inward
    return _unit(turned)


def _beside_the_face(ends: np.ndarray) -> np.ndarray:
    """(L,) whether locks that end at these directions (L, 3) may fall on: not over the face."""
    return np.abs(to_angles(ends)[0]) > _FACE_HALF


def _resampled(path: np.ndarray) -> np.ndarray:
    """(L, LOCK_POINTS, 3): traces (S, L, 3) cut to where they moved, at even steps."""
    moved = (np.linalg.norm(np.diff(path, axis=0), axis=2) > 1e-9).sum(axis=0)
    at = np.linspace(0.0, 1.0, LOCK_POINTS)[:, None] * moved
    low = np.minimum(at.astype(int), path.shape[0] - 2)
    lock = np.arange(path.shape[1])
    share = (at - low)[..., None]
    return _unit((1.0 - share) * path[low, lock] + share * path[low + 1, lock]).transpose(1, 0, 2)


@cache
def lock_layout(name: str) -> LockLayout:
    """The locks of a style."""
    style = HAIR_STYLES[name]
    random = np.random.default_rng(_SEED)
    roots = _roots(style, random)
    count = len(roots)
    wanted = 1e-3 * _zone_value(style.length_mm, roots) * random.uniform(1.0 - style.unevenness, 1.15, count)
    stray = _strays(style, count, random)
    started = _unit(roots - _combed(style, roots, stray) * (_UPSTREAM_M / SKULL_RADIUS_M))
    inside = _inward_m(style, started) > 0.0
    paths = _resampled(_traced(style, np.where(inside[:, None], started, roots), wanted, stray))
    lengths = np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1) * SKULL_RADIUS_M
    kept = lengths > 0.006
    paths, lengths, wanted = paths[kept], lengths[kept], wanted[kept]
    count = len(paths)
    along = np.linspace(0.0, 1.0, LOCK_POINTS)
    layer = random.uniform(0.0, 1.0, count)[:, None]
    short = np.minimum(lengths / 0.04, 1.0)[:, None]
    lift = 1e-3 * _zone_value(style.lift_mm, paths) * (0.25 + layer) * short
    heights = (
        _lock_depth_m(style, paths) * (0.55 + 0.45 * along**0.5) + lift * np.sin(np.pi * along**0.8) + _CLEARANCE_M * along**0.5
    )
    heights = heights + 0.0015 * layer * along
    near_whorl = np.arccos(np.clip(paths[:, 0] @ to_directions(*np.radians(style.whorl_deg)), -1.0, 1.0))[:, None]
    narrow = 0.55 + 0.45 * _smoothstep(0.1, 0.5, near_whorl)
    widths = (
        1e-3
        * style.lock_width_mm
        * narrow
        * (0.55 + 0.45 * short)
        * random.uniform(0.75, 1.2, (count, 1))
        * (1.0 - 0.35 * along)
    )
    return LockLayout(
        points_towards(paths.reshape(-1, 3)),
        heights,
        widths,
        random.normal(0.0, 0.22, count),
        random.integers(0, 1 << 16, count),
        lengths,
        np.where(_beside_the_face(paths[:, -1]), np.maximum(wanted - lengths, 0.0), 0.0) * style.hangs,
        layer[:, 0],
    )
