"""MakeHuman's default rig (163 bones) folded onto VRM's 55 human bones."""

from __future__ import annotations

import re

import numpy as np

INFLUENCES = 4

# Our bone <- the rig bone whose head is its joint, the rig bone whose tail ends it, and all rig bones whose weights it takes.
_CENTRE = {
    "hips": ("spine05", "spine05", r"root|pelvis\..|spine05"),
    "spine": ("spine04", "spine03", r"spine0[34]"),
    "chest": ("spine02", "spine02", r"spine02|breast\.."),
    "upperChest": ("spine01", "spine01", r"spine01"),
    "neck": ("neck01", "neck03", r"neck0."),
    "head": ("head", "head", r".*"),
    "jaw": ("jaw", "jaw", r"jaw|tongue.*|special04|oris0[12]|oris0[67]\.."),
}
_SIDE = {
    "Eye": ("eye", "eye", r"eye"),
    "Shoulder": ("clavicle", "shoulder01", r"clavicle|shoulder01"),
    "UpperArm": ("upperarm01", "upperarm02", r"upperarm0."),
    "LowerArm": ("lowerarm01", "lowerarm02", r"lowerarm0."),
    "Hand": ("wrist", "metacarpal2", r"wrist|metacarpal."),
    "UpperLeg": ("upperleg01", "upperleg02", r"upperleg0."),
    "LowerLeg": ("lowerleg01", "lowerleg02", r"lowerleg0."),
    "Foot": ("foot", "foot", r"foot"),
    "Toes": ("toe2-1", "toe2-3", r"toe.*"),
}
_FINGERS = {"Thumb": 1, "Index": 2, "Middle": 3, "Ring": 4, "Little": 5}


def bone_table() -> dict[str, tuple[str, str, str]]:
    """Human bone -> (rig bone at its joint, rig bone at its end, pattern of the rig bones folded into it); first match wins."""
    table = {}
    for side, letter in (("left", "L"), ("right", "R")):
        for bone, (head, tail, pattern) in _SIDE.items():
            table[side + bone] = (f"{head}.{letter}", f"{tail}.{letter}", rf"(?:{pattern})\.{letter}")
        for finger, number in _FINGERS.items():
            segments = ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else ("Proximal", "Intermediate", "Distal")
            for k, segment in enumerate(segments, 1):
                rig_bone = f"finger{number}-{k}.{letter}"
                table[f"{side}{finger}{segment}"] = (rig_bone, rig_bone, re.escape(rig_bone))
    return table | {k: v for k, v in _CENTRE.items() if k != "head"} | {"head": _CENTRE["head"]}


def order() -> list[str]:
    """The 55 bones, parents first: the order of avatarkit.vocabulary.vrm.HUMAN_BONES."""
    from avatarkit.vocabulary.vrm import HUMAN_BONES

    return list(HUMAN_BONES)


def human_joints(rig: dict, cubes: dict[str, np.ndarray]) -> dict[str, tuple[list[int], list[int]]]:
    """Each bone's joint and end as lists of vertices whose mean they are."""
    table = bone_table()
    return {bone: (_end(rig[table[bone][0]]["head"], cubes), _end(rig[table[bone][1]]["tail"], cubes)) for bone in order()}


def _end(end: dict, cubes: dict[str, np.ndarray]) -> list[int]:
    if end["strategy"] == "CUBE":
        return [int(v) for v in cubes[end["cube_name"]]]
    return [end["vertex_index"]] if end["strategy"] == "VERTEX" else list(end["vertex_indices"])


def fold_weights(weights: dict, rig: dict, count: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Bone names, (V, 4) bone indices and (V, 4) weights that sum to 1."""
    names = order()
    table = bone_table()
    dense = np.zeros((count, len(names)))
    for rig_bone in rig:
        bone = next(b for b, (_, _, pattern) in table.items() if re.fullmatch(pattern, rig_bone))
        for vertex, weight in weights.get(rig_bone, []):
            dense[int(vertex), names.index(bone)] += float(weight)
    lonely = dense.sum(axis=1) <= 0
    dense[lonely, names.index("hips")] = 1.0
    top = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES]
    strength = np.take_along_axis(dense, top, axis=1)
    strength /= strength.sum(axis=1, keepdims=True)
    strength = np.where(strength < 0.004, 0.0, strength)  # below a step of 8 bits: no file keeps it
    strength /= strength.sum(axis=1, keepdims=True)
    top = np.where(strength > 0, top, 0)
    return names, top.astype(np.uint8), strength.astype(np.float32)
