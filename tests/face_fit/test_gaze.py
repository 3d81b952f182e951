"""Gaze, from irises put where they would be."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body.body import load_body
from avatarkit.body.shape import shape_body
from avatarkit.face_fit.gaze import IRIS_MIDDLES, read_gaze
from avatarkit.geometry import quaternions
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.face_fit.people import camera


def weights_of(yaw_deg: float, pitch_deg: float, seen_by) -> dict[str, float]:
    """The gaze read when both eyes are turned to the subject's left and up by so much."""
    shape, points = shape_body({}), np.zeros((478, 2))
    turn = quaternions.multiply(
        quaternions.from_rotation_vector(np.radians([0.0, yaw_deg, 0.0])),
        quaternions.from_rotation_vector(np.radians([-pitch_deg, 0.0, 0.0])),
    )
    for side, landmark in IRIS_MIDDLES.items():
        ball = shape.positions[np.unique(load_body().parts[f"eye-{side.lower()}"].quads)]
        middle, radius = 0.5 * (ball.min(axis=0) + ball.max(axis=0)), 0.5 * np.ptp(ball[:, 2])
        points[landmark] = seen_by.project(middle + quaternions.rotate(turn, np.array([0.0, 0.0, radius])))
    landmarks = FaceLandmarks(points, np.zeros(478), Photo(np.zeros((8, 8, 3), np.uint8)), 1.0)
    return {name: value for name, value in zip(ARKIT_NAMES, read_gaze(landmarks, shape, seen_by), strict=True) if value > 0.05}


@pytest.mark.parametrize("head", [(0, 0, 0), (20, 10, 5), (-25, -10, 30)])
def test_eyes_turned_to_a_side_are_seen_to_look_there(head):
    seen_by = camera(*head)
    assert set(weights_of(20, 0, seen_by)) == {"eyeLookOutLeft", "eyeLookInRight"}
    assert set(weights_of(-20, 0, seen_by)) == {"eyeLookInLeft", "eyeLookOutRight"}
    assert set(weights_of(0, 15, seen_by)) == {"eyeLookUpLeft", "eyeLookUpRight"}
    assert set(weights_of(0, -15, seen_by)) == {"eyeLookDownLeft", "eyeLookDownRight"}
    assert not weights_of(0, 0, seen_by)


def test_a_wider_glance_weighs_more():
    assert weights_of(10, 0, camera())["eyeLookOutLeft"] < weights_of(20, 0, camera())["eyeLookOutLeft"] <= 1.0
