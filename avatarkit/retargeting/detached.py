"""Bones that do not hang where a body has them: a foot beside its leg, a thigh below the spine. They are carried along.

Other bones only turn, and their place follows. These get a place too, the one that the body gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanSkeleton
from avatarkit.motion.kinematics import PARENTS
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.vrm import HUMAN_BONES

NO_BONE = -1


@dataclass(frozen=True)
class DetachedBone:
    """One of them, and the joint that it hangs on.

    Attributes:
        row: the human bone's; joint: its joint.
        anchor: row of the human bone that the joint above moves with; `NO_BONE` when it stays in the world.
        above: (4,) rotation of the joint above in the T-pose, canonical axes; own: (4,) the bone's.
        offset: (3,) metres, canonical axes: from the anchor, or from the world's origin, to the joint above.
        scale: (3,) what acts on the translation.
    """

    row: int
    joint: int
    anchor: int
    above: np.ndarray
    own: np.ndarray
    offset: np.ndarray
    scale: np.ndarray


def detached_bones(
    rig: HumanoidRig, body: HumanSkeleton, places: np.ndarray, world: np.ndarray, scales: np.ndarray
) -> tuple[DetachedBone, ...]:
    """The rig's detached bones.

    Args:
        rig: the rig; body: its proportions.
        places, world: (B, 3), (B, 4) of its joints in the T-pose, canonical axes.
        scales: (B, 3) world scale of each joint.
    """
    rows = {joint: BONE[bone] for bone, joint in rig.human_bones.items()}
    found = []
    for joint, row in rows.items():
        anchor, parent = _anchor(rig, rows, joint), int(rig.skeleton.parents[joint])
        if row == BONE["hips"] or parent < 0 or anchor == _upper(row, body):
            continue
        origin = places[rig.human_bones[HUMAN_BONES[anchor]]] if anchor != NO_BONE else np.zeros(3)
        found.append(DetachedBone(row, joint, anchor, world[parent], world[joint], places[parent] - origin, scales[parent]))
    return tuple(found)


def carry(
    bones: tuple[DetachedBone, ...], body: HumanSkeleton, root: np.ndarray, rotations: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Local translations (..., D, 3) and rotations (..., D, 4) of detached bones.

    Args:
        bones: D of them.
        body: the rig's proportions.
        root: (..., 3) its hips; rotations: (..., 55, 4) normalized.
    """
    world, places = _chains(bones, body, root, rotations)
    translations, turns = [], []
    for bone in bones:
        turn = world[bone.anchor]
        origin = places[bone.anchor] + quaternions.rotate(turn, bone.offset)
        back = quaternions.inverse(quaternions.multiply(turn, bone.above))
        translations.append(quaternions.rotate(back, places[bone.row] - origin) / bone.scale)
        turns.append(quaternions.multiply(back, quaternions.multiply(world[bone.row], bone.own)))
    return np.stack(translations, axis=-2), np.stack(turns, axis=-2)


def _chains(
    bones: tuple[DetachedBone, ...], body: HumanSkeleton, root: np.ndarray, rotations: np.ndarray
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """World rotations (..., 4) and places (..., 3) of the rows that the bones need and no others; the world is `NO_BONE`."""
    still = np.zeros(root.shape)
    world: dict[int, np.ndarray] = {NO_BONE: np.broadcast_to(quaternions.IDENTITY, (*root.shape[:-1], 4))}
    places: dict[int, np.ndarray] = {NO_BONE: still}
    for row in sorted({upper for bone in bones for start in (bone.row, bone.anchor) for upper in _upward(start)}):
        parent = PARENTS[row]
        world[row] = quaternions.multiply(world[parent], rotations[..., row, :])
        step = body.rest_positions[row] - body.rest_positions[parent] if parent >= 0 else root
        places[row] = places[parent] + quaternions.rotate(world[parent], step)
    return world, places


def _upward(row: int) -> Iterator[int]:
    """A bone's row and those above it."""
    while row != NO_BONE:
        yield row
        row = PARENTS[row]


def _anchor(rig: HumanoidRig, rows: dict[int, int], joint: int) -> int:
    """Row of the human bone nearest above a joint in the file."""
    above = int(rig.skeleton.parents[joint])
    while above >= 0 and above not in rows:
        above = int(rig.skeleton.parents[above])
    return rows[above] if above >= 0 else NO_BONE


def _upper(row: int, body: HumanSkeleton) -> int:
    """Row of the human bone that a bone hangs on in this body."""
    row = PARENTS[row]
    while row >= 0 and not body.present[row]:
        row = PARENTS[row]
    return row
