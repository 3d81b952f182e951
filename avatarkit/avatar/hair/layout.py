"""A style's locks laid out on the average head: their paths, as points that any head can carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.hair.comb import along_hairline, free_comb, fringe_comb, gathering_comb, owners, strays
from avatarkit.avatar.hair.directions import (
    smoothstep,
    spread,
    to_angles,
    to_directions,
    unit,
)
from avatarkit.avatar.hair.hairline import (
    depth_m,
    hairline,
    inward_m,
    lock_depth_m,
    overhang_m,
    rim,
    rounded_m,
    zone_value,
)
from avatarkit.avatar.hair.scalp import SKULL_CENTRE, SKULL_RADIUS_M, points_towards
from avatarkit.avatar.hair.style import Fringe, HairStyle
from avatarkit.avatar.hair.textures import STRIPS
from avatarkit.avatar.once import once
from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints

_TRACE_STEPS, _LONGEST_STEP_M = 24, 0.009  # longer ones would step over the hairline
_CLEARANCE_M = 0.0025  # of locks above bare skin
_RIM_SHARE = 0.22  # of the locks grow right behind the hairline,
_RIM_ROWS_M = (0.0015, 0.004, 0.008)  # so far behind it
_UPSTREAM_M = 0.007  # locks start this far behind their place, so that they cover what the comb parts
_FACE_MARGIN_M = 0.02  # from the hairline: locks of long hair begin to turn along it
_EAR_MARGIN_M = 0.012
_BESIDE_FACE = np.radians(78)  # beyond this azimuth, at the ear, they leave the scalp
_RELEASE_DEG, _FRONT_RELEASE_DEG = np.array((-28.0, 8.0)), np.array((0.0, 22.0))
"""Elevations between which locks fall free: where the skull turns inward; those from the front already at the temple."""
_FACE_HALF, _TEMPLE = np.radians(50), np.radians(52)
_SHORTEST_M, _SHORTEST_THICK_M = 0.006, 0.018  # what is shorter, the cap alone shows: thick locks would be thorns
LONG_M = 0.04  # shorter locks have less lift
_RIM_WIDTH_M = 0.003  # of a ribbon along the forehead's hairline
_LEAST_OVERHANG_MM = 6.0  # styles whose locks reach further have a fringe of them; others show the hairline
_SLIM_LOCKS, _SLIMNESS, _SLIM_BEHIND_M = 84, 0.5, 0.012  # of such a fringe, beside the others: the ends of broad ones are teeth
_FRINGE_WIDTH_MM, _FRINGE_STEPS = 12.0, 60
_MOST_ROLL = 0.35  # radians: seen from behind a ribbon is dark
_SLIM = 0.36  # of their width that the shortest locks have: broad ones would end in teeth at the nape
_RISEN, _SETTLES = 0.45, 0.16  # of a lock's way; of the body's depth
_LIFTED, _SINKS = 0.6, 0.4
"""Of a falling lock's way over the head, where it has all of its lift; of that, what it loses from there on."""

_LEAST_REACH, _LEAST_FRINGE = 0.3, 0.45  # of the most that locks reach past the hairline; where they are a fringe
_CREST_EDGE = 0.03  # of unit directions: over this width a crest thins out
_TIE_RAD = 0.11  # locks end this far from the middle of a tie
_PROBES, _INSIDE_M = 4000, 0.004
_SEED = 20


@dataclass(frozen=True)
class LockLayout:
    """L locks of P points each.

    Attributes:
        points: lock by lock, root to tip.
        heights: (L, P) metres above the skin.
        widths: (L, P) metres.
        rolls: (L,) radians about the lock's own direction.
        strips: (L,) which of the texture's strips, counted from 0, before taking it modulo their number.
        hanging: (L,) metres that go on from there in the air.
        layers: (L,) 0 inmost to 1 outmost.
        ahead: (L,) whether what hangs falls before the shoulders.
    """

    points: SurfacePoints
    heights: np.ndarray
    widths: np.ndarray
    rolls: np.ndarray
    strips: np.ndarray
    hanging: np.ndarray
    layers: np.ndarray
    ahead: np.ndarray


