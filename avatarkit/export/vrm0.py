"""What VRM 0.x says about an avatar beyond glTF: the VRM extension, on a figure that faces -Z.

Source: vrm-c/vrm-specification, 0.0; the spelling of its keys is its own. Drawn materials: UniVRM's MToon 0 properties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, AvatarMeta, LookAt, Material, MorphTarget
from avatarkit.avatar.secondary import Collider
from avatarkit.export.materials import extensions_of
from avatarkit.export.pictures import encode_picture
from avatarkit.export.scene import AvatarScene, avatar_scene
from avatarkit.export.springs import vrm0_springs
from avatarkit.export.vrm1 import vrm1_meta
from avatarkit.export.vrm_versions.meta import meta_for_vrm0
from avatarkit.gltf import document as gltf
from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.vrm_axes import ABOUT
from avatarkit.gltf.vrm_names import FIRST_PERSON, PRESETS, bone_for_vrm0
from avatarkit.render.color import to_srgb
from avatarkit.rig.skeleton import Skeleton
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS

_FULL_WEIGHT = 100.0
_OPAQUE_QUEUE, _MASK_QUEUE, _BLEND_QUEUE = 2000, 2450, 3000
"""Unity's render queues."""

_BLEND_MODES = {"OPAQUE": 0, "MASK": 1, "BLEND": 2}
_CENTIMETRES = 100.0


def vrm0_document(avatar: Avatar) -> gltf.Document:
    """The avatar as VRM 0.x: turned to -Z, with the extension VRM."""
    turned = turned_about(avatar)
    scene = avatar_scene(turned)
    document = scene.document
    meta = _meta(avatar.meta)
    if avatar.thumbnail is not None:
        meta["texture"] = len(document.textures)
        picture = gltf.Image(encode_picture(avatar.thumbnail, "png"), "image/png", "thumbnail")
        texture = gltf.Texture(len(document.images), name="thumbnail")
        document = replace(document, images=(*document.images, picture), textures=(*document.textures, texture))
    numbers = {texture.name: number for number, texture in enumerate(document.textures)}
    extension = {
        "exporterVersion": "avatarkit",
        "specVersion": "0.0",
        "meta": meta,
        "humanoid": {"humanBones": _human_bones(turned, scene), **_MUSCLES},
        "firstPerson": _first_person(turned, scene),
        "blendShapeMaster": {"blendShapeGroups": _groups(turned)},
        "secondaryAnimation": vrm0_springs(turned, scene.joint_nodes),
        "materialProperties": [_material(material, numbers) for material in turned.materials],
    }
    used = ("VRM", *extensions_of(document.materials))
    return replace(document, extensions={"VRM": extension}, extensions_used=used)


def turned_about(avatar: Avatar) -> Avatar:
    """The avatar facing the other way along Z. Its joints' axes stay parallel to the world's."""
    skeleton = avatar.rig.skeleton
    turned = Skeleton(skeleton.names, skeleton.parents, skeleton.rest_translations * ABOUT, skeleton.rest_rotations)
    offset = avatar.look_at.offset_from_head
    return replace(
        avatar,
        rig=replace(avatar.rig, skeleton=turned, t_pose=turned.rest_rotations),
        meshes=tuple(_turned_mesh(mesh) for mesh in avatar.meshes),
        look_at=replace(avatar.look_at, offset_from_head=(-offset[0], offset[1], -offset[2])),
        colliders=tuple(_turned_collider(collider) for collider in avatar.colliders),
    )


def _turned_collider(collider: Collider) -> Collider:
    x, y, z = collider.offset
    tail = collider.tail and (-collider.tail[0], collider.tail[1], -collider.tail[2])
    return replace(collider, offset=(-x, y, -z), tail=tail)


def _turned_mesh(mesh: AvatarMesh) -> AvatarMesh:
    morphs = tuple(
        MorphTarget(morph.name, morph.indices, morph.positions * ABOUT, morph.normals * ABOUT) for morph in mesh.morphs
    )
    return replace(mesh, positions=mesh.positions * ABOUT, normals=mesh.normals * ABOUT, morphs=morphs)


