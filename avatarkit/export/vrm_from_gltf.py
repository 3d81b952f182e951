"""A VRM of anybody's plain glTF: its bones, what its morphs express, its gaze, and the strictest licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from avatarkit.avatar.avatar import AvatarMeta, LookAt
from avatarkit.errors import UsageError
from avatarkit.export.vrm1 import vrm1_look_at, vrm1_meta
from avatarkit.gltf.document import Document
from avatarkit.rig.load_rig import rig_of
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS

_NO_EYES = (0.0, 0.06, 0.0)
"""Metres from the head joint to between the eyes where no eye bone tells. Source: VRMC_vrm-1.0's own example, lookAt.md."""


def vrm_of_gltf(document: Document, *, with_permission: bool) -> Document:
    """The file as VRM 1.0.

    Args:
        document: a humanoid without VRM's extension.
        with_permission: it is the caller's, or its author allows it: it says nothing of a licence itself.

    Raises:
        UsageError: no permission.
        NotHumanoidError: nobody is in it.
    """
    if not with_permission:
        raise UsageError(
            "The file is no VRM and says nothing about a licence, which every VRM has to. "
            "If it is yours, or its author allows it: --i-have-permission."
        )
    rig = rig_of(document)
    title = next((scene.name for scene in document.scenes if scene.name), "") or "Avatar"
    meta = AvatarMeta(name=title[:100], authors=("unknown",), copyright=document.copyright, modification="prohibited")
    extension = {
        "specVersion": "1.0",
        "meta": vrm1_meta(meta),
        "humanoid": {"humanBones": {bone: {"node": rig.nodes[joint]} for bone, joint in rig.human_bones.items()}},
        "expressions": {"preset": _expressions(document, rig)},
        "lookAt": vrm1_look_at(_look_at(rig)),
        "firstPerson": {
            "meshAnnotations": [
                {"node": number, "type": "auto"} for number, node in enumerate(document.nodes) if node.mesh is not None
            ]
        },
    }
    extensions = {**document.extensions, "VRMC_vrm": extension}
    return replace(document, extensions=extensions, extensions_used=("VRMC_vrm", *document.extensions_used), animations=())


def _expressions(document: Document, rig: HumanoidRig) -> dict[str, Any]:
    meanings = {rig.morph_names[place]: arkit for place, arkit in rig.expressions.items()}
    made = {name: _binds(document, meanings, shares) for name, shares in PRESET_EXPRESSIONS.items()}
    return {name: {"isBinary": False, "morphTargetBinds": binds} for name, binds in made.items() if binds}


def _binds(
    document: Document, meanings: Mapping[str, Mapping[str, float]], shares: Mapping[str, float]
) -> list[dict[str, Any]]:
    """What each morph does for an expression of these shares of ARKit's shapes."""
    binds = []
    for number, node in enumerate(document.nodes):
        for index, name in enumerate(() if node.mesh is None else document.meshes[node.mesh].target_names):
            weight = sum(shares.get(shape, 0.0) * share for shape, share in meanings.get(name, {}).items())
            if weight > 0.0:
                binds.append({"node": number, "index": index, "weight": min(weight, 1.0)})
    return binds


def _look_at(rig: HumanoidRig) -> LookAt:
    if not {"leftEye", "rightEye"} <= set(rig.human_bones):
        return LookAt(_NO_EYES, by="expression")
    places = rig.skeleton.rest_world[0]
    left, right, head = (places[rig.human_bones[bone]] for bone in ("leftEye", "rightEye", "head"))
    x, y, z = (float(value) for value in (left + right) / 2.0 - head)
    return LookAt((x, y, z))
