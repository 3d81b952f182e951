"""The body's parts as skinned meshes: one vertex per texture corner, normals without seams, morph targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, MorphTarget
from avatarkit.body.body import Body, load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.morphed_normals import Mesh, morphed_normals
from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SKIN_PARTS = ("head", "mouth", "socket-left", "socket-right", "body")


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


@cache
def surface_of(parts: tuple[str, ...]) -> Mesh:
    """The joined mesh of some parts: body vertices, whose normals know nothing of texture seams."""
    body = load_body()
    return Mesh(len(body.positions), np.concatenate([body.parts[name].triangles for name in parts]))


@dataclass(frozen=True)
class SurfaceShape:
    """A surface on one person: (V, 3) unit normals, and what each expression changes."""

    normals: np.ndarray
    morphs: Mapping[str, VertexMoves]


def shape_surface(parts: tuple[str, ...], rest: RestBody) -> SurfaceShape:
    """Normals and expressions of a joined mesh on one person."""
    acted = rest.expressions
    normals, morphs = morphed_normals(rest.positions, surface_of(parts), acted.ends, acted.vertices, acted.moves)
    return SurfaceShape(normals, {name: own for name, own in zip(ARKIT_NAMES, morphs, strict=True) if len(own.vertices)})


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


def part_vertices(body: Body, *parts: str) -> np.ndarray:
    """Vertices of some parts, rising."""
    return np.unique(np.concatenate([body.parts[name].quads.reshape(-1) for name in parts]))
