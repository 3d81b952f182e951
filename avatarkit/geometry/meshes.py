"""Triangle meshes as plain arrays."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def face_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Normals of triangles, as long as twice their area: (..., T, 3) from positions (..., V, 3), triangles (T, 3)."""
    a, b, c = (positions[..., triangles[:, k], :] for k in range(3))
    return np.cross(b - a, c - a)


def normal_operator(vertex_count: int, triangles: np.ndarray) -> sparse.csr_matrix:
    """The (V, T) matrix that adds each triangle's normal to its three corners."""
    corners = triangles.reshape(-1)
    owners = np.repeat(np.arange(len(triangles)), 3)
    return sparse.csr_matrix((np.ones(len(corners), np.float32), (corners, owners)), shape=(vertex_count, len(triangles)))


def vertex_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals.

    Args:
        positions: (V, 3).
        triangles: (T, 3) indices.

    Returns:
        (V, 3); a vertex without a triangle gets +Z.
    """
    sums = normal_operator(len(positions), triangles) @ face_normals(positions, triangles)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 1e-20, sums / np.maximum(lengths, 1e-20), [0.0, 0.0, 1.0]).astype(np.float32)


def triangulate(quads: np.ndarray) -> np.ndarray:
    """Quads (Q, 4) as triangles (2Q, 3), corner order kept. A quad whose last corner repeats its first yields one triangle."""
    both = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)
    proper = (both[:, 0] != both[:, 1]) & (both[:, 1] != both[:, 2]) & (both[:, 2] != both[:, 0])
    return both[proper]
