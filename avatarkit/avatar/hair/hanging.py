"""Hair that leaves the scalp: locks fall under their weight and lie on whatever they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.hair.directions import smoothstep, unit
from avatarkit.geometry.meshes import cross
from avatarkit.geometry.nearest import tree_of

STEP_M = 0.035
"""Points of a straight lock below the hairline lie about so far apart."""

POINTS_A_TURN = 4.5
"""And so many points make one turn of a curl."""

FEWEST_STEPS = 6

SNUG, LOOSENS_M = 0.3, 0.16
"""Locks leave the scalp close to it, at this share of their clearance, and have all of it after so many metres."""

CURL_BEGINS_M = 0.03
"""Over this length from the hairline a curl gains its radius."""

WEIGHT_M = 0.045
"""Over this length a lock turns from the way it was combed to straight down."""

DRIFT, DRIFT_TO_M, DRIFT_ABOVE_M = 0.9, 0.07, 0.16
"""How strongly locks lean past the shoulders, how far from their ridge, and from how far above it on."""

FALLS_WITHIN = 0.5
"""Of the shoulders' half breadth: locks that hang nearer to the middle keep their places side by side."""

IN_CLOTHES_M, NEAR_CLOTHES_M = 0.006, 0.05
"""So far below the outer face of cloth, and at most so far from it, hair has fallen into a hood."""

_DOWN = np.array([0.0, -1.0, 0.0])
_LEVEL = 2.0  # weight of the level direction against the surface's own
_NEAREST = 3
_ROUNDS = 2


