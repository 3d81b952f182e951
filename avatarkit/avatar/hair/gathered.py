"""What becomes of hair that is tied together: tails, braids, buns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from avatarkit.avatar.hair.directions import unit
from avatarkit.avatar.hair.hanging import Loose, Obstacle, curled, hang
from avatarkit.avatar.hair.shapes import Shape, Spines, joined, tubes
from avatarkit.avatar.hair.style import Gather

_TAIL_LOCKS, _TAIL_WIDTH_M, _TAIL_STEPS = 84, 0.017, 13
_TAIL_RISE = ((0.0, 20.0, 60.0), (-1.6, -0.3, 0.6))
"""Elevation of a tie, degrees -> how much its tail leaves the head upward, against outward: as it was pulled."""
_SIDE_DEG = 135.0  # tails tied nearer to the face fall before the shoulders
_TAIL_SHORTEST = 0.72
_TAIL_GOLDEN = np.pi * (3.0 - np.sqrt(5.0))
_TAIL_PROFILE = ((0.0, 0.05, 0.16, 0.4, 0.75, 1.0), (0.34, 0.42, 0.8, 1.0, 0.8, 0.45))
_WAVE_PITCH_M = 0.11
_TIE_HEIGHT_M, _TIE_WIDTH_M = 0.008, 0.011
_BRAID_STEPS, _BRAID_PITCH = 18, 2.1  # a full crossing's length against the braid's thickness
_BRAID_POINTS_A_PITCH = 9
_BRAID_TUFT = 0.16
_BUN_TURNS, _BUN_POINTS = 2.4, 40
_RING_POINTS = 13
_SEED = 5


class Tied(NamedTuple):
    """What hangs from one tie: ribbons, or None, and solid parts."""

    cards: Spines | None
    solid: Shape


def tied(gather: Gather, place: np.ndarray, outward: np.ndarray, obstacle: Obstacle, scale: float) -> Tied:
    """What a tie at `place` (3,) metres, whose scalp faces `outward` (3,), holds, on a head of this scale."""
    thickness = 1e-3 * gather.thickness_mm * scale
    if gather.kind == "bun":
        return Tied(None, _bun(place, outward, thickness))
    start = place + _TIE_HEIGHT_M * outward
    guide = _guide(gather, start, outward, thickness, obstacle)
    make = _tail if gather.kind == "tail" else _braid
    return make(gather, guide, thickness, scale)


def tail_guide(gather: Gather, place: np.ndarray, outward: np.ndarray, obstacle: Obstacle, scale: float) -> np.ndarray:
    """(P, 3) the middle of the tail or braid that `tied` makes of the same."""
    return _guide(gather, place + _TIE_HEIGHT_M * outward, outward, 1e-3 * gather.thickness_mm * scale, obstacle)


def _guide(gather: Gather, start: np.ndarray, outward: np.ndarray, thickness: float, obstacle: Obstacle) -> np.ndarray:
    """(P, 3) the middle of a tail."""
    azimuth, elevation = gather.at_deg
    direction = unit(outward + np.array([0.0, np.interp(elevation, *_TAIL_RISE), 0.0]))
    ahead = np.array([1.0 if abs(azimuth) < _SIDE_DEG else 0.0])
    lengths, clearance = np.array([1e-3 * gather.length_mm]), np.array([0.4 * thickness + 0.008])
    loose = Loose(start[None], direction[None], lengths, clearance, ahead)
    return np.concatenate([start[None], hang(loose, obstacle, _TAIL_STEPS)[0]])


def _frame_along(curve: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors (P, 3) along a curve and two across it that do not twist about it."""
    along = unit(np.gradient(curve, axis=0))
    first = [unit(np.cross(along[0], np.array([1.0, 0.3, 0.0])))]
    for direction in along[1:]:
        first.append(unit(first[-1] - (first[-1] @ direction) * direction))
    across = np.stack(first)
    return along, across, np.cross(along, across)


