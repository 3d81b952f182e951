"""Squares around bodies, hands and faces turn, move and grow with them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avatarkit.tracking.read_body import MIRROR, closer_views
from avatarkit.tracking.regions import hand_square, person_square, to_our_axes, whole_picture
from avatarkit.vocabulary.mediapipe_points import POSE_POINTS

HAND = np.random.default_rng(3).normal(size=(21, 2)) * 20 + [0, -60] * np.linspace(0, 1, 21)[:, None]
angles, sizes = st.floats(-np.pi, np.pi), st.floats(0.2, 5)


def turned(points: np.ndarray, angle: float) -> np.ndarray:
    """Points of a picture turned clockwise as it is seen."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return points @ np.array([[cosine, sine], [-sine, cosine]])


@given(angles, sizes)
def test_a_hands_square_follows_the_hand(angle: float, size: float) -> None:
    still, moved = hand_square(HAND), hand_square(turned(HAND, angle) * size + [300, 200])
    assert np.isclose(moved.side, still.side * size)
    assert np.isclose(np.exp(1j * (moved.roll - still.roll)), np.exp(1j * angle))
    np.testing.assert_allclose(moved.centre, turned(np.array(still.centre), angle) * size + [300, 200], atol=1e-6)


@given(angles)
def test_a_persons_square_stands_upright_on_the_person(angle: float) -> None:
    square = person_square(turned(np.array([[0.0, 0.0], [0.0, -100.0]]), angle))
    assert np.isclose(np.exp(1j * square.roll), np.exp(1j * angle))
    assert np.isclose(square.side, 250)


def test_metres_are_turned_back_to_the_upright_picture() -> None:
    right_down_away = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_allclose(to_our_axes(right_down_away, 0.0), [[1, -2, -3]])
    # A square turned clockwise by a quarter has its right side below and its lower side to the left.
    np.testing.assert_allclose(to_our_axes(right_down_away, np.pi / 2), [[-2, -1, -3]], atol=1e-12)


@given(st.integers(64, 4000), st.integers(64, 4000))
def test_closer_views_cover_the_picture(width: int, height: int) -> None:
    views = closer_views((width, height))
    for x in np.linspace(1, width - 1, 9):
        for y in np.linspace(1, height - 1, 9):
            assert any(abs(x - v.centre[0]) <= v.side / 2 and abs(y - v.centre[1]) <= v.side / 2 for v in views)
    assert all(v.side == whole_picture((width, height)).side / 2 for v in views)


def test_the_mirror_of_a_body_exchanges_its_sides() -> None:
    assert (MIRROR[MIRROR] == np.arange(33)).all()
    assert POSE_POINTS[MIRROR[POSE_POINTS.index("leftWrist")]] == "rightWrist"
    assert POSE_POINTS[MIRROR[POSE_POINTS.index("mouthRight")]] == "mouthLeft"
    assert MIRROR[0] == 0