Step = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Directions (L, 3) -> those a step ahead (L, 3), and whether that step may be gone (L,)."""


@dataclass(frozen=True)
class _Paths:
    """Traced locks: directions (L, P, 3), metres over the scalp (L,), metres that hang (L,)."""

    directions: np.ndarray
    lengths: np.ndarray
    hanging: np.ndarray


@once
def lock_layout(style: HairStyle) -> LockLayout | None:
    """The locks of a style; None if it has none."""
    random = np.random.default_rng(_SEED)
    batches = []
    if style.locks:
        roots = _roots(style, style.locks, random)
        batches.append(_gathered(style, roots, random) if style.gathers else _free(style, roots, random))
        if style.shape == "card" and _fringed(style):
            slim = replace(style, lock_width_mm=_SLIMNESS * style.lock_width_mm)
            batches.append(_free(slim, _front_roots(style, random), random))
    if style.fringe is not None:
        batches.append(_fringe(style, style.fringe, random))
    return _joined(batches) if batches else None


def _fringed(style: HairStyle) -> bool:
    """Whether locks of the scalp itself lie over the forehead."""
    return style.overhang_mm > _LEAST_OVERHANG_MM and not style.hangs and style.rise_mm.front == 0.0


def _front_roots(style: HairStyle, random: np.random.Generator) -> np.ndarray:
    """(L, 3) directions behind the forehead's hairline."""
    azimuth = _FACE_HALF * np.linspace(-1.0, 1.0, _SLIM_LOCKS)
    behind = _SLIM_BEHIND_M * random.permutation(_SLIM_LOCKS) / _SLIM_LOCKS
    return to_directions(azimuth, hairline(style, azimuth) + behind / SKULL_RADIUS_M)


def _joined(batches: list[LockLayout]) -> LockLayout:
    def of(name: str) -> np.ndarray:
        return np.concatenate([getattr(batch, name) for batch in batches])

    points = SurfacePoints(*(np.concatenate([getattr(b.points, part) for b in batches]) for part in ("vertices", "weights")))
    names = ("heights", "widths", "rolls", "strips", "hanging", "layers", "ahead")
    return LockLayout(points, **{name: of(name) for name in names})


def _roots(style: HairStyle, count: int, random: np.random.Generator) -> np.ndarray:
    """(L, 3) directions spread evenly over the scalp, and some right behind the hairline."""
    if style.crest is not None:  # the rest is shorn
        inside = _inside(style, round(count / (style.crest + 0.5 * _CREST_EDGE)))
        return inside[np.abs(inside[:, 0]) < style.crest + random.uniform(0.0, _CREST_EDGE, len(inside))]
    on_rim = int(count * _RIM_SHARE)
    share = on_rim // len(_RIM_ROWS_M)
    return np.concatenate([*(rim(style, share, -behind) for behind in _RIM_ROWS_M), _inside(style, count - on_rim)])


def _inside(style: HairStyle, count: int) -> np.ndarray:
    """About (count, 3) directions evenly over the scalp."""
    share = (inward_m(style, spread(_PROBES)) > _INSIDE_M).mean()
    found = spread(round(count / share))
    return found[inward_m(style, found) > _INSIDE_M]


