"""A surface back as a document's meshes, and what VRM says about meshes and morphs changed along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.export.reduction.decode import world_matrices
from avatarkit.export.reduction.references import with_nodes
from avatarkit.export.reduction.surface import Surface
from avatarkit.export.tangents import vertex_tangents
from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.gltf.document import Document, Mesh, Node, Primitive, Scene, Skin, SparseRows

MERGED_NAME = "Avatar"
"""Name of the one mesh that all others become."""

ROOT_NAME = "Armature"
"""Name of a node put above joints that have none in common."""


def with_surface(document: Document, surface: Surface, *, merged: bool) -> Document:
    """The document with the surface in place of all its meshes.

    Args:
        document: the one that the surface was taken from; its nodes, materials and expressions are kept.
        surface: as changed.
        merged: all as one mesh, named `MERGED_NAME`; else one for each that there was, if any of it is left.
    """
    group_of = np.zeros(len(surface.pieces), np.int64) if merged else np.arange(len(surface.pieces))
    left = np.unique(group_of[surface.piece])
    names = [MERGED_NAME if merged else surface.pieces[group] for group in left]
    meshes = [_mesh(surface, group_of[surface.piece] == group, name, document) for group, name in zip(left, names, strict=True)]
    place = {int(group): number for number, group in enumerate(left)}
    mesh_of_piece = [place.get(int(group), -1) for group in group_of]
    shown = [index for index, node in enumerate(document.nodes) if node.mesh is not None]
    binding = _Binding(document, shown, surface.piece_morphs, mesh_of_piece, meshes)
    bare = _with_root(replace(document, nodes=tuple(replace(node, mesh=None, skin=None) for node in document.nodes)), surface)
    first = len(bare.nodes)
    new_nodes = tuple(Node(mesh.name, mesh=number, skin=0) for number, mesh in enumerate(meshes))
    document = replace(
        bare,
        nodes=(*bare.nodes, *new_nodes),
        meshes=tuple(meshes),
        skins=(_skin(bare, surface),),
        scenes=_with_roots(bare, range(first, first + len(meshes))),
        scene=bare.scene if bare.scenes else 0,
        extensions=binding.extensions(first),
        animations=tuple(replace(clip, channels=tuple(c for c in clip.channels if c.path != "weights"))
                         for clip in bare.animations),
    )  # fmt: skip
    return _without_empty_nodes(document, set(shown))


def _mesh(surface: Surface, chosen: np.ndarray, name: str, document: Document) -> Mesh:
    part_surface = surface.with_triangles(surface.triangles[chosen], np.flatnonzero(chosen))
    morphs = tuple(name for name, moves in part_surface.morphs.items() if len(moves.vertices))
    parts = []
    for material in np.unique(part_surface.material):
        rows = np.flatnonzero(part_surface.material == material)
        parts.append(
            _primitive(part_surface.with_triangles(part_surface.triangles[rows], rows), int(material), morphs, document)
        )
    return Mesh(name, tuple(parts), morphs, weights=(0.0,) * len(morphs))


def _primitive(surface: Surface, material: int, morphs: tuple[str, ...], document: Document) -> Primitive:
    attributes = {
        "POSITION": surface.positions.astype(np.float32),
        "NORMAL": _unit(surface.normals).astype(np.float32),
        "TEXCOORD_0": surface.uvs.astype(np.float32),
        "JOINTS_0": np.where(surface.weights > 0, surface.joints, 0).astype(np.uint16),
        "WEIGHTS_0": (surface.weights / surface.weights.sum(axis=1, keepdims=True)).astype(np.float32),
    }
    if (surface.colors != 1.0).any():
        attributes["COLOR_0"] = surface.colors.astype(np.float32)
    if material >= 0 and document.materials[material].normal_texture is not None:
        tangents = vertex_tangents(attributes["POSITION"], attributes["NORMAL"], surface.uvs, surface.triangles)
        attributes["TANGENT"] = tangents
    targets = tuple(_target(surface.morphs[name], surface.count) for name in morphs)
    return Primitive(attributes, surface.triangles.reshape(-1), None if material < 0 else material, targets)


def _unit(normals: np.ndarray) -> np.ndarray:
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _target(moves: VertexMoves, count: int) -> dict[str, SparseRows]:
    rows = moves.vertices.astype(np.uint32)
    return {"NORMAL": SparseRows(count, rows, moves.normals), "POSITION": SparseRows(count, rows, moves.positions)}


def _skin(document: Document, surface: Surface) -> Skin:
    worlds = world_matrices(document)[list(surface.skin)]
    return Skin(surface.skin, np.linalg.inv(worlds).astype(np.float32), name=ROOT_NAME)


def _with_root(document: Document, surface: Surface) -> Document:
    """A node above all joints, where they have none in common."""
    parents = document.parents
    tops = set()
    for joint in surface.skin:
        top = joint
        while parents[top] >= 0:
            top = parents[top]
        tops.add(top)
    if len(tops) < 2:
        return document
    root = len(document.nodes)
    scenes = tuple(
        replace(
            scene, nodes=(*(node for node in scene.nodes if node not in tops), *((root,) if tops & set(scene.nodes) else ()))
        )
        for scene in document.scenes
    )
    return replace(document, nodes=(*document.nodes, Node(ROOT_NAME, children=tuple(sorted(tops)))), scenes=scenes)


def _with_roots(document: Document, nodes: Sequence[int]) -> tuple[Scene, ...]:
    if not document.scenes:
        roots = (index for index, parent in enumerate(document.parents) if parent < 0)
        return (Scene((*roots, *nodes)),)
    shown = document.scene or 0
    return tuple(
        replace(scene, nodes=(*scene.nodes, *nodes)) if number == shown else scene
        for number, scene in enumerate(document.scenes)
    )


def _without_empty_nodes(document: Document, emptied: set[int]) -> Document:
    """Without leaves that showed a mesh and are neither joints nor named by anything."""
    used = {joint for skin in document.skins for joint in skin.joints}
    used |= {channel.node for clip in document.animations for channel in clip.channels}
    gone = {index for index in emptied - used if not document.nodes[index].children and document.nodes[index].camera is None}
    return with_nodes(document, [index for index in range(len(document.nodes)) if index not in gone])


class _Binding:
    """Where the morphs of the old meshes are in the new ones."""

    def __init__(
        self,
        document: Document,
        shown: Sequence[int],
        names: Sequence[Sequence[str]],
        mesh_of_piece: Sequence[int],
        meshes: Sequence[Mesh],
    ) -> None:
        self._extensions = document.extensions
        self._by_node = {node: piece for piece, node in enumerate(shown)}
        self._by_mesh = {document.nodes[node].mesh: piece for piece, node in reversed(list(enumerate(shown)))}
        self._names, self._mesh_of_piece = names, mesh_of_piece
        self._places = [{name: index for index, name in enumerate(mesh.target_names)} for mesh in meshes]

    def extensions(self, first_node: int) -> dict[str, Any]:
        """The document's extensions; the new mesh 0 is shown by the node `first_node`."""
        made = dict(self._extensions)
        if isinstance(made.get("VRMC_vrm"), Mapping):
            made["VRMC_vrm"] = self._vrm1(made["VRMC_vrm"], first_node)
        if isinstance(made.get("VRM"), Mapping):
            made["VRM"] = self._vrm0(made["VRM"])
        return made

    def _vrm1(self, vrm: Mapping[str, Any], first: int) -> dict[str, Any]:
        def bound(expression: Mapping[str, Any]) -> dict[str, Any]:
            binds = self._binds(expression.get("morphTargetBinds"), "node", self._by_node, first)
            return {**expression, "morphTargetBinds": binds}

        made = dict(vrm)
        if isinstance(vrm.get("expressions"), Mapping):
            made["expressions"] = {
                kind: {name: bound(one) for name, one in named.items()} for kind, named in vrm["expressions"].items()
                if isinstance(named, Mapping)
            }  # fmt: skip
        if isinstance(vrm.get("firstPerson"), Mapping):
            flags = self._flags(vrm["firstPerson"].get("meshAnnotations"), "node", "type", self._by_node, "auto")
            said = [{"node": mesh + first, "type": flag} for mesh, flag in flags.items()]
            made["firstPerson"] = {**vrm["firstPerson"], "meshAnnotations": said}
        return made

    def _vrm0(self, vrm: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(vrm)
        if isinstance(vrm.get("blendShapeMaster"), Mapping):
            groups = [
                {**group, "binds": self._binds(group.get("binds"), "mesh", self._by_mesh, 0)}
                for group in _objects(vrm["blendShapeMaster"].get("blendShapeGroups"))
            ]
            made["blendShapeMaster"] = {**vrm["blendShapeMaster"], "blendShapeGroups": groups}
        if isinstance(vrm.get("firstPerson"), Mapping):
            flags = self._flags(vrm["firstPerson"].get("meshAnnotations"), "mesh", "firstPersonFlag", self._by_mesh, "Auto")
            said = [{"mesh": mesh, "firstPersonFlag": flag} for mesh, flag in flags.items()]
            made["firstPerson"] = {**vrm["firstPerson"], "meshAnnotations": said}
        return made

    def _binds(self, binds: Any, key: str, pieces: Mapping[Any, int], first: int) -> list[dict[str, Any]]:
        """Binds to the new meshes, each morph once, at the greatest weight it was given."""
        weights: dict[tuple[int, int], float] = {}
        for bind in _objects(binds):
            place = self._place(pieces.get(bind.get(key)), bind.get("index"))
            if place is not None and isinstance(bind.get("weight"), int | float):
                weights[place] = max(weights.get(place, 0.0), float(bind["weight"]))
        return [{key: mesh + first, "index": index, "weight": weight} for (mesh, index), weight in weights.items()]

    def _place(self, piece: int | None, index: Any) -> tuple[int, int] | None:
        if piece is None or not isinstance(index, int) or not 0 <= index < len(self._names[piece]):
            return None
        mesh = self._mesh_of_piece[piece]
        found = self._places[mesh].get(self._names[piece][index]) if mesh >= 0 else None
        return None if found is None else (mesh, found)

    def _flags(self, said: Any, key: str, field: str, pieces: Mapping[Any, int], mixed: str) -> dict[int, str]:
        """New mesh -> its first-person flag; what was said differently of its parts is for the viewer to split."""
        flags: dict[int, set[str]] = {}
        for entry in _objects(said):
            piece = pieces.get(entry.get(key))
            if piece is not None and self._mesh_of_piece[piece] >= 0:
                flags.setdefault(self._mesh_of_piece[piece], set()).add(str(entry.get(field)))
        return {mesh: one.copy().pop() if len(one) == 1 else mixed for mesh, one in flags.items()}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
