"""The solve, on landmarks that the model itself made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.solve import Solution, SolveSettings, solve_face
from tests.face_fit.people import TELLING, camera, distance_mm, expression, named, perfect_landmarks, random_sliders

SMILE = expression(mouthSmileLeft=0.7, mouthSmileRight=0.7, cheekSquintLeft=0.4, cheekSquintRight=0.4)
POSES = {"frontal": (0, 0, 0), "left": (20, 5, 3), "right": (-20, -8, -10), "upside down": (5, 3, 175)}


BELIEVING = replace(TELLING, independent_landmarks=5000.0)  # the landmarks outweigh what is likely beforehand


def solved(pixels: np.ndarray, depth: np.ndarray, settings: SolveSettings | None = None) -> Solution:
    return solve_face(pixels, depth, load_face_model(), load_landmark_table(), settings or TELLING)


@pytest.mark.parametrize("pose", POSES.values(), ids=POSES)
@pytest.mark.parametrize("seed", [1, 2])
def test_perfect_landmarks_that_are_believed_are_explained_and_the_face_is_recovered(seed, pose):
    truth = random_sliders(seed)
    found = solved(*perfect_landmarks(truth, SMILE, camera(*pose)), BELIEVING)
    assert found.error < 0.0015
    assert distance_mm(named(found.state.sliders), named(truth)) < 0.5 * distance_mm({}, named(truth))
    turn = np.subtract(found.state.camera.yaw_pitch_roll_deg, camera(*pose).yaw_pitch_roll_deg)
    assert np.abs(np.degrees(np.angle(np.exp(1j * np.radians(turn))))).max() < 4


def test_doubt_draws_the_face_toward_the_likely():
    truth = random_sliders(1)
    landmarks = perfect_landmarks(truth, SMILE, camera())
    likely = np.linalg.inv(load_face_model().covariance)
    doubting, believing = (solved(*landmarks, settings).state.sliders for settings in (None, BELIEVING))
    assert doubting @ likely @ doubting < believing @ likely @ believing
    assert distance_mm(named(doubting), named(truth)) < 0.9 * distance_mm({}, named(truth))


def test_the_average_face_at_rest_is_found_as_itself():
    found = solved(*perfect_landmarks(np.zeros(len(load_face_model().slider_names)), expression(), camera()))
    assert found.error < 1e-3
    assert np.abs(found.state.sliders).max() < 0.1
    assert found.state.expression.max() < 0.1


def test_an_expression_is_seen_and_leaves_the_face_alone():
    truth = random_sliders(3)
    calm = solved(*perfect_landmarks(truth, expression(), camera()))
    smiling = solved(*perfect_landmarks(truth, SMILE, camera()))
    smiles = SMILE > 0.5
    assert smiling.state.expression[smiles].min() > 0.3 > calm.state.expression[smiles].max()
    assert distance_mm(named(calm.state.sliders), named(smiling.state.sliders)) < 0.75


def test_the_error_is_the_mean_residual_over_the_distance_between_the_outer_eye_corners():
    pixels, depth = perfect_landmarks(random_sliders(4), SMILE, camera(10))
    pixels += np.random.default_rng(0).normal(0, 4, pixels.shape)
    found = solved(pixels, depth)
    assert found.residuals_px.shape == (468, 2)
    assert found.error == pytest.approx(
        np.linalg.norm(found.residuals_px, axis=1).mean() / np.linalg.norm(pixels[33] - pixels[263])
    )


@pytest.mark.parametrize("scale", [0.1, 7.0])
def test_a_larger_picture_elsewhere_holds_the_same_face(scale):
    pixels, depth = perfect_landmarks(random_sliders(5), SMILE, camera(12, 4, 9))
    here, there = solved(pixels, depth), solved(scale * pixels + [900, -200], scale * depth)
    assert np.allclose(here.state.sliders, there.state.sliders, atol=1e-3)
    assert np.allclose(here.state.expression, there.state.expression, atol=1e-3)
    assert there.state.camera.scale_px == pytest.approx(scale * here.state.camera.scale_px, rel=1e-3)


def test_a_covered_part_is_disbelieved_and_bends_the_rest_little():
    truth = random_sliders(6)
    pixels, depth = perfect_landmarks(truth, expression(), camera())
    mouth = np.argsort(np.linalg.norm(pixels - pixels[13], axis=1))[:60]
    covered = pixels.copy()
    covered[mouth] += [0.0, 0.3 * np.linalg.norm(pixels[33] - pixels[263])]
    found = solved(covered, depth)
    others = np.setdiff1d(np.arange(468), mouth)
    assert found.weights[mouth].mean() < 0.5 < found.weights[others].mean()


def test_sliders_and_expressions_stay_within_their_range():
    pixels, depth = perfect_landmarks(random_sliders(7), SMILE, camera())
    middle = pixels.mean(axis=0)
    found = solved((pixels - middle) * [1.5, 0.8] + middle, depth)  # nobody's proportions
    assert np.abs(found.state.sliders).max() <= 1.0
    assert found.state.expression.min() >= 0.0 and found.state.expression.max() <= 1.0
    assert np.abs(found.state.sliders).max() > 0.5


def test_the_solve_gives_the_same_twice():
    landmarks = perfect_landmarks(random_sliders(8), SMILE, camera(7))
    first, second = solved(*landmarks), solved(*landmarks)
    assert (first.state.sliders == second.state.sliders).all()
    assert (first.state.expression == second.state.expression).all()
