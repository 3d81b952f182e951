"""Morphs and bones' names of somebody else's avatar as a platform wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry.vertex_moves import mixed_moves
from avatarkit.gltf.document import Document
from avatarkit.rig.naming import naming_families


def with_shapes(surface: Surface, shapes: Mapping[str, Mapping[str, float]]) -> Surface:
    """The surface with each shape that it lacks and that its morphs can be mixed to."""
    made = {
        name: mixed_moves([(surface.morphs[part], share) for part, share in parts.items() if part in surface.morphs])
        for name, parts in shapes.items()
        if name not in surface.morphs and any(part in surface.morphs for part in parts)
    }
    names = tuple((*own, *(name for name in made if name not in own)) for own in surface.piece_morphs)
    return replace(surface, morphs={**surface.morphs, **made}, piece_morphs=names)


def with_shapes_alone(surface: Surface, shapes: Mapping[str, Mapping[str, float]]) -> Surface:
    """The same without its own morphs."""
    mixed = with_shapes(surface, shapes)
    kept = {name: moves for name, moves in mixed.morphs.items() if name in shapes}
    names = tuple(tuple(name for name in own if name in kept) for own in mixed.piece_morphs)
    return replace(mixed, morphs=kept, piece_morphs=names)


def with_bone_names(document: Document, bones: Mapping[str, int], family: str) -> Document:
    """Human bones under a family's names; those that it has no name for keep theirs."""
    table = next(known for known in naming_families() if known.name == family)
    prefix = table.prefixes[0] if table.prefixes else ""
    names = {node: prefix + table.bones[bone][0] for bone, node in bones.items() if bone in table.bones}
    nodes = (replace(node, name=names.get(index, node.name)) for index, node in enumerate(document.nodes))
    return replace(document, nodes=tuple(nodes))
