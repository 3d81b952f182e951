"""The fit of a real photo, and of what can happen to it."""

from __future__ import annotations

import json
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.make_recipe import make_recipe
from avatarkit.avatar.recipe_json import recipe_from_json, recipe_json
from avatarkit.body.body import load_body
from avatarkit.export.files import glb_bytes
from avatarkit.face_fit.fit import FaceFit
from avatarkit.media.photo import Photo
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.face_fit.people import distance_mm, mirrored

FitOf = Callable[[Photo], FaceFit]


def picture(pixels: np.ndarray) -> Photo:
    return Photo(np.ascontiguousarray(pixels))


def notes(fit: FaceFit) -> str:
    return "; ".join(fit.notes)


def test_the_portrait_is_explained_well(fitted: FaceFit):
    assert fitted.error < 0.02
    assert fitted.confidence > 0.5
    assert set(fitted.sliders) <= set(load_body().sliders)
    yaw, pitch, roll = fitted.camera.yaw_pitch_roll_deg
    assert max(abs(yaw), abs(pitch), abs(roll)) < 12
    smile = fitted.expression[[ARKIT_NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]]
    assert smile.min() > 0.2  # she smiles


def test_the_portraits_colors_are_those_a_person_would_name(fitted: FaceFit):
    def rgb(color: str) -> np.ndarray:
        return np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)])

    seen = fitted.appearance
    skin, lips, hair = rgb(seen.skin), rgb(seen.lips), rgb(seen.hair)
    assert skin[0] > skin[1] > skin[2] and skin[0] > 170
    assert lips[0] - lips[1] > skin[0] - skin[1]  # redder
    assert seen.hair_seen and hair.sum() < skin.sum() and hair[0] > hair[2]


def test_a_mirrored_photo_gives_mirrored_sliders(portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    found = fit_of(picture(portrait.pixels[:, ::-1]))
    assert distance_mm(mirrored(found.sliders), fitted.sliders) < 0.3
    yaw, pitch, roll = fitted.camera.yaw_pitch_roll_deg
    assert np.allclose(found.camera.yaw_pitch_roll_deg, (-yaw, pitch, -roll), atol=1.0)


@pytest.mark.parametrize("scale", [0.65, 2.0])
def test_a_scaled_photo_gives_the_same_face(scale: float, portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    found = fit_of(picture(cv2.resize(portrait.pixels, None, fx=scale, fy=scale, interpolation=kind)))
    assert distance_mm(found.sliders, fitted.sliders) < 0.8
    assert found.camera.scale_px == pytest.approx(scale * fitted.camera.scale_px, rel=0.05)


@pytest.mark.parametrize("degrees", [-30, 90])
def test_a_rolled_photo_gives_the_same_face_and_a_rolled_camera(degrees: int, portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    turn = cv2.getRotationMatrix2D((256, 256), degrees, 1)
    turn[:, 2] += 100
    found = fit_of(picture(cv2.warpAffine(portrait.pixels, turn, (712, 712), borderMode=cv2.BORDER_REPLICATE)))
    assert distance_mm(found.sliders, fitted.sliders) < 0.8
    # OpenCV turns the picture counterclockwise: the head tilts toward its own right
    assert found.camera.yaw_pitch_roll_deg[2] == pytest.approx(fitted.camera.yaw_pitch_roll_deg[2] - degrees, abs=3)


def test_the_same_photo_gives_the_same_fit(portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    again = fit_of(portrait)
    assert again.sliders == fitted.sliders
    assert (again.expression == fitted.expression).all()
    assert (again.appearance.picture == fitted.appearance.picture).all()
    assert again.report() == fitted.report()


def test_the_report_is_plain_json(fitted: FaceFit):
    report = fitted.report()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert {"fit_error", "confidence", "head_pose_deg", "faces_found", "expression", "notes"} <= set(report)


def test_the_fit_becomes_a_recipe_an_avatar_and_the_same_again(fitted: FaceFit):
    recipe = make_recipe(fitted)
    again = recipe_from_json(recipe_json(recipe))
    assert again == recipe and dict(recipe.sliders) == {name: value for name, value in fitted.sliders.items() if value}
    assert glb_bytes(build_avatar(again)) == glb_bytes(build_avatar(recipe))


def test_a_small_face_works_and_the_notes_say_so(portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    scale = 60 / fitted.landmarks.face_width_px
    found = fit_of(picture(cv2.resize(portrait.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)))
    assert "only 6" in notes(found) or "only 5" in notes(found)
    assert found.confidence < fitted.confidence
    assert distance_mm(found.sliders, fitted.sliders) < 1.5


def test_half_a_face_works_and_the_notes_say_that_part_was_not_seen(portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    found = fit_of(picture(portrait.pixels[40:300, :225]))
    assert found.confidence < fitted.confidence
    assert any(word in notes(found) for word in ("covered", "could not be seen", "turned")), found.notes
    make_recipe(found)


def test_a_greyscale_photo_gives_the_same_face(portrait: Photo, fitted: FaceFit, fit_of: FitOf):
    grey = cv2.cvtColor(portrait.pixels, cv2.COLOR_RGB2GRAY)
    found = fit_of(picture(np.repeat(grey[..., None], 3, axis=2)))
    assert distance_mm(found.sliders, fitted.sliders) < 1.5  # two people are 5 apart; colour tells of shape, too
    assert "black and white" in notes(found) and "black and white" not in notes(fitted)
    build_avatar(make_recipe(found))
