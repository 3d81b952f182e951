"""Expressions: VRM 0.x's blend shape clips, which name meshes, and VRM 1.0's expressions, which name nodes.

Source: vrm-c/vrm-specification, 0.0 (blendShapeMaster) and VRMC_vrm-1.0 (expressions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document
from avatarkit.gltf.vrm_names import PRESET_TITLES, PRESETS, PRESETS_BACK, SURPRISED
from avatarkit.render.color import to_linear, to_srgb

_FULL_WEIGHT = 100.0
_COLORS: Mapping[str, str] = {
    "_Color": "color", "_EmissionColor": "emissionColor", "_ShadeColor": "shadeColor", "_RimColor": "rimColor",
    "_OutlineColor": "outlineColor",
}  # fmt: skip
"""VRM 0.x's property of a material -> VRM 1.0's kind of colour."""

_TEXTURE = "_MainTex_ST"
_AXES: Mapping[str, tuple[int, ...]] = {_TEXTURE: (0, 1), "_MainTex_ST_S": (0,), "_MainTex_ST_T": (1,)}
"""VRM 0.x's property of a texture's place -> the axes that it moves."""


def expressions_for_vrm1(
    document: Document, groups: Iterable[CheckedObject]
) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """VRM 1.0's expressions; the titles that clips of presets had where these are not the usual ones; what was left out."""
    preset: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    titles: dict[str, str] = {}
    notes: list[str] = []
    for group in groups:
        title, old = group.text("name"), group.text("presetName")
        name = PRESETS_BACK.get(old, SURPRISED if title.casefold() == SURPRISED else "")
        made = _for_vrm1(document, group, notes)
        if not name:
            custom[_free(title or "expression", custom)] = made
        elif name in preset:
            notes.append(f"a second clip for {name} is left out")
        else:
            preset[name] = made
            if title != _usual_title(name):
                titles[name] = title
    return {"preset": preset, "custom": custom}, titles, list(dict.fromkeys(notes))


def _usual_title(name: str) -> str:
    return PRESET_TITLES[PRESETS[name]] if name in PRESETS else "Surprised"


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """The name, with a number behind it where it or a preset of VRM 1.0 has it already."""
    wanted, number = name, 2
    while wanted in taken or wanted in PRESETS or wanted == SURPRISED:
        wanted, number = f"{name}-{number}", number + 1
    return wanted


def _for_vrm1(document: Document, group: CheckedObject, notes: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"isBinary": group.flag("isBinary")}
    if morphs := _morphs_for_vrm1(document, group, notes):
        made["morphTargetBinds"] = morphs
    numbers = {material.name: number for number, material in reversed(list(enumerate(document.materials)))}
    colors, places = [], []
    for value in group.children("materialValues"):
        material, key = value.text("materialName"), value.text("propertyName")
        target = value.numbers("targetValue", (), any_length=True)
        if material not in numbers or len(target) != 4 or key not in {*_COLORS, *_AXES}:
            notes.append(f"a change of {key or 'nothing'} of the material {material} is left out")
        elif key in _COLORS:
            rgba = [*to_linear(np.array(target[:3])).tolist(), target[3]]
            colors.append({"material": numbers[material], "type": _COLORS[key], "targetValue": rgba})
        else:
            places.append({"material": numbers[material], **_place_for_vrm1(key, target)})
    named = {"materialColorBinds": colors, "textureTransformBinds": places}
    return made | {key: binds for key, binds in named.items() if binds}


def _morphs_for_vrm1(document: Document, group: CheckedObject, notes: list[str]) -> list[dict[str, Any]]:
    binds = []
    for bind in group.children("binds"):
        mesh = bind.index("mesh", len(document.meshes))
        if mesh is None:
            continue
        count = max((len(part.targets) for part in document.meshes[mesh].primitives), default=0)
        index = bind.integer("index", most=2**31)
        nodes = [number for number, node in enumerate(document.nodes) if node.mesh == mesh]
        if index >= count or not nodes:
            notes.append("movements of morphs that no drawn mesh has are left out")
            continue
        weight = min(max(bind.number("weight", 0.0) / _FULL_WEIGHT, 0.0), 1.0)
        binds += [{"node": node, "index": index, "weight": weight} for node in nodes]
    return binds


