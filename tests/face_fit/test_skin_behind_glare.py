"""Skin's tone where light shines on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.face_fit.fit import FaceFit, fit_face
from avatarkit.face_fit.light import to_lab
from avatarkit.media.photo import Photo
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.tracking.face_landmarks import FaceLandmarks


def lab(color: str) -> np.ndarray:
    return np.asarray(to_lab(np.array([[int(color[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]]))[0])


def chroma(color: str) -> float:
    return float(np.hypot(*lab(color)[1:]))


def with_glare(landmarks: FaceLandmarks, strength: float) -> FaceLandmarks:
    """The photo with white shine on the upper part of the face, as wide as a window makes it."""
    points = landmarks.points_px[:468]
    low, high = points.min(axis=0), points.max(axis=0)
    rows, columns = np.mgrid[: landmarks.photo.pixels.shape[0], : landmarks.photo.pixels.shape[1]]
    across = ((columns - low[0]) / (high[0] - low[0]) - 0.5) / 0.45
    down = ((rows - low[1]) / (high[1] - low[1]) - 0.35) / 0.35
    shine = strength * np.exp(-(across**2) - down**2)[..., None]
    linear = to_linear(landmarks.photo.pixels / 255.0) + shine
    return replace(landmarks, photo=Photo(np.round(255.0 * to_srgb(np.clip(linear, 0.0, 1.0))).astype(np.uint8)))


@pytest.fixture(scope="module")
def shining(fitted: FaceFit) -> FaceFit:
    return fit_face(with_glare(fitted.landmarks, 0.35))


def test_glare_takes_less_of_the_skins_colour_than_of_the_pictures(fitted: FaceFit, shining: FaceFit) -> None:
    assert chroma(shining.appearance.skin) > 0.75 * chroma(fitted.appearance.skin)


def test_lips_are_darker_and_redder_than_the_skin(fitted: FaceFit, shining: FaceFit) -> None:
    for fit in (fitted, shining):
        skin, lips = lab(fit.appearance.skin), lab(fit.appearance.lips)
        assert lips[0] < skin[0] - 7.0 and lips[1] > skin[1] + 3.0


def test_no_skin_is_more_colourful_than_skin_is(fitted: FaceFit) -> None:
    picture, skin = fitted.appearance.picture, chroma(fitted.appearance.skin)
    colors = to_lab(picture[::8, ::8].reshape(-1, 3) / np.float32(255.0))
    assert np.percentile(np.hypot(colors[:, 1], colors[:, 2]), 99) < 1.9 * skin
