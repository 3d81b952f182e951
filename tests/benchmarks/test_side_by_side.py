"""What the comparison of films and avatars says in numbers."""

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion
from avatarkit.motion.person import average_body
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFrame, TrackedVideo
from benchmarks.side_by_side import person_box, steadiness

FPS = 30.0


def motion_with(bone: str, angles_rad: np.ndarray) -> HumanMotion:
    count, skeleton = len(angles_rad), average_body()[0]
    rotations = np.tile(quaternions.IDENTITY, (count, BONES, 1))
    rotations[:, BONE[bone]] = quaternions.from_rotation_vector(np.column_stack([angles_rad, *[np.zeros(count)] * 2]))
    return HumanMotion(
        skeleton, np.arange(count) / FPS, np.tile(skeleton.rest_positions[0], (count, 1)), rotations,
        np.ones((count, BONES)), np.zeros((count, EXPRESSIONS)), np.ones((count, 2)),
    )  # fmt: skip


def test_a_flip_is_found_where_and_when_it_happens():
    found = steadiness(motion_with("rightHand", np.radians(np.where(np.arange(40) < 15, 0.0, 120.0))))
    assert found.fastest[0] == ("rightHand", 120.0 * FPS, round(14 / FPS, 2))
    assert found.flips == 1


def test_a_steady_turn_of_the_hips_is_no_flip_and_moves_the_head_with_it():
    found = steadiness(motion_with("hips", np.radians(10.0 * np.arange(40))))
    assert found.flips == 0
    assert np.allclose(found.turns[[BONE["hips"], BONE["head"]]], 10.0 * FPS)
    assert np.isclose(found.turns[BONE["leftIndexDistal"]], 0.0, atol=1e-3)


def test_one_picture_moves_nothing():
    assert steadiness(motion_with("hips", np.zeros(1))).flips == 0


def test_the_box_holds_the_person_and_stays_in_the_picture():
    points = np.column_stack([np.linspace(100.0, 200.0, 33), np.linspace(50.0, 350.0, 33)])
    body = BodyLandmarks(points, np.zeros(33), np.zeros((33, 3)), np.ones(33), 1.0)
    low, high = person_box(TrackedVideo((TrackedFrame(0.0, (640, 360)), TrackedFrame(0.1, (640, 360), body))))
    assert (low < points.min(axis=0)).all() and (high > points.max(axis=0)).all()
    assert (low >= 0.0).all() and high[1] == 360.0 and high[0] < 240.0


def test_without_a_person_the_box_is_the_picture():
    assert person_box(TrackedVideo((TrackedFrame(0.0, (640, 360)),))).tolist() == [[0.0, 0.0], [640.0, 360.0]]