def _meta(meta: AvatarMeta) -> dict[str, Any]:
    """VRM 1.0's meta in VRM 0.x's words; what others contributed stands as the reference."""
    said = CheckedObject(vrm1_meta(meta), "meta")
    return meta_for_vrm0(said, CheckedObject({}, "")) | {"reference": meta.third_party_licences}


_MUSCLES = {"armStretch": 0.05, "legStretch": 0.05, "upperArmTwist": 0.5, "lowerArmTwist": 0.5, "upperLegTwist": 0.5,
            "lowerLegTwist": 0.5, "feetSpacing": 0.0, "hasTranslationDoF": False}  # fmt: skip
"""Unity's own defaults for a humanoid."""


def _human_bones(avatar: Avatar, scene: AvatarScene) -> list[dict[str, Any]]:
    return [
        {"bone": bone_for_vrm0(bone), "node": scene.joint_nodes[joint], "useDefaultValues": True}
        for bone, joint in avatar.rig.human_bones.items()
    ]


def _first_person(avatar: Avatar, scene: AvatarScene) -> dict[str, Any]:
    flags = (FIRST_PERSON[mesh.first_person] for mesh in avatar.meshes)
    annotations = [{"mesh": number, "firstPersonFlag": flag} for number, flag in enumerate(flags)]
    x, y, z = avatar.look_at.offset_from_head
    return {
        "firstPersonBone": scene.joint_nodes[avatar.rig.human_bones["head"]],
        "firstPersonBoneOffset": {"x": x, "y": y, "z": -z},  # in Unity's axes
        "meshAnnotations": annotations,
        "lookAtTypeName": "Bone" if avatar.look_at.by == "bone" else "BlendShape",
        **_look_at(avatar.look_at),
    }


def _look_at(look_at: LookAt) -> dict[str, Any]:
    def ranged(most: float) -> dict[str, Any]:
        return {"curve": [0, 0, 0, 1, 1, 1, 1, 0], "xRange": 90.0, "yRange": most if look_at.by == "bone" else 1.0}

    return {
        "lookAtHorizontalInner": ranged(look_at.max_yaw_deg),
        "lookAtHorizontalOuter": ranged(look_at.max_yaw_deg),
        "lookAtVerticalDown": ranged(look_at.max_pitch_deg),
        "lookAtVerticalUp": ranged(look_at.max_pitch_deg),
    }


def _groups(avatar: Avatar) -> list[dict[str, Any]]:
    """Presets first, then what VRM 0.x has no preset for, then ARKit's own expressions."""
    custom = {name: {name: 1.0} for name in avatar.expression_names if name not in PRESET_EXPRESSIONS}
    return [
        {"name": name, "presetName": PRESETS.get(name, "unknown"), "binds": _binds(weights, avatar), "materialValues": [],
         "isBinary": False}
        for name, weights in {**PRESET_EXPRESSIONS, **custom}.items()
    ]  # fmt: skip


def _binds(weights: Mapping[str, float], avatar: Avatar) -> list[dict[str, Any]]:
    return [
        {"mesh": number, "index": index, "weight": _FULL_WEIGHT * weights[morph.name]}
        for number, mesh in enumerate(avatar.meshes)
        for index, morph in enumerate(mesh.morphs)
        if weights.get(morph.name)
    ]


def _material(material: Material, textures: Mapping[str, int]) -> dict[str, Any]:
    queue = {"OPAQUE": _OPAQUE_QUEUE, "MASK": _MASK_QUEUE, "BLEND": _BLEND_QUEUE}[material.alpha_mode]
    plain = {"name": material.name, "shader": "VRM_USE_GLTFSHADER", "renderQueue": queue, "floatProperties": {},
             "vectorProperties": {}, "textureProperties": {}, "keywordMap": {}, "tagMap": {}}  # fmt: skip
    return plain if material.mtoon is None else plain | _mtoon(material, textures)


