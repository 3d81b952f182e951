"""VRM 1.0's human bones and preset expressions, and how ARKit's 52 make the presets.

Source: vrm-c/vrm-specification, VRMC_vrm-1.0 (humanoid.md, expressions.md).
"""

from __future__ import annotations

_SIDES = ("left", "right")
_FINGERS = {
    "Thumb": ("Metacarpal", "Proximal", "Distal"),
    "Index": ("Proximal", "Intermediate", "Distal"),
    "Middle": ("Proximal", "Intermediate", "Distal"),
    "Ring": ("Proximal", "Intermediate", "Distal"),
    "Little": ("Proximal", "Intermediate", "Distal"),
}


def _bone_parents() -> dict[str, str | None]:
    parents: dict[str, str | None] = {
        "hips": None, "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest",
        "head": "neck", "jaw": "head", "leftEye": "head", "rightEye": "head",
    }  # fmt: skip
    for side in _SIDES:
        for chain, top in (
            (("UpperLeg", "LowerLeg", "Foot", "Toes"), "hips"),
            (("Shoulder", "UpperArm", "LowerArm", "Hand"), "upperChest"),
        ):
            parent = top
            for bone in chain:
                parents[side + bone] = parent
                parent = side + bone
        for finger, segments in _FINGERS.items():
            parent = f"{side}Hand"
            for segment in segments:
                parents[f"{side}{finger}{segment}"] = parent
                parent = f"{side}{finger}{segment}"
    return parents


HUMAN_BONE_PARENTS: dict[str, str | None] = _bone_parents()
"""Each of the 55 human bones and its nearest ancestor in a complete skeleton; parents come first."""

HUMAN_BONES: tuple[str, ...] = tuple(HUMAN_BONE_PARENTS)

REQUIRED_BONES: tuple[str, ...] = (
    "hips", "spine", "head",
    *(side + bone for side in _SIDES for bone in
      ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")),
)  # fmt: skip


def _both(name: str, weight: float) -> dict[str, float]:
    return {f"{name}Left": weight, f"{name}Right": weight}


PRESET_EXPRESSIONS: dict[str, dict[str, float]] = {
    "happy": {**_both("mouthSmile", 0.8), **_both("cheekSquint", 0.6), **_both("eyeSquint", 0.3), **_both("mouthDimple", 0.2)},
    "angry": {**_both("browDown", 1.0), **_both("noseSneer", 0.5), **_both("eyeSquint", 0.4), **_both("mouthFrown", 0.5),
              **_both("mouthPress", 0.4)},
    "sad": {"browInnerUp": 0.9, **_both("mouthFrown", 0.8), "mouthShrugLower": 0.4, **_both("eyeLookDown", 0.2)},
    "relaxed": {**_both("mouthSmile", 0.35), **_both("eyeBlink", 0.3), **_both("cheekSquint", 0.2)},
    "surprised": {"browInnerUp": 0.8, **_both("browOuterUp", 0.8), **_both("eyeWide", 0.9), "jawOpen": 0.4, "mouthFunnel": 0.2},
    "aa": {"jawOpen": 0.6},
    "ih": {"jawOpen": 0.15, **_both("mouthStretch", 0.5), **_both("mouthSmile", 0.2)},
    "ou": {"mouthPucker": 0.7, "mouthFunnel": 0.4, "jawOpen": 0.1},
    "ee": {"jawOpen": 0.2, **_both("mouthSmile", 0.4), **_both("mouthStretch", 0.3), **_both("mouthLowerDown", 0.2)},
    "oh": {"jawOpen": 0.35, "mouthFunnel": 0.6, "mouthPucker": 0.2},
    "blink": _both("eyeBlink", 1.0),
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "lookUp": _both("eyeLookUp", 1.0),
    "lookDown": _both("eyeLookDown", 1.0),
    "lookLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "lookRight": {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
    "neutral": {},
}  # fmt: skip
"""VRM 1.0's 18 presets as ARKit weights. The mixes are ours, judged by eye on the avatar."""
