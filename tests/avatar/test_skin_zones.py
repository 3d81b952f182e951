"""Zones, blotches and moles of lifelike skin."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar.skin_fields import HEAD_SIZE
from avatarkit.avatar.skin_scatter import scattered
from avatarkit.avatar.skin_zones import lively
from avatarkit.face_fit.landmark_table import load_landmark_table

CHEEKS, NOSE, HALF_PX = (50, 280), 4, 24
BESIDE_THE_NOSE, BELOW_THE_LIP = 244, 18
EVEN = np.full((HEAD_SIZE, HEAD_SIZE, 3), 160.0, np.float32)


def _around(picture: np.ndarray, landmark: int) -> np.ndarray:
    """(3,) mean colour."""
    u, v = np.round(load_landmark_table().uvs(0.0, 0.0)[landmark] * HEAD_SIZE).astype(int)
    return picture[v - HALF_PX : v + HALF_PX, u - HALF_PX : u + HALF_PX].mean(axis=(0, 1))


def test_cheeks_keep_their_tone_and_noses_redden() -> None:
    for age in (0.0, 1.0):
        picture = lively(EVEN, 1.0, age)
        assert max(np.abs(_around(picture, cheek) / 160.0 - 1.0).max() for cheek in CHEEKS) < 0.03
    red, green, _ = _around(lively(EVEN, 1.0), NOSE)
    assert red - green > 4.0


def test_no_life_leaves_skin_alone_and_age_adds_spots() -> None:
    assert np.array_equal(lively(EVEN, 0.0), EVEN)
    assert lively(EVEN, 1.0, 1.0).std() > 1.1 * lively(EVEN, 1.0).std()


def test_hollows_are_darker_and_warmer_and_cheeks_keep_their_tone() -> None:
    picture = scattered(EVEN, 1.0)
    assert max(np.abs(_around(picture, cheek) / 160.0 - 1.0).max() for cheek in CHEEKS) < 0.03
    for socket in (BESIDE_THE_NOSE, BELOW_THE_LIP):
        red, green, blue = _around(picture, socket)
        assert green < 0.97 * _around(picture, CHEEKS[0])[1]
        assert red > green + 3.0
        assert red > blue + 3.0
    assert np.array_equal(scattered(EVEN, 0.0), EVEN)
