"""The whole way from a picture to sliders, on rendered heads whose truth is known. Bounds are loose: benchmarks measure."""

from __future__ import annotations

import os

import numpy as np
import pytest

from avatarkit.body.body import load_body
from avatarkit.errors import MissingError
from avatarkit.face_fit.fit import FaceFit, fit_face
from avatarkit.media.photo import Photo
from avatarkit.tracking.track_face import track_face
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_fit.surface import neutral_shape, shape_error
from benchmarks.synthetic_heads import EXPRESSIONS, HeadStudio, SyntheticHead, expression_vector, random_sliders
from tests.face_fit.people import distance_mm

pytestmark = pytest.mark.vulkan


@pytest.fixture(scope="module")
def studio() -> HeadStudio:
    try:
        return HeadStudio(480)
    except MissingError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


def drawn(studio: HeadStudio, seed: int, expression: str = "neutral", yaw_deg: float = 0.0) -> tuple[SyntheticHead, FaceFit]:
    sliders = random_sliders(np.random.default_rng(seed))
    head = studio.draw(
        np.random.default_rng(seed), sliders, expression_vector(EXPRESSIONS[expression]), yaw_deg=yaw_deg, look=seed
    )
    return head, fit_face(track_face(Photo(head.pixels)))


def test_fitted_heads_are_nearer_to_the_truth_than_the_average_head(studio: HeadStudio):
    errors = []
    for seed in range(4):
        head, fit = drawn(studio, seed)
        errors.append(
            [shape_error(shape, head.neutral).surface for shape in (neutral_shape(fit.sliders), load_body().positions)]
        )
    fitted, average = np.mean(errors, axis=0)
    assert fitted < average


def test_a_smile_is_seen_as_a_smile_and_not_as_another_face(studio: HeadStudio):
    smile = [ARKIT_NAMES.index(name) for name in ("mouthSmileLeft", "mouthSmileRight")]
    for seed in (11, 12):
        (_, calm), (_, smiling) = drawn(studio, seed), drawn(studio, seed, "smile")
        (_, stranger) = drawn(studio, seed + 100)
        assert smiling.expression[smile].mean() > calm.expression[smile].mean() + 0.25
        assert distance_mm(calm.sliders, smiling.sliders) < 0.75 * distance_mm(calm.sliders, stranger.sliders)


@pytest.mark.parametrize("yaw_deg", [-22.0, 22.0])
def test_the_heads_turn_is_found(studio: HeadStudio, yaw_deg: float):
    _, fit = drawn(studio, 21, yaw_deg=yaw_deg)
    assert fit.camera.yaw_pitch_roll_deg[0] == pytest.approx(yaw_deg, abs=6)
