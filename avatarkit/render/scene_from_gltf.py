"""A glTF document to meshes in world space: expression and pose are applied here, on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from avatarkit.errors import unknown_name
from avatarkit.gltf.document import Document
from avatarkit.render.humanoid import Humanoid, find_humanoid, world_matrices
from avatarkit.render.puppet import Puppet
from avatarkit.render.scene import RenderMesh


def posed_meshes(
    document: Document,
    expression_weights: Mapping[str, float] | None = None,
    joint_rotations: Mapping[str, np.ndarray] | None = None,
) -> list[RenderMesh]:
    """The document's triangles in world space, the subject facing +Z.

    Args:
        document: a glTF or VRM file.
        expression_weights: morph target name, or name of a VRM expression -> weight; what is not named keeps the file's weight.
        joint_rotations: human bone or node name -> rotation (4,) from the normalized rest pose, local to the parent.

    Returns:
        one mesh per primitive and place it is shown at.

    Raises:
        UsageError: a name that the document does not have.
        InputError: a damaged mesh or texture.
    """
    humanoid = find_humanoid(document)
    rotations = {_node_named(document, humanoid, name): value for name, value in (joint_rotations or {}).items()}
    matrices = world_matrices(document, humanoid, rotations)
    return Puppet(document, matrices).meshes(matrices, morph_weights(document, expression_weights or {}))


def morph_weights(document: Document, named: Mapping[str, float]) -> dict[int, np.ndarray]:
    """Node index of each mesh -> (M,) weights of its morph targets; what is not named keeps the file's weight."""
    by_mesh = _weights_by_mesh(document, named)
    counts = {m: max((len(part.targets) for part in mesh.primitives), default=0) for m, mesh in enumerate(document.meshes)}
    return {
        index: np.array([by_mesh.get((node.mesh, target), 0.0) for target in range(counts[node.mesh])])
        for index, node in enumerate(document.nodes)
        if node.mesh is not None
    }


def _weights_by_mesh(document: Document, named: Mapping[str, float]) -> dict[tuple[int, int], float]:
    """(mesh, target) -> weight."""
    weights = {(m, t): float(w) for m, mesh in enumerate(document.meshes) for t, w in enumerate(mesh.weights)}
    morphs, expressions = _morph_names(document), vrm_expressions(document)
    for name, weight in named.items():
        if name in expressions:
            for key, share in expressions[name].items():
                weights[key] = weights.get(key, 0.0) + share * float(weight)
        elif name in morphs:
            weights.update(dict.fromkeys(morphs[name], float(weight)))
        else:
            raise unknown_name("expression", name, {*morphs, *expressions})
    return weights


def _morph_names(document: Document) -> dict[str, list[tuple[int, int]]]:
    names: dict[str, list[tuple[int, int]]] = {}
    for m, mesh in enumerate(document.meshes):
        for t, name in enumerate(mesh.target_names):
            names.setdefault(name, []).append((m, t))
    return names


def vrm_expressions(document: Document) -> dict[str, dict[tuple[int, int], float]]:
    """The morphs of VRM expressions by name, as the file spells it: (mesh, morph target) -> weight at full expression."""
    stated = _dict(_dict(document.extensions.get("VRMC_vrm")).get("expressions"))
    expressions = {
        name: dict(_bound(document, _dict(bind), "node", 1.0) for bind in _entries(expression, "morphTargetBinds"))
        for name, expression in {**_dict(stated.get("custom")), **_dict(stated.get("preset"))}.items()
    }
    for group in _entries(_dict(document.extensions.get("VRM")).get("blendShapeMaster"), "blendShapeGroups"):
        binds = (_bound(document, _dict(bind), "mesh", 100.0) for bind in _entries(group, "binds"))
        expressions[str(_dict(group).get("name"))] = dict(binds)
    return {name: {key: weight for key, weight in binds.items() if weight} for name, binds in expressions.items()}


def _bound(document: Document, bind: Mapping[str, Any], kind: str, full: float) -> tuple[tuple[int, int], float]:
    """(mesh, morph target), weight 0..1 of one bind; `kind` says what it points at, `full` what it writes for 1. Damaged: 0."""
    place, target, weight = bind.get(kind), bind.get("index"), bind.get("weight", full)
    count = len(document.nodes if kind == "node" else document.meshes)
    if not (isinstance(place, int) and isinstance(target, int) and isinstance(weight, int | float) and 0 <= place < count):
        return (-1, 0), 0.0
    mesh = document.nodes[place].mesh if kind == "node" else place
    return ((-1, 0), 0.0) if mesh is None else ((mesh, target), weight / full)


def _entries(value: Any, name: str) -> list[Any]:
    entries = _dict(value).get(name)
    return entries if isinstance(entries, list) else []


def _node_named(document: Document, humanoid: Humanoid, name: str) -> int:
    if name in humanoid.bones:
        return humanoid.bones[name]
    names = [node.name for node in document.nodes]
    if name not in names:
        raise unknown_name("bone", name, {*humanoid.bones, *names})
    return names.index(name)


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
