"""Drawn figures' proportions: smooth, symmetric, and every expression goes along."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body import face_warps, shape
from avatarkit.body.body import load_body
from avatarkit.body.lips import lips
from avatarkit.body.rest import rest_body
from avatarkit.body.shape import shape_body
from avatarkit.body.stylised_sliders import STYLISED_SLIDERS
from avatarkit.body.unfold import new_folds
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.body.random_people import random_face

ENDS = [(name, value) for name, (low, _) in STYLISED_SLIDERS.items() for value in dict.fromkeys((low, 1.0)) if value]
ANIME = {"big-eyes": 0.95, "tall-eyes": 0.45, "small-nose": 0.85, "small-mouth": 0.35, "pointed-chin": 0.55, "flat-face": 0.65}


def test_at_rest_they_change_nothing_at_all() -> None:
    plain = {"nose-width": 0.5}
    zero = shape_body({**plain, **dict.fromkeys(STYLISED_SLIDERS, 0.0)})
    np.testing.assert_array_equal(zero.positions, shape_body(plain).positions)
    assert zero.stretch is None


@pytest.mark.parametrize(("name", "value"), ENDS)
def test_a_symmetric_face_stays_symmetric(name: str, value: float) -> None:
    body = load_body()
    positions = shape_body({name: value}).positions
    head = np.unique(body.parts["head"].quads)
    np.testing.assert_allclose(positions[body.mirror[head]] * (-1, 1, 1), positions[head], atol=2e-3)


def test_a_large_mouth_is_wide_and_no_muzzle() -> None:
    edge = np.concatenate([ring for lip in lips() for ring in lip.rings])
    plain, large = (shape_body({"small-mouth": value}).positions[edge] for value in (0.0, -1.0))
    assert np.ptp(large[:, 0]) > 1.3 * np.ptp(plain[:, 0])
    assert large[:, 2].max() < plain[:, 2].max() + 5e-4


@pytest.mark.parametrize("person", [None, 0, 1, 2])
@pytest.mark.parametrize(("name", "value"), ENDS)
def test_no_end_of_a_slider_folds_the_skin(name: str, value: float, person: int | None) -> None:
    plain = {} if person is None else random_face(person, 0.3)
    assert not new_folds(shape_body(plain).positions, shape_body(plain | {name: value}).positions).any()


@pytest.mark.parametrize("sliders", [ANIME, {"big-eyes": 1.0}, {"big-head": 1.0, "round-cheeks": 1.0}])
def test_blinking_still_closes_the_eyes(sliders: dict[str, float]) -> None:
    plain, drawn = rest_body({}), rest_body(sliders)
    number = ARKIT_NAMES.index("eyeBlinkLeft")

    def lowest(rest, weight):
        moved = rest.positions + weight * rest.expression_offsets[:, [number]].toarray().reshape(-1, 3)
        lids = np.unique(load_body().parts["socket-left"].quads)
        front = lids[moved[lids, 2] > np.quantile(moved[lids, 2], 0.5)]
        return np.ptp(moved[front, 1])

    assert lowest(drawn, 1.0) < lowest(drawn, 0.0)
    assert lowest(plain, 1.0) < lowest(plain, 0.0)


def test_what_an_expression_does_grows_with_what_it_does_it_to() -> None:
    plain, drawn = rest_body({}), rest_body({"big-head": 1.0})
    jaw = ARKIT_NAMES.index("jawOpen")
    before, after = (np.abs(rest.expression_offsets[:, [jaw]].toarray()).max() for rest in (plain, drawn))
    assert after == pytest.approx(1.5 * before, rel=0.02)


def test_a_smaller_body_leaves_the_head_as_it_is_and_shrinks_all_below_it_alike() -> None:
    plain, small = shape_body({}), shape_body({"small-body": 1.0})
    crown = np.unique(load_body().parts["eye-left"].quads)
    np.testing.assert_allclose(small.positions[crown], plain.positions[crown], atol=1e-6)
    names = load_body().joint_names
    for one, other in (("leftUpperLeg", "leftFoot"), ("leftUpperArm", "leftHand"), ("leftShoulder", "rightShoulder")):
        before, after = (
            np.linalg.norm(shape.joint_heads[names.index(one)] - shape.joint_heads[names.index(other)])
            for shape in (plain, small)
        )
        assert after == pytest.approx(0.7 * before, rel=0.03), one


def test_brows_of_large_eyes_do_not_cross_however_angry() -> None:
    drawn = rest_body({"big-eyes": 1.0})
    angry = [ARKIT_NAMES.index(name + side) for name in ("browDown", "noseSneer") for side in ("Left", "Right")]
    moved = np.asarray(drawn.expression_offsets[:, angry].sum(axis=1)).reshape(-1, 3) + drawn.positions
    head = np.unique(load_body().parts["head"].quads)
    left = head[drawn.positions[head, 0] > 1e-3]
    assert (moved[left, 0] > 0.0).all()


def test_who_smiles_at_rest_smiles_no_further_than_others() -> None:
    smiles = [ARKIT_NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]

    def mouths(sliders: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        rest = rest_body({"low-eyes": 1e-6, **sliders})
        full = rest.positions + np.asarray(rest.expression_offsets[:, smiles].sum(axis=1)).reshape(-1, 3)
        corners = np.unique(load_body().parts["head"].quads)
        return rest.positions[corners, 1], full[corners, 1]

    (rest, full), (smiling, smiling_full) = mouths({}), mouths({"smiling": 1.0})
    assert np.abs(smiling - rest).max() > 0.4 * np.abs(full - rest).max()
    assert np.abs(smiling_full - full).max() < 0.2 * np.abs(full - rest).max()


def test_eyes_stay_in_their_sockets() -> None:
    rest = rest_body(ANIME)
    body = load_body()
    for side in ("left", "right"):
        ball = rest.positions[np.unique(body.parts[f"eye-{side}"].quads)]
        assert np.linalg.norm(ball.mean(axis=0) - rest.joint(f"{side}Eye")) < 0.006


def test_machine_code_slides_lids_as_python_does() -> None:
    points = np.random.default_rng(3).uniform(-1.0, 1.0, (200, 3)) * [0.06, 0.05, 0.04] + [0.0, 0.0, 0.02]
    left, right = (0.032, 0.0, 0.0, 0.033, -0.15), (-0.032, 0.0, 0.0, -0.033, -0.15)
    given = points, (left, right), 0.014, 0.012, 0.6, 0.5
    quick, plain = face_warps._slid(*given), face_warps._slid.__wrapped__(*given)
    np.testing.assert_allclose(quick, plain, atol=1e-12)
    moved = np.abs(quick - points).max(axis=1) > 1e-6
    assert (moved & (points[:, 0] > 0.0)).any() and (moved & (points[:, 0] < 0.0)).any()
    mirrored = face_warps._slid(points * [-1.0, 1.0, 1.0], *given[1:]) * [-1.0, 1.0, 1.0]
    np.testing.assert_allclose(mirrored, quick, atol=1e-12)


def test_machine_code_bends_faces_as_python_does() -> None:
    body = load_body()
    at, head = shape._landmarks(body, body.positions), np.unique(body.parts["head"].quads)[::7]
    for name in face_warps._SLIDERS:
        amounts = np.array([0.8 * (name == other) for other in face_warps._SLIDERS])
        given = body.positions[head].astype(float), at.eye_radius, at.marks, amounts
        quick, plain = face_warps._bent(*given), face_warps._bent.__wrapped__(*given)
        for one, other in zip(quick, plain, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)
        assert np.abs(quick[0] - given[0]).max() > 1e-3, name


@pytest.mark.parametrize("neck", [-1.0, -0.8, -0.5])
def test_a_bigger_head_is_as_deep_however_short_its_neck(neck: float) -> None:
    head = np.unique(load_body().parts["head"].quads)

    def depth(length: float) -> float:
        thickset = {"sex": 1.0, "weight": 0.6, "muscle": 0.9, "height": -0.95}
        return float(np.ptp(shape_body(thickset | {"big-head": 1.0, "neck-length": length}).positions[head, 2]))

    assert depth(neck) == pytest.approx(depth(0.0), rel=0.03)
