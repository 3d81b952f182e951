"""Laws of feet that are held where they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.estimate import stand
from avatarkit.motion.feet import hold_feet, rolling, stances
from avatarkit.motion.floor import FOOT_BONES, sole_points
from avatarkit.motion.kinematics import local_rotations, world_positions, world_rotations
from tests.motion.simulated import PERSON, standing, walking

SKELETON = PERSON.skeleton
TIMES = np.arange(60) / 30.0 - 0.5


def slipping() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Root, world rotations and true contacts of a walk whose body drifts and whose feet tilt and turn."""
    truth = walking(TIMES)
    roots = truth.root_positions + 0.03 * np.sin(3.0 * TIMES)[:, None] - (0.0, 0.08, 0.0)
    world = world_rotations(truth.rotations)
    tilt = quaternions.from_rotation_vector(
        np.stack([0.2 + 0.1 * np.sin(5.0 * TIMES), 0.2 * np.cos(4.0 * TIMES), 0.1 * TIMES], -1)
    )
    world[:, FOOT_BONES] = quaternions.multiply(world[:, FOOT_BONES], tilt[:, None])
    return roots, world, np.repeat(truth.foot_contacts[:, :, None] > 0, 2, axis=2)


def test_standing_soles_do_not_move_and_lie_on_the_floor() -> None:
    roots, world, stands = slipping()
    before, after = (sole_points(SKELETON, *m) for m in ((roots, world), hold_feet(SKELETON, TIMES, roots, world, stands)))
    both = stands[1:] & stands[:-1]
    moves = [np.linalg.norm(np.diff(soles, axis=0), axis=-1)[both] for soles in (before, after)]
    assert moves[0].mean() > 0.003
    assert moves[1].max() < 1e-4
    assert np.abs(after[..., 1][stands]).max() < 1e-4


def test_feet_are_let_go_without_a_jump() -> None:
    roots, world, stands = slipping()
    after = sole_points(SKELETON, *hold_feet(SKELETON, TIMES, roots, world, stands))
    before = sole_points(SKELETON, roots, world)
    assert np.linalg.norm(np.diff(after - before, axis=0), axis=-1).max() < 0.06


def test_nothing_that_stands_changes_nothing() -> None:
    roots, world, stands = slipping()
    free = hold_feet(SKELETON, TIMES, roots, world, np.zeros_like(stands))
    places = (world_positions(SKELETON, *m) for m in ((roots, world), free))
    assert np.abs(np.subtract(*places)).max() < 1e-3  # legs are never quite straight


def test_hips_give_way_to_feet_that_stand_too_far() -> None:
    roots, world, stands = slipping()
    high = roots + np.array([0.0, 0.12, 0.0])
    after = sole_points(SKELETON, *hold_feet(SKELETON, TIMES, high, world, stands))
    both = stands[1:] & stands[:-1]
    assert np.linalg.norm(np.diff(after, axis=0), axis=-1)[both].mean() < 0.003
    pulled, _ = hold_feet(SKELETON, TIMES, high, world, stands)
    assert (pulled - high)[:, 1].min() < -0.01
    assert np.linalg.norm(np.diff(pulled - high, 2, axis=0), axis=-1).max() < 0.01


def test_a_foot_rolls_from_heel_to_ball_without_slipping() -> None:
    angles = np.linspace(0.4, -0.6, 40)
    turn = quaternions.from_rotation_vector(np.stack([-angles, 0.0 * angles, 0.0 * angles], axis=-1))
    soles = quaternions.rotate(turn[:, None], np.array([[0.0, -0.08, -0.05], [0.0, -0.08, 0.15]]))
    stands = np.stack([angles > -0.05, angles < 0.05], axis=-1)
    points = rolling(soles, stands)[:, None] + soles
    kept = stands[1:] & stands[:-1]
    moves = np.linalg.norm(np.diff(points, axis=0)[..., [0, 2]], axis=-1)
    alone = kept & (kept.sum(axis=1, keepdims=True) == 1)
    assert moves[alone].max() < 1e-9
    assert np.abs(points[..., 1][stands & (stands.sum(axis=1, keepdims=True) == 1)]).max() < 1e-9


@pytest.mark.parametrize(
    ("heel", "ball", "expected"),
    [
        ([1, 1, 1, 0, 0, 0], [0, 1, 1, 1, 0, 0], [(0, 4)]),
        ([1, 1, 0, 0, 1, 1], [0, 0, 1, 1, 0, 0], [(0, 2), (2, 4), (4, 6)]),
        ([0, 0, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0], [(3, 4), (5, 6)]),
    ],
)
def test_a_stance_lasts_while_one_point_hands_over_to_the_next(
    heel: list[int], ball: list[int], expected: list[tuple[int, int]]
) -> None:
    assert stances(np.array([heel, ball], bool).T) == expected


@pytest.mark.parametrize("tilt_rad", [-0.15, 0.15])
def test_hips_stand_as_high_on_feet_that_are_read_tilted(tilt_rad: float) -> None:
    level = standing(TIMES)
    world = world_rotations(level.rotations)
    world[:, FOOT_BONES] = quaternions.multiply(
        world[:, FOOT_BONES], quaternions.from_rotation_vector(np.array([tilt_rad, 0.0, 0.0]))
    )
    tilted = replace(level, rotations=local_rotations(world))
    still = np.zeros((len(TIMES), 2, 2))
    hips = [stand(motion, still, "auto").root_positions[:, 1] for motion in (level, tilted)]
    np.testing.assert_allclose(*hips, atol=2e-3)
