from __future__ import annotations

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from benchmarks.studio import metrics

FPS = 30.0
TIMES = np.arange(90) / FPS


def walk(random: np.random.Generator) -> np.ndarray:
    """(T, 5, 3) joints on smooth ways."""
    rates, phases = random.uniform(0.2, 1.0, (5, 3)), random.uniform(0, 6, (5, 3))
    return np.sin(2 * np.pi * TIMES[:, None, None] * rates + phases)


@pytest.fixture
def joints() -> np.ndarray:
    return walk(np.random.default_rng(1))


def test_a_motion_is_no_way_from_itself(joints):
    assert metrics.position_error_mm(joints, joints) == 0
    assert metrics.aligned_error_mm(joints, joints) == pytest.approx(0, abs=1e-9)
    assert metrics.lag_ms(joints, joints, FPS) == pytest.approx(0, abs=1)
    assert metrics.root_error(joints[:, 0], joints[:, 0])[0] == pytest.approx(0, abs=1e-12)


def test_alignment_undoes_turn_shift_and_size_and_no_mirror(joints):
    turn = quaternions.normalize(np.array([0.3, -0.5, 0.2, 0.7]))
    moved = 1.3 * quaternions.rotate(turn, joints) + [0.4, 0.1, -2.0]
    assert metrics.aligned_error_mm(moved, joints) == pytest.approx(0, abs=1e-6)
    assert metrics.aligned_error_mm(moved * [-1, 1, 1], joints) > 50


def test_alignment_without_scale_keeps_size():
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    placed = metrics.aligned(2.0 * square + 3.0, square, scale=False)
    assert np.ptp(placed, axis=0) == pytest.approx([2, 2, 0])
    assert placed.mean(axis=0) == pytest.approx(square.mean(axis=0))


@pytest.mark.parametrize("degrees", [0.0, 1e-4, 30.0, 90.0, 180.0])
def test_the_angle_between_directions_of_any_length(degrees):
    angle = np.radians(degrees)
    found = metrics.angle_deg(np.array([2.0, 0, 0]), 0.1 * np.array([np.cos(angle), np.sin(angle), 0]))
    assert found == pytest.approx(degrees, abs=1e-9)


def test_jitter_is_the_third_derivative_over_ten():
    cubic = np.zeros((90, 1, 3))
    cubic[:, 0, 1] = 7.0 / 6.0 * TIMES**3  # its third derivative is 7 everywhere
    assert metrics.jitter(cubic, FPS) == pytest.approx(0.7, rel=1e-6)


def test_steady_and_uniformly_accelerated_ways_do_not_jitter():
    way = np.zeros((90, 1, 3))
    way[:, 0] = TIMES[:, None] * [1, 0, 2] + TIMES[:, None] ** 2 * [0, 3, 0]
    assert metrics.jitter(way, FPS) == pytest.approx(0, abs=1e-6)


def test_skate_counts_where_the_truth_stands_still_and_nowhere_else():
    truth, feet = np.zeros((11, 1, 3)), np.zeros((11, 1, 3))
    truth[6:, 0, 0] = 0.5 * np.arange(5)  # it walks off at half a metre a frame
    feet[:, 0, 2] = 0.003 * np.arange(11)
    feet[6:, 0, 0] = 9.0 * np.arange(5)
    assert metrics.skate_mm(feet, truth) == pytest.approx(3.0)


def test_contact_skate_is_the_way_of_feet_that_stand():
    balls, contacts = np.zeros((6, 2, 3)), np.zeros((6, 2))
    balls[:, 0, 0] = 0.002 * np.arange(6)
    balls[:, 1, 0] = 0.5 * np.arange(6)
    contacts[:, 0] = 1
    assert metrics.contact_skate_mm(balls, contacts) == pytest.approx(2.0)
    assert metrics.contact_skate_mm(balls, np.zeros((6, 2))) == 0


def test_penetration_is_the_depth_of_the_lowest_point():
    soles = np.full((4, 3, 3), 0.2)
    soles[0, 1, 1], soles[1, 2, 1] = -0.04, -0.02
    assert metrics.penetration_mm(soles) == pytest.approx(15.0)


@pytest.mark.parametrize("frames", [-3, -1, 2, 5])
def test_a_delay_is_found_to_the_frame(joints, frames):
    late = np.roll(joints, frames, axis=0)[8:-8]
    assert metrics.lag_ms(late, joints[8:-8], FPS) == pytest.approx(1000 * frames / FPS, abs=4)


def test_root_error_forgives_turn_and_shift_but_not_drift():
    truth = np.stack([TIMES, 0 * TIMES, np.sin(TIMES)], axis=-1)
    turn = quaternions.from_rotation_vector(np.array([0, 0.7, 0]))
    moved = quaternions.rotate(turn, truth) + np.array([5, 0, 1])
    error, path = metrics.root_error(moved, truth)
    assert error == pytest.approx(0, abs=1e-9)
    assert path == pytest.approx(np.linalg.norm(np.diff(truth, axis=0), axis=1).sum())
    assert metrics.root_error(moved * 1.1, truth)[0] > 0.03
