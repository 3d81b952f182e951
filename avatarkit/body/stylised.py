"""Proportions that no person has: large eyes, small noses, pointed chins, big heads, as smooth bendings of a shaped body.

Each is a map of space that is the identity away from the feature it is about, so that whatever lies there goes along: skin,
eyeballs, teeth, joints. An expression's offset at a vertex is scaled as the feature around that vertex is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

STYLISED_SLIDERS: Mapping[str, tuple[float, str]] = {
    "big-eyes": (0.0, "eyes from a person's (0) to nearly twice as large (1)"),
    "tall-eyes": (-1.0, "eyes from flatter (-1) to rounder and taller (1)"),
    "low-eyes": (-1.0, "eyes higher (-1) or lower (1) in the face"),
    "small-nose": (0.0, "nose from a person's (0) to a hint of one (1)"),
    "small-mouth": (-1.0, "mouth from larger (-1) to half as large (1)"),
    "pointed-chin": (-1.0, "lower face from broader (-1) to tapering to a point (1)"),
    "flat-face": (0.0, "relief of the face from a person's (0) to a drawn figure's (1)"),
    "round-cheeks": (0.0, "cheeks from a person's (0) to round ones (1)"),
    "big-head": (-0.3, "head from smaller (-0.3) to half as large again (1)"),
}
"""Name -> low end, what it does. Each goes up to 1; 0 changes nothing at all."""

_RELIEF_M = 0.012  # before the plane of the cheeks: relief lower than this is hardly flattened

Warp = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Points (N, 3) -> where they come to lie, and by how much (N, 3) what is there is scaled along each axis."""


@dataclass(frozen=True)
class Landmarks:
    """Where a head's features are, metres, in the data's own pose.

    Attributes:
        eyes: (2, 3) middles of the left and right eyeballs.
        nose: (3,) its tip.
        mouth: (3,) where the lips meet.
        chin: (3,) its lowest point in front.
        neck, head: (3,) joints.
        crown: height of the head's top.
    """

    eyes: np.ndarray
    nose: np.ndarray
    mouth: np.ndarray
    chin: np.ndarray
    neck: np.ndarray
    head: np.ndarray
    crown: float


