"""What a picture needs to know of a humanoid: where its bones are, which way it faces, how it stands at ease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document
from avatarkit.render.animation import AnimatedPose
from avatarkit.vocabulary.vrm import HUMAN_BONES, REQUIRED_BONES

_RELAXED_ARM_DEG = 65.0
_RELAXED_ELBOW_DEG = 12.0
_RELAXED_ARM_FORWARD = 0.06
_FORWARD = np.array([0.0, 0.0, 1.0])
_HALF_TURN = np.array([0.0, 1.0, 0.0, 0.0])
_UNMOVED = AnimatedPose()


@dataclass(frozen=True)
class Humanoid:
    """The human meaning of a document's nodes.

    Attributes:
        bones: VRM 1.0 human bone name -> node index; empty when the file does not say.
        turned: whether the file faces -Z (VRM 0) and has to be turned to face +Z.
    """

    bones: Mapping[str, int] = field(default_factory=dict)
    turned: bool = False


def find_humanoid(document: Document) -> Humanoid:
    """The human bones as VRM 1.0 or 0.x states them, or as nodes that bear VRM's bone names."""
    if (vrm := _mapping(document.extensions.get("VRMC_vrm"))) is not None:
        stated = _mapping(_mapping(vrm.get("humanoid"), {}).get("humanBones"), {})
        return Humanoid(_checked(document, {name: _mapping(bone, {}).get("node") for name, bone in stated.items()}))
    if (vrm := _mapping(document.extensions.get("VRM"))) is not None:
        listed = _mapping(vrm.get("humanoid"), {}).get("humanBones")
        entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list | tuple) else []
        return Humanoid(_checked(document, {entry.get("bone"): entry.get("node") for entry in entries}), turned=True)
    named = {node.name: index for index, node in enumerate(document.nodes) if node.name in HUMAN_BONES}
    return Humanoid(named if set(REQUIRED_BONES) <= set(named) else {})


def find_head(document: Document, humanoid: Humanoid) -> int | None:
    """The head's node: the human bone, else a joint called so, else None."""
    if "head" in humanoid.bones:
        return humanoid.bones["head"]
    joints = sorted({joint for skin in document.skins for joint in skin.joints})
    named = [joint for joint in joints if document.nodes[joint].name.lower().split(":")[-1].split("-")[-1] == "head"]
    return named[0] if named else None


def relaxed_arms(document: Document, humanoid: Humanoid) -> dict[str, np.ndarray]:
    """Arms hanging down, elbows a little bent.

    Returns:
        human bone name -> rotation (4,), from the normalized rest pose; empty when the arms are not known.
    """
    positions = _canonical_positions(document, humanoid)
    rotations: dict[str, np.ndarray] = {}
    for side, outward in (("left", 1.0), ("right", -1.0)):
        upper, lower, hand = (f"{side}{bone}" for bone in ("UpperArm", "LowerArm", "Hand"))
        if not {upper, lower, hand} <= set(positions):
            continue
        angle = np.radians(_RELAXED_ARM_DEG)
        down = np.array([outward * np.cos(angle), -np.sin(angle), _RELAXED_ARM_FORWARD])
        along = positions[lower] - positions[upper]
        forearm = positions[hand] - positions[lower]
        if min(np.linalg.norm(along), np.linalg.norm(forearm)) < 1e-6:
            continue
        rotations[upper] = quaternions.between(along, down)
        bend = np.cross(forearm / np.linalg.norm(forearm), _FORWARD) * np.radians(_RELAXED_ELBOW_DEG)
        rotations[lower] = quaternions.from_rotation_vector(bend)
    return rotations


def world_matrices(
    document: Document,
    humanoid: Humanoid,
    joint_rotations: Mapping[int, np.ndarray] | None = None,
    animated: AnimatedPose = _UNMOVED,
) -> dict[int, np.ndarray]:
    """Where the nodes of the shown scene are, the subject turned to face +Z.

    Args:
        document: the file.
        humanoid: its human meaning.
        joint_rotations: node index -> rotation (4,) from the normalized rest pose, local to the parent, subject facing +Z.
        animated: where an animation has put nodes, instead of where the file has them.

    Returns:
        node index -> (4, 4), for every node of the scene.
    """
    turn = np.diag([-1.0, 1.0, -1.0, 1.0]) if humanoid.turned else np.eye(4)
    rotations = {node: _to_file_axes(rotation, humanoid) for node, rotation in (joint_rotations or {}).items()}
    matrices: dict[int, np.ndarray] = {}
    waiting = [(root, turn, quaternions.IDENTITY) for root in shown_roots(document)]
    while waiting:
        index, parent_matrix, parent_rotation = waiting.pop()
        if index in matrices:  # a damaged file may share or loop nodes
            continue
        node = document.nodes[index]
        rest = _unit(np.asarray(animated.rotations.get(index, node.rotation), float))
        local = rest
        if index in rotations:
            local = _conjugate(quaternions.inverse(parent_rotation), rotations[index])
            local = quaternions.multiply(local, rest)
        translation, scale = animated.translations.get(index, node.translation), animated.scales.get(index, node.scale)
        matrices[index] = parent_matrix @ _trs(translation, local, scale)
        rest_world = quaternions.multiply(parent_rotation, rest)
        waiting += [(child, matrices[index], rest_world) for child in node.children]
    return matrices


def shown_roots(document: Document) -> tuple[int, ...]:
    """The root nodes of the scene shown first; of all nodes when the file has no scene."""
    if document.scenes:
        return document.scenes[document.scene or 0].nodes
    return tuple(node for node, parent in enumerate(document.parents) if parent < 0)


def _canonical_positions(document: Document, humanoid: Humanoid) -> dict[str, np.ndarray]:
    matrices = world_matrices(document, humanoid)
    return {name: matrices[node][:3, 3] for name, node in humanoid.bones.items() if node in matrices}


def _to_file_axes(rotation: np.ndarray, humanoid: Humanoid) -> np.ndarray:
    rotation = quaternions.normalize(rotation)
    return _conjugate(_HALF_TURN, rotation) if humanoid.turned else rotation


def _conjugate(frame: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    return quaternions.multiply(quaternions.multiply(frame, rotation), quaternions.inverse(frame))


def _unit(rotation: np.ndarray) -> np.ndarray:
    return quaternions.normalize(rotation) if np.linalg.norm(rotation) > 1e-9 else quaternions.IDENTITY


def _trs(translation: Any, rotation: np.ndarray, scale: Any) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = quaternions.to_matrix(rotation) * np.asarray(scale, float)
    matrix[:3, 3] = translation
    return matrix


def _checked(document: Document, stated: Mapping[Any, Any]) -> dict[str, int]:
    count = len(document.nodes)
    return {
        name: node
        for name, node in stated.items()
        if name in HUMAN_BONES and isinstance(node, int) and not isinstance(node, bool) and 0 <= node < count
    }


def _mapping(value: Any, default: Any = None) -> Any:
    return value if isinstance(value, Mapping) else default
