"""Where a surface lies folded upon itself."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.geometry.meshes import face_normals

SKIN = ("head", "body", "socket-left", "socket-right", "mouth")
OPEN, FOLDED = -0.5, -0.9
"""Cosines between the normals of neighbours: what stays above the one is no fold, what is below the other certainly is."""


def new_folds(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(E,) which edges of the skin of a body (V, 3) are folds after a change and were none before."""
    return (_bends(after) < FOLDED) & (_bends(before) > OPEN)


def _bends(positions: np.ndarray) -> np.ndarray:
    """(E,) cosines between the normals on both sides of each edge."""
    triangles, pairs = _skin()
    normals = face_normals(positions, triangles)
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    return np.asarray((normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(axis=1))


@cache
def _skin() -> tuple[np.ndarray, np.ndarray]:
    """Triangles (T, 3) of the skin, and pairs (E, 2) of those that share an edge."""
    triangles = np.concatenate([load_body().parts[part].triangles for part in SKIN])
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    of = np.tile(np.arange(len(triangles)), 3)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    edges, of = edges[order], of[order]
    shared = (edges[1:] == edges[:-1]).all(axis=1)
    return triangles, np.stack([of[:-1][shared], of[1:][shared]], axis=1)