def stylised(
    positions: np.ndarray, landmarks: Landmarks, sliders: Mapping[str, float]
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """A body with drawn figures' proportions.

    Args:
        positions: (V, 3) metres.
        landmarks: of the same body.
        sliders: any of `STYLISED_SLIDERS`; at least one of them not 0.

    Returns:
        (V, 3) metres; and how features are scaled: rising vertices (K,) and (K, 3) factors along each axis, 1 elsewhere.
    """
    warps = list(_warps(landmarks, sliders))
    reached = np.flatnonzero(positions[:, 1] > landmarks.neck[1])
    points = np.asarray(positions[reached], float)
    scales = np.ones_like(points)
    for warp in warps:
        points, scale = warp(points)
        scales = scales * scale
    result = np.array(positions)
    result[reached] = points
    return result, (reached, scales)


def stretched_offsets(
    offsets: sparse.csc_matrix, stretch: tuple[np.ndarray, np.ndarray], vertex_count: int
) -> sparse.csc_matrix:
    """Expression offsets (3V, E) where features are scaled as `stylised` says."""
    vertices, scales = stretch
    whole = np.ones((vertex_count, 3))
    whole[vertices] = scales
    scaled = offsets.data * whole.reshape(-1)[offsets.indices]
    return sparse.csc_matrix((scaled, offsets.indices, offsets.indptr), shape=offsets.shape)


def _warps(at: Landmarks, sliders: Mapping[str, float]) -> list[Warp]:
    """The bendings that are asked for, those of small features first."""
    value = {name: float(sliders.get(name, 0.0)) for name in STYLISED_SLIDERS}
    made: list[Warp] = []
    if value["small-nose"]:
        made.append(_smaller_nose(at, value["small-nose"]))
    if value["small-mouth"]:
        made.append(_other_mouth(at, value["small-mouth"]))
    if value["big-eyes"] or value["tall-eyes"] or value["low-eyes"]:
        made.append(_other_eyes(at, value["big-eyes"], value["tall-eyes"], value["low-eyes"]))
    if value["round-cheeks"]:
        made.append(_rounder_cheeks(at, value["round-cheeks"]))
    if value["pointed-chin"]:
        made.append(_pointed(at, value["pointed-chin"]))
    if value["flat-face"]:
        made.append(_flattened(at, value["flat-face"]))
    if value["big-head"]:
        made.append(_bigger_head(at, value["big-head"]))
    return made


def _fall(distance: np.ndarray, inner: float, outer: float) -> np.ndarray:
    """1 within `inner`, 0 beyond `outer`, smooth between."""
    t = np.clip((outer - distance) / (outer - inner), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _near(distance: np.ndarray, reach: float) -> np.ndarray:
    """1 at the middle, 0 from `reach` on: what grows by it up to 2.25 times its size is nowhere folded."""
    return np.clip(1.0 - (distance / reach) ** 2, 0.0, None) ** 2


def _around(distance: np.ndarray, reach: float) -> np.ndarray:
    """The same with a broad top, for what shrinks: that cannot fold."""
    return np.clip(1.0 - (distance / reach) ** 4, 0.0, None) ** 2


def _shrinking(center: np.ndarray, change: np.ndarray, reach: float) -> Warp:
    """Scaling about a point by 1 + `change`, fading out until `reach` metres."""

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = points - center
        more = change * _around(np.linalg.norm(away, axis=1), reach)[:, None]
        return points + away * more, 1.0 + more

    return warp


def _other_eyes(at: Landmarks, big: float, tall: float, low: float) -> Warp:
    """Both eyes scaled about their own middles, mostly across the face: a ball that grew as deep would leave the head."""
    change = np.array([0.50 * big - 0.06 * tall, 0.95 * big + 0.35 * tall, 0.20 * big])
    shift = np.array([0.0, -0.012 * low - 0.001 * big, -0.002 * big])
    reach = 0.90 * float(at.eyes[0, 0] - at.eyes[1, 0])  # one eye's bending ends before the other eye begins

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        aways = points - at.eyes[:, None]
        shares = np.stack([_near(_spread(away, side), reach) for away, side in zip(aways, (1.0, -1.0), strict=True)])
        shares = shares / np.maximum(shares.sum(axis=0), 1.0)
        moves = [(away * change + shift) * share[:, None] for away, share in zip(aways, shares, strict=True)]
        return points + moves[0] + moves[1], 1.0 + change * shares.sum(axis=0)[:, None]

    return warp


def _spread(away: np.ndarray, outward: float) -> np.ndarray:
    """Distances from an eye's middle by which its bending fades: slower over cheek and temple, where there is room."""
    x = np.where(away[:, 0] * outward > 0.0, 0.80, 1.0) * away[:, 0]
    y = np.where(away[:, 1] > 0.0, 0.85, 1.0) * away[:, 1]
    return np.sqrt(x * x + y * y + (0.6 * away[:, 2]) ** 2)


def _smaller_nose(at: Landmarks, value: float) -> Warp:
    """The nose drawn towards its own base."""
    base, change = np.array([0.0, at.nose[1] + 0.002, at.nose[2] - 0.024]), -value * np.array([0.45, 0.42, 0.55])

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = points - base
        y = np.where(away[:, 1] < 0.0, 1.8, 1.0) * away[:, 1]  # the lips are near
        more = change * _around(np.sqrt(away[:, 0] ** 2 + y * y + away[:, 2] ** 2), 0.045)[:, None]
        return points + away * more, 1.0 + more

    return warp


def _other_mouth(at: Landmarks, value: float) -> Warp:
    """The mouth with all that is in it."""
    return _shrinking(at.mouth - np.array([0.0, 0.0, 0.012]), -value * np.array([0.45, 0.40, 0.20]), 0.052)


def _rounder_cheeks(at: Landmarks, value: float) -> Warp:
    """Round cheeks beside mouth and nose."""
    height = 0.5 * (at.nose[1] + at.mouth[1])

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = points.copy()
        for side in (1.0, -1.0):
            center = np.array([side * 1.45 * abs(at.eyes[0, 0]), height, at.eyes[0, 2] - 0.02])
            share = _fall(np.linalg.norm(points - center, axis=1), 0.0, 0.055)[:, None]
            moved += value * share * np.array([side * 0.010, -0.002, 0.008])
        return moved, np.ones_like(points)

    return warp


def _pointed(at: Landmarks, value: float) -> Warp:
    """The lower face narrower the lower it is, down to the chin; the neck stays."""
    top, bottom = 0.5 * (at.nose[1] + at.eyes[0, 1]), at.chin[1]

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        down = np.clip((top - points[:, 1]) / (top - bottom), 0.0, 1.0)
        below = _fall(bottom - points[:, 1], 0.0, 0.05)
        ahead = 1.0 - _fall(points[:, 2] - at.head[2], -0.02, 0.045)
        share = (0.55 * value) * down**1.5 * below * ahead
        scale = np.ones_like(points)
        scale[:, 0] -= share
        return points * scale, scale

    return warp


def _flattened(at: Landmarks, value: float) -> Warp:
    """The face's relief pressed towards the plane of the cheeks."""
    plane = at.eyes[0, 2] - 0.012

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        above, below = _fall(points[:, 1], at.crown - 0.05, at.crown), _fall(at.chin[1] - points[:, 1], -0.02, 0.03)
        over = np.maximum(points[:, 2] - plane, 0.0)
        strength = 0.42 * value * above * below
        moved, scale = points.copy(), np.ones_like(points)
        moved[:, 2] -= strength * over * over / (over + _RELIEF_M)
        scale[:, 2] -= strength * over * (over + 2.0 * _RELIEF_M) / (over + _RELIEF_M) ** 2
        return moved, scale

    return warp


def _bigger_head(at: Landmarks, value: float) -> Warp:
    """The head scaled about the top of the neck; the neck's skin makes the transition."""
    factor = 0.5 * value

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rising = 1.0 - _fall(points[:, 1], at.neck[1] + 0.01, at.chin[1] + 0.015)
        behind = 1.0 - _fall(points[:, 1], at.neck[1] + 0.03, at.head[1] + 0.01)
        front = _fall(at.head[2] - points[:, 2], 0.0, 0.07)
        share = front * rising + (1.0 - front) * behind
        center = np.array([0.0, at.chin[1] + 0.008, at.head[2] - 0.012])
        more = factor * share[:, None]
        return points + more * (points - center), np.repeat(1.0 + more, 3, axis=1)

    return warp
