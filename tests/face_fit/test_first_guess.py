"""The first guess at a face's sliders, from landmarks that the model itself made."""

from __future__ import annotations

import numpy as np

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.first_guess import load_guess_table
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.tracking.track_face import track_face
from tests.face_fit.people import camera, distance_mm, expression, mirrored, named, perfect_landmarks, random_sliders


def guessed(pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
    return load_guess_table().guess(pixels, depth).mean


def test_place_size_and_roll_in_the_picture_do_not_matter():
    pixels, depth = perfect_landmarks(random_sliders(1), expression(), camera(10, 5))
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    assert np.allclose(guessed(3.0 * pixels @ turn.T + [50, -20], 3.0 * depth), guessed(pixels, depth), atol=1e-6)


def test_the_mirror_image_gives_the_mirrored_face():
    pixels, depth = perfect_landmarks(random_sliders(2), expression(), camera(15, -5))
    other = MIRROR[: len(pixels)]
    found = named(guessed(pixels[other] * [-1, 1], depth[other]))
    assert distance_mm(mirrored(found), named(guessed(pixels, depth))) < 0.1


def test_the_guess_at_a_photo_is_a_plausible_person(portrait: Photo):
    face = track_face(portrait)
    guess = guessed(face.points_px, face.depth_px)
    likely = np.linalg.inv(load_face_model().covariance)
    assert guess @ likely @ guess < 3.0 * len(guess)


def test_what_stays_unknown_is_less_than_what_varies_between_people():
    left = np.diag(load_guess_table().covariance)
    assert np.median(left / np.diag(load_face_model().covariance)) < 0.95
    assert np.linalg.eigvalsh(load_guess_table().covariance).min() > 0
