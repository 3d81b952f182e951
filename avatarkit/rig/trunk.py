"""The trunk of a body whose limbs and head are known: what lies between them on the joint tree."""

from __future__ import annotations

from collections.abc import Sequence

from avatarkit.rig.joint_tree import JointTree

SPINE_BONES = ("spine", "chest", "upperChest")


def trunk_bones(tree: JointTree, thighs: Sequence[int], arms: Sequence[int], neck: int) -> dict[str, int] | None:
    """Hips, spine, chest and upper chest.

    Args:
        tree: the joints.
        thighs: both upper legs; arms: both upper arms or shoulders; neck: the neck, or the head of a body without one.

    Returns:
        human bone -> joint: the hips are the lowest joint that carries both legs and the neck, the spine's joints those
        between the hips and the lowest joint that carries arms and neck. None where the tree has no such joints.
    """
    hips, top = tree.lowest_common((*thighs, neck)), tree.lowest_common((*arms, neck))
    if hips < 0 or top < 0:
        return None
    between = tree.path_down(hips, top)
    return {"hips": hips, **spread_spine(between)} if between else None


def spread_spine(joints: Sequence[int]) -> dict[str, int]:
    """Which of a spine's joints, from below, are spine, chest and upper chest: of more than three the outer and the middle."""
    if len(joints) <= len(SPINE_BONES):
        return dict(zip(SPINE_BONES, joints, strict=False))
    return {"spine": joints[0], "chest": joints[(len(joints) - 1) // 2], "upperChest": joints[-1]}
