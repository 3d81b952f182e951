"""What a rig's morph targets mean: which of ARKit's 52 weights drive which of them.

Sources: Apple, ARFaceAnchor.BlendShapeLocation; vrm-c/vrm-specification, VRMC_vrm-1.0 expressions.md and 0.0 blendShapeMaster;
Meta, Oculus Lipsync viseme reference; VRoid Studio's and MikuMikuDance's morph names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document
from avatarkit.vocabulary.arkit import ARKIT_NAMES

ExpressionMap: TypeAlias = Mapping[int, Mapping[str, float]]
"""Morph (its place in a rig's `morph_names`) -> ARKit name -> weight; a morph's weight is the sum, cut to 0..1."""

ENOUGH_ARKIT = 8
"""A face with this many of ARKit's shapes needs no presets or visemes beside them: they would move it twice."""


def _both(name: str, weight: float = 0.5) -> dict[str, float]:
    return {f"{name}Left": weight, f"{name}Right": weight}


PRESETS: dict[str, dict[str, float]] = {
    "blink": _both("eyeBlink"), "blinkleft": {"eyeBlinkLeft": 1.0}, "blinkright": {"eyeBlinkRight": 1.0},
    "aa": {"jawOpen": 1.2}, "ih": _both("mouthStretch"), "ou": {"mouthPucker": 1.0}, "ee": _both("mouthSmile", 0.3),
    "oh": {"mouthFunnel": 1.0},
    "happy": _both("mouthSmile"), "sad": _both("mouthFrown"), "angry": _both("browDown"),
    "surprised": {"browInnerUp": 0.5, **_both("eyeWide", 0.25)},
    "lookup": _both("eyeLookUp"), "lookdown": _both("eyeLookDown"),
    "lookleft": {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}, "lookright": {"eyeLookInLeft": 0.5, "eyeLookOutRight": 0.5},
}  # fmt: skip
"""How ARKit's weights drive VRM 1.0's presets. Ours: the shapes that a preset is made of, the strongest first."""

VISEMES: dict[str, dict[str, float]] = {
    "visemeaa": {"jawOpen": 1.2}, "visemeo": {"mouthFunnel": 1.0}, "visemeu": {"mouthPucker": 1.0},
    "visemee": _both("mouthStretch"), "visemei": _both("mouthSmile", 0.3), "visemepp": _both("mouthPress"),
    "visemeff": {"mouthRollLower": 1.0},
}  # fmt: skip
"""The visemes of Oculus that a face's shape alone tells; the others are sounds."""

OTHER_NAMES: dict[str, str] = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "joy": "happy", "sorrow": "sad",
    "blinkl": "blinkleft", "blinkr": "blinkright",
    "fclmtha": "aa", "fclmthi": "ih", "fclmthu": "ou", "fclmthe": "ee", "fclmtho": "oh", "fcleyeclose": "blink",
    "fcleyeclosel": "blinkleft", "fcleyecloser": "blinkright", "fclalljoy": "happy", "fclallangry": "angry",
    "fclallsorrow": "sad", "fclallsurprised": "surprised", "vaa": "aa", "vih": "ih", "vou": "ou", "vee": "ee", "voh": "oh",
    "あ": "aa", "い": "ih", "う": "ou", "え": "ee", "お": "oh",
    "まばたき": "blink", "ウィンク": "blinkleft", "ウィンク右": "blinkright",
    "eyesclosed": "blink", "mouthopen": "aa",
}  # fmt: skip
"""Names of the presets in VRM 0.x, VRoid Studio, VRChat (vrc.v_aa), MikuMikuDance and Ready Player Me."""

_SEPARATORS = re.compile(r"[\s_.:\-]+")
_VROID = re.compile(r"^.*(?=fcl_?(all|mth|eye|brw|ha))", re.IGNORECASE)


def _arkit_variants() -> dict[str, dict[str, float]]:
    """Canonical spelling -> what drives it: with sides as words or letters, of one side where ARKit has none, of both."""
    table: dict[str, dict[str, float]] = {}
    for name in ARKIT_NAMES:
        stem = name.removesuffix("Left").removesuffix("Right").lower()
        side = "left" if name.endswith("Left") else "right" if name.endswith("Right") else ""
        if side and f"{stem}{side}" != "mouth" + side and f"{stem}{side}" != "jaw" + side:
            for spelling in (f"{stem}{side}", f"{stem}{side[0]}", f"{side}{stem}", f"{side[0]}{stem}"):
                table[spelling] = {name: 1.0}
            table.setdefault(stem, _both(name.removesuffix("Left").removesuffix("Right")))
        else:
            table[name.lower()] = {name: 1.0}
            for half in ("left", "right", "l", "r"):
                table.setdefault(name.lower() + half, {name: 1.0})
    return table


ARKIT_VARIANTS = _arkit_variants()


