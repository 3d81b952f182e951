"""Laws of bodies' points in the camera's space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
