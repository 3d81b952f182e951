from __future__ import annotations

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from tests.limbs import many_turns

HINGE = np.array([1.0, 0.0, 0.0])


def limbs(count: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bent limbs and their hinges, anywhere."""
    generator = np.random.default_rng(seed)
    bend = generator.uniform(0.1, 2.4, count)
    upper = np.stack([np.zeros(count), -generator.uniform(0.2, 0.6, count), np.zeros(count)], axis=1)
    length = generator.uniform(0.2, 0.6, count)
    lower = length[:, None] * np.stack([np.zeros(count), -np.cos(bend), -np.sin(bend)], axis=1)
    turn = quaternions.normalize(generator.normal(size=(count, 4)))
    return quaternions.rotate(turn, upper), quaternions.rotate(turn, lower), quaternions.rotate(turn, HINGE)


def end(upper: np.ndarray, lower: np.ndarray, turns: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    whole, bend = turns
    return (whole @ (upper + (bend @ lower[..., None])[..., 0])[..., None])[..., 0]


def test_a_goal_within_reach_is_reached():
    upper, lower, hinge = limbs()
    a, b = np.linalg.norm(upper, axis=1), np.linalg.norm(lower, axis=1)
    generator = np.random.default_rng(1)
    reach = np.abs(a - b) + (0.97 * (a + b) - np.abs(a - b)) * generator.uniform(0.01, 1, len(a))
    goal = quaternions.rotate(quaternions.normalize(generator.normal(size=(len(a), 4))), [1.0, 0, 0]) * reach[:, None]
    np.testing.assert_allclose(end(upper, lower, many_turns(upper, lower, goal, hinge)), goal, atol=1e-6)


def test_nothing_turns_when_the_end_is_there_already():
    upper, lower, hinge = limbs(seed=2)
    for turn in many_turns(upper, lower, upper + lower, hinge):
        np.testing.assert_allclose(turn, np.broadcast_to(np.eye(3), turn.shape), atol=1e-6)


def test_a_straight_limb_bends_about_its_hinge():
    upper = lower = np.array([0.0, -0.4, 0.0])
    turn, bend = many_turns(upper, lower, np.array([0.0, -0.6, 0.0]), HINGE)
    knee = turn @ upper
    assert knee[2] > 0.1  # a knee goes forward
    np.testing.assert_allclose(turn @ bend @ HINGE, HINGE, atol=1e-9)


def test_a_goal_out_of_reach_is_approached_and_nothing_breaks():
    upper, lower, hinge = limbs(seed=3)
    goal = 3 * (upper + lower) + 0.01
    found = end(upper, lower, many_turns(upper, lower, goal, hinge))
    assert np.isfinite(found).all()
    length = np.linalg.norm(upper, axis=1) + np.linalg.norm(lower, axis=1)
    assert (np.linalg.norm(found, axis=1) > 0.98 * length).all()


@pytest.mark.parametrize("upward", [0.0, 0.05])
def test_a_goal_that_moves_steadily_moves_the_limb_steadily(upward: float):
    """Through full reach and through straightness: no moment's turn differs much from the one before."""
    upper = np.array([0.0, -0.45, 0.02])
    lower = np.array([0.0, -0.43, -0.01])
    path = np.stack([np.linspace(-0.3, 0.3, 2000), np.full(2000, -0.84 + upward), np.linspace(0.1, -0.2, 2000)], axis=1)
    turns = many_turns(np.broadcast_to(upper, path.shape), np.broadcast_to(lower, path.shape), path,
                        np.broadcast_to(HINGE, path.shape))  # fmt: skip
    for turn in turns:
        assert np.abs(np.diff(turn, axis=0)).max() < 0.01


@pytest.mark.parametrize("count", [1, 9])
def test_bones_and_ways_without_length_give_finite_turns(count: int):
    nothing, something = np.zeros((count, 3)), np.tile([0.0, -0.4, 0.0], (count, 1))
    hinge = np.tile(HINGE, (count, 1))
    for upper, lower, goal in (
        (nothing, something, something),
        (something, nothing, something),
        (something, something, nothing),
    ):
        assert all(np.isfinite(turn).all() for turn in many_turns(upper, lower, goal, hinge))