def _mtoon(material: Material, textures: Mapping[str, int]) -> dict[str, Any]:
    """MToon 0's properties of a material with MToon 1.0's."""
    drawn = material.mtoon
    assert drawn is not None
    toony, shift = _shading(drawn.shading_toony, drawn.shading_shift)
    mode = _BLEND_MODES[material.alpha_mode]
    outlined = drawn.outline != "none" and drawn.outline_width > 0
    colors = {"_Color": material.base_color, "_ShadeColor": (*drawn.shade_color, 1.0), "_RimColor": (*drawn.rim_color, 1.0),
              "_OutlineColor": (*drawn.outline_color, 1.0), "_EmissionColor": (0.0, 0.0, 0.0, 1.0)}  # fmt: skip
    base, shade = material.base_color_texture, drawn.shade_texture or material.base_color_texture
    pictures = {"_MainTex": base, "_ShadeTexture": shade, "_OutlineWidthTexture": drawn.outline_width_texture}
    return {
        "shader": "VRM/MToon",
        "floatProperties": {
            "_Cutoff": material.alpha_cutoff,
            "_BumpScale": 1.0,
            "_ReceiveShadowRate": 1.0,
            "_ShadingGradeRate": 1.0,
            "_ShadeShift": shift,
            "_ShadeToony": toony,
            "_LightColorAttenuation": 0.0,
            "_IndirectLightIntensity": 1.0 - drawn.gi_equalization,
            "_RimLightingMix": drawn.rim_lighting_mix,
            "_RimFresnelPower": drawn.rim_fresnel_power,
            "_RimLift": drawn.rim_lift,
            "_OutlineWidth": _CENTIMETRES * drawn.outline_width if outlined else 0.0,
            "_OutlineScaledMaxDistance": 1.0,
            "_OutlineLightingMix": drawn.outline_lighting_mix,
            "_DebugMode": 0,
            "_BlendMode": 3 if mode == 2 and drawn.depth_written else mode,
            "_OutlineWidthMode": {"none": 0, "worldCoordinates": 1, "screenCoordinates": 2}[drawn.outline] if outlined else 0,
            "_OutlineColorMode": 1,
            "_CullMode": 0 if material.double_sided else 2,
            "_OutlineCullMode": 1,
            "_SrcBlend": 5 if mode == 2 else 1,
            "_DstBlend": 10 if mode == 2 else 0,
            "_ZWrite": 0 if mode == 2 and not drawn.depth_written else 1,
            "_AlphaToMask": 1 if mode == 1 else 0,
        },
        "vectorProperties": {name: _srgb(color) for name, color in colors.items()}
        | {name: [0, 0, 1, 1] for name in ("_MainTex", "_ShadeTexture")},
        "textureProperties": {name: textures[picture.name] for name, picture in pictures.items() if picture is not None},
        "keywordMap": {"_ALPHATEST_ON": True} if mode == 1 else {"_ALPHABLEND_ON": True} if mode == 2 else {},
        "tagMap": {"RenderType": ("Opaque", "TransparentCutout", "Transparent")[mode]},
    }


def _srgb(color: Sequence[float]) -> list[float]:
    """RGBA as Unity's materials have it: sRGB, since Unity makes it linear itself."""
    return [*map(float, to_srgb(np.array(color[:3]))), float(color[3])]


def _shading(toony: float, shift: float) -> tuple[float, float]:
    """MToon 0's toony and shift of MToon 1.0's: both say where the shade's ramp begins and ends.

    Source: UniVRM's migration of MToon 0 to 1.0, read backwards.
    """
    low, high = -shift - (1.0 - toony), -shift + (1.0 - toony)
    return float(np.clip((1.0 - high) / max(1.0 - low, 1e-6), 0.0, 1.0)), float(np.clip(low, -1.0, 1.0))
