from __future__ import annotations

import numpy as np
import pytest

from avatarkit.render.camera import PinholeCamera, look_at


def test_what_the_camera_looks_at_lies_in_the_middle_of_the_picture():
    camera = look_at((1.0, 2.0, 3.0), (0.2, 1.5, -0.4), 30.0, (640, 480))
    assert camera.project(np.array([0.2, 1.5, -0.4])) == pytest.approx([320, 240])


def test_up_is_up_and_right_is_right_in_the_picture():
    camera = look_at((0, 0, 2), (0, 0, 0), 30.0, (100, 100))
    assert camera.project(np.array([0, 0.1, 0]))[1] < 50
    assert camera.project(np.array([0.1, 0, 0]))[0] > 50


def test_the_field_of_view_ends_at_the_edges_of_the_picture():
    camera = look_at((0, 0, 1), (0, 0, 0), 40.0, (300, 200))
    assert camera.project(np.array([0, np.tan(np.radians(20)), 0])) == pytest.approx([150, 0], abs=1e-9)


@pytest.mark.parametrize("down", [1.0, -1.0])
def test_a_camera_can_look_straight_up_and_down(down: float):
    camera = look_at((0, down, 0), (0, 0, 0), 30.0, (100, 100))
    rotation = camera.camera_to_world[:3, :3]
    assert rotation.T @ rotation == pytest.approx(np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_a_camera_without_focal_length_is_refused():
    with pytest.raises(ValueError, match="focal length"):
        PinholeCamera(0.0, (5, 5), (10, 10), np.eye(4))