class Obstacle:
    """A surface that hair lies on, balls that stand for the ears, and the ridge of the shoulders.

    Args:
        positions, normals: (N, 3) vertices and which way is out.
        slides: (N, 3) unit directions in which hair is pushed away from it.
        balls: centres (M, 3), radii (M,).
        ridge: (3,) the left shoulder's joint, metres.
        middle: (3,) a point of the upright line around which hair hangs.
        cloth: points (C, 3) and normals of the clothes' outer faces.
    """

    def __init__(
        self,
        positions: np.ndarray,
        normals: np.ndarray,
        slides: np.ndarray,
        *,
        balls: tuple[np.ndarray, np.ndarray],
        ridge: np.ndarray,
        middle: np.ndarray,
        cloth: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self._positions, self._normals, self._slides, self._tree = positions, normals, slides, tree_of(positions)
        self._balls = tuple(zip(*balls, strict=True))
        self.ridge, self.middle = ridge, middle
        self._cloth, self._cloth_normals = cloth
        self._cloth_tree = tree_of(self._cloth) if len(self._cloth) >= _NEAREST else None

    def drift(self, points: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """(N, 3) which way locks at points (N, 3) lean to pass the shoulders before (1) or behind (-1) them."""
        near = smoothstep(self.ridge[1] + DRIFT_ABOVE_M, self.ridge[1], points[:, 1])
        lacking = np.clip(DRIFT_TO_M - ahead * (points[:, 2] - self.ridge[2]), 0.0, DRIFT_TO_M) / DRIFT_TO_M
        aside = points[:, 0] / self.ridge[0]
        inward = -np.abs(ahead) * (aside - np.clip(aside, -FALLS_WITHIN, FALLS_WITHIN)) / (1.0 - FALLS_WITHIN)
        return near[:, None] * DRIFT * np.stack([inward, np.zeros(len(points)), ahead * lacking], axis=1)

    def pushed_out(self, points: np.ndarray, clearance: np.ndarray) -> np.ndarray:
        """Points (N, 3), those nearer to the surface than `clearance` (N,) moved out of it."""
        points = self._raised(points, clearance, self._slides)
        for centre, radius in self._balls:
            away = points - centre
            distance = np.linalg.norm(away, axis=1)
            points = points + np.maximum(radius + 0.5 * clearance - distance, 0.0)[:, None] * unit(away)
        return points

    def lifted_out(self, points: np.ndarray, height_m: float | np.ndarray) -> np.ndarray:
        """Points (N, 3), those that lie less than `height_m`, one or (N,), above the surface raised to it."""
        return self._raised(points, np.broadcast_to(height_m, len(points)), self._normals)

    def _raised(self, points: np.ndarray, heights: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Points (N, 3) nowhere lower than `heights` (N,) above the surface, moved along its `directions`."""
        points, low = points.copy(), np.arange(len(points))
        for _ in range(_ROUNDS):
            place, way = self._nearest(points[low], directions)
            lacking = heights[low] - np.einsum("ij,ij->i", points[low] - place, way)
            points[low] += np.maximum(lacking, 0.0)[:, None] * way
            low = low[lacking > 0.0]
        return points

    def is_in_clothes(self, points: np.ndarray) -> np.ndarray:
        """(N,) bool: which points (N, 3) lie below the outer face of cloth, as in a hood."""
        if self._cloth_tree is None:
            return np.zeros(len(points), bool)
        away, nearest = (np.asarray(part) for part in self._cloth_tree.query(points, _NEAREST))
        below = np.einsum("nkc,nkc->nk", points[:, None] - self._cloth[nearest], self._cloth_normals[nearest])
        return np.asarray((below.max(axis=1) < -IN_CLOTHES_M) & (away[:, 0] < NEAR_CLOTHES_M))

    def outward(self, points: np.ndarray) -> np.ndarray:
        """Unit directions (..., 3) away from the body at points (..., 3): level, but where they lie on something."""
        level = (points - self.middle) * [1.0, 0.0, 1.0]
        return unit(_LEVEL * unit(level) + self._nearest(points.reshape(-1, 3), self._slides)[1].reshape(points.shape))

    def _nearest(self, points: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = self._tree.query(points, _NEAREST)
        distance, nearest = np.asarray(found[0]), np.asarray(found[1])
        weights = 1.0 / (distance + 1e-4)
        weights /= weights.sum(axis=1, keepdims=True)
        place, way = (
            np.einsum("nk,nkc->nc", weights, np.take(rows, nearest, axis=0)) for rows in (self._positions, directions)
        )
        return place, unit(way)


def step_count(longest_m: float, curl_pitch_m: float | None) -> int:
    """How many points a lock needs below the hairline."""
    step = STEP_M if curl_pitch_m is None else min(STEP_M, curl_pitch_m / POINTS_A_TURN)
    return max(FEWEST_STEPS, round(longest_m / step))


def curled(spine: np.ndarray, outward: np.ndarray, radii_m: np.ndarray, pitch_m: float, phases: np.ndarray) -> np.ndarray:
    """Spines (L, P, 3) wound into curls.

    Args:
        spine: metres, from where the locks leave the scalp.
        outward: (L, P, 3) unit, away from the body.
        radii_m: (L,) of the curls; `pitch_m` of all.
        phases: (L,) radians, where each begins.
    """
    way = np.cumsum(np.linalg.norm(np.diff(spine, axis=1, prepend=spine[:, :1]), axis=2), axis=1)
    along = unit(np.gradient(spine, axis=1))
    across = unit(cross(outward, along))
    radius = radii_m[:, None] * np.clip(way / CURL_BEGINS_M, 0.0, 1.0)
    turn = 2 * np.pi * way / pitch_m + phases[:, None]
    aside, lifted = np.cos(turn)[..., None] * across, (1.0 + np.sin(turn))[..., None] * cross(along, across)
    return spine + radius[..., None] * (aside + lifted)


@dataclass(frozen=True)
class Loose:
    """L locks where they leave the scalp.

    Attributes:
        starts: (L, 3) metres.
        directions: (L, 3) unit, the way they were combed.
        lengths: (L,) metres that hang.
        clearance: (L,) metres they keep from what they lie on: outer locks lie on inner ones.
        ahead: (L,) 1 for locks that fall before the shoulders, -1 behind them, 0 as it happens.
    """

    starts: np.ndarray
    directions: np.ndarray
    lengths: np.ndarray
    clearance: np.ndarray
    ahead: np.ndarray


def hang(locks: Loose, obstacle: Obstacle, steps: int) -> np.ndarray:
    """Let locks hang.

    Args:
        locks: as they leave the scalp.
        obstacle: head, body and clothes.
        steps: points of each lock.

    Returns:
        (L, steps, 3) points after the start, at about even steps.
    """
    points, here, along = [], locks.starts, locks.directions
    step = (locks.lengths / steps)[:, None]
    share = 1.0 - np.exp(-step / WEIGHT_M)
    for number in range(1, steps + 1):
        aim = _DOWN + obstacle.drift(here, locks.ahead)
        along = unit(along + share * (aim - along))
        gained = SNUG + (1.0 - SNUG) * np.minimum(number * step[:, 0] / LOOSENS_M, 1.0)
        ahead = obstacle.pushed_out(here + step * along, gained * locks.clearance)
        moved = unit(ahead - here)
        here = here + step * moved
        along = moved
        points.append(here)
    return np.stack(points, axis=1)
