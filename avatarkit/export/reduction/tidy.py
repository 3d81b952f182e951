"""What a platform does not want in a file: clips, scripts and notes, relief, morphs that nothing asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document


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
