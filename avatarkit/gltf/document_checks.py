"""What has to agree between the parts of a document that was read."""

from __future__ import annotations

from avatarkit.errors import InputError
from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document, Primitive


def check_primitive(primitive: Primitive, entry: CheckedObject) -> None:
    """Raise InputError for attributes of different lengths, flat positions, indices of vertices that are not there."""
    counts = {len(array) for array in primitive.attributes.values()}
    counts |= {offsets.count for target in primitive.targets for offsets in target.values()}
    if len(counts) > 1:
        raise InputError(f"damaged glTF: {entry.where} has attributes of {len(counts)} different lengths")
    positions = primitive.attributes.get("POSITION")
    if positions is not None and (positions.ndim != 2 or positions.shape[1] != 3):
        raise InputError(f"damaged glTF: {entry.where} needs positions with 3 numbers each")
    _check_indices(primitive, max(counts, default=0), entry)


def _check_indices(primitive: Primitive, vertex_count: int, entry: CheckedObject) -> None:
    indices = primitive.indices
    if indices is None:
        return
    if indices.ndim != 1 or indices.dtype.kind != "u":
        raise InputError(f"damaged glTF: {entry.where} needs unsigned whole numbers as indices")
    if len(indices) and indices.max() >= vertex_count:
        raise InputError(f"damaged glTF: {entry.where} has an index {indices.max()} and only {vertex_count} vertices")


def check_tree(document: Document) -> None:
    """Raise InputError for nodes with two parents or in a ring."""
    owners = [0] * len(document.nodes)
    for node in document.nodes:
        for child in node.children:
            owners[child] += 1
    if max(owners, default=0) > 1:
        raise InputError(f"damaged glTF: nodes[{owners.index(max(owners))}] has more than one parent")
    if len(document.top_down) != len(document.nodes):
        raise InputError("damaged glTF: its nodes form a ring")


def check_skinning(document: Document) -> None:
    """Raise InputError for meshes bound to joints that their skin does not have."""
    highest = [max((_highest_joint(part) for part in mesh.primitives), default=-1) for mesh in document.meshes]
    for index, node in enumerate(document.nodes):
        if node.mesh is not None and node.skin is not None and highest[node.mesh] >= len(document.skins[node.skin].joints):
            raise InputError(f"damaged glTF: the mesh of nodes[{index}] is bound to a joint that its skin does not have")


def _highest_joint(primitive: Primitive) -> int:
    joints, weights = primitive.attributes.get("JOINTS_0"), primitive.attributes.get("WEIGHTS_0")
    if joints is None or weights is None:
        return -1
    if joints.shape != weights.shape or joints.dtype.kind != "u":
        raise InputError("damaged glTF: joints and weights of a mesh do not match")
    return int(joints[weights > 0].max(initial=0)) if (weights > 0).any() else -1