def _at(curve: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(..., 3) places on a curve (P, 3) at shares (...) of its length."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    return np.stack([np.interp(share, way / way[-1], curve[:, axis]) for axis in range(3)], axis=-1)


def _tail(gather: Gather, guide: np.ndarray, thickness: float, scale: float) -> Tied:
    random = np.random.default_rng(_SEED)
    number = np.arange(_TAIL_LOCKS)
    radius, angle = np.sqrt((number + 0.5) / _TAIL_LOCKS), number * _TAIL_GOLDEN
    ends = random.uniform(_TAIL_SHORTEST, 1.0, _TAIL_LOCKS)
    share = ends[:, None] * np.linspace(0.0, 1.0, len(guide))
    _, first, second = _frame_along(guide)
    across, other = _at_unit(guide, first, share), _at_unit(guide, second, share)
    out = np.cos(angle)[:, None, None] * across + np.sin(angle)[:, None, None] * other
    spread = 0.5 * thickness * np.interp(share, *_TAIL_PROFILE)
    spine = _at(guide, share) + (radius[:, None] * spread)[..., None] * out
    if gather.curl_mm:
        spine = curled(
            spine, out, np.full(len(spine), 1e-3 * gather.curl_mm), _WAVE_PITCH_M, random.normal(0.0, 0.7, _TAIL_LOCKS)
        )
    widths = scale * _TAIL_WIDTH_M * np.interp(np.linspace(0.0, 1.0, len(guide)), (0.0, 0.2, 1.0), (0.7, 1.0, 0.6))
    wide = np.broadcast_to(widths, spine.shape[:2]) * random.uniform(0.7, 1.2, (_TAIL_LOCKS, 1))
    cards = Spines(spine, out, wide, random.normal(0.0, 0.3, _TAIL_LOCKS), random.integers(0, 1 << 16, _TAIL_LOCKS))
    return Tied(cards, _ring(guide, 0.19 * thickness + 0.003))


def _at_unit(curve: np.ndarray, vectors: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(..., 3) unit vectors known at a curve's points, at shares of its length."""
    at = np.linspace(0.0, 1.0, len(curve))
    return unit(np.stack([np.interp(share, at, vectors[:, axis]) for axis in range(3)], axis=-1))


def _ring(guide: np.ndarray, radius: float) -> Shape:
    """A strand wound around the tie."""
    along, first, second = _frame_along(guide)
    angle = np.linspace(0.0, 2.0 * np.pi, _RING_POINTS)[:, None]
    out = np.cos(angle) * first[0] + np.sin(angle) * second[0]
    points = guide[0] + 0.25 * _TIE_WIDTH_M * along[0] + radius * out
    widths = np.full((1, _RING_POINTS), _TIE_WIDTH_M)
    return tubes(Spines(points[None], out[None], widths, np.zeros(1), np.zeros(1, int)), 0.6, 6)


def _braid(gather: Gather, guide: np.ndarray, thickness: float, scale: float) -> Tied:
    """Three strands that cross over one another, and a tuft below."""
    length = float(np.linalg.norm(np.diff(guide, axis=0), axis=1).sum())
    pitch = _BRAID_PITCH * thickness
    count = max(12, round(_BRAID_POINTS_A_PITCH * length / pitch))
    share = np.linspace(0.0, 1.0 - _BRAID_TUFT, count)
    _, first, second = _frame_along(guide)
    across, out = _at_unit(guide, first, share), _at_unit(guide, second, share)
    slim = np.interp(share, (0.0, 0.08, 0.7, 1.0 - _BRAID_TUFT), (0.75, 1.0, 0.85, 0.5))
    phase = 2.0 * np.pi * share * length / pitch + 2.0 * np.pi * np.arange(3)[:, None] / 3.0
    aside, lifted = 0.30 * thickness * slim * np.sin(phase), 0.16 * thickness * slim * np.sin(2.0 * phase)
    spine = _at(guide, share) + aside[..., None] * across + lifted[..., None] * out
    widths = np.broadcast_to(0.52 * thickness * slim, spine.shape[:2])
    facing = np.broadcast_to(out, spine.shape)
    strands = tubes(Spines(spine, facing, widths, np.zeros(3), np.array([0, 31, 62])), 0.8, 7)
    tuft = _at(guide, np.linspace(1.0 - _BRAID_TUFT, 1.0, 5))
    rings = [_ring(tuft, 0.2 * thickness), _ring(guide, 0.3 * thickness)]
    return Tied(_tuft(tuft, 0.5 * thickness, scale), joined([strands, *rings]))


def _tuft(curve: np.ndarray, thickness: float, scale: float) -> Spines:
    """The loose end of a braid."""
    random = np.random.default_rng(_SEED)
    count = 18
    angle, radius = np.arange(count) * _TAIL_GOLDEN, np.sqrt((np.arange(count) + 0.5) / count)
    _, first, second = _frame_along(curve)
    out = np.cos(angle)[:, None, None] * first + np.sin(angle)[:, None, None] * second
    spread = 0.5 * thickness * np.array([0.5, 0.9, 1.1, 1.0, 0.6])
    spine = curve + (radius[:, None] * spread)[..., None] * out
    widths = np.broadcast_to(scale * 0.013 * np.array([0.8, 1.0, 1.0, 0.8, 0.5]), spine.shape[:2])
    return Spines(spine, out, widths, random.normal(0.0, 0.3, count), random.integers(0, 1 << 16, count))


def _bun(place: np.ndarray, outward: np.ndarray, thickness: float) -> Shape:
    """A rope of hair wound up into a knot."""
    first = unit(np.cross(outward, np.array([0.2, 1.0, 0.1])))
    second = np.cross(outward, first)
    share = np.linspace(0.0, 1.0, _BUN_POINTS)
    angle = 2.0 * np.pi * _BUN_TURNS * share[:, None]
    out = np.cos(angle) * first + np.sin(angle) * second
    radius = thickness * np.interp(share, (0.0, 0.4, 0.8, 1.0), (0.30, 0.30, 0.17, 0.02))
    height = thickness * np.interp(share, (0.0, 0.42, 0.8, 1.0), (0.10, 0.18, 0.40, 0.46))
    points = place + radius[:, None] * out + height[:, None] * outward
    widths = thickness * np.interp(share, (0.0, 0.1, 0.5, 0.85, 1.0), (0.30, 0.44, 0.42, 0.34, 0.2))
    return tubes(Spines(points[None], out[None], widths[None], np.zeros(1), np.zeros(1, int)), 1.0, 10, turns_of_texture=2.0)
