"""Points that lie on the body's surface and move with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import load_body

_NARROW = 4
_CURVATURE = 0.6  # Source: Boubekeur and Alexa, Phong Tessellation, 2008, whose shape factor is 3/4


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
        """(N, ...) values of a quantity known at the vertices (V, ...)."""
        if per_vertex.ndim != 2 or per_vertex.shape[1] > _NARROW:
            return np.einsum("nk,nk...->n...", self.weights, per_vertex[self.vertices])
        first, second, third = (
            self.weights[:, k, None] * np.take(per_vertex, self.vertices[:, k], axis=0) for k in range(3)
        )  # in half of the time
        return np.asarray(first + second + third)

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
