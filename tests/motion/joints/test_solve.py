"""Laws of joint rotations from points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.joint_points import JointPoints
from avatarkit.motion.joints.solve import solve_joints
from avatarkit.motion.kinematics import PARENTS, world_positions, world_rotations
from avatarkit.vocabulary.mediapipe_points import POSE
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.motion.joints.posed_points import (
    SKELETON,
    angles_deg,
    identity,
    mirrored_points,
    mirrored_pose,
    points_of,
    random_pose,
    turn,
)  # fmt: skip

seeds = st.integers(0, 2**31)
UNSEEN = [BONE[bone] for bone in ("leftToes", "rightToes", "leftEye", "rightEye", "jaw")]


def bone_lengths(positions: np.ndarray) -> np.ndarray:
    return np.linalg.norm(positions[1:] - positions[list(PARENTS[1:])], axis=1)


def noise(seed: int) -> JointPoints:
    """Points that belong to no body at all."""
    random = np.random.default_rng(seed)
    return JointPoints(random.normal(size=(33, 3)), random.uniform(size=33), *random.normal(size=(2, 21, 3)))


def test_the_t_pose_is_the_identity() -> None:
    assert solve_joints(points_of(identity())).rotations == pytest.approx(identity(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_points_of_a_pose_give_the_pose_back(seed: int) -> None:
    pose = random_pose(seed)
    errors = angles_deg(solve_joints(points_of(pose)).rotations, pose)
    assert dict(zip(HUMAN_BONES, errors.round(4), strict=True)) == pytest.approx(dict.fromkeys(HUMAN_BONES, 0.0), abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(seeds, st.booleans())
def test_mirrored_points_give_the_mirrored_pose(seed: int, of_a_body: bool) -> None:
    first, second = (points_of(random_pose(seed + k, least_bend_deg=0.0)) if of_a_body else noise(seed + k) for k in (0, 1))
    memory = solve_joints(first).memory
    memory_mirrored = solve_joints(mirrored_points(first)).memory
    straight = solve_joints(second, memory).rotations
    mirrored = solve_joints(mirrored_points(second), memory_mirrored).rotations
    assert angles_deg(mirrored, mirrored_pose(straight)) == pytest.approx(0.0, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(-180, 180))
def test_turning_everything_turns_the_hips_alone(seed: int, degrees: float) -> None:
    points, about_y = points_of(random_pose(seed, least_bend_deg=0.0)), turn([0, 1, 0], degrees)
    turned = replace(
        points, **{name: quaternions.rotate(about_y, getattr(points, name)) for name in ("body", "left_hand", "right_hand")}
    )
    before, after = solve_joints(points).rotations, solve_joints(turned).rotations
    assert angles_deg(after[1:], before[1:]) == pytest.approx(0.0, abs=1e-3)
    assert angles_deg(after[0], quaternions.multiply(about_y, before[0])) == pytest.approx(0.0, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_whatever_the_points_are_no_bone_changes_its_length(seed: int) -> None:
    memory = None
    for step in range(3):
        solution = solve_joints(noise(seed + step), memory)
        memory = solution.memory
        positions = world_positions(SKELETON, np.zeros(3), world_rotations(solution.rotations))
        assert bone_lengths(positions) == pytest.approx(bone_lengths(SKELETON.rest_positions))
        assert np.linalg.norm(solution.rotations, axis=1) == pytest.approx(1.0)
        assert np.isfinite(solution.memory.hinges).all() and np.isfinite(solution.memory.twists).all()


@pytest.mark.parametrize("body", [np.zeros((33, 3)), np.full((33, 3), 1e6), np.eye(33, 3)])
def test_points_that_coincide_give_finite_unit_rotations(body: np.ndarray) -> None:
    solution = solve_joints(JointPoints(body, np.ones(33), np.zeros((21, 3)), np.zeros((21, 3))))
    assert np.linalg.norm(solution.rotations, axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("bend", [5.0, 25.0, 35.0, 90.0])
def test_the_same_moment_twice_changes_nothing(bend: float) -> None:
    """What is remembered does not depend on the number of frames."""
    second = random_pose(2)
    for side, sign in (("left", -1), ("right", 1)):
        second[BONE[side + "LowerArm"]] = turn([0, sign, 0], bend)
    points = [points_of(random_pose(1)), points_of(second)]
    once = solve_joints(points[1], solve_joints(points[0]).memory)
    again = solve_joints(points[1], once.memory)
    assert angles_deg(again.rotations, once.rotations) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("degrees", [0.0, 40.0, 90.0])
def test_an_elbow_goes_through_straight_without_a_jump(degrees: float) -> None:
    """Bending one way, straightening, and bending on with the arm rolled meanwhile: 1 degree a step in, little more out."""
    steps, pose, memory, last = 90, identity(), None, None
    for step in range(steps + 1):
        bend, roll = abs(45.0 - step), degrees * step / steps
        pose[BONE["leftUpperArm"]] = turn([1, 0, 0], roll)
        pose[BONE["leftLowerArm"]] = turn([0, -1, 0], bend)
        solution = solve_joints(points_of(pose), memory)
        memory = solution.memory
        arm = solution.rotations[[BONE["leftUpperArm"], BONE["leftLowerArm"], BONE["leftHand"]]]
        if last is not None:
            assert angles_deg(arm, last).max() < 12.0
        last = arm


def test_a_straight_arm_keeps_the_roll_it_was_seen_with() -> None:
    pose = identity()
    pose[BONE["leftUpperArm"]], pose[BONE["leftLowerArm"]] = turn([1, 0, 0], 40.0), turn([0, -1, 0], 60.0)
    memory = solve_joints(points_of(pose)).memory
    pose[BONE["leftLowerArm"]] = quaternions.IDENTITY
    rotations = solve_joints(points_of(pose), memory).rotations
    assert angles_deg(rotations[BONE["leftUpperArm"]], pose[BONE["leftUpperArm"]]) == pytest.approx(0.0, abs=1e-3)


def test_straight_legs_turn_out_as_their_feet_do() -> None:
    pose = identity()
    pose[BONE["leftUpperLeg"]] = turn([0, 1, 0], 30.0)
    rotations = solve_joints(points_of(pose)).rotations
    assert angles_deg(rotations, pose).max() < 6.0


@pytest.mark.parametrize("side", ["left", "right"])
def test_no_wrist_turns_more_than_the_forearm_lets_it(side: str) -> None:
    """A palm turned over by 80 degrees is two thirds the forearm's."""
    along = [1, 0, 0] if side == "left" else [-1, 0, 0]
    pose = identity()
    pose[BONE[side + "LowerArm"]] = quaternions.multiply(turn([0, -1 if side == "left" else 1, 0], 60.0), turn(along, 80.0))
    rotations = solve_joints(points_of(pose)).rotations
    assert angles_deg(rotations[BONE[side + "Hand"]], quaternions.IDENTITY) == pytest.approx(80 / 3, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_hand_that_is_half_believed_turns_half_as_far_and_its_fingers_are_as_seen(seed: int) -> None:
    pose = random_pose(seed)
    pose[BONE["leftHand"]], pose[BONE["leftLowerArm"]] = turn([0, 0, 1], 50.0), turn([0, -1, 0], 70.0)
    seen = points_of(pose)
    half = solve_joints(replace(seen, hands_sure=(0.5, 1.0))).rotations
    assert angles_deg(half[BONE["leftHand"]], quaternions.IDENTITY) == pytest.approx(25.0, abs=0.5)
    others = np.setdiff1d(np.arange(len(half)), [BONE["leftHand"], *UNSEEN])
    assert angles_deg(half, pose)[others].max() < 1e-3


def test_a_seen_face_places_the_head() -> None:
    look = turn([0, 1, 0], 30.0)
    pose = solve_joints(replace(points_of(identity()), head=look)).rotations
    assert angles_deg(world_rotations(pose)[BONE["head"]], look) == pytest.approx(0.0, abs=1e-3)


def test_what_is_not_seen_keeps_its_last_rotation_without_confidence() -> None:
    pose = random_pose(3)
    first = solve_joints(points_of(pose))
    visibility = np.ones(33)
    visibility[[POSE["leftElbow"], POSE["rightAnkle"]]] = 0.0
    later = solve_joints(points_of(random_pose(4), hands=False, visibility=visibility), first.memory)
    for bone in ("leftUpperArm", "leftLowerArm", "leftHand", "rightLowerLeg", "rightFoot", "leftIndexDistal"):
        assert later.confidence[BONE[bone]] == 0.0
        assert later.rotations[BONE[bone]] == pytest.approx(first.rotations[BONE[bone]])
    assert later.confidence[BONE["rightUpperArm"]] == later.confidence[BONE["hips"]] == 1.0


def test_nothing_is_claimed_of_bones_without_points() -> None:
    assert (solve_joints(points_of(random_pose(6))).confidence[UNSEEN] == 0.0).all()


@pytest.mark.parametrize("degrees", [-20.0, 12.0])
def test_one_shoulder_above_the_other_is_the_collar_bones(degrees: float) -> None:
    pose = identity()
    pose[[BONE["leftShoulder"], BONE["rightShoulder"]]] = turn([0, 0, 1], degrees)
    solution = solve_joints(points_of(pose)).rotations
    for bone in ("leftShoulder", "rightShoulder", "upperChest", "leftUpperArm"):
        assert angles_deg(solution[BONE[bone]], pose[BONE[bone]]) < 4.0  # the collar bones are shorter than the shoulders' line


def test_a_spine_bent_sideways_bends_evenly() -> None:
    pose = identity()
    for bone in ("spine", "chest", "upperChest"):
        pose[BONE[bone]] = turn([0, 0, 1], 7.0)
    assert angles_deg(solve_joints(points_of(pose)).rotations[:4], pose[:4]).max() < 1.0


def test_hips_guessed_below_the_picture_turn_nothing() -> None:
    visibility = np.ones(33)
    visibility[[POSE["leftHip"], POSE["rightHip"]]] = 0.0
    pose = identity()
    pose[BONE["hips"]] = turn([0, 1, 0], 40.0)
    pose[BONE["spine"]] = turn([0, 1, 0], -40.0)
    solution = solve_joints(points_of(pose, visibility=visibility)).rotations
    assert angles_deg(solution[: BONE["leftUpperLeg"]], quaternions.IDENTITY).max() < 1e-3


def test_a_bust_keeps_its_hips_still() -> None:
    """Hips below the picture: the shoulders' turn is the spine's alone."""
    visibility = np.ones(33)
    visibility[[POSE[side + joint] for side in ("left", "right") for joint in ("Hip", "Knee", "Ankle")]] = 0.0
    pose = identity()
    for bone in ("spine", "chest", "upperChest"):
        pose[BONE[bone]] = turn([0, 1, 0], 10.0)
    solution = solve_joints(points_of(pose, visibility=visibility))
    assert angles_deg(solution.rotations, pose).max() < 1e-3
    assert solution.confidence[BONE["hips"]] == 0.0


@pytest.mark.parametrize("twist_deg", [60.0, 120.0, 175.0, -175.0])
def test_a_straight_arm_rolls_no_further_than_a_shoulder_can_whatever_its_hand_shows(twist_deg: float) -> None:
    """Hands of people beside are taken for one's own, palms for backs: that must not wring the arm."""
    pose = identity()
    pose[BONE["leftLowerArm"]] = turn([1, 0, 0], twist_deg)
    rotations = solve_joints(points_of(pose)).rotations
    rolled = angles_deg(rotations[BONE["leftUpperArm"]], quaternions.IDENTITY)
    assert rolled <= 70.0 + 1e-6
    assert rolled == pytest.approx(30.0, abs=0.1) or abs(twist_deg) > 90.0
