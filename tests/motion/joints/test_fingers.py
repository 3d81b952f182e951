"""Laws of fingers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatarkit.geometry import quaternions
from avatarkit.motion.joints.fingers import FINGER_ROWS, solve_fingers
from avatarkit.motion.joints.ranges import BENDS_RAD, THUMB_ROOT_BEND_DEG
from avatarkit.motion.joints.rest_directions import FINGER_FRAMES, FINGERS
from avatarkit.motion.joints.solve import solve_joints
from tests.motion.joints.posed_points import angles_deg, finger_rotation, identity, points_of, turn

TYPICAL_NOISE_M = 0.001


def solved(pose: np.ndarray, hand: int) -> np.ndarray:
    return solve_joints(points_of(pose)).rotations[FINGER_ROWS[hand]]


@pytest.mark.parametrize("hand", [0, 1])
@pytest.mark.parametrize("finger", range(5))
@pytest.mark.parametrize("bend_deg", [0.0, 30.0, 45.0, 75.0])
def test_a_curl_is_read_back(hand: int, finger: int, bend_deg: float) -> None:
    pose = identity()
    for joint in range(3):
        bend = min(bend_deg, THUMB_ROOT_BEND_DEG[1]) if (finger, joint) == (0, 0) else bend_deg
        pose[FINGER_ROWS[hand][finger][joint]] = finger_rotation(finger, 10.0 * (joint == 0), bend, hand)
    assert angles_deg(solved(pose, hand), pose[FINGER_ROWS[hand]]).max() < 1e-3


@pytest.mark.parametrize("hand", [0, 1])
@pytest.mark.parametrize("roll_deg", [-15.0, 15.0])
def test_a_bent_finger_shows_its_roll(hand: int, roll_deg: float) -> None:
    pose = identity()
    for finger in range(5):
        bones = FINGER_ROWS[hand][finger]
        pose[bones] = [finger_rotation(finger, 0.0, 40.0, hand) for _ in range(3)]
        sign = 1.0 if hand == 0 else -1.0
        along = FINGER_FRAMES[finger][:, 0] * ([1, 1, 1] if hand == 0 else [-1, 1, 1])
        pose[bones[0]] = quaternions.multiply(pose[bones[0]], turn(along, sign * roll_deg))
    assert angles_deg(solved(pose, hand), pose[FINGER_ROWS[hand]]).max() < 1e-3


def test_a_millimetre_of_noise_costs_a_few_degrees() -> None:
    random, pose = np.random.default_rng(0), identity()
    for finger in range(1, 5):
        pose[FINGER_ROWS[0][finger]] = [finger_rotation(finger, 0.0, bend, 0) for bend in (60.0, 50.0, 30.0)]
    hand = points_of(pose).left_hand
    assert hand is not None
    noisy = hand + random.normal(0.0, TYPICAL_NOISE_M, (200, 21, 3))
    palms = np.tile(np.eye(3), (200, 1, 1))
    rotations = solve_fingers(noisy, palms, np.zeros(200, int))
    assert angles_deg(rotations, pose[FINGER_ROWS[0]]).mean() < 5.0


@pytest.mark.parametrize("hand", [0, 1])
def test_a_fist_bends_to_the_palm_and_a_thumb_to_the_fingers(hand: int) -> None:
    pose = identity()
    for finger in range(5):
        for joint in range(3):
            pose[FINGER_ROWS[hand][finger][joint]] = finger_rotation(finger, 0.0, 40.0, hand)
    left, right = points_of(pose).left_hand, points_of(pose).right_hand
    points = (left, right)[hand]
    assert points is not None
    for finger in range(1, 5):
        assert points[4 + 4 * finger, 1] < points[1 + 4 * finger, 1] - 0.03
    thumb_tip, straight_tip = points[4, 2], (points_of(identity()).left_hand, points_of(identity()).right_hand)[hand][4, 2]
    assert thumb_tip < straight_tip - 0.03
    assert abs(points[4, 1] - points[1, 1]) < 1e-6


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31))
def test_no_finger_leaves_its_range_nor_turns_where_it_has_no_joint(seed: int) -> None:
    hands = np.random.default_rng(seed).normal(size=(2, 21, 3))
    rotations = solve_fingers(hands, np.tile(np.eye(3), (2, 1, 1)), np.array([0, 1]))
    vectors = rotations[..., :3] * np.array([[1, 1, 1], [1, -1, -1]])[:, None, None] @ FINGER_FRAMES
    bend = -2.0 * np.arctan2(vectors[..., 2], rotations[..., 3])
    bend[..., 0] = _root_bend(np.concatenate([vectors[:, :, 0], rotations[:, :, 0, 3:]], axis=-1))
    assert (bend >= BENDS_RAD[..., 0] - 1e-9).all() and (bend <= BENDS_RAD[..., 1] + 1e-9).all()
    assert vectors[:, 1:, 1:, :2] == pytest.approx(0.0, abs=1e-12)
    assert vectors[:, 0, 2, :2] == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(rotations, axis=-1) == pytest.approx(1.0)


def _root_bend(rotations: np.ndarray) -> np.ndarray:
    x, y, _ = np.moveaxis(quaternions.rotate(rotations, np.array([1.0, 0.0, 0.0])), -1, 0)
    return np.arctan2(-y, x)


def test_all_fingers_of_both_hands_have_a_row_of_their_own() -> None:
    assert len(np.unique(FINGER_ROWS)) == 2 * 3 * len(FINGERS)
