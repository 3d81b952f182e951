"""Expressions as compiled functions want them: a row for each vertex that an expression moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from avatarkit.geometry.compiled import packed_floats, packed_indices


@dataclass(frozen=True)
class ExpressionRows:
    """What expressions do to a body's vertices.

    Attributes:
        ends: (E + 1,) int64, where each expression's rows end, the first from 0.
        vertices: (N,) int64, which each row moves, rising within an expression.
        moves: (N, 3) float64, metres, row after row without gaps.
    """

    ends: np.ndarray
    vertices: np.ndarray
    moves: np.ndarray

    def moving(self, moves: np.ndarray) -> ExpressionRows:
        """The same vertices, moved otherwise."""
        return replace(self, moves=moves)

    def of(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (K,) that one expression moves, and their moves (K, 3)."""
        own = slice(self.ends[number], self.ends[number + 1])
        return self.vertices[own], self.moves[own]

    def columns(self, vertex_count: int) -> sparse.csc_matrix:
        """(3V, E) metres: the same as a matrix, three rows of a vertex side by side."""
        rows = (3 * self.vertices.astype(np.int32)[:, None] + np.arange(3, dtype=np.int32)).reshape(-1)
        shape = (3 * vertex_count, len(self.ends) - 1)
        return sparse.csc_matrix((self.moves.reshape(-1), rows, (3 * self.ends).astype(np.int32)), shape=shape)


ROWS = packed_indices(1), packed_indices(1), packed_floats(2)
"""How compiled functions declare what it holds."""
