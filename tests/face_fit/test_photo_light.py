"""The light of a photo: what is taken for it, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from avatarkit.face_fit.face_regions import LEFT_EYE, RIGHT_EYE
from avatarkit.face_fit.face_wear import CHIN_BEARD, MOUSTACHE
from avatarkit.face_fit.fit import FaceFit, fit_face
from avatarkit.face_fit.photo_light import in_plain_light, photo_light
from avatarkit.media.photo import Photo
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.tracking.face_landmarks import FaceLandmarks

OUTER_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
LAMP, SHADE, DIM, STAGE = (1.15, 0.92, 0.60), (0.80, 0.92, 1.15), (0.45, 0.45, 0.45), (0.55, 0.6, 1.0)


def lit(landmarks: FaceLandmarks, light: tuple[float, float, float]) -> FaceLandmarks:
    linear = to_linear(landmarks.photo.pixels / 255.0) * light
    return replace(landmarks, photo=Photo(np.round(255.0 * to_srgb(np.clip(linear, 0.0, 1.0))).astype(np.uint8)))


def difference(one: str, other: str) -> float:
    colors = [np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0 for color in (one, other)]
    return float(deltaE_ciede2000(*map(rgb2lab, colors)))


def test_a_well_lit_photo_is_left_nearly_as_it_is(fitted: FaceFit) -> None:
    assert photo_light(fitted.landmarks) == pytest.approx(np.ones(3), abs=0.15)


@pytest.mark.parametrize("light", [LAMP, SHADE, DIM, STAGE])
def test_skin_has_the_same_tone_in_other_light(fitted: FaceFit, light: tuple[float, float, float]) -> None:
    read = fit_face(lit(fitted.landmarks, light)).appearance.skin
    assert difference(read, fitted.appearance.skin) < 5.0
    uncorrected = np.clip(
        to_linear(np.array([int(fitted.appearance.skin[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0) * light, 0, 1
    )
    seen = "#" + "".join(f"{round(255 * float(to_srgb(np.array(c)))):02x}" for c in uncorrected)
    assert difference(read, fitted.appearance.skin) < 0.6 * difference(seen, fitted.appearance.skin)


def test_taking_a_light_out_is_the_inverse_of_putting_it_in(fitted: FaceFit) -> None:
    back = in_plain_light(lit(fitted.landmarks, SHADE), np.array(SHADE)).photo.pixels.astype(int)
    unclipped = (to_linear(fitted.landmarks.photo.pixels / 255.0) * SHADE < 0.99).all(axis=2)
    assert np.abs(back - fitted.landmarks.photo.pixels)[unclipped].max() <= 4


def test_odd_light_is_noted_and_plain_light_is_not(fitted: FaceFit) -> None:
    assert "dim or coloured" not in "; ".join(fitted.notes)
    assert "dim or coloured" in "; ".join(fit_face(lit(fitted.landmarks, DIM)).notes)


def painted(landmarks: FaceLandmarks, outlines: tuple[tuple[int, ...], ...], color: tuple[int, int, int]) -> FaceLandmarks:
    pixels = landmarks.photo.pixels.copy()
    for outline in outlines:
        cv2.fillPoly(pixels, [np.round(landmarks.points_px[list(outline)]).astype(np.int32)], color)
    return replace(landmarks, photo=Photo(pixels))


def test_dark_skin_with_bright_eyes_is_dark_and_with_dark_eyes_it_is_in_the_dark(fitted: FaceFit) -> None:
    dark = lit(fitted.landmarks, (0.2, 0.2, 0.2))
    closed = painted(dark, (INNER_LIPS,), (60, 30, 30))
    pixels = closed.photo.pixels.copy()
    pixels[:40] = 255  # something else in the picture is bright
    closed = replace(closed, photo=Photo(pixels))
    bright_eyes = painted(closed, (RIGHT_EYE, LEFT_EYE), (190, 184, 180))
    assert photo_light(closed).mean() < 0.75
    assert photo_light(bright_eyes).mean() > 0.9


def test_open_eyes_darker_than_any_brows_shade_tell_of_the_dark(fitted: FaceFit) -> None:
    dark = painted(lit(fitted.landmarks, (0.2, 0.2, 0.2)), (INNER_LIPS,), (60, 30, 30))
    pixels = dark.photo.pixels.copy()
    pixels[:40] = 255  # something else in the picture is bright
    dark = replace(dark, photo=Photo(pixels))
    shaded, glaring = (painted(dark, (RIGHT_EYE, LEFT_EYE), color) for color in ((34, 24, 20), (120, 90, 70)))
    assert photo_light(shaded).mean() < 0.75 * photo_light(glaring).mean()


def test_a_white_beard_over_the_mouth_is_not_taken_for_teeth(fitted: FaceFit) -> None:
    mouth = (*MOUSTACHE, *CHIN_BEARD, *OUTER_LIPS)
    around = cv2.convexHull(fitted.landmarks.points_px[list(mouth)].astype(np.float32))[:, 0]
    pixels = fitted.landmarks.photo.pixels.copy()
    cv2.fillPoly(pixels, [np.round(around).astype(np.int32)], (250, 249, 247))
    shut = painted(fitted.landmarks, (INNER_LIPS,), (110, 60, 55))
    assert photo_light(replace(fitted.landmarks, photo=Photo(pixels))) == pytest.approx(photo_light(shut), abs=0.02)
    assert photo_light(painted(fitted.landmarks, (INNER_LIPS,), (250, 249, 247))).mean() > 1.05 * photo_light(shut).mean()
