"""The scalp: directions from the middle of the average skull, and where they meet any person's head.

Hair is laid out once, on the average head, as directions. Each direction is bound to the triangle of the head that it meets,
so the same hair grows on every head that the sliders make.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.avatar.hair.rays import Shell, points_met, shell_around
from avatarkit.body.body import Body, load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.meshes import normal_operator, vertex_normals

SKULL_CENTRE = np.array([0.0, 0.765, 0.05])
"""Metres, average person in the data's own pose: a point that sees all of the scalp."""

SKULL_RADIUS_M = 0.085  # mean distance from the centre to the scalp
_LOWEST_Y = 0.64  # metres, same frame: below the nape's hairline
_NORMAL_SMOOTHING = 4


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

    def at(self, points: SurfacePoints) -> tuple[np.ndarray, np.ndarray]:
        """Positions (N, 3) on the rounded surface, nowhere below the triangles, and unit smooth normals (N, 3)."""
        outward = points.on(self.smooth_normals)
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        return points.rounded(self.positions, self.normals, outward), outward


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


def points_towards(directions: np.ndarray) -> SurfacePoints:
    """Where rays from the skull's centre leave the average head; over an ear, the nearest place beside it.

    Args:
        directions: (N, 3) unit.
    """
    return points_met(_shell(), directions)


@cache
def _shell() -> Shell:
    triangles = _skull().triangles
    kept = load_body().positions[triangles, 1].mean(axis=1) > _LOWEST_Y
    return shell_around(SKULL_CENTRE, triangles[kept])
