"""What a tree finds is what lies nearest."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.nearest import tree_of


def test_a_tree_finds_the_points_that_lie_nearest() -> None:
    random = np.random.default_rng(2)
    points, asked = random.normal(size=(500, 3)) * [1.0, 1.0, 0.01], random.normal(size=(40, 3))
    apart = np.linalg.norm(asked[:, None] - points, axis=2)
    distances, nearest = tree_of(points).query(asked, k=3)
    np.testing.assert_array_equal(nearest, np.argsort(apart, axis=1)[:, :3])
    np.testing.assert_allclose(distances, np.sort(apart, axis=1)[:, :3])
