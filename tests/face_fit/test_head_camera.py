"""The head's camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatarkit.face_fit.head_camera import HEAD_ORIGIN
from tests.face_fit.people import camera

ANGLES = st.floats(-60.0, 60.0)
POINTS = HEAD_ORIGIN + np.random.default_rng(0).uniform(-0.1, 0.1, (20, 3))
UP, LEFT, FORWARD = np.array([0.0, 0.05, 0.0]), np.array([0.05, 0.0, 0.0]), np.array([0.0, 0.0, 0.05])


@given(ANGLES, ANGLES, ANGLES)
def test_the_heads_origin_lies_at_the_shift_however_the_head_turns(yaw, pitch, roll):
    assert np.allclose(camera(yaw, pitch, roll).project(HEAD_ORIGIN), [400, 300], atol=1e-9)


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_the_angles_of_a_head_without_roll_are_those_it_was_turned_by(yaw, pitch):
    found = camera(yaw, pitch).yaw_pitch_roll_deg
    assert np.allclose(found[0], np.degrees(np.arctan2(np.sin(np.radians(yaw)), np.cos(np.radians(yaw)))), atol=1e-6)
    assert np.allclose(np.sin(np.radians(found[1])), np.sin(np.radians(pitch)), atol=1e-6)


def test_a_head_turns_to_its_left_rises_and_tilts_to_its_left_shoulder_with_positive_angles():
    straight = camera()
    nose = HEAD_ORIGIN + FORWARD
    assert camera(yaw_deg=20).project(nose)[0] > straight.project(nose)[0]  # the subject's left is the picture's right
    assert camera(pitch_deg=20).project(nose)[1] < straight.project(nose)[1]
    assert camera(roll_deg=20).project(HEAD_ORIGIN + UP)[0] > straight.project(HEAD_ORIGIN + UP)[0]
    assert camera(roll_deg=20).yaw_pitch_roll_deg[2] == pytest.approx(20)


def test_the_subjects_left_is_on_the_pictures_right_and_up_is_up():
    straight = camera()
    assert straight.project(HEAD_ORIGIN + LEFT)[0] > 400
    assert straight.project(HEAD_ORIGIN + UP)[1] < 300


def test_twice_the_scale_is_twice_the_picture():
    once, twice = camera(15, 10, 5), camera(15, 10, 5, scale_px=6000.0)
    assert np.allclose(twice.project(POINTS) - [400, 300], 2 * (once.project(POINTS) - [400, 300]))


def test_what_is_nearer_is_larger_but_for_an_infinitely_long_lens():
    near, far = camera(), replace(camera(), nearness=0.0)
    assert near.project(HEAD_ORIGIN + UP + FORWARD)[1] < near.project(HEAD_ORIGIN + UP)[1]
    assert np.allclose(far.project(HEAD_ORIGIN + UP + FORWARD), far.project(HEAD_ORIGIN + UP))


def test_points_on_one_line_of_sight_fall_on_one_pixel():
    seen_by = camera(25, -10, 8)
    along = POINTS + 0.03 * seen_by.toward_camera(POINTS)
    assert np.abs(seen_by.project(along) - seen_by.project(POINTS)).max() < 1e-6
    assert np.allclose(np.linalg.norm(seen_by.toward_camera(POINTS), axis=1), 1.0)
