from __future__ import annotations

import numpy as np
import pytest

from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop


def gradient(width: int, height: int) -> np.ndarray:
    """Each pixel tells where its middle is: red 0..255 from left to right, green from top to bottom."""
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    return np.round(np.stack([255 * x, 255 * y, 0 * x], axis=-1)).astype(np.uint8)


def test_the_whole_of_a_square_photo_is_the_photo() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    assert (PhotoPyramid(photo).cut(SquareCrop((48, 48), 96), 96) == photo).all()


def test_quarter_turns_and_mirrors_are_exact() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    pyramid = PhotoPyramid(photo)
    turned = pyramid.cut(SquareCrop((48, 48), 96, roll=np.pi / 2), 96).astype(int)
    mirrored = pyramid.cut(SquareCrop((48, 48), 96, mirrored=True), 96).astype(int)
    assert np.abs(turned - np.rot90(photo, 1)).max() <= 1
    assert np.abs(mirrored - photo[:, ::-1]).max() <= 1


@pytest.mark.parametrize("roll", [0.0, 0.4, -2.0])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("side", [90.0, 400.0])
def test_a_crop_shows_what_lies_where_it_says(roll: float, mirrored: bool, side: float) -> None:
    width, height = 801, 613
    crop = SquareCrop((390.3, 300.8), side, roll, mirrored)
    picture = PhotoPyramid(gradient(width, height), smallest_px=16).cut(crop, 32).astype(float)
    middles = np.stack(np.meshgrid((np.arange(32) + 0.5) / 32, (np.arange(32) + 0.5) / 32), axis=-1)
    seen = picture[..., :2] / 255 * [width, height]
    grey_level = width / 255  # pixels; each halving may round by half of one
    assert np.abs(seen - crop.to_photo(middles)).max() < 2 * grey_level
    assert np.abs((seen - crop.to_photo(middles)).mean(axis=(0, 1))).max() < 0.5 * grey_level
