"""Meshes on the face that its expressions move."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, MorphTarget
from avatarkit.avatar.hair.shapes import Shape
from avatarkit.body.rest import RestBody
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_LEAST_MOVE_M = 1e-4  # less is not seen on hair


def face_morphs(points: SurfacePoints, rest: RestBody, copies: int = 1) -> tuple[MorphTarget, ...]:
    """Morph targets of vertices that go where the skin below them goes.

    Args:
        points: N places on the skin.
        rest: the body that wears them.
        copies: so many vertices, one after the other, belong to each place.
    """
    targets = []
    for number, name in enumerate(ARKIT_NAMES):
        vertices, offsets = rest.expressions.of(number)
        whole = np.zeros_like(rest.positions, np.float32)
        whole[vertices] = offsets
        moved = points.on(whole)
        places = np.flatnonzero(np.abs(moved).max(axis=1) > _LEAST_MOVE_M)
        if len(places):
            indices = (places[:, None] * copies + np.arange(copies)).reshape(-1)
            change = np.repeat(moved[places], copies, axis=0).astype(np.float32)
            targets.append(MorphTarget(name, indices, change, np.zeros_like(change)))
    return tuple(targets)


def face_mesh(name: str, shape: Shape, morphs: tuple[MorphTarget, ...], rest: RestBody) -> AvatarMesh:
    """A mesh that the head bone carries and expressions move; its material has its name."""
    count = len(shape.positions)
    joints, weights = np.zeros((count, 4), np.uint16), np.zeros((count, 4), np.float32)
    joints[:, 0], weights[:, 0] = rest.skeleton.names.index("head"), 1.0
    return AvatarMesh(
        name,
        shape.positions,
        shape.normals,
        shape.uvs,
        shape.triangles,
        joints,
        weights,
        name,
        morphs=morphs,
        first_person="thirdPersonOnly",
    )
