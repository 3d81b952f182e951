"""Points that hang on the body's surface: laid out once on the average person, carried by everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import load_body

_CURVATURE = 0.6  # Source: Boubekeur and Alexa, Phong Tessellation, 2008, whose shape factor is 3/4
_INSIDE = -1e-4
_CELL_M, _SLACK_M = 0.05, 0.01


@dataclass(frozen=True)
class SurfacePoints:
    """N points of the body's surface, the same on every person.

    Attributes:
        vertices: (N, 3) body vertices of the triangle that each point lies on.
        weights: (N, 3) barycentric.
    """

    vertices: np.ndarray
    weights: np.ndarray

    def mirrored(self) -> SurfacePoints:
        """The points on the other side of the body."""
        return SurfacePoints(load_body().mirror[self.vertices], self.weights)

    def on(self, per_vertex: np.ndarray) -> np.ndarray:
        """(N, C) values of a quantity known at the body's vertices (V, C)."""
        return np.einsum("nk,nkc->nc", self.weights, per_vertex[self.vertices])

    def rounded(self, positions: np.ndarray, normals: np.ndarray, outward: np.ndarray) -> np.ndarray:
        """(N, 3) places on the surface, bulged out between its vertices as the normals say, never dented.

        Args:
            positions, normals: (V, 3) of the body's vertices.
            outward: (N, 3) unit directions to bulge along.
        """
        corners, corner_normals = positions[self.vertices], normals[self.vertices]
        weights = self.weights[..., None]
        flat = (weights * corners).sum(axis=1)
        depth = ((flat[:, None] - corners) * corner_normals).sum(axis=2, keepdims=True)
        pull = -_CURVATURE * (weights * depth * corner_normals).sum(axis=1)
        return flat + np.maximum((pull * outward).sum(axis=1, keepdims=True), 0.0) * outward


def joined(*parts: SurfacePoints) -> SurfacePoints:
    """All points of the parts, one after the other."""
    return SurfacePoints(np.concatenate([p.vertices for p in parts]), np.concatenate([p.weights for p in parts]))


def points_along(origins: np.ndarray, directions: np.ndarray, triangles: np.ndarray, reach_m: float) -> SurfacePoints:
    """Where rays first meet the average body, from inside it; a ray that slips through a gap takes the nearest triangle.

    Args:
        origins, directions: (N, 3) metres in the data's own pose, and any length.
        triangles: (T, 3) of the surface, seen from inside only.
        reach_m: no ray goes farther.
    """
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    corners = load_body().positions[triangles]
    low, high = corners.min(axis=1), corners.max(axis=1)
    ends = origins + reach_m * directions
    chosen, weights = np.zeros(len(origins), int), np.zeros((len(origins), 3))
    for rays in _neighbours(ends):
        box = np.concatenate([origins[rays], ends[rays]])
        near = np.flatnonzero(((low <= box.max(axis=0) + _SLACK_M) & (high >= box.min(axis=0) - _SLACK_M)).all(axis=1))
        hit, weights[rays] = _hits(origins[rays], directions[rays], corners[near])
        chosen[rays] = near[hit]
    return SurfacePoints(triangles[chosen], weights)


def _neighbours(points: np.ndarray) -> list[np.ndarray]:
    """Indices of points (N, 3), in groups that lie together."""
    _, cell = np.unique(np.floor(points / _CELL_M).astype(int), axis=0, return_inverse=True)
    order = np.argsort(cell.ravel(), kind="stable")
    return np.split(order, np.cumsum(np.bincount(cell.ravel()))[:-1])


def _hits(origins: np.ndarray, directions: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the triangle (N,) and barycentric weights (N, 3), from the signed volumes of each ray with each edge."""
    edges = ((1, 2), (2, 0), (0, 1))
    volumes = np.stack([_edge_volumes(origins, directions, corners[:, i], corners[:, j]) for i, j in edges])
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    along = directions @ normals.T
    share = volumes / np.where(np.abs(along) > 1e-12, along, 1e-12)
    distance = ((corners[:, 0] * normals).sum(axis=1) - origins @ normals.T) / np.where(np.abs(along) > 1e-12, along, 1e-12)
    least = share.min(axis=0)
    ahead = (along > 1e-12) & (distance > 0)
    clean = np.where(ahead & (least > _INSIDE), distance, np.inf)
    nearest = np.where(ahead, least, -np.inf)
    chosen = np.where(np.isfinite(clean.min(axis=1)), clean.argmin(axis=1), nearest.argmax(axis=1))
    weights = np.maximum(share[:, np.arange(len(origins)), chosen].T, 0.0)
    return chosen, weights / weights.sum(axis=1, keepdims=True)


def _edge_volumes(origins: np.ndarray, directions: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, T): direction . ((a - origin) x (b - origin))."""
    moment = np.cross(origins, directions)
    return directions @ np.cross(a, b).T + moment @ (b - a).T
