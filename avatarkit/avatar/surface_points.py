"""Points that hang on the body's surface: laid out once on the average person, carried by everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.meshes import cross

_INSIDE = -1e-4  # a share this little below 0 still counts as inside a triangle
_PARALLEL = 1e-12
_ROUNDING = 1.001  # of the spheres about triangles
_CELL_M, _CELLS, _SLACK_M = 0.18, 1 << 12, 0.01


def joined(*parts: SurfacePoints) -> SurfacePoints:
    """All points of the parts, one after the other."""
    return SurfacePoints(np.concatenate([p.vertices for p in parts]), np.concatenate([p.weights for p in parts]))


@dataclass(frozen=True)
class Walls:
    """Triangles of the average body that rays may meet: (T, 3) of its vertices, their (T, 3, 3) corners, metres, the boxes
    (3, T) about them and their bounding spheres."""

    triangles: np.ndarray
    corners: np.ndarray
    low: np.ndarray
    high: np.ndarray
    middle: np.ndarray
    radius: np.ndarray

    def within(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Numbers of the triangles whose boxes meet the box from `low` to `high`, (3,) each."""
        meets = np.ones(len(self.triangles), bool)
        for k in range(3):
            meets &= (self.low[k] <= high[k]) & (self.high[k] >= low[k])
        return np.flatnonzero(meets)


def walls(triangles: np.ndarray) -> Walls:
    """Triangles (T, 3) made ready for rays."""
    corners = load_body().positions[triangles].astype(float)
    middle = corners.mean(axis=1)
    radius = _ROUNDING * np.linalg.norm(corners - middle[:, None], axis=2).max(axis=1)
    low, high = (np.ascontiguousarray(end.T) for end in (corners.min(axis=1), corners.max(axis=1)))
    return Walls(triangles, corners, low, high, middle, radius)


def points_along(origins: np.ndarray, directions: np.ndarray, surface: Walls, reach_m: float) -> SurfacePoints:
    """Where rays first meet the average body, from inside it; a ray that slips through a gap takes the nearest triangle.

    Args:
        origins, directions: (N, 3) metres in the data's own pose, and any length.
        surface: seen from inside only.
        reach_m: no ray goes farther.
    """
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    chosen, weights = _first_hits(origins, directions, surface, reach_m)
    return SurfacePoints(surface.triangles[chosen], weights)


def _first_hits(origins: np.ndarray, directions: np.ndarray, surface: Walls, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """The triangle (N,) that each ray meets first and barycentric weights (N, 3)."""
    corners = surface.corners
    rays, triangles = _candidates(origins, directions, surface, reach_m)
    chosen, weights = _first(origins, directions, corners, rays, triangles)
    lost = np.flatnonzero(chosen < 0)
    if len(lost):
        rays, triangles = np.repeat(lost, len(corners)), np.tile(np.arange(len(corners)), len(lost))
        found, shares = _first(origins, directions, corners, rays, triangles)
        chosen[lost], weights[lost] = found[lost], shares[lost]
    return chosen, weights


def _candidates(origins: np.ndarray, directions: np.ndarray, surface: Walls, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (P,), (P,) of rays and triangles whose bounding spheres they cross."""
    ends = origins + reach_m * directions
    pairs = []
    for rays in _neighbours(ends):
        box = np.concatenate([origins[rays], ends[rays]])
        near = surface.within(box.min(axis=0) - _SLACK_M, box.max(axis=0) + _SLACK_M)
        start, way, at, radius = origins[rays], directions[rays], surface.middle[near], surface.radius[near]
        along = way @ at.T - (start * way).sum(axis=1, keepdims=True)
        away = (at * at).sum(axis=1) - 2 * start @ at.T + (start * start).sum(axis=1, keepdims=True)
        row, column = np.nonzero((away - along * along <= radius**2) & (along > -radius))
        pairs.append((rays[row], near[column]))
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def _neighbours(points: np.ndarray) -> list[np.ndarray]:
    """Indices of points (N, 3), in groups that lie together."""
    x, y, z = (np.floor(points / _CELL_M).astype(int) + _CELLS // 2).T
    cell = (x * _CELLS + y) * _CELLS + z
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(cell[order])) + 1)


def _first(
    origins: np.ndarray, directions: np.ndarray, corners: np.ndarray, rays: np.ndarray, triangles: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Among pairs (P,), (P,): the triangle (N,) that each ray meets first, -1 for none, and barycentric weights (N, 3)."""
    shares, distance = _crossings(origins[rays], directions[rays], corners[triangles])
    least = shares.min(axis=1)
    clean = least > _INSIDE
    # Of the triangles that are hit the nearest counts, of those that are missed the one missed by least.
    order = np.lexsort((np.where(clean, distance, -least), ~clean, rays))
    order = order[(distance[order] > 0) & np.isfinite(distance[order])]
    found, first = np.unique(rays[order], return_index=True)
    chosen, weights = np.full(len(origins), -1), np.zeros((len(origins), 3))
    chosen[found] = triangles[order[first]]
    weights[found] = np.maximum(shares[order[first]], 0.0)
    weights[found] /= weights[found].sum(axis=1, keepdims=True)
    return chosen, weights


def _crossings(origins: np.ndarray, directions: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where lines cross the planes of triangles (P, 3, 3): barycentric (P, 3), and how far on (P,); inf if not from inside."""
    a, b, c = (corners[:, k] - origins for k in range(3))
    volumes = np.stack([(directions * cross(p, q)).sum(axis=1) for p, q in ((b, c), (c, a), (a, b))], axis=1)
    normals = cross(b - a, c - a)
    along = (directions * normals).sum(axis=1)
    leaves = along > _PARALLEL
    safe = np.where(leaves, along, 1.0)
    return volumes / safe[:, None], np.where(leaves, (a * normals).sum(axis=1) / safe, np.inf)
