from __future__ import annotations

import pytest

from avatarkit.rig.naming import NamingFamily, canonical_name, name_human_bones, naming_families
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES, REQUIRED_BONES

FAMILIES = [
    pytest.param(family, prefix, id=f"{family.name} {prefix}") for family in naming_families() for prefix in family.prefixes
]


def _skeleton(family: NamingFamily, prefix: str = "") -> tuple[list[str], list[int], dict[str, int]]:
    """A rig of a family: names, parents and which joint is which human bone. Required names lie under the root."""
    bones = [bone for bone in HUMAN_BONES if bone in family.bones]
    names = [prefix + family.bones[bone][0] for bone in bones]
    parents = []
    for bone in bones:
        above = HUMAN_BONE_PARENTS[bone]
        while above is not None and above not in bones:
            above = HUMAN_BONE_PARENTS[above]
        parents.append(-1 if above is None else bones.index(above))
    extra = [prefix + name for name in family.requires if prefix + name not in names]
    return names + extra, parents + [0] * len(extra), {bone: place for place, bone in enumerate(bones)}


@pytest.mark.parametrize(("family", "prefix"), FAMILIES)
def test_each_family_finds_all_its_bones_and_recognises_itself(family: NamingFamily, prefix: str):
    names, parents, bones = _skeleton(family, prefix)
    found = name_human_bones(names, parents)
    assert found is not None
    assert found.joints == bones
    assert found.family == family.name


@pytest.mark.parametrize(("family", "prefix"), FAMILIES)
def test_case_and_separators_do_not_matter(family: NamingFamily, prefix: str):
    names, parents, bones = _skeleton(family, prefix)
    changed = [name.upper().replace("_", ".").replace(":", "-") for name in names]
    found = name_human_bones(changed, parents)
    assert found is not None
    assert found.joints == bones


@pytest.mark.parametrize("family", naming_families(), ids=lambda family: family.name)
def test_a_family_names_known_bones_once_and_all_required_ones(family: NamingFamily):
    assert set(REQUIRED_BONES) <= set(family.bones) <= set(HUMAN_BONES)
    firsts = [canonical_name(names[0]) for names in family.bones.values()]
    assert len(set(firsts)) == len(firsts)
    assert family.source
    left = {bone.removeprefix("left") for bone in family.bones if bone.startswith("left")}
    assert left == {bone.removeprefix("right") for bone in family.bones if bone.startswith("right")}


@pytest.mark.parametrize("lost", REQUIRED_BONES)
def test_without_one_required_bone_there_is_no_humanoid(lost: str):
    family = next(family for family in naming_families() if family.name == "unreal")
    names, parents, bones = _skeleton(family)
    names[bones[lost]] = "something else"
    assert name_human_bones(names, parents) is None


def test_a_bone_on_the_wrong_branch_is_left_out():
    family = next(family for family in naming_families() if family.name == "unreal")
    names, parents, bones = _skeleton(family)
    parents[bones["leftToes"]] = bones["rightFoot"]
    found = name_human_bones(names, parents)
    assert found is not None
    assert set(bones) - set(found.joints) == {"leftToes"}


def test_twist_bones_between_two_bones_do_no_harm():
    family = next(family for family in naming_families() if family.name == "unreal")
    names, parents, bones = _skeleton(family)
    names.append("upperarm_twist_01_l")
    parents.append(bones["leftUpperArm"])
    parents[bones["leftLowerArm"]] = len(names) - 1
    found = name_human_bones(names, parents)
    assert found is not None
    assert found.joints == bones


def test_mixamo_names_without_their_prefix_are_still_mixamo():
    family = next(family for family in naming_families() if family.name == "mixamo")
    names, parents, _ = _skeleton(family)
    found = name_human_bones(names, parents)
    assert found is not None
    assert found.family == "mixamo"


def test_five_spine_bones_make_it_the_fifth_unreal():
    family = next(family for family in naming_families() if family.name == "unreal5")
    names, parents, bones = _skeleton(family)
    for name, above in (("spine_02", "spine"), ("spine_04", "chest")):
        names.append(name)
        parents.append(bones[above])
    parents[bones["chest"]], parents[bones["upperChest"]] = len(names) - 2, len(names) - 1
    found = name_human_bones(names, parents)
    assert found is not None
    assert (found.family, found.joints) == ("unreal5", bones)
