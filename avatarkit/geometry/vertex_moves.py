"""How a morph moves a few of many vertices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class VertexMoves:
    """What one morph changes: (K,) rising vertex indices, (K, 3) offsets of positions and of unit normals."""

    vertices: np.ndarray
    positions: np.ndarray
    normals: np.ndarray


def mixed_moves(parts: Sequence[tuple[VertexMoves, float]]) -> VertexMoves:
    """The sum of several, at least one, each in its share."""
    vertices = np.unique(np.concatenate([part.vertices for part, _ in parts]))
    positions, normals = np.zeros((len(vertices), 3), np.float32), np.zeros((len(vertices), 3), np.float32)
    for part, share in parts:
        rows = np.searchsorted(vertices, part.vertices)
        positions[rows] += share * part.positions
        normals[rows] += share * part.normals
    return VertexMoves(vertices, positions, normals)
