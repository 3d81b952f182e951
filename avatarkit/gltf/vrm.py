"""What the VRM extensions of a file say: VRM 0.x, VRM 1.0 and VRM animations.

Source: vrm-c/vrm-specification, 0.0, VRMC_vrm-1.0 and VRMC_vrm_animation-1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document
from avatarkit.gltf.vrm_names import bone_of_vrm0
from avatarkit.vocabulary.vrm import HUMAN_BONES

MetaValue = str | bool | float | tuple[str, ...]


@dataclass(frozen=True)
class VrmContent:
    """What a VRM says beyond glTF.

    Attributes:
        format: "VRM 0.x", "VRM 1.0" or "VRM animation 1.0".
        human_bones: VRM 1.0's bone name -> node index, whichever version the file has.
        expressions: names as the file has them, presets first.
        meta: names, permissions and licence as the file has them; empty entries left out.
    """

    format: str
    human_bones: Mapping[str, int]
    expressions: tuple[str, ...]
    meta: Mapping[str, MetaValue]


def read_vrm(document: Document) -> VrmContent | None:
    """The file's VRM extension, or None without one. Raises InputError when a human bone is no node of the file."""
    root = CheckedObject(dict(document.extensions), "extensions")
    count = len(document.nodes)
    if root.has("VRMC_vrm"):
        return _vrm1(root.child("VRMC_vrm"), count, "VRM 1.0")
    if root.has("VRM"):
        return _vrm0(root.child("VRM"), count)
    if root.has("VRMC_vrm_animation"):
        return _vrm1(root.child("VRMC_vrm_animation"), count, "VRM animation 1.0")
    return None


def _vrm1(vrm: CheckedObject, node_count: int, kind: str) -> VrmContent:
    bones = vrm.child("humanoid").child("humanBones")
    nodes = {bone: bones.child(bone).index("node", node_count) for bone in HUMAN_BONES if bones.has(bone)}
    expressions = vrm.child("expressions")
    names = (*expressions.child("preset").values, *expressions.child("custom").values)
    return VrmContent(kind, _present(nodes), tuple(map(_clean, names)), _meta(vrm.child("meta")))


def _vrm0(vrm: CheckedObject, node_count: int) -> VrmContent:
    entries = vrm.child("humanoid").children("humanBones")
    nodes = {bone_of_vrm0(entry.text("bone")): entry.index("node", node_count) for entry in entries}
    groups = vrm.child("blendShapeMaster").children("blendShapeGroups")
    presets = [(group.text("presetName"), group.text("name")) for group in groups]
    names = [name if preset in ("", "unknown") else preset for preset, name in presets]
    known = {bone: node for bone, node in nodes.items() if bone in HUMAN_BONES}
    return VrmContent("VRM 0.x", _present(known), tuple(names), _meta(vrm.child("meta")))


def _present(nodes: Mapping[str, int | None]) -> dict[str, int]:
    return {bone: node for bone, node in nodes.items() if node is not None}


def _meta(meta: CheckedObject) -> dict[str, MetaValue]:
    found: dict[str, MetaValue] = {}
    for key, value in meta.values.items():
        if isinstance(value, str):
            found[_clean(key)] = meta.text(key)
        elif isinstance(value, list):
            found[_clean(key)] = meta.texts(key)
        elif isinstance(value, bool | int | float):
            found[_clean(key)] = value
    return {key: value for key, value in found.items() if value not in ("", ())}


def _clean(text: str) -> str:
    return CheckedObject({"text": text}, "").text("text")
