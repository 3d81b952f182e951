"""Laws of hands whose palms a body tells: a hand and its mirror image in depth are one picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.palms_of_bodies import LARGE_PX, SMALL_PX, SURE_OF_SMALL, surely_turned, with_palm_of_body
from avatarkit.motion.picture_camera import PictureCamera, assumed_camera
from avatarkit.motion.steps import pose_step
from avatarkit.tracking.hand_shape import mirrored_in_depth
from avatarkit.tracking.tracked_frame import HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, POSE, POSE_POINTS
from tests.motion.joints.posed_points import angles_deg
from tests.motion.simulated import PERSON, SIZE_PX, filmed, standing

CAMERA: PictureCamera = assumed_camera(SIZE_PX)
PALM = {
    "wrist": (0.0, 0.0, 0.0),
    "indexMcp": (0.025, 0.085, 0.0),
    "middleMcp": (0.0, 0.09, 0.0),
    "littleMcp": (-0.03, 0.075, 0.0),
}


def hand(turn_deg: float, size_px: float) -> HandLandmarks:
    """A hand in the picture's middle that points up, turned about itself, with fingers bent forward."""
    world = np.zeros((len(HAND), 3))
    for name, row in HAND.items():
        world[row] = PALM.get(name, (0.01, 0.1, 0.03))
    world = turned(world, turn_deg)
    points = np.array(CAMERA.centre_px) + np.linspace(-0.5, 0.5, len(world))[:, None] * (0.0, size_px)
    return HandLandmarks(points, np.zeros(len(world)), world, 1.0)


def body(turn_deg: float, side: str) -> np.ndarray:
    """A body's points of which the hand alone matters."""
    points = np.zeros((len(POSE_POINTS), 3))
    for name, point in (("Index", "indexMcp"), ("Pinky", "littleMcp")):
        points[POSE[side + name]] = turned(np.array(PALM[point]), turn_deg)
    return points


def turned(points: np.ndarray, turn_deg: float) -> np.ndarray:
    return quaternions.rotate(quaternions.from_rotation_vector(np.array([0.0, np.radians(turn_deg), 0.0])), points)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("size_px", [0.5 * SMALL_PX, 2.0 * LARGE_PX])
def test_a_hand_read_as_its_mirror_image_is_as_the_body_shows_it_and_one_read_right_stays(side: int, size_px: float) -> None:
    points, seen = body(80.0, ("left", "right")[side]), hand(80.0, size_px)
    wrong = replace(seen, world_m=mirrored_in_depth(seen.world_m))
    np.testing.assert_allclose(with_palm_of_body(wrong, side, points, CAMERA).world_m, seen.world_m, atol=1e-12)
    assert with_palm_of_body(seen, side, points, CAMERA) is seen


def test_a_body_that_hardly_prefers_either_changes_nothing() -> None:
    for palm_deg in (-10.0, 10.0):
        seen = hand(palm_deg, SMALL_PX)
        assert with_palm_of_body(seen, 0, body(-palm_deg, "left"), CAMERA) is seen


def test_of_large_hands_a_body_has_to_be_surer() -> None:
    points = body(35.0, "left")
    small, large = hand(-35.0, SMALL_PX), hand(-35.0, LARGE_PX)
    assert with_palm_of_body(small, 0, points, CAMERA) is not small
    assert with_palm_of_body(large, 0, points, CAMERA) is large


def test_the_smaller_a_hand_the_less_it_is_believed_how_it_is_turned() -> None:
    sizes = (0.5 * SMALL_PX, SMALL_PX, 0.5 * (SMALL_PX + LARGE_PX), LARGE_PX, 2.0 * LARGE_PX)
    sure = [surely_turned(hand(0.0, size_px)) for size_px in sizes]
    assert sure[:2] == [SURE_OF_SMALL] * 2 and sure[3:] == [1.0] * 2 and sure[1] < sure[2] < sure[3]
    assert surely_turned(None) == 1.0


def test_a_small_hand_bends_its_wrist_less_than_a_large_one_of_the_same_points() -> None:
    frame = filmed(standing(np.zeros(1))).frames[0]
    bends = []
    for size_px in (SMALL_PX, LARGE_PX):
        rotations = pose_step(replace(frame, left_hand=hand(60.0, size_px)), PERSON)[0].rotations
        bends.append(float(angles_deg(rotations[BONE["leftHand"]], quaternions.IDENTITY)))
    assert bends[0] < 0.8 * bends[1]


def test_a_picture_with_a_hand_read_as_its_mirror_image_gives_the_pose_of_the_right_one() -> None:
    frame = filmed(standing(np.zeros(1))).frames[0]
    assert frame.body is not None
    wrist = np.array(frame.body.points_px[POSE["leftWrist"]])
    own = frame.body.world_m[[POSE["left" + name] for name in ("Wrist", "Index", "Pinky")]]
    world = np.zeros((len(HAND), 3))
    world[:] = 0.5 * (own[1] + own[2]) - own[0]
    world[HAND["wrist"]], world[HAND["indexMcp"]], world[HAND["littleMcp"]] = 0.0, own[1] - own[0], own[2] - own[0]
    seen = HandLandmarks(np.tile(wrist, (len(world), 1)), np.zeros(len(world)), world, 1.0)
    wrong = replace(seen, world_m=mirrored_in_depth(world))
    poses = [pose_step(replace(frame, left_hand=one), PERSON)[0].rotations for one in (seen, wrong)]
    np.testing.assert_allclose(poses[1], poses[0], atol=1e-6)
