"""A VRM of one version as one of the other, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from avatarkit.errors import InputError, UsageError
from avatarkit.export.vrm_versions.expressions import expressions_for_vrm0, expressions_for_vrm1
from avatarkit.export.vrm_versions.gaze import first_person_for_vrm1, gaze_for_vrm0, gaze_for_vrm1
from avatarkit.export.vrm_versions.meta import forbids_modification, kept_of_vrm0, meta_for_vrm0, meta_for_vrm1
from avatarkit.export.vrm_versions.mtoon import materials_for_vrm1, properties_for_vrm0
from avatarkit.export.vrm_versions.rest import straightened
from avatarkit.export.vrm_versions.springs import springs_for_vrm0, springs_for_vrm1
from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document, Texture
from avatarkit.gltf.vrm_axes import turned
from avatarkit.gltf.vrm_names import bone_for_vrm0, bone_of_vrm0
from avatarkit.vocabulary.vrm import HUMAN_BONES, REQUIRED_BONES

Version = Literal["0.x", "1.0"]

_VRM0_NEEDS = ("chest", "neck")
_HUMANOID_KEPT = ("armStretch", "legStretch", "upperArmTwist", "lowerArmTwist", "upperLegTwist", "lowerLegTwist", "feetSpacing")
_UNITYS_OWN = {"armStretch": 0.05, "legStretch": 0.05, "upperArmTwist": 0.5, "lowerArmTwist": 0.5, "upperLegTwist": 0.5,
               "lowerLegTwist": 0.5, "feetSpacing": 0.0}  # fmt: skip
"""Unity's defaults for a humanoid."""

_VRM1_EXTENSIONS = ("VRMC_vrm", "VRMC_springBone", "VRMC_node_constraint", "VRMC_springBone_extended_collider")


@dataclass(frozen=True)
class Converted:
    """A converted VRM.

    Attributes:
        document: the whole file.
        notes: what the other version has no word for and is left out, a sentence each.
    """

    document: Document
    notes: tuple[str, ...]


def vrm_version(document: Document) -> Version | None:
    """Which VRM a file is; None if it is none."""
    found: dict[str, Version] = {"VRMC_vrm": "1.0", "VRM": "0.x"}
    return next((version for name, version in found.items() if isinstance(document.extensions.get(name), Mapping)), None)


def convert_vrm(document: Document, version: Version) -> Converted:
    """The file as VRM 0.x or 1.0; as it is, if it is that already.

    Raises:
        InputError: no VRM, or a damaged one; for VRM 0.x, without one of its bones.
    """
    own = vrm_version(document)
    if own is None:
        raise InputError("This file is no VRM: it has neither the extension VRM nor VRMC_vrm.")
    if own == version:
        return Converted(document, ())
    return _to_vrm1(document) if version == "1.0" else _to_vrm0(document)


def refuse_if_forbidden(document: Document, *, with_permission: bool) -> None:
    """Raise UsageError if the file's own licence forbids to alter it, unless the caller has permission."""
    version = vrm_version(document)
    if version is None or with_permission:
        return
    name = "VRMC_vrm" if version == "1.0" else "VRM"
    said = forbids_modification(_extension(document, name), version)
    if said is not None:
        raise UsageError(
            f"The avatar's licence forbids to alter it ({said}). If it is yours, or its author allows it: --i-have-permission."
        )


def _extension(document: Document, name: str) -> CheckedObject:
    return CheckedObject(dict(document.extensions), "extensions").child(name)


