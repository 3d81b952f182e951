"""Tangents of textured meshes, for materials with a normal map: without them each viewer would make its own."""

from __future__ import annotations

import numpy as np

_TINY = 1e-12


def vertex_tangents(positions: np.ndarray, normals: np.ndarray, uvs: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """glTF's TANGENT attribute: where U grows along the surface, and the sign of V.

    Args:
        positions, normals: (V, 3), normals of unit length.
        uvs: (V, 2), V downwards.
        triangles: (T, 3) indices.

    Returns:
        (V, 4) float32: unit tangents across the normals, and +1 or -1.

    Each triangle contributes the derivatives of position by texture coordinates, weighted by its area on surface and picture.
    """
    along_u, along_v = _triangle_gradients(positions, uvs, triangles)
    tangent, bitangent = (_gather(along, triangles, len(positions)) for along in (along_u, along_v))
    tangent = tangent - normals * (normals * tangent).sum(axis=1, keepdims=True)
    tangent = np.where(np.linalg.norm(tangent, axis=1, keepdims=True) > _TINY, tangent, _any_across(normals))
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    upwards = -bitangent  # glTF's V runs down the picture, its bitangent up
    sign = np.where((np.cross(normals, tangent) * upwards).sum(axis=1) < 0, -1.0, 1.0)
    return np.column_stack([tangent, sign]).astype(np.float32)


def _triangle_gradients(positions: np.ndarray, uvs: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b, c = (positions[triangles[:, k]].astype(float) for k in range(3))
    ua, ub, uc = (uvs[triangles[:, k]].astype(float) for k in range(3))
    edge1, edge2, (u1, v1), (u2, v2) = b - a, c - a, (ub - ua).T, (uc - ua).T
    mirrored = np.where(u1 * v2 - u2 * v1 < 0, -1.0, 1.0)[:, None]
    along_u = (edge1 * v2[:, None] - edge2 * v1[:, None]) * mirrored
    along_v = (edge2 * u1[:, None] - edge1 * u2[:, None]) * mirrored
    return along_u, along_v


def _gather(vectors: np.ndarray, triangles: np.ndarray, count: int) -> np.ndarray:
    corners = triangles.reshape(-1)
    repeated = np.repeat(vectors, 3, axis=0)
    return np.stack([np.bincount(corners, repeated[:, axis], count) for axis in range(3)], axis=1)


def _any_across(normals: np.ndarray) -> np.ndarray:
    least_axis = np.eye(3)[np.argmin(np.abs(normals), axis=1)]
    return np.cross(normals, least_axis)
