"""What VRM 0.x and VRM 1.0 call the same things.

Source: vrm-c/vrm-specification, 0.0 and VRMC_vrm-1.0.
"""

from __future__ import annotations

from collections.abc import Mapping

PRESETS: Mapping[str, str] = {
    "neutral": "neutral", "aa": "a", "ih": "i", "ou": "u", "ee": "e", "oh": "o", "blink": "blink", "happy": "joy",
    "angry": "angry", "sad": "sorrow", "relaxed": "fun", "lookUp": "lookup", "lookDown": "lookdown", "lookLeft": "lookleft",
    "lookRight": "lookright", "blinkLeft": "blink_l", "blinkRight": "blink_r",
}  # fmt: skip
"""VRM 1.0's preset expression -> VRM 0.x's; what is not here is a custom one there."""

PRESETS_BACK: Mapping[str, str] = {old: new for new, old in PRESETS.items()}

PRESET_TITLES: Mapping[str, str] = {
    "neutral": "Neutral", "a": "A", "i": "I", "u": "U", "e": "E", "o": "O", "blink": "Blink", "joy": "Joy", "angry": "Angry",
    "sorrow": "Sorrow", "fun": "Fun", "lookup": "LookUp", "lookdown": "LookDown", "lookleft": "LookLeft",
    "lookright": "LookRight", "blink_l": "Blink_L", "blink_r": "Blink_R",
}  # fmt: skip
"""VRM 0.x's preset -> the name that its clip has where nobody chose another."""

SURPRISED = "surprised"
"""The one preset of VRM 1.0 that VRM 0.x has not."""

_THUMBS: Mapping[str, str] = {"ThumbProximal": "ThumbIntermediate", "ThumbMetacarpal": "ThumbProximal"}

FIRST_PERSON: Mapping[str, str] = {
    "auto": "Auto", "both": "Both", "thirdPersonOnly": "ThirdPersonOnly", "firstPersonOnly": "FirstPersonOnly",
}  # fmt: skip
"""VRM 1.0's first-person flag -> VRM 0.x's."""


def bone_of_vrm0(bone: str) -> str:
    """VRM 1.0's name of a bone of VRM 0.x, which calls a thumb's segments one further out."""
    return next((bone.replace(old, new) for new, old in _THUMBS.items() if bone.endswith(old)), bone)


def bone_for_vrm0(bone: str) -> str:
    """VRM 0.x's name of a bone of VRM 1.0."""
    return next((bone.replace(new, old) for new, old in _THUMBS.items() if bone.endswith(new)), bone)
