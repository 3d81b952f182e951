"""What VRM 1.0 says about an avatar beyond glTF: the VRMC_vrm extension, and drawn materials.

Source: vrm-c/vrm-specification, VRMC_vrm-1.0 (meta, humanoid, expressions, lookAt, firstPerson).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from avatarkit.avatar.avatar import Avatar, AvatarMesh, AvatarMeta, LookAt
from avatarkit.export.pictures import encode_picture
from avatarkit.export.scene import AvatarScene, drawn_document
from avatarkit.export.springs import vrm1_springs
from avatarkit.export.twists import with_roll_constraints
from avatarkit.gltf.document import Document, Image
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS

_EYELIDS = ("eyeBlink", "eyeSquint", "eyeWide")
_MOUTH_OPENERS = ("jawOpen", "mouthFunnel", "mouthPucker")
_EMOTIONS = ("happy", "angry", "sad", "relaxed", "surprised")


def vrm1_document(avatar: Avatar, scene: AvatarScene) -> Document:
    """The scene's document with the extension VRMC_vrm, and the thumbnail among its images."""
    document = drawn_document(avatar, scene.document)
    extension: dict[str, Any] = {
        "specVersion": "1.0",
        "meta": vrm1_meta(avatar.meta),
        "humanoid": {"humanBones": _human_bones(avatar, scene)},
        "expressions": _expressions(avatar, scene),
        "lookAt": vrm1_look_at(avatar.look_at),
        "firstPerson": {"meshAnnotations": _annotations(avatar, scene)},
    }
    if avatar.thumbnail is not None:
        extension["meta"]["thumbnailImage"] = len(document.images)
        picture = Image(encode_picture(avatar.thumbnail, "png"), "image/png", "thumbnail")
        document = replace(document, images=(*document.images, picture))
    extensions = {"VRMC_vrm": extension}
    if avatar.springs:
        extensions["VRMC_springBone"] = vrm1_springs(avatar, scene.joint_nodes)
    document = with_roll_constraints(document, avatar.rig, scene.joint_nodes)
    return replace(document, extensions=extensions, extensions_used=(*extensions, *document.extensions_used))


def vrm1_meta(meta: AvatarMeta) -> dict[str, Any]:
    """VRM 1.0's meta, without the thumbnail."""
    stated = {
        "name": meta.name,
        "version": meta.version,
        "authors": list(meta.authors),
        "copyrightInformation": meta.copyright,
        "licenseUrl": meta.licence_url,
        "thirdPartyLicenses": meta.third_party_licences,
        "avatarPermission": meta.worn_by,
        "allowExcessivelyViolentUsage": meta.violent_usage,
        "allowExcessivelySexualUsage": meta.sexual_usage,
        "commercialUsage": meta.commercial_usage,
        "allowPoliticalOrReligiousUsage": meta.political_or_religious_usage,
        "allowAntisocialOrHateUsage": meta.antisocial_or_hate_usage,
        "creditNotation": meta.credit,
        "allowRedistribution": meta.redistribution,
        "modification": meta.modification,
    }
    return {key: value for key, value in stated.items() if value != ""}


def _human_bones(avatar: Avatar, scene: AvatarScene) -> dict[str, Any]:
    return {bone: {"node": scene.joint_nodes[joint]} for bone, joint in avatar.rig.human_bones.items()}


def _expressions(avatar: Avatar, scene: AvatarScene) -> dict[str, Any]:
    custom = {name: {name: 1.0} for name in avatar.expression_names if name not in PRESET_EXPRESSIONS}
    return {
        "preset": {name: _expression(name, weights, avatar, scene) for name, weights in PRESET_EXPRESSIONS.items()},
        "custom": {name: _expression(name, weights, avatar, scene) for name, weights in custom.items()},
    }


def _expression(name: str, weights: Mapping[str, float], avatar: Avatar, scene: AvatarScene) -> dict[str, Any]:
    binds = [
        {"node": node, "index": index, "weight": weights[morph]}
        for node, mesh in zip(scene.mesh_nodes, avatar.meshes, strict=True)
        for index, morph in enumerate(_morph_names(mesh))
        if weights.get(morph)
    ]
    return {"isBinary": False, "morphTargetBinds": binds, **_overrides(name, weights)}


def _overrides(name: str, weights: Mapping[str, float]) -> dict[str, str]:
    """Blinks and visemes fade under an emotion that moves the same lids or opens the mouth: together they overshoot.

    A smile leaves the visemes alone, so that a happy avatar can speak.
    """
    emotion = name in _EMOTIONS

    def fades(parts: tuple[str, ...]) -> str:
        return "blend" if emotion and any(morph.startswith(parts) for morph in weights) else "none"

    return {"overrideBlink": fades(_EYELIDS), "overrideLookAt": "none", "overrideMouth": fades(_MOUTH_OPENERS)}


def _morph_names(mesh: AvatarMesh) -> tuple[str, ...]:
    return tuple(morph.name for morph in mesh.morphs)


def vrm1_look_at(look_at: LookAt) -> dict[str, Any]:
    """VRM 1.0's lookAt."""
    by_bone = look_at.by == "bone"
    yaw = {"inputMaxValue": 90.0, "outputScale": look_at.max_yaw_deg if by_bone else 1.0}
    pitch = {"inputMaxValue": 90.0, "outputScale": look_at.max_pitch_deg if by_bone else 1.0}
    return {
        "type": look_at.by,
        "offsetFromHeadBone": list(look_at.offset_from_head),
        "rangeMapHorizontalInner": yaw,
        "rangeMapHorizontalOuter": yaw,
        "rangeMapVerticalDown": pitch,
        "rangeMapVerticalUp": pitch,
    }


def _annotations(avatar: Avatar, scene: AvatarScene) -> list[dict[str, Any]]:
    return [{"node": node, "type": mesh.first_person} for node, mesh in zip(scene.mesh_nodes, avatar.meshes, strict=True)]
