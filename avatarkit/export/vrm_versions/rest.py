"""A file whose nodes have no rotations and scales at rest, which VRM 0.x asks for: they go into the meshes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document, Mesh, Node, Primitive, Skin, SparseRows, sparse_rows

_STRAIGHT = 1e-6


def world_matrices(document: Document) -> np.ndarray:
    """(N, 4, 4) of all nodes, from their own space into the scene's, acting on columns."""
    matrices = np.tile(np.eye(4), (len(document.nodes), 1, 1))
    parents = document.parents
    for number in document.top_down:
        node = document.nodes[number]
        own = np.eye(4)
        own[:3, :3] = quaternions.to_matrix(np.array(node.rotation)) * np.array(node.scale)
        own[:3, 3] = node.translation
        matrices[number] = own if parents[number] < 0 else matrices[parents[number]] @ own
    return matrices


def is_straight(document: Document) -> bool:
    """Whether no node is turned or scaled."""
    rotations = np.array([node.rotation for node in document.nodes]).reshape(-1, 4)
    scales = np.array([node.scale for node in document.nodes]).reshape(-1, 3)
    return bool((np.abs(rotations[:, :3]) < _STRAIGHT).all() and (np.abs(scales - 1.0) < _STRAIGHT).all())


def straightened(document: Document) -> tuple[Document, np.ndarray]:
    """The same scene at rest with nodes that are only moved; and (N, 3, 3), what their axes were.

    Meshes seen by several nodes that turn them differently become several.
    """
    worlds = world_matrices(document)
    axes = worlds[:, :3, :3]
    if is_straight(document):
        return document, axes
    skins, meshes = list(document.skins), list(document.meshes)
    shown: dict[tuple[int, bytes], int] = {}
    nodes = [_moved(node, number, document, worlds) for number, node in enumerate(document.nodes)]
    used: set[int] = set()
    for number, node in enumerate(document.nodes):
        if node.mesh is None:
            continue
        how = _binding(document, node, worlds[number], worlds)
        key = (node.mesh, how.tobytes())
        if key not in shown:
            shown[key] = _stored(meshes, node.mesh, _baked(document.meshes[node.mesh], how), used)
        nodes[number] = replace(nodes[number], mesh=shown[key])
    for number, skin in enumerate(document.skins):
        skins[number] = replace(skin, inverse_bind=_inverse_bind(skin, worlds))
    return replace(document, nodes=tuple(nodes), meshes=tuple(meshes), skins=tuple(skins)), axes


def _stored(meshes: list[Mesh], place: int, made: Mesh, used: set[int]) -> int:
    """Where a mesh comes to lie: in the place of the one it was, or at the end if that is taken."""
    if place not in used:
        meshes[place] = made
        used.add(place)
        return place
    meshes.append(made)
    return len(meshes) - 1


def _moved(node: Node, number: int, document: Document, worlds: np.ndarray) -> Node:
    parent = document.parents[number]
    place = worlds[number, :3, 3] - (worlds[parent, :3, 3] if parent >= 0 else 0.0)
    return replace(node, translation=tuple(place.tolist()), rotation=(0.0, 0.0, 0.0, 1.0), scale=(1.0, 1.0, 1.0))


def _inverse_bind(skin: Skin, worlds: np.ndarray) -> np.ndarray:
    matrices = np.tile(np.eye(4, dtype=np.float32), (len(skin.joints), 1, 1))
    matrices[:, :3, 3] = -worlds[list(skin.joints), :3, 3]
    return matrices


def _binding(document: Document, node: Node, own: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    """(J, 4, 4) what each joint of its skin does to a mesh at rest; of a mesh without skin (1, 4, 4), its node's axes."""
    if node.skin is None:
        turned = own.copy()
        turned[:3, 3] = 0.0
        return turned[None]
    skin = document.skins[node.skin]
    back = np.tile(np.eye(4), (len(skin.joints), 1, 1)) if skin.inverse_bind is None else skin.inverse_bind.astype(float)
    return np.asarray(worlds[list(skin.joints)] @ back)


def _baked(mesh: Mesh, how: np.ndarray) -> Mesh:
    return replace(mesh, primitives=tuple(_primitive(part, how) for part in mesh.primitives))


def _primitive(part: Primitive, how: np.ndarray) -> Primitive:
    matrices = _blended(part.attributes, how)
    linear = matrices[:, :3, :3]
    normal = np.linalg.inv(linear + 1e-12 * np.eye(3)).transpose(0, 2, 1)
    attributes = dict(part.attributes)
    for name, values in part.attributes.items():
        if name == "POSITION":
            attributes[name] = _applied(linear, values) + matrices[:, :3, 3].astype(np.float32)
        elif name in ("NORMAL", "TANGENT"):
            turned = _applied(normal if name == "NORMAL" else linear, values[:, :3])
            unit = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
            attributes[name] = np.column_stack([unit, values[:, 3:]]).astype(np.float32)
    targets = tuple(
        {name: _offsets(normal if name == "NORMAL" else linear, rows) for name, rows in target.items()}
        for target in part.targets
    )
    return replace(part, attributes=attributes, targets=targets)


def _blended(attributes: Mapping[str, np.ndarray], how: np.ndarray) -> np.ndarray:
    """(V, 4, 4) what becomes of each vertex."""
    count = len(attributes["POSITION"])
    sets = [number for number in range(8) if f"JOINTS_{number}" in attributes]
    if len(how) == 1 and not sets:
        return np.broadcast_to(how, (count, 4, 4))
    joints = np.concatenate([attributes[f"JOINTS_{number}"] for number in sets], axis=1).astype(int)
    weights = np.concatenate([attributes[f"WEIGHTS_{number}"] for number in sets], axis=1).astype(float)
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(np.einsum("vk,vkij->vij", weights, how[np.minimum(joints, len(how) - 1)]))


def _applied(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.einsum("vij,vj->vi", matrices, vectors).astype(np.float32)


def _offsets(matrices: np.ndarray, rows: SparseRows) -> SparseRows:
    return sparse_rows(_applied(matrices, rows.dense()))
