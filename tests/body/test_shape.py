"""Sliders mold the body."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body.body import HUMAN_PARTS, load_body
from avatarkit.body.macro import MACRO_SLIDERS
from avatarkit.body.shape import checked_sliders, macro_offset, shape_body
from avatarkit.body.stylised_sliders import ACTING_SLIDERS
from avatarkit.errors import UsageError
from tests.body.random_people import random_person


def part_vertices(*names: str) -> np.ndarray:
    return np.unique(np.concatenate([load_body().parts[name].quads.reshape(-1) for name in names]))


MIRROR = np.array([-1.0, 1.0, 1.0])
DRAWN = part_vertices(*HUMAN_PARTS)  # the shells are not quite symmetric in the data
SIDED = sorted(name.removesuffix("-left") for name in load_body().sliders if name.endswith("-left"))


def mirrored(positions: np.ndarray) -> np.ndarray:
    return positions[load_body().mirror] * MIRROR


def symmetric(sliders: dict[str, float]) -> dict[str, float]:
    lopsided = ("-left", "-right", "sideways")
    return {name: value for name, value in sliders.items() if not name.endswith(lopsided)}


def test_sliders_at_zero_give_the_base():
    everything = dict.fromkeys(load_body().sliders, 0.0)
    assert np.array_equal(shape_body(everything).positions, load_body().positions)
    assert np.array_equal(shape_body({}).positions, load_body().positions)


def test_the_mirror_of_the_mirror_is_the_vertex_itself():
    mirror = load_body().mirror
    assert np.array_equal(mirror[mirror], np.arange(len(mirror)))


@pytest.mark.parametrize("seed", range(3))
def test_symmetric_sliders_give_a_symmetric_body(seed):
    positions = shape_body(symmetric(random_person(seed))).positions
    assert np.abs(mirrored(positions) - positions)[DRAWN].max() < 6e-4  # a few targets are uneven by 0.3 mm


@pytest.mark.parametrize("name", SIDED[::7])
def test_a_left_slider_mirrored_is_the_right_slider(name):
    left, right = (shape_body({f"{name}-{side}": 0.8}).positions for side in ("left", "right"))
    assert np.abs(left - load_body().positions).max() > 1e-4
    assert np.abs(mirrored(left) - right)[DRAWN].max() < 2e-4


def test_a_name_without_side_sets_both_sides():
    name = SIDED[0]
    assert checked_sliders({name: 0.5}) == {f"{name}-left": 0.5, f"{name}-right": 0.5}


def test_every_slider_moves_something_at_each_end_but_those_of_acting():
    base = load_body().positions
    for name, slider in load_body().sliders.items():
        for end in {slider.low, slider.high} - {0.0}:
            moved = np.abs(shape_body({name: end}).positions - base).max() > 1e-4
            assert moved == (name not in ACTING_SLIDERS), (name, end)


def test_opposite_ends_of_a_slider_move_it_to_opposite_sides():
    wide, narrow = (shape_body({"nose-wing-width": value}).positions - load_body().positions for value in (1.0, -1.0))
    assert float((wide * narrow).sum()) < 0.0


FACE_SHAPES = [name for name, slider in load_body().sliders.items() if name.startswith("face-") and slider.group == "contour"]
CROWN_HEIGHTS_M = (0.79, 0.80, 0.81, 0.82)  # on the average person, whose eyes lie at 0.735 and whose crown ends at 0.842


def breadths(positions: np.ndarray) -> np.ndarray:
    """(4,) of the crown between the vertices that are outermost at `CROWN_HEIGHTS_M` of the average person, metres."""
    base, head = load_body().positions, part_vertices("head")
    rows = [head[np.abs(base[head, 1] - height) < 0.006] for height in CROWN_HEIGHTS_M]
    ends = [(row[base[row, 0].argmax()], row[base[row, 0].argmin()]) for row in rows]
    return np.array([positions[left, 0] - positions[right, 0] for left, right in ends])


@pytest.mark.parametrize("end", [-1.0, 1.0])
@pytest.mark.parametrize("name", [name for name in FACE_SHAPES if name != "face-width"])
def test_the_shape_of_a_face_leaves_the_crown_its_breadth(name: str, end: float) -> None:
    change = breadths(shape_body({name: end}).positions) / breadths(load_body().positions)
    assert change.min() > 0.87


def test_joints_lie_inside_the_body_whatever_its_build():
    for build in ({"height": 1.0, "weight": 1.0}, {"age": -0.6, "weight": -0.5}):
        shape = shape_body(build)
        low, high = shape.positions[DRAWN].min(axis=0), shape.positions[DRAWN].max(axis=0)
        assert (shape.joint_heads >= low).all() and (shape.joint_heads <= high).all()


def test_skin_weights_of_every_vertex_sum_to_one():
    weights = load_body().joint_weights
    assert np.abs(weights.sum(axis=1) - 1.0).max() < 1e-6
    assert weights.min() >= 0.0


@pytest.mark.parametrize(
    ("sliders", "words"),
    [
        ({"nose-widht": 0.1}, "nose-width"),
        ({"nose-width": 1.01}, "from -1 to 1"),
        ({"nose-width": float("nan")}, "nan"),
        ({"nose-width": "wide"}, "wide"),
        ({"nose-width": True}, "True"),
        ({"nose-width": None}, "None"),
        ({"": 0.0}, "slider"),
    ],
)
def test_a_wrong_slider_is_named_with_what_would_be_right(sliders, words):
    with pytest.raises(UsageError, match=words):
        shape_body(sliders)


def test_macro_sliders_are_sliders_like_the_others():
    assert set(MACRO_SLIDERS) <= set(load_body().sliders)


def test_who_shapes_a_face_has_the_physique_of_before() -> None:
    weight = {"weight": 0.31, "height": -0.2}
    first = macro_offset(weight)
    assert macro_offset({**weight, "nose-width": 0.5, "age": 0.0}) is first
    assert macro_offset({**weight, "age": 0.1}) is not first
    with pytest.raises(ValueError, match="read-only"):
        first += 1.0
