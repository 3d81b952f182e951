"""What a platform does not want in a file: clips, scripts and notes, relief, morphs that nothing asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document, Primitive


def without_extras(document: Document) -> Document:
    """Without what programs have noted beside glTF, scripts among it: nothing that shows depends on it."""
    none: Mapping[str, Any] = {}
    return replace(
        document,
        extras=none,
        nodes=tuple(replace(node, extras=none) for node in document.nodes),
        materials=tuple(replace(material, extras=none) for material in document.materials),
        meshes=tuple(
            replace(mesh, extras=none, primitives=tuple(replace(part, extras=none) for part in mesh.primitives))
            for mesh in document.meshes
        ),
    )


def with_sound_skins(document: Document) -> Document:
    """Weights that sum to 1 and no joint with a weight of 0; bound meshes at the top of the scene, where no node moves them.

    glTF has both so, many exporters have not.
    """
    parents, joints = document.parents, {joint for skin in document.skins for joint in skin.joints}
    free = {
        index for index, node in enumerate(document.nodes)
        if node.mesh is not None and node.skin is not None and not node.children and index not in joints
    }  # fmt: skip
    nodes = (
        replace(node, translation=(0.0, 0.0, 0.0), rotation=(0.0, 0.0, 0.0, 1.0), scale=(1.0, 1.0, 1.0)) if index in free
        else replace(node, children=tuple(child for child in node.children if child not in free))
        for index, node in enumerate(document.nodes)
    )  # fmt: skip
    lifted = tuple(sorted(index for index in free if parents[index] >= 0))
    scenes = tuple(
        replace(scene, nodes=(*scene.nodes, *lifted)) if number == (document.scene or 0) else scene
        for number, scene in enumerate(document.scenes)
    )
    meshes = (replace(mesh, primitives=tuple(map(_with_sound_weights, mesh.primitives))) for mesh in document.meshes)
    return replace(document, nodes=tuple(nodes), scenes=scenes, meshes=tuple(meshes))


def _with_sound_weights(part: Primitive) -> Primitive:
    names = sorted(name for name in part.attributes if name.startswith("WEIGHTS_"))
    if not names:
        return part
    weights = [np.maximum(part.attributes[name].astype(np.float64), 0.0) for name in names]
    total = np.sum([rows.sum(axis=1, keepdims=True) for rows in weights], axis=0)
    weights[0][total[:, 0] <= 0.0, 0] = 1.0
    made = dict(part.attributes)
    for name, rows in zip(names, weights, strict=True):
        made[name] = (rows / np.where(total > 0.0, total, 1.0)).astype(np.float32)
        joints = name.replace("WEIGHTS", "JOINTS")
        if joints in made:
            made[joints] = np.where(rows > 0.0, made[joints], 0).astype(made[joints].dtype)
    return replace(part, attributes=made)


def without_normal_maps(document: Document) -> Document:
    """Without relief: normal textures and the tangents that they need."""
    meshes = tuple(
        replace(mesh, primitives=tuple(
            replace(part, attributes={name: array for name, array in part.attributes.items() if name != "TANGENT"})
            for part in mesh.primitives))
        for mesh in document.meshes
    )  # fmt: skip
    materials = tuple(replace(material, normal_texture=None) for material in document.materials)
    return replace(document, materials=materials, meshes=meshes)


def with_most_morphs(surface: Surface, most: float, wanted: Collection[str]) -> Surface:
    """The surface with at most `most` morphs: those that are wanted first, then the file's own order."""
    if len(surface.morphs) <= most:
        return surface
    ordered = sorted(surface.morphs, key=lambda name: name not in wanted)
    chosen = set(ordered[: int(most)])
    return replace(surface, morphs={name: moves for name, moves in surface.morphs.items() if name in chosen})
