"""Twist bones, joints inside the spine, and bones that hang elsewhere than a body's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.retargeting.retarget import retarget
from avatarkit.retargeting.rig_motion import RigMotion
from avatarkit.retargeting.skeleton_motion import world_transforms
from avatarkit.retargeting.to_human import human_skeleton, rig_motion_to_human
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from tests.retargeting.moving_people import BODY, BOX_RIG, DISGUISES, random_motion
from tests.retargeting.test_retarget import angles_deg


def with_joint(rig: HumanoidRig, start: str, end: str, place: float, *, inside: bool, shared: tuple[str, float]) -> HumanoidRig:
    """The rig with one more joint on the line between two bones; `inside` hangs the second bone on it."""
    skeleton, first, second = rig.skeleton, rig.human_bones[start], rig.human_bones[end]
    old = np.arange(len(skeleton.names))
    new = np.where(old >= second, old + 1, old)  # the joint goes in just before the second bone
    parents = np.insert(np.where(skeleton.parents < 0, -1, new[skeleton.parents]), second, new[first])
    steps = np.insert(skeleton.rest_translations, second, place * skeleton.rest_translations[second], axis=0)
    if inside:
        parents[second + 1] = second
        steps[second + 1] *= 1 - place
    turns = np.insert(skeleton.rest_rotations, second, quaternions.IDENTITY, axis=0)
    scales = np.insert(skeleton.rest_scales, second, 1.0, axis=0)
    names = (*skeleton.names[:second], f"{start} extra", *skeleton.names[second:])
    return replace(
        rig,
        skeleton=Skeleton(names, parents, steps, turns, scales),
        human_bones={bone: int(new[joint]) for bone, joint in rig.human_bones.items()},
        t_pose=np.insert(rig.t_pose, second, quaternions.IDENTITY, axis=0),
        twist_bones={second: shared},
    )


def twisted(bone: str, axis: tuple[float, float, float], degrees: float) -> HumanMotion:
    motion = random_motion(BODY, moments=1, most_deg=0)
    rotations = np.array(motion.rotations)
    rotations[:, BONE[bone]] = quaternions.from_rotation_vector(np.radians(degrees) * np.array(axis))
    return replace(motion, rotations=rotations)


def turn_of(motion: RigMotion, joint: int) -> np.ndarray:
    """How far a joint has turned in the world since the T-pose."""
    rig = motion.rig
    _, world = world_transforms(rig.skeleton, motion.translations[0], motion.rotations[0])
    _, rest = world_transforms(rig.skeleton, rig.skeleton.rest_translations, rig.t_pose)
    return quaternions.multiply(world[joint], quaternions.inverse(rest[joint]))


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(("start", "end", "bone", "axis"), [
    ("leftLowerArm", "leftHand", "leftHand", (1, 0, 0)), ("rightLowerLeg", "rightFoot", "rightFoot", (0, 1, 0)),
    ("leftUpperArm", "leftLowerArm", "leftUpperArm", (1, 0, 0)), ("rightUpperLeg", "rightLowerLeg", "rightUpperLeg", (0, 1, 0)),
])  # fmt: skip
def test_a_twist_joint_takes_its_share(start: str, end: str, bone: str, axis: tuple[float, float, float], inside: bool):
    rig = with_joint(BOX_RIG, start, end, 0.4, inside=inside, shared=(bone, 0.4))
    (joint,) = rig.twist_bones
    on_rig = retarget(twisted(bone, axis, 80), rig, feet="never")
    wanted = quaternions.from_rotation_vector(np.radians(0.4 * 80) * np.array(axis))
    assert angles_deg(turn_of(on_rig, joint), wanted) < 1e-4


@pytest.mark.parametrize("inside", [False, True])
def test_what_is_shared_leaves_the_human_bones_where_they_were(inside: bool):
    motion = random_motion(BODY, seed=8)
    for start, end, bone in (
        ("leftLowerArm", "leftHand", "leftHand"), ("leftUpperArm", "leftLowerArm", "leftUpperArm"), ("spine", "chest", "chest"),
    ):  # fmt: skip
        rig = with_joint(BOX_RIG, start, end, 0.5, inside=inside, shared=(bone, 0.5))
        on_rig = retarget(motion, rig, feet="never")
        assert np.abs(on_rig.rotations[:, next(iter(rig.twist_bones)), 3]).min() < 0.999
        back = rig_motion_to_human(on_rig)
        assert angles_deg(world_rotations(back.rotations), world_rotations(motion.rotations)).max() < 0.01


def test_a_joint_inside_the_spine_takes_half_of_the_bend():
    rig = with_joint(BOX_RIG, "spine", "chest", 0.5, inside=True, shared=("chest", 0.5))
    on_rig = retarget(twisted("chest", (1, 0, 0), 60), rig, feet="never")
    (joint,) = rig.twist_bones
    assert angles_deg(turn_of(on_rig, joint), quaternions.from_rotation_vector(np.radians([30.0, 0, 0]))) < 1e-4


@pytest.mark.parametrize("rehung", [("leftFoot", None), ("rightUpperLeg", "spine"), ("spine", None), ("leftUpperArm", "hips")])
@pytest.mark.parametrize("disguise", ["T-pose", "all at once"])
def test_a_bone_that_hangs_elsewhere_is_carried_along(rehung: tuple[str, str | None], disguise: str):
    rig = _rehung(DISGUISES[disguise], *rehung)
    motion = random_motion(BODY, seed=9, most_deg=50)
    on_rig = retarget(motion, rig, feet="never")
    places, _ = world_transforms(rig.skeleton, on_rig.translations, on_rig.rotations)
    seen = quaternions.rotate(rig.to_canonical, places)
    wanted = world_positions(human_skeleton(rig)[0], motion.root_positions, world_rotations(motion.rotations))
    for bone, joint in rig.human_bones.items():
        np.testing.assert_allclose(seen[:, joint], wanted[:, BONE[bone]], atol=1e-6)


def _rehung(rig: HumanoidRig, bone: str, onto: str | None) -> HumanoidRig:
    """The same T-pose, with one bone's joint hung on another bone or on the joint at the top."""
    skeleton, joint = rig.skeleton, rig.human_bones[bone]
    target = 0 if onto is None else rig.human_bones[onto]
    places, world = world_transforms(skeleton, skeleton.rest_translations, rig.t_pose)
    scale = skeleton.rest_scales[0] * (1.0 if target == 0 else skeleton.rest_scales[target])
    back = quaternions.inverse(world[target])
    steps, turns, parents = np.array(skeleton.rest_translations), np.array(rig.t_pose), np.array(skeleton.parents)
    steps[joint] = quaternions.rotate(back, places[joint] - places[target]) / scale
    turns[joint] = quaternions.multiply(back, world[joint])
    parents[joint] = target
    return replace(
        rig, skeleton=Skeleton(skeleton.names, parents, steps, skeleton.rest_rotations, skeleton.rest_scales), t_pose=turns
    )