def _free(style: HairStyle, roots: np.ndarray, random: np.random.Generator) -> LockLayout:
    count = len(roots)
    wanted = 1e-3 * zone_value(style, style.length_mm, roots) * random.uniform(1.0 - style.unevenness, 1.15, count)
    comb = free_comb(style, strays(style, count, random))
    started = unit(roots - comb(roots) * (_UPSTREAM_M / SKULL_RADIUS_M))
    starts = np.where((inward_m(style, started) > 0.0)[:, None], started, roots)
    stride = np.minimum(wanted / _TRACE_STEPS, _LONGEST_STEP_M) / SKULL_RADIUS_M
    release = _release(roots, random) if style.hangs else np.full(count, -np.pi)
    lowest = _lowest_of_top(style, count, random)
    reaching = random.uniform(_LEAST_FRINGE if _fringed(style) else _LEAST_REACH, 1.0, count)

    def step(here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        along = _kept_off_the_face(style, here, comb(here)) if style.hangs else comb(here)
        ahead = unit(here + along * stride[:, None])
        azimuth, elevation = to_angles(ahead)
        inside = inward_m(style, ahead) > -reaching * overhang_m(style, ahead)
        return ahead, inside & ((elevation > np.maximum(release, lowest)) | (np.abs(azimuth) < _TEMPLE))

    paths = _resampled(_traced(starts, step), style.points)
    lengths = _lengths(paths)
    falls = style.hangs & (np.abs(to_angles(paths[:, -1])[0]) > _FACE_HALF)
    left = wanted - lengths if style.cut_mm is None else _above_cut_m(style, paths[:, -1], random)
    hanging = np.where(falls, np.maximum(left, 0.0), 0.0)
    shortest = _SHORTEST_THICK_M if style.shape == "wedge" else _SHORTEST_M
    seen = (wanted > shortest) & ((lengths > _SHORTEST_M) | (style.rise_mm.top > 0))
    seen &= falls | (not style.hangs)  # long hair that would end on the forehead
    laid = _laid_out(style, _Paths(paths[seen], lengths[seen], hanging[seen]), random)
    shows_hairline = style.shape == "card" and (style.hangs or style.overhang_mm < _LEAST_OVERHANG_MM)
    return replace(laid, widths=_behind_hairline(style, paths[seen], laid.widths)) if shows_hairline else laid


def _lowest_of_top(style: HairStyle, count: int, random: np.random.Generator) -> np.ndarray:
    """(L,) radians, the elevation at which each thick lock of the top ends: over shorn sides single ones that ran on would be
    shards, and below, hair that is combed back lies so close that locks would cross in a knot."""
    tops = style.shorn or style.back > 1.0
    if style.shape != "wedge" or style.hangs or style.crest is not None or not tops:
        return np.full(count, -np.pi)
    return np.radians(style.top_from_deg[0] - random.uniform(*_BELOW_TOP_DEG, count))


_BELOW_TOP_DEG = (2.0, 9.0)
"""One to two centimetres."""


def _behind_hairline(style: HairStyle, way: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Widths (L, P) of ribbons along ways (L, P, 3) that lie before the forehead's hairline with none of their edges.

    A ribbon's edge there would be a cut; behind it the cap's single hairs show.
    """
    before = smoothstep(_BESIDE_FACE, _FACE_HALF, np.abs(to_angles(way)[0]))
    room = np.maximum(2.0 * inward_m(style, way), _RIM_WIDTH_M)
    return np.asarray(widths - before * np.maximum(widths - room, 0.0))


def _release(roots: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(L,) radians, the elevation at which each lock leaves the scalp."""
    front = smoothstep(np.radians(70), np.radians(45), np.abs(to_angles(roots)[0]))[:, None]
    low, high = (_RELEASE_DEG + front * (_FRONT_RELEASE_DEG - _RELEASE_DEG)).T
    return np.radians(random.uniform(low, high))


def _above_cut_m(style: HairStyle, ends: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(L,) how far above the cut directions (L, 3) leave the average head, a little less for some."""
    height = points_towards(ends).on(load_body().positions)[:, 1] - SKULL_CENTRE[1]
    return (height + 1e-3 * (style.cut_mm or 0.0)) * random.uniform(1.0 - 0.3 * style.unevenness, 1.02, len(ends))


def _kept_off_the_face(style: HairStyle, here: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The way (L, 3) of long locks: near the forehead's hairline they turn along it, to fall beside the face."""
    azimuth, _ = to_angles(here)
    before = smoothstep(_BESIDE_FACE, _BESIDE_FACE - 0.15, np.abs(azimuth))
    return _turned_inward(style, here, along, before * smoothstep(_FACE_MARGIN_M, 0.0, inward_m(style, here)))


def _turned_inward(style: HairStyle, here: np.ndarray, along: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The way (L, 3) without that share (L,) of it that leads out of the hairline."""
    _, inward = along_hairline(style, here)
    outward = np.minimum((along * inward).sum(axis=-1), 0.0)
    return unit(along - (share * outward)[:, None] * inward)


def _fringe(style: HairStyle, fringe: Fringe, random: np.random.Generator) -> LockLayout:
    """Locks over the forehead, cut at a line."""
    count = fringe.locks
    azimuth = np.radians(fringe.half_deg) * (2.0 * (np.arange(count) + 0.5) / count - 1.0)
    behind = 1e-3 * fringe.behind_mm * random.permutation(count) / count
    roots = to_directions(azimuth, hairline(style, azimuth) + behind / SKULL_RADIUS_M)
    comb = fringe_comb(fringe, strays(style, count, random), np.radians(style.hairline[0][1]))
    aside = np.abs(azimuth) / np.radians(fringe.half_deg)
    reach = 1e-3 * (fringe.reach_mm + (fringe.reach_aside_mm - fringe.reach_mm) * aside**2)
    reach = reach * random.uniform(1.0 - 0.4 * style.unevenness, 1.0, count)
    longest = (reach + behind) * (1.6 if fringe.curtain else 1.0 + abs(fringe.sweep))

    def step(here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ahead = unit(here + comb(here) * (longest / _FRINGE_STEPS / SKULL_RADIUS_M)[:, None])
        return ahead, inward_m(style, ahead) > -reach

    # Longer steps would end beyond a cut or before it, as teeth.
    paths = _resampled(_traced(roots, step, _FRINGE_STEPS), style.points)
    slim = replace(style, lock_width_mm=min(style.lock_width_mm, _FRINGE_WIDTH_MM)) if style.shape == "card" else style
    laid = _laid_out(slim, _Paths(paths, _lengths(paths), np.zeros(count)), random)
    along = np.linspace(0.0, 1.0, paths.shape[1])
    low = depth_m(style, paths)
    body = np.maximum(low, 1e-3 * fringe.depth_mm * (0.45 + 0.55 * np.sin(np.pi * np.minimum(along, 0.75)) ** 0.7))
    heights = body * np.minimum(0.5 + 2.0 * along, 1.0) + 0.0035 * laid.layers[:, None] + _CLEARANCE_M
    return LockLayout(
        laid.points, heights, laid.widths, laid.rolls, laid.strips, laid.hanging, laid.layers, np.ones(count, bool)
    )


def _gathered(style: HairStyle, roots: np.ndarray, random: np.random.Generator) -> LockLayout:
    """Locks combed to where they are tied; hair that no tie takes falls free."""
    owner = owners(style.gathers, roots)
    batches = [_free(style, roots[owner < 0], random)] if (owner < 0).any() else []
    held = roots[owner >= 0]
    anchors = to_directions(*np.radians([gather.at_deg for gather in style.gathers]).T)[owner[owner >= 0]]
    comb = gathering_comb(anchors, strays(style, len(held), random))
    way = np.arccos(np.clip((held * anchors).sum(axis=1), -1.0, 1.0))

    def step(here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        near = smoothstep(_EAR_MARGIN_M, 0.0, inward_m(style, here))
        along = _turned_inward(style, here, comb(here), near)
        ahead = unit(here + along * (1.25 * way / _TRACE_STEPS)[:, None])
        return ahead, (here * anchors).sum(axis=1) < np.cos(_TIE_RAD)

    paths = _resampled(_traced(held, step), style.points)
    laid = _laid_out(style, _Paths(paths, _lengths(paths), np.zeros(len(held))), random)
    left = np.arccos(np.clip((paths * anchors[:, None]).sum(axis=2), -1.0, 1.0))
    near = smoothstep(4.0 * _TIE_RAD, 0.8 * _TIE_RAD, left)
    heights = laid.heights * (1.0 - 0.5 * near) + 0.007 * near
    widths = laid.widths * (1.0 - 0.45 * near)
    batches.append(
        LockLayout(laid.points, heights, widths, 0.4 * laid.rolls, laid.strips, laid.hanging, laid.layers, laid.ahead)
    )
    return _joined(batches)


def _traced(roots: np.ndarray, step: Step, steps: int = _TRACE_STEPS) -> np.ndarray:
    """(steps + 1, L, 3) directions along each lock; where a step is not to be gone the lock ends."""
    path, going = [roots], np.ones(len(roots), bool)
    for _ in range(steps):
        here = path[-1]
        ahead, allowed = step(here)
        going = going & allowed
        path.append(np.where(going[:, None], ahead, here))
    return np.stack(path)


def _resampled(path: np.ndarray, points: int) -> np.ndarray:
    """(L, points, 3): traces (S, L, 3) cut to where they moved, at even steps."""
    moved = (np.linalg.norm(np.diff(path, axis=0), axis=2) > 1e-9).sum(axis=0)
    at = np.linspace(0.0, 1.0, points)[:, None] * moved
    low = np.minimum(at.astype(int), path.shape[0] - 2)
    lock = np.arange(path.shape[1])
    share = (at - low)[..., None]
    return unit((1.0 - share) * path[low, lock] + share * path[low + 1, lock]).transpose(1, 0, 2)


def _lengths(paths: np.ndarray) -> np.ndarray:
    """(L,) metres over the scalp of paths (L, P, 3)."""
    return np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1) * SKULL_RADIUS_M


def _laid_out(style: HairStyle, paths: _Paths, random: np.random.Generator) -> LockLayout:
    """Heights, widths and the rest of traced locks."""
    way, count = paths.directions, len(paths.directions)
    along = np.linspace(0.0, 1.0, way.shape[1])
    layer = random.uniform(0.0, 1.0, count)[:, None]
    short = np.minimum(paths.lengths / LONG_M, 1.0)[:, None]
    lift = rounded_m(1e-3 * zone_value(style, style.lift_mm, way), way) * (0.25 + layer) * short
    rise = 1e-3 * zone_value(style, style.rise_mm, way[:, :1]) * random.uniform(1.0 - style.unevenness, 1.1, (count, 1))
    heights = lock_depth_m(style, way) * _body_share(style, along) + lift * _lifted(style, along)
    heights = heights + rise * along + _CLEARANCE_M * along**0.5 + 0.0015 * layer * along
    return LockLayout(
        points_towards(way.reshape(-1, 3)),
        heights,
        _widths(style, way, np.maximum(short, rise > 0), random),
        random.normal(0.0, min(0.12 + 0.5 * style.disorder, _MOST_ROLL), count),
        _strips(layer[:, 0], random),
        paths.hanging,
        layer[:, 0],
        np.abs(to_angles(way[:, -1])[0]) < np.radians(97.0),
    )


def _lifted(style: HairStyle, along: np.ndarray) -> np.ndarray:
    """(P,) 0..1 how much of its lift a lock has: ribbons that fall on keep it, or inner ones would come through outer ones."""
    if not style.hangs or style.shape != "card":
        return np.asarray(np.sin(np.pi * along**0.8))
    return np.asarray(np.sin(0.5 * np.pi * np.minimum(along / _LIFTED, 1.0)) * (1.0 - _SINKS * smoothstep(_LIFTED, 1.0, along)))


def _body_share(style: HairStyle, along: np.ndarray) -> np.ndarray:
    """(P,) how high in the body of the hair a lock lies: it leaves the scalp, and its tip settles on the locks below."""
    if style.hangs or style.shape != "card":
        return 0.55 + 0.45 * along**0.5
    return 0.68 + 0.32 * np.minimum(along / _RISEN, 1.0) ** 0.5 - _SETTLES * smoothstep(_RISEN, 1.0, along)


def _strips(layer: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(L,) numbers of strips: inner locks show the first ones of the texture, outer locks the last, which are finer."""
    most = max(STRIPS.values())
    near = np.clip(layer * most + random.normal(0.0, 1.0, len(layer)), 0, most - 1)
    return near.astype(int) + most * random.integers(0, 1 << 12, len(layer))


def _widths(style: HairStyle, way: np.ndarray, short: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(L, P) metres: narrow at the whorl and at the tips; short locks are slim."""
    along = np.linspace(0.0, 1.0, way.shape[1])
    from_whorl = np.arccos(np.clip(way[:, 0] @ to_directions(*np.radians(style.whorl_deg)), -1.0, 1.0))[:, None]
    narrow = style.crown_narrows + (1.0 - style.crown_narrows) * smoothstep(0.1, 0.5, from_whorl)
    uneven = random.uniform(0.75, 1.2, (len(way), 1))
    return 1e-3 * style.lock_width_mm * narrow * (_SLIM + (1.0 - _SLIM) * short) * uneven * (1.0 - 0.35 * along)
