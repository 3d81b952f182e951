"""Roblox's body of fifteen parts: names of parts, joints, attachments and face poses, and how many triangles each limb may have.

Source: Roblox/creator-docs, b0bf2f1 (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.vocabulary.vrm import HUMAN_BONES

_SIDES = ("Left", "Right")
_LIMBS = {"Arm": ("UpperArm", "LowerArm", "Hand"), "Leg": ("UpperLeg", "LowerLeg", "Foot")}

ROOT, BELOW_ROOT = "Root", "HumanoidRootNode"

ABOVE: Mapping[str, str] = {
    "LowerTorso": BELOW_ROOT,
    "UpperTorso": "LowerTorso",
    "Head": "UpperTorso",
    **{
        side + name: side + chain[number - 1] if number else {"Arm": "UpperTorso", "Leg": "LowerTorso"}[limb]
        for side in _SIDES
        for limb, chain in _LIMBS.items()
        for number, name in enumerate(chain)
    },
}
"""Part -> part above it; each has a joint of its own name. The topmost hangs on `BELOW_ROOT`, and that on `ROOT`."""

PARTS = tuple(ABOVE)

MOST_TRIANGLES: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "head": (4000, ("Head",)),
    "torso": (1750, ("UpperTorso", "LowerTorso")),
    **{
        f"{side} {limb}".lower(): (1248, tuple(side + name for name in chain))
        for side in _SIDES
        for limb, chain in _LIMBS.items()
    },
}
"""Limb -> triangles that its parts may have together, their caps among them."""

ATTACHMENTS: Mapping[str, str] = {
    "Hat_Att": "Head",
    "Hair_Att": "Head",
    "FaceCenter_Att": "Head",
    "FaceFront_Att": "Head",
    "Neck_Att": "UpperTorso",
    "LeftCollar_Att": "UpperTorso",
    "RightCollar_Att": "UpperTorso",
    "Root_Att": "LowerTorso",
}
"""Attachment -> joint below which it is."""


def _pair(roblox: str, arkit: str) -> dict[str, dict[str, float]]:
    return {side + roblox: {arkit + side: 1.0} for side in _SIDES}


FACE_POSES: Mapping[str, Mapping[str, float]] = {
    **_pair("EyeClosed", "eyeBlink"),
    "EyesLookDown": {"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0},
    "JawDrop": {"jawOpen": 1.0},
    "Pucker": {"mouthPucker": 1.0},
    **_pair("LipCornerPuller", "mouthSmile"),
    "ChinRaiser": {"mouthShrugLower": 1.0},
    "ChinRaiserUpperLip": {"mouthShrugUpper": 1.0},
    **_pair("CheekRaiser", "cheekSquint"),
    **{f"{side}InnerBrowRaiser": {"browInnerUp": 1.0} for side in _SIDES},
    **_pair("LipCornerDown", "mouthFrown"),
    **_pair("LowerLipDepressor", "mouthLowerDown"),
}
"""The seventeen that a face has at least -> what they are of ARKit's; of `ONE_SIDED` only what is on their own side."""

ONE_SIDED: Mapping[str, float] = {"LeftInnerBrowRaiser": 1.0, "RightInnerBrowRaiser": -1.0}
"""Pose -> sign of X on its side of a figure that looks along +Z."""


def mesh_name(part: str) -> str:
    """What the part's mesh is called."""
    return f"{part}_Geo"


def part_of_bone(bone: str) -> str:
    """The part that carries what a human bone moves: fingers go with the hand, the neck and its collar with the torso.

    Raises:
        KeyError: no such human bone.
    """
    return _PART_OF_BONE[bone]


def _part(bone: str) -> str:
    for side in _SIDES:
        if bone.startswith(side.lower()):
            name = bone.removeprefix(side.lower())
            if name in ("Shoulder", "Eye"):
                return {"Shoulder": "UpperTorso", "Eye": "Head"}[name]
            if name in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Foot"):
                return side + name
            return side + ("Foot" if name == "Toes" else "Hand")
    return {"hips": "LowerTorso", "head": "Head", "jaw": "Head"}.get(bone, "UpperTorso")


_PART_OF_BONE: Mapping[str, str] = {bone: _part(bone) for bone in HUMAN_BONES}

JOINT_AT: Mapping[str, tuple[str, ...]] = {
    "LowerTorso": ("hips",),
    "UpperTorso": ("spine",),
    "Head": ("head",),
    **{part: (part[0].lower() + part[1:],) for part in PARTS if part.startswith(_SIDES)},
}
"""Part -> human bones at whose joint its own is; the first that there is."""
