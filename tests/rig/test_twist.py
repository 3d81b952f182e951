from __future__ import annotations

import pytest

from tests.rig.zoo import all_humanoids, rig_of


@pytest.mark.parametrize("family", ["unreal", "rigify", "daz", "reallusion", "makehuman"])
def test_each_half_of_each_limb_has_its_twist_joint_in_the_middle(family: str):
    rig = rig_of(f"{family}, T-pose")
    shares = {}
    for bone, share in rig.twist_bones.values():
        if bone.startswith(("left", "right")):
            shares.setdefault(bone, []).append(share)
    assert set(shares) == {f"{side}{bone}" for side in ("left", "right") for bone in ("UpperArm", "Hand", "UpperLeg", "Foot")}
    assert all(share == [pytest.approx(0.5, abs=0.02)] for share in shares.values())


def test_joints_between_two_spine_bones_take_half():
    rig = rig_of("unreal5, T-pose")
    shares = {rig.skeleton.names[joint]: share for joint, share in rig.twist_bones.items()}
    assert shares["spine_02"] == ("chest", 0.5)
    assert shares["spine_04"] == ("upperChest", 0.5)


def test_no_human_bone_is_a_twist_joint():
    for name in all_humanoids():
        rig = rig_of(name)
        assert not set(rig.twist_bones) & set(rig.human_bones.values()), name


def test_a_body_of_human_bones_alone_has_none():
    assert not rig_of("vrm, T-pose").twist_bones
