"""The body's parts as skinned meshes: one vertex per texture corner, normals without seams, morph targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from avatarkit.avatar.avatar import AvatarMesh, MorphTarget
from avatarkit.body.body import Body, load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import face_normals, lengths, normal_operator
from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SKIN_PARTS = ("head", "mouth", "socket-left", "socket-right", "body")

_LEAST_MOVE_M = 1e-5
_LEAST_TURN = 2e-3  # of a unit normal: a tenth of a degree


@dataclass(frozen=True)
class Corners:
    """Mesh vertices split wherever the texture layout is: N of them.

    Attributes:
        vertices: (N,) body vertex of each, none before one with a smaller number.
        uvs: (N, 2).
        triangles: (T, 3) of the split vertices.
    """

    vertices: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray

    @cached_property
    def binding(self) -> tuple[np.ndarray, np.ndarray]:
        """Joints (N, 4) and weights (N, 4), the strongest first, a zero weight with joint 0."""
        body = load_body()
        return body.joint_indices[self.vertices], body.joint_weights[self.vertices]

    def without(self, hidden: np.ndarray) -> Corners:
        """The corners that remain when triangles between three hidden body vertices, (V,) bool, are gone."""
        kept = self.triangles[~hidden[self.vertices[self.triangles]].all(axis=1)]
        used = np.zeros(len(self.vertices), bool)
        used[kept] = True
        return Corners(self.vertices[used], self.uvs[used], (np.cumsum(used) - 1)[kept])

    @cached_property
    def starts(self) -> np.ndarray:
        """(V + 1,) where the split vertices of each body vertex begin: they lie in its order."""
        return np.searchsorted(self.vertices, np.arange(len(load_body().positions) + 1))

    def of(self, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The split vertices of body vertices (K,), rising, and which of these each belongs to."""
        start = self.starts[vertices]
        count = self.starts[vertices + 1] - start
        rows = np.repeat(np.arange(len(vertices)), count)
        return np.arange(len(rows)) + np.repeat(start - (np.cumsum(count) - count), count), rows


@cache
def corners_of(parts: tuple[str, ...]) -> Corners:
    """Split vertices of some of the body's parts."""
    body = load_body()
    triangles = np.concatenate([body.parts[name].triangles for name in parts]).reshape(-1).astype(np.int64)
    uv_triangles = np.concatenate([body.parts[name].uv_triangles for name in parts]).reshape(-1)
    pairs, index = np.unique(triangles * len(body.uvs) + uv_triangles, return_inverse=True)
    vertices, uv_rows = np.divmod(pairs, len(body.uvs))
    return Corners(vertices, body.uvs[uv_rows], index.reshape(-1, 3))


@dataclass(frozen=True)
class _Moving:
    """What expressions touch on a surface, one after the other: vertices that change, K, and the triangles between them, T.

    Attributes:
        vertices: (K,) of the body, rising within each expression.
        starts: (53,) where each expression's begin.
        triangles: (T,) of the surface.
        corners: (T, 3) of them, as rows of the vertices.
        sums: (K, T) adds each triangle's normal to its corners.
        rows: (52, V) a body vertex's row; K for one that lies elsewhere on the body, -1 for one that was not known to move.
    """

    vertices: np.ndarray
    starts: np.ndarray
    triangles: np.ndarray
    corners: np.ndarray
    sums: sparse.csr_matrix
    rows: np.ndarray


class Surface:
    """A joined mesh of body vertices whose normals know nothing of texture seams."""

    def __init__(self, parts: Sequence[str]) -> None:
        body = load_body()
        self.triangles = np.concatenate([body.parts[name].triangles for name in parts])
        self.sums = normal_operator(len(body.positions), self.triangles)
        self._moving = self._known_to_move(np.zeros((len(ARKIT_NAMES), len(body.positions)), bool))

    def moving(self, numbers: np.ndarray, vertices: np.ndarray) -> _Moving:
        """What expressions touch, given which vertices (M,) each of `numbers` (M,) moves here. It is kept: no two people differ
        by much, and what one of them does not move does no harm."""
        known = self._moving
        if (known.rows[numbers, vertices] < 0).any():
            moved = known.rows >= 0
            moved[numbers, vertices] = True
            known = self._moving = self._known_to_move(moved)
        return known

    def _known_to_move(self, moved: np.ndarray) -> _Moving:
        """The same for all vertices that each expression moves, (52, V) bool."""
        vertices, triangles, corners, count = [], [], [], 0
        rows = np.where(moved, 0, -1).astype(np.int32)
        on_surface = np.zeros(moved.shape[1], bool)
        on_surface[self.triangles] = True
        row_of = np.zeros(moved.shape[1], np.int32)
        for number, own in enumerate(moved & on_surface):
            triangles.append(np.flatnonzero(own[self.triangles].any(axis=1)))
            vertices.append(np.unique(self.triangles[triangles[-1]]))
            row_of[vertices[-1]] = np.arange(count, count + len(vertices[-1]))
            corners.append(row_of[self.triangles[triangles[-1]]])
            rows[number, own] = row_of[own]
            count += len(vertices[-1])
        rows[moved & ~on_surface] = count
        starts = np.cumsum([0, *map(len, vertices)])
        joined = np.concatenate(corners)
        return _Moving(
            np.concatenate(vertices), starts, np.concatenate(triangles), joined, normal_operator(count, joined), rows
        )


