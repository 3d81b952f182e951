"""Where each texel of the head's picture lies on the body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.body.body import Body, load_body
from avatarkit.data_files import asset_path

HEAD_PARTS = ("head", "mouth", "socket-left", "socket-right")
STORED_SIZE = 1024


@dataclass(frozen=True)
class TexelMap:
    """The texels of a square picture that lie on the mesh, N of them.

    Attributes:
        size: width and height of the picture.
        texels: (N,) flat index, row by row from the top.
        vertices: (N, 3) corners of the triangle below each texel, as body vertices.
        uv_corners: (N, 3) the same corners as rows of the body's uvs.
        weights: (N, 3) barycentric weights, 0..1; the border that is drawn around each piece repeats the piece's edge.
    """

    size: int
    texels: np.ndarray
    vertices: np.ndarray
    uv_corners: np.ndarray
    weights: np.ndarray

    def on_surface(self, per_vertex: np.ndarray) -> np.ndarray:
        """Values (N, C) of a quantity known at the body's vertices, (V, C)."""
        return np.einsum("nk,nkc->nc", self.weights, per_vertex[self.vertices])

    def on_corners(self, per_corner: np.ndarray) -> np.ndarray:
        """Values (N,) of a quantity known at the texture corners, (U,)."""
        return np.einsum("nk,nk->n", self.weights, per_corner[self.uv_corners])

    def picture(self, values: np.ndarray, empty: float = 0.0) -> np.ndarray:
        """Values (N,) or (N, C) as a picture (size, size[, C])."""
        image = np.full((self.size * self.size, *values.shape[1:]), empty, values.dtype)
        image[self.texels] = values
        return image.reshape(self.size, self.size, *values.shape[1:])


def head_triangles(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Vertex and texture corners (T, 3) of the head's triangles, in the order that the stored map counts them."""
    parts = [body.parts[name] for name in HEAD_PARTS]
    return np.concatenate([p.triangles for p in parts]), np.concatenate([p.uv_triangles for p in parts])


@cache
def head_texels(size: int = STORED_SIZE) -> TexelMap:
    """The head's texels at a power-of-two size; the map is stored once and resampled."""
    body = load_body()
    with np.load(asset_path("head_texels.npz")) as archive:
        stored = archive["triangles"].astype(np.int32) - 1
    steps = ((np.arange(size) + 0.5) * (STORED_SIZE / size)).astype(int)
    ids = stored[np.ix_(steps, steps)].reshape(-1)
    inside = np.flatnonzero(ids >= 0)
    ids = ids[inside]
    vertices, corners = head_triangles(body)
    rows, columns = np.divmod(inside.astype(np.int32), size)
    spots = np.array([columns + np.float32(0.5), rows + np.float32(0.5)]) / np.float32(size)
    weights = np.clip(_affine(body.uvs[corners], ids, spots), 0.0, 1.0)
    weights *= 1.0 / weights.sum(axis=0)
    return TexelMap(size, inside, vertices.take(ids, axis=0), corners.take(ids, axis=0), np.ascontiguousarray(weights.T))


def _affine(triangles: np.ndarray, ids: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Barycentric weights (3, N) float32 of points (2, N) in `triangles[ids]`, (T, 3, 2): one small map for each triangle."""
    x, y = triangles[:, 0].T
    per_x, per_y = (barycentric(triangles[:, 0] + step, triangles)[:, 1:] for step in np.eye(2))
    maps = np.concatenate([[x, y], per_x.T, per_y.T]).astype(np.float32)
    across, down = points[0] - maps[0].take(ids), points[1] - maps[1].take(ids)
    weights = np.empty((3, len(ids)), np.float32)
    for corner in (1, 2):
        weights[corner] = maps[1 + corner].take(ids) * across + maps[3 + corner].take(ids) * down
    weights[0] = 1.0 - weights[1] - weights[2]
    return weights


def barycentric(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Weights (N, 3) of points (N, 2) in triangles (N, 3, 2)."""
    origin, a, b = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    p = points - origin
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    area = np.where(np.abs(area) < 1e-14, 1e-14, area)
    second = (p[:, 0] * b[:, 1] - p[:, 1] * b[:, 0]) / area
    third = (a[:, 0] * p[:, 1] - a[:, 1] * p[:, 0]) / area
    return np.stack([1.0 - second - third, second, third], axis=1)
