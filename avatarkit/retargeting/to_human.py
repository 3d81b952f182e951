"""A moving skeleton whose human bones are known, as human motion: the hub that everything is retargeted from.

Source: vrm-c/vrm-specification, VRMC_vrm_animation-1.0, how_to_transform_human_pose.md. Its formula for one bone, written for
world rotations, is N = G * W^-1 (G: world rotation now, W: in the T-pose); joints between two human bones fold in by
themselves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import local_rotations, world_rotations
from avatarkit.retargeting.expressions import expression_weights, eyes_with_morphs
from avatarkit.retargeting.ground import Soles, foot_contacts, ground_height, soles_of
from avatarkit.retargeting.rig_motion import RigMotion
from avatarkit.retargeting.skeleton_motion import SkeletonMotion, continuous, world_transforms
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES


def to_human(
    rig: HumanoidRig,
    motion: SkeletonMotion,
    *,
    world_to_canonical: np.ndarray | None = None,
    expressions: np.ndarray | None = None,
    on_floor: bool = True,
) -> HumanMotion:
    """Human motion of a humanoid's joints.

    Args:
        rig: the skeleton of `motion` in metres, its human bones and T-pose.
        motion: its joints over time.
        world_to_canonical: (4,) rotation from the motion's world to ours; the rig's own unless told.
        expressions: (T, 52) ARKit weights; none unless told.
        on_floor: shift the whole motion so that the soles' lowest places are at y = 0.

    Returns:
        the motion, with foot contacts told from the soles' height and speed.
    """
    to_canonical = rig.to_canonical if world_to_canonical is None else world_to_canonical
    skeleton, soles = human_skeleton(rig, motion)
    positions, world = motion.world
    _, t_world = world_transforms(rig.skeleton, rig.skeleton.rest_translations, rig.t_pose)
    back = quaternions.inverse(quaternions.multiply(rig.to_canonical, t_world))
    normalized = quaternions.normalize(quaternions.multiply(quaternions.multiply(to_canonical, world), back))
    rotations = _locals(rig, normalized)
    root = quaternions.rotate(to_canonical, positions[:, rig.human_bones["hips"]])
    lowest = soles.heights(skeleton, root, world_rotations(rotations))
    lift = ground_height(lowest) if on_floor else 0.0
    root = root - (0.0, lift, 0.0)
    count = len(motion.times_s)
    return HumanMotion(
        skeleton=skeleton,
        times_s=motion.times_s,
        root_positions=root,
        rotations=rotations,
        confidence=np.broadcast_to(skeleton.present.astype(float), (count, BONES)),
        expressions=np.zeros((count, EXPRESSIONS)) if expressions is None else expressions,
        foot_contacts=foot_contacts(soles, skeleton, root, rotations, motion.times_s),
        report={"source": rig.source, "naming": rig.family, "notes": list(motion.notes)},
    )


def human_skeleton(rig: HumanoidRig, motion: SkeletonMotion | None = None) -> tuple[HumanSkeleton, Soles]:
    """The proportions of a rig in its T-pose, canonical axes, soles at y = 0; and where its soles are."""
    skeleton = rig.skeleton
    places, t_world = world_transforms(skeleton, skeleton.rest_translations, rig.t_pose)
    tips = places[_toe_tips(rig)]
    if motion is not None:
        tips = np.concatenate([tips, places[motion.end_joints] + quaternions.rotate(t_world[motion.end_joints], motion.ends)])
    tips, places = quaternions.rotate(rig.to_canonical, tips), quaternions.rotate(rig.to_canonical, places)
    rest, present = np.zeros((BONES, 3)), np.zeros(BONES, bool)
    for bone, parent in HUMAN_BONE_PARENTS.items():
        row = BONE[bone]
        present[row] = bone in rig.human_bones
        rest[row] = places[rig.human_bones[bone]] if present[row] else rest[BONE[parent]]  # type: ignore[index]
    soles = soles_of(rest, present, tips)
    rest[:, 1] -= soles.floor
    return HumanSkeleton(rest, present), soles


def _toe_tips(rig: HumanoidRig) -> list[int]:
    """Joints below the feet that are no human bones and on which nothing hangs: where large shoes end."""
    parents = rig.skeleton.parents.tolist()
    below = {rig.human_bones["leftFoot"], rig.human_bones["rightFoot"]}
    for joint, parent in enumerate(parents):
        if parent in below:
            below.add(joint)
    return sorted(below - set(parents) - set(rig.human_bones.values()))


def _locals(rig: HumanoidRig, normalized: np.ndarray) -> np.ndarray:
    """Local rotations (T, 55, 4) of the joints' normalized world rotations (T, B, 4)."""
    world = np.empty((len(normalized), BONES, 4))
    for row, (bone, parent) in enumerate(HUMAN_BONE_PARENTS.items()):
        joint = rig.human_bones.get(bone)
        world[:, row] = normalized[:, joint] if joint is not None else world[:, HUMAN_BONES.index(str(parent))]
    rotations = local_rotations(world)
    return continuous(rotations)


def rig_motion_to_human(motion: RigMotion) -> HumanMotion:
    """What a rig does, as motion of a body with the rig's proportions; expressions, confidence and contacts as they were.

    So is the gaze of eyes that the rig's morphs turn: its bones do not show it.
    """
    moving = SkeletonMotion(motion.rig.skeleton, motion.times_s, motion.translations, motion.rotations)
    found = to_human(motion.rig, moving, expressions=motion.human.expressions, on_floor=False)
    eyes = [BONE[eye] for eye in eyes_with_morphs(motion.rig, expression_weights(motion.rig))]
    rotations = np.array(found.rotations)
    rotations[:, eyes] = motion.human.rotations[:, eyes]
    return replace(
        found,
        rotations=rotations,
        confidence=motion.human.confidence,
        foot_contacts=motion.human.foot_contacts,
        report=motion.human.report,
    )