def _to_vrm1(document: Document) -> Converted:
    old = _extension(document, "VRM")
    bones = _bones_of_vrm0(old, document)
    missing = [bone for bone in REQUIRED_BONES if bone not in bones]
    if missing:
        raise InputError(f"VRM 1.0 needs the bones {', '.join(missing)}, which this file has not.")
    about = turned(_still(document))
    about = materials_for_vrm1(about, old.children("materialProperties"))
    springs = springs_for_vrm1(about, old.child("secondaryAnimation"))
    about = springs.document
    first_person = old.child("firstPerson")
    expressions, titles, notes = expressions_for_vrm1(about, old.child("blendShapeMaster").children("blendShapeGroups"))
    extension: dict[str, Any] = {
        "specVersion": "1.0",
        "meta": meta_for_vrm1(old.child("meta")) | _thumbnail_for_vrm1(old, about),
        "humanoid": {"humanBones": {bone: {"node": node} for bone, node in bones.items()}},
        "firstPerson": first_person_for_vrm1(about, first_person),
        "lookAt": _from_the_head(gaze_for_vrm1(first_person), about, first_person, bones["head"]),
        "expressions": {kind: named for kind, named in expressions.items() if named},
        "extras": {"vrm0": _kept(old, titles)},
    }
    made = {"VRMC_vrm": {key: value for key, value in extension.items() if value != {}}}
    if springs.extension is not None:
        made["VRMC_springBone"] = springs.extension
    return Converted(_with_extensions(about, made), tuple(notes))


def _still(document: Document) -> Document:
    """The file without animations: a VRM has none."""
    return replace(document, animations=())


def _with_extensions(document: Document, made: dict[str, Any]) -> Document:
    """The document with these extensions in the place of all of VRM's."""
    gone = {"VRM", *_VRM1_EXTENSIONS}
    others = {name: value for name, value in document.extensions.items() if name not in gone}
    names = (name for name in document.extensions_used if name not in gone)
    required = tuple(name for name in document.extensions_required if name not in gone)
    used = tuple(dict.fromkeys((*made, *names)))
    return replace(document, extensions={**others, **made}, extensions_used=used, extensions_required=required)


def _bones_of_vrm0(old: CheckedObject, document: Document) -> dict[str, int]:
    bones: dict[str, int] = {}
    for entry in old.child("humanoid").children("humanBones"):
        node, bone = entry.index("node", len(document.nodes)), bone_of_vrm0(entry.text("bone"))
        if node is not None and bone in HUMAN_BONES and node not in bones.values():
            bones.setdefault(bone, node)
    return bones


def _from_the_head(look_at: dict[str, Any], document: Document, first_person: CheckedObject, head: int) -> dict[str, Any]:
    """Gaze that VRM 0.x measured from another bone than the head, measured from the head."""
    bone = first_person.integer("firstPersonBone", -1, least=-1, most=len(document.nodes) - 1)
    if bone in (-1, head):
        return look_at
    step = _place(document, bone) - _place(document, head)
    return look_at | {"offsetFromHeadBone": (np.array(look_at["offsetFromHeadBone"]) + step).tolist()}


def _place(document: Document, node: int) -> np.ndarray:
    """Where a node of a figure whose nodes are only moved is."""
    place = np.zeros(3)
    while node >= 0:
        place += document.nodes[node].translation
        node = document.parents[node]
    return place


def _thumbnail_for_vrm1(old: CheckedObject, document: Document) -> dict[str, int]:
    texture = old.child("meta").integer("texture", -1, least=-1)
    image = document.textures[texture].image if 0 <= texture < len(document.textures) else None
    fits = image is not None and document.images[image].mime_type in ("image/png", "image/jpeg")
    return {"thumbnailImage": image} if image is not None and fits else {}


def _kept(old: CheckedObject, titles: dict[str, str]) -> dict[str, Any]:
    """What VRM 1.0 has no word for, for the way back."""
    humanoid = old.child("humanoid")
    muscles = {key: humanoid.number(key, usual) for key, usual in _UNITYS_OWN.items()}
    kept = {
        "meta": kept_of_vrm0(old.child("meta")),
        "expressionNames": titles,
        "humanoid": {} if muscles == _UNITYS_OWN else muscles,
    }
    return {key: value for key, value in kept.items() if value}


