"""Rigs in every disguise, and people who move on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.retargeting.to_human import human_skeleton
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.rig.t_pose import t_pose
from tests.box_person import box_person

BOX_RIG = box_person().rig


def random_motion(skeleton: HumanSkeleton, *, moments: int = 20, seed: int = 0, most_deg: float = 70.0) -> HumanMotion:
    """Every present bone turns freely; the hips wander about at their height; all expressions change."""
    generator = np.random.default_rng(seed)
    turns = quaternions.from_rotation_vector(generator.uniform(-1, 1, (moments, BONES, 3)) * np.radians(most_deg) / np.sqrt(3))
    rotations = np.where(skeleton.present[:, None], turns, quaternions.IDENTITY)
    root = skeleton.rest_positions[BONE["hips"]] + generator.uniform(-0.3, 0.3, (moments, 3))
    return HumanMotion(
        skeleton=skeleton,
        times_s=np.arange(moments) / 30,
        root_positions=root,
        rotations=rotations,
        confidence=np.broadcast_to(skeleton.present.astype(float), (moments, BONES)),
        expressions=generator.uniform(0, 1, (moments, EXPRESSIONS)),
        foot_contacts=generator.uniform(0, 1, (moments, 2)).round(),
    )


def disguised(
    rig: HumanoidRig,
    *,
    arms_down_deg: float = 0.0,
    rolled: bool = False,
    unit_m: float = 1.0,
    world: np.ndarray = quaternions.IDENTITY,
    without: tuple[str, ...] = (),
) -> HumanoidRig:
    """The same body in another file's habits.

    Args:
        rig: a T-posed one whose joints are parallel to the world.
        arms_down_deg: how far the rest pose's arms hang.
        rolled: give each joint axes of its own.
        unit_m: what the joints count in; an armature joint above the hips makes up for it.
        world: rotation of the whole body, of which the armature says nothing.
        without: human bones that the rig does not have; their joints stay.
    """
    skeleton = rig.skeleton
    joints = len(skeleton.names)
    places = skeleton.rest_world[0]
    turned = np.array([quaternions.IDENTITY] * joints)
    for side, sign in (("left", -1), ("right", 1)):
        below = _below(skeleton, rig.human_bones[f"{side}UpperArm"])
        turn = quaternions.from_rotation_vector(np.array([0.0, 0.0, sign * np.radians(arms_down_deg)]))
        shoulder = places[rig.human_bones[f"{side}UpperArm"]]
        places = np.where(below[:, None], shoulder + quaternions.rotate(turn, places - shoulder), places)
        turned = np.where(below[:, None], turn, turned)
    roll = np.random.default_rng(7).normal(size=(joints, 4)) if rolled else np.tile(quaternions.IDENTITY, (joints, 1))
    turned = quaternions.multiply(quaternions.multiply(world, turned), quaternions.normalize(roll))
    places = quaternions.rotate(world, places)
    return _rigged(rig, places, turned, unit_m, without)


def _below(skeleton: Skeleton, top: int) -> np.ndarray:
    found = np.zeros(len(skeleton.names), bool)
    for joint, parent in enumerate(skeleton.parents):
        found[joint] = joint == top or (parent >= 0 and found[parent])
    return found


def _rigged(rig: HumanoidRig, places: np.ndarray, turned: np.ndarray, unit_m: float, without: tuple[str, ...]) -> HumanoidRig:
    parents = np.concatenate([[-1], rig.skeleton.parents + 1])
    places, turned = np.vstack([np.zeros(3), places / unit_m]), np.vstack([quaternions.IDENTITY, turned])
    above = np.maximum(parents, 0)
    back = quaternions.inverse(turned[above])
    translations = np.where((parents >= 0)[:, None], quaternions.rotate(back, places - places[above]), places)
    rotations = np.where((parents >= 0)[:, None], quaternions.multiply(back, turned), turned)
    scales = np.ones((len(parents), 3))
    scales[0] = unit_m
    skeleton = Skeleton(("Armature", *rig.skeleton.names), parents, translations, rotations, scales)
    bones = {bone: joint + 1 for bone, joint in rig.human_bones.items() if bone not in without}
    pose, to_canonical = t_pose(skeleton, bones, rotations)
    return replace(rig, skeleton=skeleton, human_bones=bones, t_pose=pose, to_canonical=to_canonical)


Z_UP = quaternions.from_rotation_vector(np.array([np.pi / 2, 0.0, 0.0]))
TURNED = quaternions.from_rotation_vector(np.array([0.0, np.pi, 0.0]))

DISGUISES = {
    "T-pose": disguised(BOX_RIG),
    "A-pose": disguised(BOX_RIG, arms_down_deg=45),
    "arms hanging": disguised(BOX_RIG, arms_down_deg=75),
    "rolled axes": disguised(BOX_RIG, rolled=True),
    "centimetres": disguised(BOX_RIG, unit_m=0.01),
    "Z up": disguised(BOX_RIG, world=Z_UP),
    "facing -Z": disguised(BOX_RIG, world=TURNED),
    "all at once": disguised(BOX_RIG, arms_down_deg=40, rolled=True, unit_m=0.01, world=Z_UP),
}

BODY = human_skeleton(DISGUISES["T-pose"])[0]


def scaled(rig: HumanoidRig, factors: dict[str, float]) -> HumanoidRig:
    """The rig with some bones' lengths multiplied: human bone -> factor for the steps to the joints below it."""
    steps = np.array(rig.skeleton.rest_translations)
    for bone, factor in factors.items():
        steps[rig.skeleton.parents == rig.human_bones[bone]] *= factor
    skeleton = replace(rig.skeleton, rest_translations=steps)
    return replace(rig, skeleton=skeleton)
