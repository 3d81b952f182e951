"""Laws of rotations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatarkit.geometry import quaternions

components = st.floats(-1.0, 1.0, allow_nan=False)
rotations = (
    st.tuples(components, components, components, components)
    .map(np.array)
    .filter(lambda q: np.linalg.norm(q) > 0.1)
    .map(quaternions.normalize)
)


@given(rotations)
def test_a_rotation_survives_its_matrix(rotation: np.ndarray) -> None:
    back = quaternions.from_matrix(quaternions.to_matrix(rotation))
    assert abs(back @ rotation) == pytest.approx(1.0, abs=1e-9)


@given(rotations)
def test_a_matrix_moves_points_as_its_quaternion_does(rotation: np.ndarray) -> None:
    points = np.eye(3) + 0.5
    assert points @ quaternions.to_matrix(rotation).T == pytest.approx(quaternions.rotate(rotation, points), abs=1e-12)


@pytest.mark.parametrize("half_turn", np.eye(4))
def test_half_turns_have_a_quaternion_too(half_turn: np.ndarray) -> None:
    assert abs(quaternions.from_matrix(quaternions.to_matrix(half_turn)) @ half_turn) == pytest.approx(1.0)


def test_many_matrices_are_read_at_once() -> None:
    many = quaternions.from_rotation_vector(np.random.default_rng(0).uniform(-2, 2, (2, 5, 3)))
    back = quaternions.from_matrix(quaternions.to_matrix(many))
    assert np.abs((back * many).sum(axis=-1)) == pytest.approx(1.0)
