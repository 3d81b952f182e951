from __future__ import annotations

import pytest

from avatarkit.rig.words import name_by_words, split_words
from avatarkit.vocabulary.vrm import REQUIRED_BONES

LEFT_RIGHT, LETTERS = ("Left", "Right"), ("L", "R")

RIGS = {
    "letters behind": (
        "Hips Spine_01 Spine_02 Neck Head",
        "Clavicle_{s} Shoulder_{s} Elbow_{s} Hand_{s}",
        "UpperLeg_{s} LowerLeg_{s} Ankle_{s}",
        LETTERS,
    ),
    "words before": (
        "Pelvis Back Neck Head",
        "{s}CollarBone {s}UpperArm {s}LowerArm {s}Hand",
        "{s}Thigh {s}Calf {s}Foot {s}Toes",
        LEFT_RIGHT,
    ),
    "places": (
        "mPelvis mTorso mNeck mHead",
        "mCollar{s} mShoulder{s} mElbow{s} mWrist{s}",
        "mHip{s} mKnee{s} mAnkle{s} mFoot{s}",
        LEFT_RIGHT,
    ),
    "letters in between": (
        "jnt_pelvis jnt_spine jnt_head",
        "jnt_{s}_arm_upper jnt_{s}_arm_lower jnt_{s}_hand",
        "jnt_{s}_leg_upper jnt_{s}_leg_lower jnt_{s}_foot",
        LETTERS,
    ),
    "no upper, no lower": (
        "Hips Spine Chest Neck Head",
        "{s}_shoulder {s}_arm {s}_elbow {s}_wrist",
        "{s}_leg {s}_knee {s}_ankle",
        LEFT_RIGHT,
    ),
    "nameless trunk": ("a b c head", "{s}upperarm {s}forearm {s}hand", "{s}thigh {s}shin {s}foot", ("l", "r")),
}


def rig(trunk: str, arm: str, leg: str, sides: tuple[str, str]) -> tuple[list[str], list[int], int]:
    """Names, parents, and how many joints there are to be told."""
    names, parents = [], []

    def chain(words: list[str], parent: int) -> int:
        for word in words:
            names.append(word)
            parents.append(parent)
            parent = len(names) - 1
        return parent

    *spine, _ = trunk.split()
    chain(trunk.split(), -1)
    top = len(spine) - 1 - ("eck" in spine[-1])
    for side in sides:
        chain(arm.format(s=side).split(), top)
        chain(leg.format(s=side).split(), 0)
    return names, parents, len(names)


@pytest.mark.parametrize("kind", RIGS)
def test_names_of_no_family_are_told_by_their_words(kind: str):
    names, parents, count = rig(*RIGS[kind])
    found = name_by_words(names, parents)
    assert found is not None
    assert set(REQUIRED_BONES) <= set(found.joints)
    assert len(found.joints) == count
    sides = RIGS[kind][3]
    assert all((sides[0] in names[joint]) == bone.startswith("left") for bone, joint in found.joints.items() if "eft" in bone)


def test_words_are_split_at_capitals_digits_and_known_words():
    assert split_words("Rig|LArmUpper01") == ("l", "arm", "upper", "01")
    assert split_words("DEF-upperarm.R.001") == ("def", "upper", "arm", "r", "001")
    assert split_words("lleg") == ("l", "leg")
    assert split_words("shoulder") == ("shoulder",)


def test_helpers_beside_a_bone_are_not_taken_for_it():
    names, parents, _ = rig(*RIGS["words before"])
    hand = names.index("LeftHand")
    names += ["LeftHandIK", "LeftUpperArmTwist"]
    parents += [-1, names.index("LeftUpperArm")]
    found = name_by_words(names, parents)
    assert found is not None
    assert found.joints["leftHand"] == hand
    assert found.joints["leftUpperArm"] == names.index("LeftUpperArm")
