"""Joints that share a human bone's rotation: twist bones of arms and legs, and what lies between two bones of the spine.

Source: vrm-c/vrm-specification, VRMC_node_constraint-1.0 (roll constraints are where a rig itself says so); the shares are the
joints' places along the bone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from avatarkit.rig.joint_tree import JointTree

SEGMENTS = {
    "UpperArm": ("LowerArm", "UpperArm"),
    "LowerArm": ("Hand", "Hand"),
    "UpperLeg": ("LowerLeg", "UpperLeg"),
    "LowerLeg": ("Foot", "Foot"),
}
"""Segment -> the bone at its end, and the bone whose twist is spread along it: an upper arm its own, a forearm the hand's."""

TRUNK = ("hips", "spine", "chest", "upperChest", "neck", "head")

OFF_LINE = 0.06
"""A twist joint lies on the line of its bone, within this part of its length; muscles and cloth lie beside it."""

AT_THE_START = 0.1
"""A forearm's twist joint that sits at the elbow stands for the middle."""

_NAMED = ("twist", "roll", "捩", "bend")
"""Words that twist joints are called by, wherever they lie."""


def shared_rotations(
    tree: JointTree, positions: np.ndarray, names: Sequence[str], bones: Mapping[str, int]
) -> dict[int, tuple[str, float]]:
    """Which joints take a share of which human bone's rotation.

    Args:
        tree: the joints.
        positions: (B, 3) of them at rest, any unit.
        names: (B,) of them.
        bones: human bone -> joint.

    Returns:
        joint -> (human bone, share 0..1). For an arm's or leg's bone the share is of its twist: the joint turns, about the
        line of its segment, by this part of what the segment's full twist is. For a bone of the spine, neck or head it is
        of the whole rotation.
    """
    found: dict[int, tuple[str, float]] = {}
    for side in ("left", "right"):
        for segment, (end, twisted) in SEGMENTS.items():
            start, stop = bones.get(side + segment), bones.get(side + end)
            if start is not None and stop is not None and tree.is_below(stop, start):
                for joint, share in _along(tree, positions, names, set(bones.values()), (start, stop)):
                    found[joint] = (side + twisted, 0.5 if share < AT_THE_START and twisted != segment else share)
    return found | _between_trunk_bones(tree, bones)


def _along(
    tree: JointTree, positions: np.ndarray, names: Sequence[str], human: set[int], segment: tuple[int, int]
) -> Iterator[tuple[int, float]]:
    """The joints inside a segment with their places along it, 0..1."""
    start, stop = segment
    inline = tree.path_down(start, stop)[:-1]
    line = positions[stop] - positions[start]
    square = float(line @ line) or 1.0
    for owner in (start, *inline):
        for joint in tree.children[owner]:
            if joint in human or _carries(tree, joint, human, inline):
                continue
            away = positions[joint] - positions[start]
            place = float(away @ line) / square
            aside = float(np.linalg.norm(away - place * line)) / square**0.5
            named = any(word in names[joint].casefold() for word in _NAMED)
            if joint in inline or ((named or aside < OFF_LINE) and -OFF_LINE <= place <= 1 + OFF_LINE):
                yield joint, float(np.clip(place, 0.0, 1.0))


def _carries(tree: JointTree, joint: int, human: set[int], inline: Sequence[int]) -> bool:
    """Whether other parts of the body hang on a joint that is not itself inside the segment."""
    return joint not in inline and any(below in human for below in tree.subtree(joint))


def _between_trunk_bones(tree: JointTree, bones: Mapping[str, int]) -> dict[int, tuple[str, float]]:
    """The joints between two bones of the trunk take even shares of the upper one's rotation."""
    present = [bone for bone in TRUNK if bone in bones]
    found: dict[int, tuple[str, float]] = {}
    for lower, upper in pairwise(present):
        between = tree.path_down(bones[lower], bones[upper])[:-1]
        found |= {joint: (upper, (place + 1) / (len(between) + 1)) for place, joint in enumerate(between)}
    return found