def _to_vrm0(document: Document) -> Converted:
    new = _extension(document, "VRMC_vrm")
    human = new.child("humanoid").child("humanBones")
    bones = {bone: human.child(bone).index("node", len(document.nodes)) for bone in HUMAN_BONES if human.has(bone)}
    missing = [bone for bone in (*REQUIRED_BONES, *_VRM0_NEEDS) if bones.get(bone) is None]
    if missing:
        raise InputError(f"VRM 0.x needs the bones {', '.join(missing)}, which this file has not.")
    straight, axes = straightened(_still(document))
    straight = _without_node_extensions(straight)
    kept = new.child("extras").child("vrm0")
    notes: list[str] = []
    groups, told = expressions_for_vrm0(straight, new.child("expressions"), kept.child("expressionNames"))
    notes += told
    springs, told = springs_for_vrm0(straight, _turned_springs(_extension(document, "VRMC_springBone"), axes))
    notes += told
    if any("VRMC_node_constraint" in node.extensions for node in document.nodes):
        notes.append("VRM 0.x knows no constraints between nodes")
    head = bones["head"]
    assert head is not None
    gaze = gaze_for_vrm0(straight, new, head)
    gaze["firstPersonBoneOffset"] = _turned_offset(gaze["firstPersonBoneOffset"], axes[head])
    about, properties = properties_for_vrm0(turned(straight))
    about, thumbnail = _thumbnail_for_vrm0(new, about)
    extension = {
        "exporterVersion": "avatarkit",
        "specVersion": "0.0",
        "meta": meta_for_vrm0(new.child("meta"), kept.child("meta")) | thumbnail,
        "humanoid": {
            "humanBones": [
                {"bone": bone_for_vrm0(bone), "node": node, "useDefaultValues": True} for bone, node in bones.items()
            ],
            **{key: kept.child("humanoid").number(key, usual) for key, usual in _UNITYS_OWN.items()},
            "hasTranslationDoF": False,
        },
        "firstPerson": gaze,
        "blendShapeMaster": {"blendShapeGroups": groups},
        "secondaryAnimation": springs,
        "materialProperties": properties,
    }
    return Converted(_with_extensions(about, {"VRM": extension}), tuple(dict.fromkeys(notes)))


def _without_node_extensions(document: Document) -> Document:
    nodes = (
        replace(node, extensions={name: value for name, value in node.extensions.items() if name not in _VRM1_EXTENSIONS})
        for node in document.nodes
    )
    return replace(document, nodes=tuple(nodes))


def _turned_springs(springs: CheckedObject, axes: np.ndarray) -> CheckedObject:
    """The springs with their colliders said along the scene's axes instead of their nodes'; (N, 3, 3) these were."""
    colliders = []
    for collider in springs.children("colliders"):
        turn = axes[collider.integer("node", most=len(axes) - 1)]
        scale = float(np.cbrt(abs(np.linalg.det(turn))))
        shape = {
            kind: _turned_shape(collider.child("shape").child(kind), turn, scale) for kind in collider.child("shape").values
        }
        colliders.append({"node": collider.values["node"], "shape": shape})
    return CheckedObject({**springs.values, "colliders": colliders}, springs.where)


def _turned_shape(shape: CheckedObject, turn: np.ndarray, scale: float) -> dict[str, Any]:
    made: dict[str, Any] = {"radius": scale * shape.number("radius", 0.0)}
    for key in ("offset", "tail"):
        if key == "offset" or shape.has(key):
            made[key] = (turn @ np.array(shape.numbers(key, (0.0, 0.0, 0.0)))).tolist()
    return made


def _turned_offset(offset: dict[str, float], turn: np.ndarray) -> dict[str, float]:
    """An offset in Unity's axes that was said along a node's, along the scene's."""
    x, y, z = (turn @ np.array([-offset["x"], offset["y"], offset["z"]])).tolist()
    return {"x": -x + 0.0, "y": y, "z": z}


def _thumbnail_for_vrm0(new: CheckedObject, document: Document) -> tuple[Document, dict[str, int]]:
    image = new.child("meta").index("thumbnailImage", len(document.images))
    if image is None:
        return document, {}
    known = next((number for number, texture in enumerate(document.textures) if texture.image == image), None)
    if known is not None:
        return document, {"texture": known}
    textures = (*document.textures, Texture(image, name="thumbnail"))
    return replace(document, textures=textures), {"texture": len(document.textures)}