def expression_map(document: Document, morph_names: Sequence[str]) -> ExpressionMap:
    """What drives a rig's morphs: VRM's own expressions where the file has them, else the morphs' names.

    Args:
        document: the rig's file.
        morph_names: the morphs, in the order that the result counts them.

    Raises:
        InputError: an expression points at a mesh, node or morph that does not exist.
    """
    places = {name: place for place, name in enumerate(morph_names)}
    stated = [(name, places[morph], weight) for name, morph, weight in _vrm_binds(document) if morph in places]
    named = [(name, place, 1.0) for name, place in places.items()]
    arkit = _driven(named, _arkit_of) or _driven(stated, _arkit_of)
    if len(arkit) >= ENOUGH_ARKIT:
        return arkit
    return {**(_driven(stated, _preset_of) or _without_both_eyes(_driven(named, _preset_of), named)), **arkit}


def expression_matrix(expressions: ExpressionMap, morph_count: int) -> np.ndarray:
    """The matrix (52, M) that turns ARKit's weights, in `ARKIT_NAMES`' order, into morph weights before they are cut."""
    matrix = np.zeros((len(ARKIT_NAMES), morph_count))
    for morph, drivers in expressions.items():
        for name, weight in drivers.items():
            matrix[ARKIT_NAMES.index(name), morph] = weight
    return matrix


def canonical_morph(name: str) -> str:
    """A morph's name as it is compared: without a mesh's name before it ("blendShape1.jawOpen")."""
    plain = unicodedata.normalize("NFKC", name)
    plain = _VROID.sub("", plain) if _VROID.search(plain) else plain.rsplit(".", 1)[-1] if _is_prefixed(plain) else plain
    return _SEPARATORS.sub("", plain).casefold()


def _is_prefixed(name: str) -> bool:
    """A dot before a side's letter belongs to the name ("EYE-squint.L"); any other one ends the mesh's name."""
    return "." in name and len(name.rsplit(".", 1)[-1]) > 1


def _arkit_of(name: str) -> Mapping[str, float]:
    return ARKIT_VARIANTS.get(canonical_morph(name), {})


def _preset_of(name: str) -> Mapping[str, float]:
    plain = _preset_name(name)
    return PRESETS.get(plain) or VISEMES.get(plain) or {}


def _preset_name(name: str) -> str:
    """VRM 1.0's name of a preset, in lower case; the morph's own name where it is none."""
    plain = canonical_morph(name)
    return OTHER_NAMES.get(plain, plain)


def _driven(
    binds: Sequence[tuple[str, int, float]], meaning: Callable[[str], Mapping[str, float]]
) -> dict[int, dict[str, float]]:
    """Morph -> drivers, summed over everything that moves it."""
    found: dict[int, dict[str, float]] = {}
    for name, place, weight in binds:
        for arkit, share in meaning(name).items():
            drivers = found.setdefault(place, {})
            drivers[arkit] = drivers.get(arkit, 0.0) + weight * share
    return found


def _without_both_eyes(
    found: dict[int, dict[str, float]], named: Sequence[tuple[str, int, float]]
) -> dict[int, dict[str, float]]:
    """A morph that closes both eyes rests where there is one for each."""
    names = {_preset_name(name): place for name, place, _ in named}
    if {"blink", "blinkleft", "blinkright"} <= set(names):
        found.pop(names["blink"], None)
    return found


def _vrm_binds(document: Document) -> Iterator[tuple[str, str, float]]:
    """Expression, morph's name and weight of every bind that the file's VRM extension has."""
    root = CheckedObject(dict(document.extensions), "extensions")
    if root.has("VRMC_vrm"):
        found = list(_vrm1_binds(root.child("VRMC_vrm").child("expressions"), document))
    else:
        found = list(_vrm0_binds(root.child("VRM").child("blendShapeMaster"), document))
    separate = {"blinkleft", "blinkright"} <= {_preset_name(name) for name, _, _ in found}
    yield from (bind for bind in found if not (separate and canonical_morph(bind[0]) == "blink"))


def _vrm1_binds(expressions: CheckedObject, document: Document) -> Iterator[tuple[str, str, float]]:
    for group in ("preset", "custom"):
        for name in expressions.child(group).values:
            for bind in expressions.child(group).child(name).children("morphTargetBinds"):
                node = bind.integer("node", most=len(document.nodes) - 1)
                yield from _morph(name, document, document.nodes[node].mesh, bind, 1.0)


def _vrm0_binds(master: CheckedObject, document: Document) -> Iterator[tuple[str, str, float]]:
    for group in master.children("blendShapeGroups"):
        preset = group.text("presetName")
        name = group.text("name") if preset in ("", "unknown") else preset
        for bind in group.children("binds"):
            yield from _morph(name, document, bind.index("mesh", len(document.meshes)), bind, 100.0)


def _morph(
    name: str, document: Document, mesh: int | None, bind: CheckedObject, full: float
) -> Iterator[tuple[str, str, float]]:
    names = document.meshes[mesh].target_names if mesh is not None else ()
    place = bind.integer("index")
    if place < len(names):
        yield name, names[place], bind.number("weight", full) / full
