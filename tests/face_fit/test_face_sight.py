"""What the picture adds to the first guess at a face's sliders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.face_picture import face_picture
from avatarkit.face_fit.face_sight import likely_sliders, load_sight_table
from avatarkit.face_fit.first_guess import load_guess_table
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.tracking.track_face import track_face
from benchmarks.face_fit.surface import surface_moves
from tests.face_fit.people import distance_mm, mirrored, named


@pytest.fixture(scope="module")
def face(portrait: Photo) -> FaceLandmarks:
    return track_face(portrait)


def in_a_mirror(face: FaceLandmarks) -> FaceLandmarks:
    pixels = face.photo.pixels[:, ::-1]
    points = (face.points_px * [-1.0, 1.0] + [pixels.shape[1], 0.0])[MIRROR]
    return replace(face, points_px=points, depth_px=face.depth_px[MIRROR], photo=Photo(np.ascontiguousarray(pixels)))


def upside_down(face: FaceLandmarks) -> FaceLandmarks:
    pixels = np.ascontiguousarray(face.photo.pixels[::-1, ::-1])
    return replace(face, points_px=np.array(pixels.shape[1::-1]) - face.points_px, photo=Photo(pixels))


def test_a_face_is_cut_out_the_same_however_the_photo_is_held(face: FaceLandmarks):
    straight, turned = (face_picture(one).astype(float) for one in (face, upside_down(face)))
    assert np.abs(straight - turned).mean() < 3.0


def test_a_mirrored_face_is_the_mirrored_person(face: FaceLandmarks):
    found = named(likely_sliders(in_a_mirror(face)).mean)
    assert distance_mm(mirrored(found), named(likely_sliders(face).mean)) < 0.3


def test_what_the_picture_shows_is_a_plausible_person(face: FaceLandmarks):
    likely, mean = np.linalg.inv(load_face_model().covariance), likely_sliders(face).mean
    assert mean @ likely @ mean < 3.0 * len(mean)


def test_whoever_saw_the_picture_knows_the_surface_better_than_the_landmarks_tell():
    seen, told = load_sight_table().covariance, load_guess_table().covariance
    moves = surface_moves()
    assert np.trace(moves @ seen @ moves.T) < 0.5 * np.trace(moves @ told @ moves.T)
    assert np.linalg.eigvalsh(seen).min() > 0
