"""A file becomes a rig: any humanoid glTF or VRM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from avatarkit.errors import InputError, NotHumanoidError
from avatarkit.gltf.container import read_bounded
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import tree_from_bytes
from avatarkit.gltf.vrm import read_vrm
from avatarkit.rig.base_pose import base_pose
from avatarkit.rig.expressions import expression_map
from avatarkit.rig.file_skeleton import FileSkeleton, file_skeleton
from avatarkit.rig.human_bones import find_human_bones, missing_bones
from avatarkit.rig.joint_tree import JointTree
from avatarkit.rig.naming import NamedBones
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.rig.t_pose import t_pose
from avatarkit.rig.twist import shared_rotations
from avatarkit.vocabulary.vrm import REQUIRED_BONES

MOST_MISSING = 8
"""Missing bones that a message lists; a rig that lacks more has other names altogether."""

VRM_EXTENSION = "VRM extension"
"""The family of a rig whose bones the file itself states."""


TRUST_IN_VRM = 4.0
"""A VRM promises to be in a T-pose, and other programs take it at its word: only an A-pose is put right."""


def load_rig(source: str | Path | bytes, *, name: str = "") -> HumanoidRig:
    """Read a rig and find the human in it.

    Args:
        source: a .glb, .gltf or .vrm, or the bytes of one; bytes may not name other files.
        name: what the rig is called in messages and reports; the file's name unless told.

    Returns:
        the rig with the file in it, its human bones told by VRM's extension, by names or by the shape of the joint tree.

    Raises:
        InputError: not glTF, damaged, or pointing outside its folder.
        NotHumanoidError: no humanoid skeleton; says which bones were not found.
    """
    data, folder, label = _content(source, name)
    try:
        return replace(_rig(tree_from_bytes(data, folder), label), data=data, folder=folder)
    except InputError as error:
        raise type(error)(f"{label}: {error}") from error


def rig_of(document: Document) -> HumanoidRig:
    """The human in what has been read already; the rig has no file in it.

    Raises:
        NotHumanoidError: as `load_rig`.
    """
    return _rig(document, "the rig")


def _content(source: str | Path | bytes, name: str) -> tuple[bytes, Path | None, str]:
    if isinstance(source, bytes):
        return source, None, name or "the rig"
    path = Path(source)
    try:
        return read_bounded(path), path.parent, name or path.name
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def _rig(document: Document, label: str) -> HumanoidRig:
    vrm = read_vrm(document)
    stated = vrm.human_bones if vrm is not None else {}
    found = file_skeleton(document, stated.values())
    named = _human_bones(found, stated)
    trust = TRUST_IN_VRM if named.family == VRM_EXTENSION else 1.0
    pose, to_canonical = t_pose(found.skeleton, named.joints, base_pose(found, named.joints), tolerance=trust)
    morph_names = _morph_names(document)
    return HumanoidRig(
        skeleton=found.skeleton,
        human_bones=named.joints,
        morph_names=morph_names,
        source=label,
        t_pose=pose,
        to_canonical=to_canonical,
        nodes=found.nodes,
        family=named.family,
        twist_bones=_twist_bones(found, named),
        expressions=expression_map(document, morph_names),
    )


def _twist_bones(found: FileSkeleton, named: NamedBones) -> dict[int, tuple[str, float]]:
    positions, _ = found.skeleton.rest_world
    return shared_rotations(JointTree(found.skeleton.parents.tolist()), positions, found.labels, named.joints)


def _human_bones(found: FileSkeleton, stated: Mapping[str, int]) -> NamedBones:
    if all(bone in stated for bone in REQUIRED_BONES):
        place = {node: joint for joint, node in enumerate(found.nodes)}
        return NamedBones(VRM_EXTENSION, {bone: place[node] for bone, node in stated.items()})
    named = find_human_bones(found)
    if named is None:
        raise NotHumanoidError(_why_not(found))
    return named


def _why_not(found: FileSkeleton) -> str:
    """What is missing, in one line."""
    if not any(found.skinned):
        return "not a humanoid rig: it has no skeleton (no skin with joints)"
    missing = missing_bones(found)
    if not missing:
        return "not a humanoid rig: its legs stand across its trunk, as an animal's do"
    if len(missing) > MOST_MISSING:
        return (
            f"not a humanoid rig: {len(missing)} of the {len(REQUIRED_BONES)} bones of every human were not found by name "
            f"({', '.join(missing[:3])}, ...), and its shape is not that of two legs, a trunk, two arms and a head"
        )
    return f"not a humanoid rig: no bone was found for {', '.join(missing)}"


def _morph_names(document: Document) -> tuple[str, ...]:
    used = [node.mesh for node in document.nodes if node.mesh is not None]
    names = [name for mesh in dict.fromkeys(used) for name in document.meshes[mesh].target_names]
    return tuple(dict.fromkeys(name for name in names if name))
