"""A mesh's normals at rest, and what morphs that move a few of its vertices change of them."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import numpy as np

from avatarkit.geometry.compiled import compilable, compiled, packed_floats, packed_indices
from avatarkit.geometry.meshes import NO_NORMAL, checked_triangles, triangle_area
from avatarkit.geometry.plain_vectors import Vector
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
        self.triangles = checked_triangles(triangles, vertex_count)
        corners = self.triangles.reshape(-1)
        order = np.argsort(corners, kind="stable")
        self.starts = np.searchsorted(corners[order], np.arange(vertex_count + 1))
        self.around = order // 3


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
    own, rows = (np.ascontiguousarray(numbers, np.int64) for numbers in (ends, vertices))
    normals, starts, *changed = _morphed(places, mesh.triangles, mesh.starts, mesh.around, own, rows, moves)
    return normals, [VertexMoves(*(rows[first:last].copy() for rows in changed)) for first, last in pairwise(starts)]


@compiled(
    packed_floats(2, 32), packed_indices(2), packed_indices(1), packed_indices(1),
    packed_indices(1), packed_indices(1), packed_floats(2, 32),
)  # fmt: skip
def _morphed(  # noqa: C901, PLR0912, PLR0917 - one loop over triangles, which a compiler sees through
    positions: np.ndarray, triangles: np.ndarray, starts: np.ndarray, around: np.ndarray,
    ends: np.ndarray, vertices: np.ndarray, offsets: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Normals (V, 3); where each morph's rows of the others end, (M + 1,); vertices, moves, turns, with room to spare."""
    count = len(positions)
    faces, sums, normals = np.empty((len(triangles), 3)), np.zeros((count, 3)), np.empty((count, 3), np.float32)
    for t in range(len(triangles)):
        x, y, z = triangle_area(positions, triangles[t, 0], triangles[t, 1], triangles[t, 2])
        faces[t, 0], faces[t, 1], faces[t, 2] = x, y, z
        for corner in range(3):
            _add(sums, triangles[t, corner], x, y, z)
    for v in range(count):
        normals[v, 0], normals[v, 1], normals[v, 2] = _unit(sums[v, 0], sums[v, 1], sums[v, 2])
    room = 0
    for row in range(len(vertices)):
        room += 1 + 2 * (starts[vertices[row] + 1] - starts[vertices[row]])
    found, moves, turns = np.empty(room, np.int64), np.empty((room, 3), np.float32), np.empty((room, 3), np.float32)
    moved, turned = positions.copy(), np.zeros((count, 3))
    seen, reached = np.zeros(len(triangles), np.int32), np.zeros(count, np.int32)  # by which morph, from 1
    made, kept = np.zeros(len(ends), np.int64), 0
    for morph in range(1, len(ends)):
        for row in range(ends[morph - 1], ends[morph]):
            _add(moved, vertices[row], offsets[row, 0], offsets[row, 1], offsets[row, 2])
        first, last = count, -1
        for row in range(ends[morph - 1], ends[morph]):
            for place in range(starts[vertices[row]], starts[vertices[row] + 1]):
                t = around[place]
                if seen[t] == morph:
                    continue
                seen[t] = morph
                x, y, z = triangle_area(moved, triangles[t, 0], triangles[t, 1], triangles[t, 2])
                for corner in range(3):
                    v = triangles[t, corner]
                    if reached[v] != morph:
                        reached[v], first, last = morph, min(first, v), max(last, v)
                        turned[v, 0], turned[v, 1], turned[v, 2] = sums[v, 0], sums[v, 1], sums[v, 2]
                    _add(turned, v, x - faces[t, 0], y - faces[t, 1], z - faces[t, 2])
        for v in range(first, last + 1):
            if reached[v] != morph:
                continue
            x, y, z = _unit(turned[v, 0], turned[v, 1], turned[v, 2])
            turns[kept, 0], turns[kept, 1], turns[kept, 2] = x - normals[v, 0], y - normals[v, 1], z - normals[v, 2]
            for axis in range(3):
                moves[kept, axis] = moved[v, axis] - positions[v, axis]
                moved[v, axis] = positions[v, axis]
            found[kept] = v
            kept += _square(moves, kept) > LEAST_MOVE_M**2 or _square(turns, kept) > LEAST_TURN**2
        made[morph] = kept
    return normals, made, found, moves, turns


@compilable
def _unit(x: float, y: float, z: float) -> Vector:
    size = sqrt(x * x + y * y + z * z)
    if size <= NO_NORMAL:
        return 0.0, 0.0, 1.0
    return x / size, y / size, z / size


@compilable
def _square(rows: np.ndarray, row: int) -> float:
    """Of a row's length."""
    return rows[row, 0] * rows[row, 0] + rows[row, 1] * rows[row, 1] + rows[row, 2] * rows[row, 2]  # type: ignore[no-any-return]


@compilable
def _add(rows: np.ndarray, row: int, x: float, y: float, z: float) -> None:
    """In place."""
    rows[row, 0] += x
    rows[row, 1] += y
    rows[row, 2] += z
