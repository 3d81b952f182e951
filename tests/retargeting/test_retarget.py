from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.errors import UsageError
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import local_rotations, world_positions, world_rotations
from avatarkit.retargeting.ground import body_soles
from avatarkit.retargeting.retarget import make_retargeter, retarget
from avatarkit.retargeting.skeleton_motion import world_transforms
from avatarkit.retargeting.stance import leg_shape
from avatarkit.retargeting.to_human import human_skeleton, rig_motion_to_human
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.limbs import many_turns
from tests.retargeting.moving_people import BODY, BOX_RIG, DISGUISES, disguised, random_motion, scaled


def angles_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Angles between rotations, exact for small ones."""
    between = quaternions.multiply(quaternions.inverse(first), second)
    return np.degrees(2 * np.arctan2(np.linalg.norm(between[..., :3], axis=-1), np.abs(between[..., 3])))


@pytest.mark.parametrize("name", DISGUISES)
def test_a_clip_put_on_a_rig_and_read_back_is_the_same_clip(name: str):
    motion = random_motion(BODY)
    back = rig_motion_to_human(retarget(motion, DISGUISES[name], feet="never"))
    assert angles_deg(back.rotations, motion.rotations).max() < 0.01
    np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=1e-6)


@pytest.mark.parametrize("name", DISGUISES)
def test_every_disguise_of_one_body_stands_as_the_human_stands(name: str):
    motion, rig = random_motion(BODY, seed=1), DISGUISES[name]
    on_rig = retarget(motion, rig, feet="never")
    places, _ = world_transforms(rig.skeleton, on_rig.translations, on_rig.rotations)
    seen = quaternions.rotate(rig.to_canonical, places)[:, [rig.human_bones[bone] for bone in HUMAN_BONES]]
    wanted = world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    np.testing.assert_allclose(seen, wanted, atol=1e-6)


@pytest.mark.parametrize("feet", ["auto", "always", "never"])
def test_live_poses_equal_the_file(feet: str):
    rig = scaled(DISGUISES["all at once"], {"leftUpperLeg": 1.2, "rightUpperLeg": 1.2, "spine": 0.8})
    motion = random_motion(BODY, seed=2, most_deg=30)
    whole, live = retarget(motion, rig, feet=feet), make_retargeter(rig, motion.skeleton, feet=feet)
    for index in range(len(motion)):
        translations, rotations, weights = live.apply(motion.pose(index))
        np.testing.assert_allclose(translations, whole.translations[index], atol=1e-12)
        assert angles_deg(rotations, whole.rotations[index]).max() < 1e-6
        np.testing.assert_allclose(weights, whole.morph_weights[index])


def test_no_pose_changes_a_bones_length():
    on_rig = retarget(random_motion(BODY), DISGUISES["rolled axes"])
    moved = np.delete(on_rig.translations, on_rig.rig.human_bones["hips"], axis=1)
    rest = np.delete(on_rig.rig.skeleton.rest_translations, on_rig.rig.human_bones["hips"], axis=0)
    np.testing.assert_array_equal(moved, np.broadcast_to(rest, moved.shape))


def test_what_a_missing_bone_turns_its_children_take():
    rig = disguised(BOX_RIG, without=("upperChest", "leftShoulder", "rightShoulder", "chest"))
    motion = random_motion(BODY, seed=3)
    back = world_rotations(rig_motion_to_human(retarget(motion, rig, feet="never")).rotations)
    wanted = world_rotations(motion.rotations)
    rows = [BONE[bone] for bone in rig.human_bones]
    assert angles_deg(back[:, rows], wanted[:, rows]).max() < 0.01


def test_a_bone_that_the_source_lacks_stays_at_rest():
    lacking = human_skeleton(disguised(BOX_RIG, without=("upperChest",)))[0]
    motion = random_motion(lacking, seed=4)
    back = rig_motion_to_human(retarget(motion, DISGUISES["A-pose"], feet="never"))
    assert angles_deg(back.rotations[:, BONE["upperChest"]], quaternions.IDENTITY).max() < 1e-4


def test_the_same_body_keeps_its_legs_as_they_are():
    motion = _standing(BODY)
    back = rig_motion_to_human(retarget(motion, DISGUISES["T-pose"], feet="auto"))
    assert angles_deg(back.rotations, motion.rotations).max() < 0.1


@pytest.mark.parametrize(("factors", "slides_without"), [
    ({"leftLowerLeg": 1.4, "rightLowerLeg": 1.4}, True),
    ({"leftUpperLeg": 0.6, "rightUpperLeg": 0.6}, True),
    ({"hips": 1.8}, True),
    ({"leftFoot": 2.0, "rightFoot": 2.0}, False),
], ids=["long shins", "short thighs", "broad hips", "large feet"])  # fmt: skip
def test_feet_that_stand_do_not_slide_on_other_proportions(factors: dict[str, float], slides_without: bool):
    rig = scaled(DISGUISES["T-pose"], factors)
    motion = _standing(BODY)
    assert _ankle_paths(motion).max() < 1e-6
    assert _ankle_paths(rig_motion_to_human(retarget(motion, rig, feet="auto"))).max() < 0.004
    free = _ankle_paths(rig_motion_to_human(retarget(motion, rig, feet="never")))
    assert (free.max() > 0.004) == slides_without


@pytest.mark.parametrize("feet", ["auto", "always"])
def test_no_sole_goes_through_the_floor(feet: str):
    rig = scaled(DISGUISES["Z up"], {"leftFoot": 1.5, "rightFoot": 1.5, "leftLowerLeg": 0.8, "rightLowerLeg": 0.8})
    motion = random_motion(BODY, seed=5, most_deg=40, moments=100)
    motion = replace(motion, root_positions=np.add(motion.root_positions, (0, 0.25, 0)))  # within reach of the legs
    played = rig_motion_to_human(retarget(motion, rig, feet=feet))
    skeleton, soles = human_skeleton(rig)
    heights = soles.heights(skeleton, played.root_positions, world_rotations(played.rotations))
    assert heights.min() > -1e-3


def test_arkit_weights_reach_the_morphs_that_bear_their_names():
    shuffled = tuple(reversed(ARKIT_NAMES))
    rig = replace(BOX_RIG, morph_names=("Body_hidden", *shuffled))
    motion = random_motion(BODY)
    on_rig = retarget(motion, rig)
    np.testing.assert_allclose(on_rig.morph_weights[:, 1:], motion.expressions[:, ::-1])
    assert not on_rig.morph_weights[:, 0].any()


def test_another_word_for_feet_names_the_ones_that_exist():
    with pytest.raises(UsageError, match="always"):
        retarget(random_motion(BODY), BOX_RIG, feet="alway")


def _standing(skeleton: HumanSkeleton) -> HumanMotion:
    """A person whose hips sway, sink and turn over feet that stand: the truth of what feet do."""
    motion = random_motion(skeleton, moments=60, most_deg=0)
    time = motion.times_s
    sway = np.stack([0.05 * np.sin(4 * time), -0.08 + 0.05 * np.cos(3 * time), 0.06 * np.sin(2 * time)], axis=1)
    root = skeleton.rest_positions[BONE["hips"]] + sway
    world = np.tile(quaternions.IDENTITY, (60, 55, 1))
    world[:, :] = quaternions.from_rotation_vector(np.outer(np.sin(3 * time), (0, 0.2, 0.05)))[:, None]
    legs = leg_shape(skeleton, body_soles(skeleton))
    for side, name in enumerate(("left", "right")):
        hip = root + quaternions.rotate(world[:, BONE["hips"]], legs.hip[side])
        goal = skeleton.rest_positions[BONE[f"{name}Foot"]] - hip
        upper, lower = np.broadcast_to(legs.thigh[side], goal.shape), np.broadcast_to(legs.shin[side], goal.shape)
        turn, bend = many_turns(upper, lower, goal, np.broadcast_to((1.0, 0.0, 0.0), goal.shape))
        world[:, BONE[f"{name}UpperLeg"]] = quaternions.from_matrix(turn)
        world[:, BONE[f"{name}LowerLeg"]] = quaternions.from_matrix(turn @ bend)
        world[:, BONE[f"{name}Foot"]] = world[:, BONE[f"{name}Toes"]] = quaternions.IDENTITY
    return replace(motion, root_positions=root, rotations=local_rotations(world), foot_contacts=np.ones((60, 2)))


def _ankle_paths(motion: HumanMotion) -> np.ndarray:
    """How far each ankle strays from where it began, metres (2,)."""
    places = world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    ankles = places[:, [BONE["leftFoot"], BONE["rightFoot"]]]
    return np.linalg.norm(ankles - ankles[0], axis=-1).max(axis=0)
