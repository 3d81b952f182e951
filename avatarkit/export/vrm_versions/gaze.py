"""Where a figure looks and what its wearer sees: VRM 0.x's firstPerson, VRM 1.0's lookAt and firstPerson.

Source: vrm-c/vrm-specification, 0.0 (firstPerson) and VRMC_vrm-1.0 (lookAt.md, firstPerson.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document
from avatarkit.gltf.vrm_names import FIRST_PERSON

_RANGES: Mapping[str, str] = {
    "rangeMapHorizontalInner": "lookAtHorizontalInner",
    "rangeMapHorizontalOuter": "lookAtHorizontalOuter",
    "rangeMapVerticalDown": "lookAtVerticalDown",
    "rangeMapVerticalUp": "lookAtVerticalUp",
}
_STRAIGHT = [0, 0, 0, 1, 1, 1, 1, 0]
"""Unity's keys of a straight curve, the only one that VRM 1.0 has."""

_FAR_DEG = 90.0
_TURN_DEG, _WEIGHT = 10.0, 1.0  # what the eyes do where a file does not say, by bones and by expressions


def gaze_for_vrm1(first_person: CheckedObject) -> dict[str, Any]:
    """VRM 1.0's lookAt. The offset is in Unity's axes there, whose X points the other way than ours."""
    by_expressions = first_person.text("lookAtTypeName") == "BlendShape"
    offset = first_person.child("firstPersonBoneOffset")
    most = _WEIGHT if by_expressions else _TURN_DEG
    return {
        "type": "expression" if by_expressions else "bone",
        "offsetFromHeadBone": [-offset.number("x", 0.0) + 0.0, offset.number("y", 0.0), offset.number("z", 0.0)],
        **{new: _range(first_person.child(old), ("xRange", "yRange"), most) for new, old in _RANGES.items()},
    }


def _range(told: CheckedObject, names: tuple[str, str], most: float) -> dict[str, float]:
    return {
        "inputMaxValue": min(max(told.number(names[0], _FAR_DEG), 0.0), 180.0),
        "outputScale": told.number(names[1], most),
    }


def first_person_for_vrm1(document: Document, first_person: CheckedObject) -> dict[str, Any]:
    """VRM 1.0's firstPerson: each annotation of a mesh for all nodes that show it."""
    flags = {old: new for new, old in FIRST_PERSON.items()}
    annotations = []
    for one in first_person.children("meshAnnotations"):
        mesh = one.integer("mesh", -1, least=-1, most=len(document.meshes) - 1)
        flag = flags.get(one.text("firstPersonFlag"), "auto")
        nodes = [number for number, node in enumerate(document.nodes) if node.mesh == mesh] if mesh >= 0 else []
        annotations += [{"node": node, "type": flag} for node in nodes]
    unique = {one["node"]: one for one in annotations}
    return {"meshAnnotations": list(unique.values())} if unique else {}


def gaze_for_vrm0(document: Document, vrm: CheckedObject, head: int) -> dict[str, Any]:
    """VRM 0.x's firstPerson of VRM 1.0's lookAt and firstPerson.

    Args:
        document: whose nodes are named, in axes of a figure that faces +Z.
        vrm: the extension VRMC_vrm.
        head: the head's node.
    """
    look, by_expressions = vrm.child("lookAt"), vrm.child("lookAt").text("type") == "expression"
    x, y, z = look.numbers("offsetFromHeadBone", (0.0, 0.06, 0.0))
    flags: dict[int, str] = {}
    for one in vrm.child("firstPerson").children("meshAnnotations"):
        mesh = document.nodes[one.integer("node", most=len(document.nodes) - 1)].mesh
        if mesh is not None:
            flags[mesh] = FIRST_PERSON.get(one.text("type"), "Auto")
    most = _WEIGHT if by_expressions else _TURN_DEG
    ranges = {old: _range(look.child(new), ("inputMaxValue", "outputScale"), most) for new, old in _RANGES.items()}
    return {
        "firstPersonBone": head,
        "firstPersonBoneOffset": {"x": -x + 0.0, "y": y, "z": z},
        "meshAnnotations": [{"mesh": mesh, "firstPersonFlag": flag} for mesh, flag in flags.items()],
        "lookAtTypeName": "BlendShape" if by_expressions else "Bone",
        **{
            old: {"curve": _STRAIGHT, "xRange": told["inputMaxValue"], "yRange": told["outputScale"]}
            for old, told in ranges.items()
        },
    }
