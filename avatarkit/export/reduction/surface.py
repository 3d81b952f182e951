"""All triangles of a document as one surface at rest: what levels of detail, merging and atlases work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.gltf.document import SparseRows


@dataclass(frozen=True)
class Surface:
    """Triangles of all meshes in the scene's space at rest, bound to one skin.

    Attributes:
        positions, normals: (V, 3) metres at rest; unit normals.
        uvs: (V, 2).
        colors: (V, 4) linear factors 0..1, white where a mesh has none.
        joints: (V, 4) places in `skin`; weights: (V, 4), rows sum to 1.
        triangles: (T, 3).
        piece: (T,) which mesh of the file (a place in `pieces`) each triangle belongs to.
        material: (T,) index of the document's material, -1 for none.
        morphs: name -> moves, in the order of the file.
        pieces: names of the meshes; morph names of each in `piece_morphs`.
        skin: (J,) node indices.
    """

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    colors: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    triangles: np.ndarray
    piece: np.ndarray
    material: np.ndarray
    morphs: Mapping[str, VertexMoves]
    pieces: tuple[str, ...]
    piece_morphs: tuple[tuple[str, ...], ...]
    skin: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of vertices."""
        return len(self.positions)

    def with_triangles(self, triangles: np.ndarray, kept: np.ndarray) -> Surface:
        """Other corners for the triangles `kept` (indices into the old ones); vertices that nothing uses any more go."""
        used = np.zeros(self.count, bool)
        used[triangles] = True
        thinner = replace(self, triangles=triangles, piece=self.piece[kept], material=self.material[kept])
        return thinner.with_vertices(np.flatnonzero(used))

    def with_vertices(self, chosen: np.ndarray) -> Surface:
        """Only the vertices `chosen` (rising indices), which are all that triangles use."""
        places = np.full(self.count, -1, np.int64)
        places[chosen] = np.arange(len(chosen))
        arrays = {name: getattr(self, name)[chosen] for name in _VERTEX_ARRAYS}
        return replace(
            self,
            triangles=places[self.triangles],
            morphs={name: _chosen_moves(moves, places) for name, moves in self.morphs.items()},
            **arrays,
        )

    def with_layers(self, layer: np.ndarray) -> Surface:
        """The same triangles, those of different layers (T,) with vertices of their own."""
        if not layer.any():
            return self
        used, corners = np.unique(self.triangles + layer[:, None] * self.count, return_inverse=True)
        source = used % self.count
        return replace(
            self,
            triangles=corners.reshape(-1, 3),
            morphs={name: _copied_moves(moves, source, self.count) for name, moves in self.morphs.items()},
            **{name: getattr(self, name)[source] for name in _VERTEX_ARRAYS},
        )


_VERTEX_ARRAYS = ("positions", "normals", "uvs", "colors", "joints", "weights")


def _chosen_moves(moves: VertexMoves, places: np.ndarray) -> VertexMoves:
    kept = places[moves.vertices] >= 0
    return VertexMoves(places[moves.vertices[kept]], moves.positions[kept], moves.normals[kept])


def _copied_moves(moves: VertexMoves, source: np.ndarray, count: int) -> VertexMoves:
    """Moves of vertices that are copies of others: `source` says of which."""
    rows = np.full(count, -1, np.int64)
    rows[moves.vertices] = np.arange(len(moves.vertices))
    copies = np.flatnonzero(rows[source] >= 0)
    kept = rows[source[copies]]
    return VertexMoves(copies, moves.positions[kept], moves.normals[kept])


def dense(moves: VertexMoves, count: int) -> np.ndarray:
    """Offsets of all vertices, (count, 3)."""
    return SparseRows(count, moves.vertices, moves.positions).dense()
