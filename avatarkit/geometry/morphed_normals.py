"""A mesh's normals at rest, and what morphs that move a few of its vertices change of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from avatarkit.geometry.compiled import compiled, packed_floats, packed_indices, packed_places
from avatarkit.geometry.meshes import checked_triangles, triangle_area, unit_normal
from avatarkit.geometry.plain_vectors import add_to_row, dot, minus, put_row, row_of
from avatarkit.geometry.vertex_moves import VertexMoves

LEAST_MOVE_M = 1e-5
LEAST_TURN = 2e-3
"""Of a unit normal: a tenth of a degree. Vertices that move and turn less are left alone."""


class Mesh:
    """Triangles, and which of them are about each vertex.

    Attributes:
        triangles: (T, 3) of V vertices.
        starts, around: (V + 1,) and (3T,): those about vertex v are around[starts[v] : starts[v + 1]].
    """

    def __init__(self, vertex_count: int, triangles: np.ndarray) -> None:
        self.triangles = checked_triangles(triangles, vertex_count).astype(np.uint32)
        corners = self.triangles.reshape(-1)
        order = np.argsort(corners, kind="stable")
        self.starts = np.searchsorted(corners[order], np.arange(vertex_count + 1)).astype(np.uint32)
        self.around = (order // 3).astype(np.uint32)


def morphed_normals(
    positions: np.ndarray, mesh: Mesh, ends: np.ndarray, vertices: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, list[VertexMoves]]:
    """Unit normals (V, 3), and what each of M morphs changes.

    Args:
        positions: (V, 3) metres.
        mesh: of these.
        ends: (M + 1,) where each morph's rows of the following end, the first from 0.
        vertices: (N,) which it moves; what is not of the mesh is left out.
        offsets: (N, 3) metres.
    """
    if len(vertices) and not (vertices.min() >= 0 and vertices.max() < len(positions)):
        raise IndexError(f"a morph moves a vertex outside of the {len(positions)}")
    places, moves = (np.ascontiguousarray(rows, np.float32) for rows in (positions, offsets))
    own, rows = np.ascontiguousarray(ends, np.int64), np.ascontiguousarray(vertices).astype(np.uint32)
    normals, starts, *changed = _morphed(places, mesh.triangles, mesh.starts, mesh.around, own, rows, moves)
    return normals, [VertexMoves(*(rows[first:last] for rows in changed)) for first, last in pairwise(starts)]


@compiled(
    packed_floats(2, 32), packed_places(2), packed_places(1), packed_places(1),
    packed_indices(1), packed_places(1), packed_floats(2, 32),
)  # fmt: skip
def _morphed(  # noqa: C901, PLR0912, PLR0917 - one loop over triangles, which a compiler sees through
    positions: np.ndarray, triangles: np.ndarray, starts: np.ndarray, around: np.ndarray,
    ends: np.ndarray, vertices: np.ndarray, offsets: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Normals (V, 3); where each morph's rows of the others end, (M + 1,); vertices, moves, turns."""
    count = len(positions)
    faces, sums, normals = np.empty((len(triangles), 3)), np.zeros((count, 3)), np.empty((count, 3), np.float32)
    for t in range(len(triangles)):
        put_row(faces, t, triangle_area(positions, triangles[t, 0], triangles[t, 1], triangles[t, 2]))
        for corner in range(3):
            add_to_row(sums, triangles[t, corner], row_of(faces, t))
    for v in range(count):
        put_row(normals, v, unit_normal(row_of(sums, v)))
    room = 0
    for row in range(len(vertices)):
        room += 1 + 2 * (starts[vertices[row] + 1] - starts[vertices[row]])
    found, moves, turns = np.empty(room, np.int64), np.empty((room, 3), np.float32), np.empty((room, 3), np.float32)
    moved, turned = positions.copy(), np.zeros((count, 3))
    seen, reached = np.zeros(len(triangles), np.int32), np.zeros(count, np.int32)  # by which morph, from 1
    made, kept = np.zeros(len(ends), np.int64), 0
    for morph in range(1, len(ends)):
        for row in range(ends[morph - 1], ends[morph]):
            add_to_row(moved, vertices[row], row_of(offsets, row))
        first, last = count, -1
        for row in range(ends[morph - 1], ends[morph]):
            for place in range(starts[vertices[row]], starts[vertices[row] + 1]):
                t = around[place]
                if seen[t] == morph:
                    continue
                seen[t] = morph
                now = triangle_area(moved, triangles[t, 0], triangles[t, 1], triangles[t, 2])
                for corner in range(3):
                    v = triangles[t, corner]
                    if reached[v] != morph:
                        reached[v], first, last = morph, min(first, v), max(last, v)
                        put_row(turned, v, row_of(sums, v))
                    add_to_row(turned, v, minus(now, row_of(faces, t)))
        for v in range(first, last + 1):
            if reached[v] != morph:
                continue
            turn = minus(unit_normal(row_of(turned, v)), row_of(normals, v))
            move = minus(row_of(moved, v), row_of(positions, v))
            found[kept] = v
            put_row(turns, kept, turn)
            put_row(moves, kept, move)
            put_row(moved, v, row_of(positions, v))
            kept += dot(move, move) > LEAST_MOVE_M**2 or dot(turn, turn) > LEAST_TURN**2
        made[morph] = kept
    return normals, made, found[:kept].copy(), moves[:kept].copy(), turns[:kept].copy()
