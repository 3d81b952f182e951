"""The scalp: directions from the middle of the average skull, and where they meet any person's head.

Hair is laid out once, on the average head, as directions. Each direction is bound to the triangle of the head that it meets,
so the same hair grows on every head that the sliders make.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.body.body import Body, load_body
from avatarkit.geometry.meshes import normal_operator, vertex_normals

SKULL_CENTRE = np.array([0.0, 0.765, 0.05])
"""Metres, average person in the data's own pose: a point that sees all of the scalp."""

SKULL_RADIUS_M = 0.085  # mean distance from the centre to the scalp
_LOWEST_Y = 0.64  # metres, same frame: below the nape's hairline
_NORMAL_SMOOTHING = 4
_CURVATURE = 0.6  # of Phong tessellation; Source: Boubekeur and Alexa, Phong Tessellation, 2008 (their shape factor is 3/4)


@dataclass(frozen=True)
class HeadPoints:
    """N points of the head's surface, the same on every person.

    Attributes:
        vertices: (N, 3) body vertices of the triangle that each point lies on.
        weights: (N, 3) barycentric.
    """

    vertices: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class HeadSurface:
    """One person's head.

    Attributes:
        positions: (V, 3) metres, all of the body's vertices.
        normals: (V, 3) of the scalp and the face without the ears.
        smooth_normals: (V, 3) the same without the small forms: the way hair stands off.
        scale: size of the skull against the average's.
    """

    positions: np.ndarray
    normals: np.ndarray
    smooth_normals: np.ndarray
    scale: float

    def at(self, points: HeadPoints) -> tuple[np.ndarray, np.ndarray]:
        """Positions (N, 3) on the rounded surface, nowhere below the triangles, and unit smooth normals (N, 3)."""
        weights = points.weights[..., None]
        corners, normals = self.positions[points.vertices], self.normals[points.vertices]
        flat = (weights * corners).sum(axis=1)
        outward = (weights * self.smooth_normals[points.vertices]).sum(axis=1)
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        depth = ((flat[:, None] - corners) * normals).sum(axis=2, keepdims=True)
        rounded = -_CURVATURE * (weights * depth * normals).sum(axis=1)
        bulge = np.maximum((rounded * outward).sum(axis=1, keepdims=True), 0.0)
        return flat + bulge * outward, outward


@dataclass(frozen=True)
class _Skull:
    """Constants of the head without ears: triangles (T, 3), what smooths normals, and the vertices that tell its size."""

    triangles: np.ndarray
    smoothing: sparse.csr_matrix
    crown: np.ndarray
    crown_radius: float


@cache
def _skull() -> _Skull:
    body = load_body()
    triangles = _triangles_without_ears(body)
    smoothing = _averaging(len(body.positions), triangles)
    vertices = np.unique(triangles)
    crown = vertices[body.positions[vertices, 1] > SKULL_CENTRE[1]]
    return _Skull(triangles, smoothing, crown, _mean_radius(body.positions[crown]))


def _triangles_without_ears(body: Body) -> np.ndarray:
    head = body.parts["head"]
    ears = body.regions["ears"][head.uv_triangles].max(axis=1) > 0.5
    return head.triangles[~ears]


def _averaging(count: int, triangles: np.ndarray) -> sparse.csr_matrix:
    """(V, V) matrix that replaces each vertex's value by the mean around it, a few times over."""
    incidence = normal_operator(count, triangles)
    around = incidence @ incidence.T
    step = sparse.diags(1.0 / np.maximum(np.asarray(around.sum(axis=1)).ravel(), 1e-9)) @ around
    result = step
    for _ in range(_NORMAL_SMOOTHING - 1):
        result = result @ step
    return result.tocsr().astype(np.float32)


def _mean_radius(points: np.ndarray) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).mean())


def head_surface(positions: np.ndarray) -> HeadSurface:
    """The head of a person.

    Args:
        positions: (V, 3) metres, all of the body's vertices, head upright.
    """
    skull = _skull()
    normals = vertex_normals(positions, skull.triangles)
    smooth = skull.smoothing @ normals
    return HeadSurface(positions, normals, smooth, _mean_radius(positions[skull.crown]) / skull.crown_radius)


def to_angles(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth (0 in front, pi/2 at the left ear) and elevation of unit directions (..., 3), radians, (...) each."""
    return np.arctan2(directions[..., 0], directions[..., 2]), np.arcsin(np.clip(directions[..., 1], -1.0, 1.0))


def to_directions(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """(..., 3) unit directions; the inverse of `to_angles`."""
    level = np.cos(elevation)
    return np.stack([level * np.sin(azimuth), np.sin(elevation), level * np.cos(azimuth)], axis=-1)


def points_towards(directions: np.ndarray) -> HeadPoints:
    """Where rays from the skull's centre leave the average head; over an ear, the nearest place beside it.

    Args:
        directions: (N, 3) unit.
    """
    positions = load_body().positions
    triangles = _skull().triangles
    corners = positions[triangles] - SKULL_CENTRE
    facing = np.einsum("tk,tk->t", np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), corners[:, 0]) > 0
    kept = facing & (positions[triangles, 1].mean(axis=1) > _LOWEST_Y)
    triangles, corners = triangles[kept], corners[kept]
    # Coordinates of a ray in a triangle's corners; all are positive where it passes through.
    inverse = np.linalg.inv(corners.transpose(0, 2, 1)).astype(np.float32)
    chosen, weights = _best_triangles(directions.astype(np.float32), inverse)
    return HeadPoints(triangles[chosen], weights)


def _best_triangles(directions: np.ndarray, inverse: np.ndarray, chunk: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    chosen, weights = [], []
    for start in range(0, len(directions), chunk):
        part = directions[start : start + chunk]
        within = np.stack([part @ inverse[:, k].T for k in range(3)], axis=2)
        least = within.min(axis=2) / np.maximum(np.abs(within).sum(axis=2), 1e-12)
        best = least.argmax(axis=1)
        inside = np.maximum(within[np.arange(len(part)), best], 0.0)
        chosen.append(best)
        weights.append(inside / inside.sum(axis=1, keepdims=True))
    return np.concatenate(chosen), np.concatenate(weights).astype(float)
