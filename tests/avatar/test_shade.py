"""How much light cloth misses is told alike by the machine's code and by Python."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar.outfit import shade


def test_discs_that_see_each_other_hide_the_same_share_to_both() -> None:
    points = np.array([[0.0, 0.0, 0.0], [0.01, 0.0, 0.0], [0.02, 0.0, 0.0], [0.0, 0.01, 0.0]])
    normals = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    pairs = np.array([[0, 1], [0, 2], [1, 2], [0, 3], [1, 3]])
    for hiding in (shade._hiding, shade._hiding.__wrapped__):
        near, far = hiding(points, normals, pairs, 1e-5, 0.0), hiding(points, normals, pairs, 1e-5, 0.015**2)
        shares = [1e-5 / (np.pi * away**2 + 1e-5) for away in (0.01, 0.02)]
        np.testing.assert_allclose(near, [sum(shares), shares[0], shares[1], 0.0], rtol=1e-9)
        np.testing.assert_allclose(far, [shares[1], 0.0, shares[1], 0.0], rtol=1e-9)
