"""Offsets of a few of many vertices, as morphs have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SparseOffsets = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(K,) rising vertex indices, (K, 3) offsets of positions and of normals."""


def mixed_offsets(parts: Sequence[tuple[SparseOffsets, float]]) -> SparseOffsets:
    """The sum of several, at least one, each in its share."""
    indices = np.unique(np.concatenate([part[0] for part, _ in parts]))
    positions, normals = np.zeros((len(indices), 3), np.float32), np.zeros((len(indices), 3), np.float32)
    for (own, moved, turned), share in parts:
        rows = np.searchsorted(indices, own)
        positions[rows] += share * moved
        normals[rows] += share * turned
    return indices, positions, normals
