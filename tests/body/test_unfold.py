"""However face sliders are set, the skin is nowhere folded upon itself; what does not fold is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body import unfold
from avatarkit.body.body import load_body
from avatarkit.body.lips import closed_lips
from avatarkit.body.shape import shape_body
from avatarkit.body.unfold import new_folds, unfolded
from avatarkit.geometry.meshes import face_normals
from avatarkit.geometry.nearest import tree_of
from tests.body.random_people import random_face

FACE_GROUPS = {"forehead", "stylised", "chin", "brows", "neck", "nose", "mouth", "contour", "cheeks", "eyes", "ears"}
FACE = [name for name, slider in load_body().sliders.items() if slider.group in FACE_GROUPS]


def some_at_their_ends(seed: int, count: int) -> dict[str, float]:
    random, sliders = np.random.default_rng(seed), load_body().sliders
    chosen = random.choice(FACE, count, replace=False)
    return {name: float(random.choice([end for end in (sliders[name].low, sliders[name].high) if end])) for name in chosen}


@pytest.mark.parametrize("count", [2, 5, 20, 60, len(FACE)])
@pytest.mark.parametrize("seed", range(4))
def test_no_corner_of_the_box_of_face_sliders_folds_the_skin(seed: int, count: int) -> None:
    assert not new_folds(load_body().positions, shape_body(some_at_their_ends(seed, count)).positions).any()


@pytest.mark.parametrize("count", [16, 64])
def test_no_corner_of_the_box_is_folded_by_closing_the_lips(count: int) -> None:
    for seed in range(6):
        face = shape_body(some_at_their_ends(seed, count)).positions
        assert not new_folds(face, closed_lips(face)).any()


def test_without_evening_out_some_of_these_corners_would_fold() -> None:
    """Or the test above would prove nothing."""
    body = load_body()
    folding = [seed for seed in range(4) if new_folds(body.positions, plain_sum(some_at_their_ends(seed, 60))).any()]
    assert len(folding) > 1


def plain_sum(sliders: dict[str, float]) -> np.ndarray:
    from avatarkit.body.shape import checked_sliders, detail_coefficients

    body = load_body()
    change = body.slider_offsets @ detail_coefficients(body, checked_sliders(sliders, body))
    return np.asarray(body.positions + change.reshape(-1, 3))


@pytest.mark.parametrize("seed", range(4))
def test_ordinary_faces_are_exactly_the_sum_of_their_sliders(seed: int) -> None:
    face = random_face(seed, 0.15)
    np.testing.assert_allclose(shape_body(face).positions, plain_sum(face), atol=1e-7)


def test_what_is_far_from_a_fold_moves_as_it_would() -> None:
    body = load_body()
    after = np.array(body.positions)
    head = np.unique(body.parts["head"].quads)
    front = head[(after[head, 2] > 0.13) & (np.abs(after[head, 0]) < 0.012)]
    after[front] -= [0.0, 0.0, 0.12]  # the nose pushed through the head
    after[:, 0] += 0.001
    result = unfolded(body.positions, after)
    far = np.abs(body.positions - body.positions[front].mean(axis=0)).max(axis=1) > 0.25
    np.testing.assert_allclose(result[far], after[far], atol=1e-7)
    assert not new_folds(body.positions, result).any()
    assert new_folds(body.positions, after).any()


def test_a_fold_on_a_head_that_moves_as_a_whole_does_not_hold_it_back() -> None:
    folding = {"eye-opening-middle": -1.0, "eye-height": 1.0, "nose-forward": -1.0, "nose-depth": -1.0, "head-sideways": 1.0}
    known = {name: value for name, value in (some_at_their_ends(2, 60) | folding).items() if name in load_body().sliders}
    still = shape_body(known | {"head-sideways": 0.0}).positions
    moved = shape_body(known).positions
    nose = load_body().positions[:, 2].argmax()
    alone = shape_body({"head-sideways": 1.0}).positions - load_body().positions
    assert (moved - still)[nose, 0] == pytest.approx(alone[nose, 0], rel=0.35)


def test_machine_code_finds_the_same_folds_as_python() -> None:
    triangles, pairs = unfold._skin()
    some, positions = pairs[::9].copy(), plain_sum(some_at_their_ends(1, 60)).astype(float)
    wanted = np.flatnonzero(unfold._bends(positions, np.arange(len(pairs))[::9]) < unfold.FOLDED)
    assert 3 < len(wanted) < 0.1 * len(some)
    for bent in (unfold._bent, unfold._bent.__wrapped__):
        np.testing.assert_array_equal(bent(positions, triangles, some, unfold.FOLDED), wanted)


def test_how_far_an_edge_is_bent_is_the_cosine_between_its_normals() -> None:
    triangles, pairs = unfold._skin()
    positions = load_body().positions.astype(float)
    one, other = (face_normals(positions, triangles[of]) for of in pairs[::97].T)
    wanted = (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    np.testing.assert_allclose(unfold._bends(positions, np.arange(len(pairs))[::97]), wanted, atol=1e-9)


def test_what_lies_near_a_fold_is_found_as_a_search_tree_does() -> None:
    triangles, pairs = unfold._skin()
    edges, reach, points = np.array([7, 900, 20000]), 0.02, load_body().positions
    distance = np.asarray(tree_of(points[np.unique(triangles[pairs[edges]])]).query(points)[0])
    rows, share = unfold._around(edges, reach)
    np.testing.assert_array_equal(rows, np.flatnonzero(distance < reach))
    np.testing.assert_allclose(share, (1.0 - (distance[rows] / reach) ** 2) ** 2, atol=1e-5)
    assert len(rows) > 100
