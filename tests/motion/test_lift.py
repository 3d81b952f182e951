"""Laws of bodies' points in the camera's space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.lift import lift
from avatarkit.motion.picture_camera import assumed_camera
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.motion.simulated import PERSON, SIZE_PX, filmed, motion_of, standing

ELBOW = POSE["rightElbow"]
HAND = [POSE["right" + point] for point in ("Wrist", "Pinky", "Index", "Thumb")]
TOO_NEAR_RAD, LEFT_OF_IT = np.radians(35.0), 0.2


def hand_raised() -> HumanMotion:
    """The right hand beside the head."""
    motion = standing(np.zeros(1))
    rotations = np.array(motion.rotations)
    for bone, vector in (("rightUpperArm", (0.0, 0.4, 0.9)), ("rightLowerArm", (0.0, 2.2, 0.0))):
        rotations[:, BONE[bone]] = quaternions.from_rotation_vector(np.array(vector))
    return motion_of(motion.times_s, motion.root_positions, rotations)


def nearer(body: BodyLandmarks) -> BodyLandmarks:
    """A body as a tracker tells it that takes the right forearm to come towards the camera, though it sees it where it is."""
    metres = np.array(body.world_m)
    along = metres[HAND[0]] - metres[ELBOW]
    axis = np.cross(along, (0.0, 0.0, 1.0))
    turn = quaternions.from_rotation_vector(TOO_NEAR_RAD * axis / np.linalg.norm(axis))
    metres[HAND] = metres[ELBOW] + quaternions.rotate(turn, metres[HAND] - metres[ELBOW])
    return replace(body, world_m=metres)


def forearm(points: np.ndarray) -> np.ndarray:
    along = points[HAND[0]] - points[ELBOW]
    return np.asarray(along / np.linalg.norm(along))


def test_of_a_forearm_that_is_guessed_too_near_the_picture_knows_better() -> None:
    body = filmed(hand_raised()).frames[0].body
    assert body is not None
    truth, told = (forearm(lift(part, PERSON, assumed_camera(SIZE_PX))) for part in (body, nearer(body)))
    assert np.arccos(truth @ told) < LEFT_OF_IT * TOO_NEAR_RAD


HIPS_ASTRAY_RAD, HALF_OF_IT = np.radians(40.0), 0.6
LEFT_HIP, RIGHT_HIP = POSE["leftHip"], POSE["rightHip"]


def astray(body: BodyLandmarks, knee_visibility: float) -> BodyLandmarks:
    """A body whose hips are told turned away from its shoulders, beside a left knee that is so visible."""
    metres, visibility = np.array(body.world_m), np.array(body.visibility)
    turn = quaternions.from_rotation_vector(np.array([0.0, HIPS_ASTRAY_RAD, 0.0]))
    metres[[LEFT_HIP, RIGHT_HIP]] = quaternions.rotate(turn, metres[[LEFT_HIP, RIGHT_HIP]])
    visibility[POSE["leftKnee"]] = knee_visibility
    return replace(body, world_m=metres, visibility=visibility)


def hips_turned(knee_visibility: float) -> float:
    """Radians about the upright axis by which the lifted hips turn."""
    body = filmed(standing(np.zeros(1))).frames[0].body
    assert body is not None
    points = lift(astray(body, knee_visibility), PERSON, assumed_camera(SIZE_PX))
    across = points[LEFT_HIP] - points[RIGHT_HIP]
    return abs(float(np.arctan2(-across[2], across[0])))


def test_hips_above_a_hidden_leg_are_turned_less_away_from_the_shoulders() -> None:
    assert hips_turned(0.2) < HALF_OF_IT * hips_turned(1.0)


def test_hips_whose_legs_are_seen_turn_as_they_are_told() -> None:
    assert hips_turned(0.85) == pytest.approx(hips_turned(1.0), rel=0.01)
    assert hips_turned(1.0) > 0.5 * HIPS_ASTRAY_RAD
