"""Four floats turn as arrays do."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import plain_quaternions as plain
from avatarkit.geometry import quaternions
from avatarkit.geometry.solve_positive import gram


def test_plain_quaternions_multiply_and_turn_as_arrays_do() -> None:
    random = np.random.default_rng(3)
    for first, second in quaternions.normalize(random.normal(size=(20, 2, 4))):
        product = plain.multiply(plain.floats(first), plain.floats(second))
        np.testing.assert_allclose(product, quaternions.multiply(first, second), atol=1e-12)
        np.testing.assert_allclose(plain.to_matrix(plain.floats(first)), quaternions.to_matrix(first), atol=1e-12)


def test_a_plain_quaternion_of_any_length_becomes_a_unit_one_of_the_same_turn() -> None:
    rotation = quaternions.normalize(np.array([1.0, -2.0, 0.5, 3.0]))
    np.testing.assert_allclose(plain.normalize(plain.floats(7.0 * rotation)), rotation, atol=1e-12)


def test_products_of_rows_are_those_of_the_general_product() -> None:
    rows = np.random.default_rng(4).normal(size=(9, 31)).astype(np.float32)
    np.testing.assert_allclose(gram(rows), rows.astype(float) @ rows.T.astype(float), rtol=1e-4, atol=1e-4)
