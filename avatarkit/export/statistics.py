"""What platforms count in an avatar file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from avatarkit.export.reduction.decode import rest_positions
from avatarkit.gltf.document import Document
from avatarkit.gltf.image_size import image_size

STATISTICS: Mapping[str, str] = {
    "megabytes": "size of the file, MB",
    "triangles": "triangles",
    "vertices": "vertices",
    "nodes": "nodes",
    "meshes": "meshes",
    "skinned_meshes": "skinned meshes",
    "slots": "material slots (drawn pieces)",
    "materials": "materials",
    "joints": "joints",
    "influences": "joints that move one vertex",
    "morphs": "morph targets by name",
    "images": "textures",
    "texture_side": "longest side of a texture, pixels",
    "texture_pixels": "pixels of all textures",
    "texture_megabytes": "texture memory, MB (a byte a pixel and mipmaps, as block compression has it)",
    "spring_chains": "chains of hair and cloth",
    "spring_joints": "joints of such chains",
    "spring_colliders": "colliders of such chains",
    "longest_side_m": "longest side of the figure, metres",
}
"""Name -> what it counts, for people."""

MIPMAPS = 4.0 / 3.0
"""What a texture takes with its smaller copies, of what it takes alone."""

MEGABYTE = 1e6
"""Bytes."""


def measure(document: Document, file_bytes: int) -> dict[str, float]:
    """Every one of `STATISTICS` of a file."""
    parts = [part for mesh in document.meshes for part in mesh.primitives]
    skinned = [node for node in document.nodes if node.mesh is not None and node.skin is not None]
    sizes = [size for image in document.images if (size := image_size(image.data))]
    pixels = sum(width * height for width, height in sizes)
    springs = _springs(document)
    return {
        "megabytes": round(file_bytes / MEGABYTE, 3),
        "triangles": sum(part.triangle_count for part in parts),
        "vertices": sum({id(p.attributes.get("POSITION")): p.vertex_count for p in parts}.values()),
        "nodes": len(document.nodes),
        "meshes": len(document.meshes),
        "skinned_meshes": len(skinned),
        "slots": len(parts),
        "materials": len(document.materials),
        "joints": len({joint for skin in document.skins for joint in skin.joints}),
        "influences": max((_influences(part.attributes) for part in parts), default=0),
        "morphs": len({name for mesh in document.meshes for name in mesh.target_names}),
        "images": len(document.images),
        "texture_side": max((max(size) for size in sizes), default=0),
        "texture_pixels": pixels,
        "texture_megabytes": round(pixels * MIPMAPS / MEGABYTE, 2),
        **springs,
        "longest_side_m": round(_longest_side(document), 3),
    }


def _influences(attributes: Mapping[str, np.ndarray]) -> int:
    """The most joints that have a weight on one vertex."""
    weights = [values for name, values in attributes.items() if name.startswith("WEIGHTS_")]
    return int((np.concatenate(weights, axis=1) > 0).sum(axis=1).max(initial=0)) if weights else 0


def _springs(document: Document) -> dict[str, float]:
    """Chains, joints and colliders of VRM 1.0's or 0.x's spring bones."""
    vrm1, vrm0 = document.extensions.get("VRMC_springBone"), document.extensions.get("VRM")
    if isinstance(vrm1, Mapping):
        chains = _list(vrm1.get("springs"))
        joints = sum(len(_list(chain.get("joints"))) for chain in chains if isinstance(chain, Mapping))
        return {"spring_chains": len(chains), "spring_joints": joints, "spring_colliders": len(_list(vrm1.get("colliders")))}
    second = vrm0.get("secondaryAnimation") if isinstance(vrm0, Mapping) else None
    if not isinstance(second, Mapping):
        return {"spring_chains": 0, "spring_joints": 0, "spring_colliders": 0}
    roots = [root for group in _list(second.get("boneGroups")) for root in _list(_get(group, "bones"))]
    colliders = sum(len(_list(_get(group, "colliders"))) for group in _list(second.get("colliderGroups")))
    return {
        "spring_chains": len(roots),
        "spring_joints": sum(_below(document, root) for root in roots),
        "spring_colliders": colliders,
    }


def _below(document: Document, root: Any) -> int:
    """Nodes of a branch, each counted once; a chain that is none counts nothing."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, int) and 0 <= node < len(document.nodes) and node not in seen:
            seen.add(node)
            waiting += document.nodes[node].children
    return len(seen)


def _longest_side(document: Document) -> float:
    """Of the box around all vertices at rest."""
    points = rest_positions(document)
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None
