"""Points that hang on the body's surface: laid out once on the average person, carried by everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.compiled import compilable, compiled, packed_floats, packed_indices
from avatarkit.geometry.plain_vectors import Vector, cross, dot, minus, row_of

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
    origins = np.ascontiguousarray(origins, float)
    directions = np.ascontiguousarray(directions / np.linalg.norm(directions, axis=1, keepdims=True))
    chosen, weights = _first_hits(origins, directions, surface, reach_m)
    return SurfacePoints(surface.triangles[chosen], weights)


def _first_hits(origins: np.ndarray, directions: np.ndarray, surface: Walls, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """The triangle (N,) that each ray meets first and barycentric weights (N, 3)."""
    ends = origins + reach_m * directions
    chosen, weights = np.full(len(origins), -1), np.zeros((len(origins), 3))
    for rays in _neighbours(ends):
        box = np.concatenate([origins[rays], ends[rays]])
        near = surface.within(box.min(axis=0) - _SLACK_M, box.max(axis=0) + _SLACK_M)
        chosen[rays], weights[rays] = _first(
            origins[rays], directions[rays], surface.corners, surface.middle, surface.radius, near
        )
    lost = np.flatnonzero(chosen < 0)
    if len(lost):
        all_of_them, anywhere = np.arange(len(surface.corners)), np.full(len(surface.corners), np.inf)
        chosen[lost], weights[lost] = _first(
            origins[lost], directions[lost], surface.corners, surface.middle, anywhere, all_of_them
        )
    return chosen, weights


def _neighbours(points: np.ndarray) -> list[np.ndarray]:
    """Indices of points (N, 3), in groups that lie together."""
    x, y, z = (np.floor(points / _CELL_M).astype(int) + _CELLS // 2).T
    cell = (x * _CELLS + y) * _CELLS + z
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(cell[order])) + 1)


@compiled(packed_floats(2), packed_floats(2), packed_floats(3), packed_floats(2), packed_floats(1), packed_indices(1))
def _first(  # noqa: PLR0917
    origins: np.ndarray, directions: np.ndarray, corners: np.ndarray, middle: np.ndarray, radius: np.ndarray, near: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of the triangles `near` (K,): which (N,) each ray leaves through first, -1 for none, and barycentric weights (N, 3).

    Of the triangles that are hit the nearest counts, of those that are missed the one missed by least.
    """
    chosen, weights = np.full(len(origins), -1), np.zeros((len(origins), 3))
    for ray in range(len(origins)):
        start, way, best, hit = row_of(origins, ray), row_of(directions, ray), np.inf, False
        for t in near:
            to = minus(row_of(middle, t), start)
            along = dot(to, way)
            if along <= -radius[t] or dot(to, to) - along * along > radius[t] * radius[t]:
                continue
            x, y, z, distance = _crossing(start, way, corners[t])
            least = min(x, y, z)
            if not 0.0 < distance < np.inf or (hit and least <= _INSIDE):
                continue
            score = distance if least > _INSIDE else -least
            if score < best or (least > _INSIDE and not hit):
                best, hit, chosen[ray] = score, least > _INSIDE, t
                x, y, z = max(x, 0.0), max(y, 0.0), max(z, 0.0)
                weights[ray, 0], weights[ray, 1], weights[ray, 2] = x / (x + y + z), y / (x + y + z), z / (x + y + z)
    return chosen, weights


@compilable
def _crossing(origin: Vector, direction: Vector, corners: np.ndarray) -> tuple[float, float, float, float]:
    """Where a line crosses the plane of a triangle (3, 3): barycentric, and how far on; inf if not from inside."""
    a, b, c = minus(row_of(corners, 0), origin), minus(row_of(corners, 1), origin), minus(row_of(corners, 2), origin)
    normal = cross(minus(b, a), minus(c, a))
    along = dot(direction, normal)
    if along <= _PARALLEL:
        return 0.0, 0.0, 0.0, np.inf
    x, y, z = dot(direction, cross(b, c)), dot(direction, cross(c, a)), dot(direction, cross(a, b))
    return x / along, y / along, z / along, dot(a, normal) / along