@cache
def surface_of(parts: tuple[str, ...]) -> Surface:
    """The joined mesh of some parts."""
    return Surface(parts)


@dataclass(frozen=True)
class SurfaceShape:
    """A surface on one person: (V, 3) unit normals, and what each expression changes."""

    normals: np.ndarray
    morphs: Mapping[str, VertexMoves]


def shape_surface(parts: tuple[str, ...], rest: RestBody) -> SurfaceShape:
    """Normals and expressions of a joined mesh on one person."""
    surface, offsets = surface_of(parts), rest.expression_offsets
    positions = np.asarray(rest.positions, np.float32)
    faces = face_normals(positions, surface.triangles)
    sums = surface.sums @ faces
    normals = _unit(sums)
    numbers, vertices = np.repeat(np.arange(len(ARKIT_NAMES)), np.diff(offsets.indptr) // 3), offsets.indices[::3] // 3
    moving = surface.moving(numbers, vertices)
    before, before_sums, before_normals = (values.take(moving.vertices, axis=0) for values in (positions, sums, normals))
    moved = np.concatenate([before, np.zeros((1, 3), np.float32)])  # the last for all that lie elsewhere
    moved[moving.rows[numbers, vertices]] += offsets.data.reshape(-1, 3).astype(np.float32)
    turned = face_normals(moved, moving.corners) - faces.take(moving.triangles, axis=0)
    turns = _unit(before_sums + moving.sums @ turned) - before_normals
    moves = moved[:-1] - before
    kept = (lengths(moves) > _LEAST_MOVE_M) | (lengths(turns) > _LEAST_TURN)
    morphs = {}
    for number, name in enumerate(ARKIT_NAMES):
        own = moving.starts[number] + np.flatnonzero(kept[moving.starts[number] : moving.starts[number + 1]])
        if len(own):
            morphs[name] = VertexMoves(moving.vertices[own], moves[own], turns[own])
    return SurfaceShape(normals, morphs)


def expression_rows(offsets: sparse.csc_matrix, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (K,) that one expression moves and their offsets (K, 3)."""
    start, end = offsets.indptr[number : number + 2]
    return offsets.indices[start:end:3] // 3, offsets.data[start:end].reshape(-1, 3).astype(np.float32)


def split_morphs(morphs: Mapping[str, VertexMoves], corners: Corners) -> tuple[MorphTarget, ...]:
    """Morph targets of a split mesh; an expression that moves none of its vertices has none."""
    targets = []
    for name, morph in morphs.items():
        indices, rows = corners.of(morph.vertices)
        if len(rows):
            targets.append(MorphTarget(name, indices, morph.positions[rows], morph.normals[rows]))
    return tuple(targets)


def skinned_mesh(
    name: str,
    material: str,
    corners: Corners,
    shape: SurfaceShape,
    rest: RestBody,
    *,
    first_person: Literal["both", "thirdPersonOnly"],
) -> AvatarMesh:
    """The corners of some parts as one mesh of a person."""
    joints, weights = corners.binding
    return AvatarMesh(
        name=name,
        positions=rest.positions[corners.vertices],
        normals=shape.normals[corners.vertices],
        uvs=corners.uvs,
        triangles=corners.triangles,
        joints=joints,
        weights=weights,
        material=material,
        morphs=split_morphs(shape.morphs, corners),
        first_person=first_person,
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    size = lengths(vectors)[..., None]
    return np.where(size > 1e-20, vectors / np.maximum(size, 1e-20), [0.0, 0.0, 1.0]).astype(np.float32)


def part_vertices(body: Body, *parts: str) -> np.ndarray:
    """Vertices of some parts, rising."""
    return np.unique(np.concatenate([body.parts[name].quads.reshape(-1) for name in parts]))