def _place_for_vrm1(key: str, target: tuple[float, ...]) -> dict[str, list[float]]:
    """Scale and offset of a texture; Unity counts from the lower edge, glTF from the upper."""
    scale, offset = [1.0, 1.0], [0.0, 0.0]
    for axis in _AXES[key]:
        scale[axis], offset[axis] = target[axis], target[axis + 2]
    return {"scale": scale, "offset": [offset[0], 1.0 - scale[1] - offset[1]]}


def expressions_for_vrm0(
    document: Document, expressions: CheckedObject, titles: CheckedObject
) -> tuple[list[dict[str, Any]], list[str]]:
    """VRM 0.x's blend shape groups of VRM 1.0's expressions, and what could not be said in them.

    Args:
        document: whose nodes, meshes and materials are named.
        expressions: VRM 1.0's.
        titles: names that presets had in VRM 0.x before, if they came from there.
    """
    groups, notes = [], []
    for kind in ("preset", "custom"):
        named = expressions.child(kind)
        for name in named.values:
            expression = named.child(name)
            fading = ("overrideBlink", "overrideLookAt", "overrideMouth")
            if any(expression.text(key, "none") != "none" for key in fading):
                notes.append("VRM 0.x knows no overrides of blinking, gaze and mouth by expressions")
            known = kind == "preset" and name in PRESETS
            title = titles.text(name) or (_usual_title(name) if kind == "preset" and (known or name == SURPRISED) else name)
            groups.append({
                "name": title,
                "presetName": PRESETS[name] if known else "unknown",
                "binds": _morphs_for_vrm0(document, expression),
                "materialValues": _values_for_vrm0(document, expression, notes),
                "isBinary": expression.flag("isBinary"),
            })  # fmt: skip
    return groups, list(dict.fromkeys(notes))


def _morphs_for_vrm0(document: Document, expression: CheckedObject) -> list[dict[str, Any]]:
    """One bind for each mesh and morph, however many nodes show that mesh."""
    binds: dict[tuple[int, int], dict[str, Any]] = {}
    for bind in expression.children("morphTargetBinds"):
        mesh = document.nodes[bind.integer("node", most=len(document.nodes) - 1)].mesh
        if mesh is not None:
            index = bind.integer("index", most=2**31)
            binds[mesh, index] = {"mesh": mesh, "index": index, "weight": _FULL_WEIGHT * bind.number("weight", 0.0)}
    return list(binds.values())


def _values_for_vrm0(document: Document, expression: CheckedObject, notes: list[str]) -> list[dict[str, Any]]:
    properties = {new: old for old, new in _COLORS.items()}
    values = []
    for bind in expression.children("materialColorBinds"):
        name = document.materials[bind.integer("material", most=len(document.materials) - 1)].name
        if bind.text("type") not in properties:
            notes.append(f"VRM 0.x cannot change the {bind.text('type')} of a material")
            continue
        red, green, blue, alpha = bind.numbers("targetValue", (0.0, 0.0, 0.0, 1.0))
        rgba = [*to_srgb(np.array([red, green, blue])).tolist(), alpha]
        values.append({"materialName": name, "propertyName": properties[bind.text("type")], "targetValue": rgba})
    for bind in expression.children("textureTransformBinds"):
        name = document.materials[bind.integer("material", most=len(document.materials) - 1)].name
        scale, offset = bind.numbers("scale", (1.0, 1.0)), bind.numbers("offset", (0.0, 0.0))
        target = [*scale, offset[0], 1.0 - scale[1] - offset[1]]
        values.append({"materialName": name, "propertyName": _TEXTURE, "targetValue": target})
    return values
