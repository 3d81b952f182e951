"""Which hand is which: by the body's wrists, then by looks, and one hand is never two."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from avatarkit.tracking import follow_hands
from avatarkit.tracking.follow_hands import (
    MOST_LOOKS,
    HandMemory,
    LastReading,
    SeenHand,
    expected_square,
    find_hand,
    is_still,
    is_sure,
    moved_along,
    next_square,
    settled,
    view_of,
)
from avatarkit.tracking.person_graphs import HandInCrop
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

LEFT, RIGHT = np.array([400.0, 300.0]), np.array([200.0, 300.0])
SHAPE = np.column_stack([np.tile([-20, -10, 0, 10, 20], 5)[:21], -np.linspace(0, 60, 21)])


def body() -> BodyLandmarks:
    """Shoulders and hips half a metre apart, 200 pixels to the metre, wrists at LEFT and RIGHT."""
    points, world = np.zeros((33, 2)), np.zeros((33, 3))
    for side, x in (("left", 0.25), ("right", -0.25)):
        for joint, y in (("Shoulder", 0.5), ("Hip", 0.0)):
            world[POSE[side + joint], :2] = x, y
            points[POSE[side + joint]] = 300 + 200 * x, 300 - 200 * y
    for side, wrist in (("left", LEFT), ("right", RIGHT)):
        for point, up in (("Wrist", 0.0), ("Index", 20.0), ("Pinky", 20.0)):
            points[POSE[side + point]] = wrist - (0.0, up)
    return BodyLandmarks(points, np.zeros(33), world, np.ones(33), 1.0)


def hand(wrist: np.ndarray, leftness: float) -> SeenHand:
    return SeenHand(HandLandmarks(SHAPE + wrist - SHAPE[0], np.zeros(21), np.zeros((21, 3)), 1.0), leftness)


def wrists(hands: dict[str, SeenHand]) -> dict[str, float]:
    return {side: float(found.wrist[0]) for side, found in hands.items()}


@pytest.mark.parametrize("leftness", [0.0, 0.5, 1.0])
def test_hands_go_to_their_wrists_whatever_they_look_like(leftness: float) -> None:
    for swapped in (False, True):
        hands = {"left": hand(LEFT, leftness), "right": hand(RIGHT, leftness)}
        if swapped:
            hands = {"left": hands["right"], "right": hands["left"]}
        assert wrists(settled(hands, body())) == {"left": 400, "right": 200}


def test_a_hand_far_from_its_wrist_is_another_hand() -> None:
    assert settled({"left": hand(LEFT + np.array([150, 0]), 1.0)}, body()) == {}
    assert settled({"left": hand(RIGHT, 1.0)}, body()) == {}


def test_one_hand_is_not_taken_twice() -> None:
    between = (LEFT + RIGHT) / 2
    close = body()
    points = close.points_px.copy()
    points[POSE["leftWrist"]], points[POSE["rightWrist"]] = [305, 300], [295, 300]
    close = BodyLandmarks(points, close.depth_px, close.world_m, close.visibility, 1.0)
    assert set(settled({"left": hand(between, 0.9), "right": hand(between + 1, 0.9)}, close)) == {"left"}
    assert set(settled({"left": hand(between, 0.1), "right": hand(between + 1, 0.1)}, close)) == {"right"}


def test_hands_that_touch_are_two() -> None:
    touching = body()
    points = touching.points_px.copy()
    points[POSE["leftWrist"]], points[POSE["rightWrist"]] = [320, 300], [290, 300]
    touching = BodyLandmarks(points, touching.depth_px, touching.world_m, touching.visibility, 1.0)
    hands = {"left": hand(np.array([320.0, 300.0]), 0.9), "right": hand(np.array([290.0, 300.0]), 0.1)}
    assert set(settled(hands, touching)) == {"left", "right"}


def test_of_two_touching_hands_that_look_like_one_side_the_one_that_does_not_fit_is_the_other() -> None:
    touching = body()
    points = touching.points_px.copy()
    points[POSE["leftWrist"]], points[POSE["rightWrist"]] = [320, 300], [300, 300]
    touching = BodyLandmarks(points, touching.depth_px, touching.world_m, touching.visibility, 1.0)
    for leftness, side in ((0.9, "left"), (0.1, "right")):
        hands = {"left": hand(np.array([320.0, 300.0]), leftness), "right": hand(np.array([300.0, 300.0]), leftness)}
        assert set(settled(hands, touching)) == {side}


def test_without_a_body_one_hand_goes_by_its_looks() -> None:
    assert set(settled({"left": hand(LEFT, 0.9), "right": hand(LEFT, 0.8)}, None)) == {"left"}
    assert set(settled({"left": hand(LEFT, 0.2), "right": hand(LEFT, 0.1)}, None)) == {"right"}


def test_a_hand_in_a_picture_that_stays_the_same_is_not_read_again() -> None:
    random = np.random.default_rng(0)
    picture = cv2.GaussianBlur(random.integers(0, 256, (480, 640, 3), np.uint8), (0, 0), 5)
    seen = hand(LEFT, 1.0)
    last = LastReading(seen, 0.0, view_of(PhotoPyramid(picture), seen), None)
    noisy = np.clip(picture + random.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
    assert is_still(PhotoPyramid(noisy), last)
    assert not is_still(PhotoPyramid(np.roll(picture, 12, axis=1)), last)


def test_a_hand_that_is_not_read_anew_goes_with_its_wrist() -> None:
    seen, grey, bright = hand(LEFT, 1.0), *(PhotoPyramid(np.full((480, 640, 3), level, np.uint8)) for level in (90, 160))
    read = replace(seen, reading=LastReading(seen, 0.0, view_of(grey, seen), LEFT - (7, -5)))
    shift = moved_along(read, bright, LEFT).landmarks.points_px - seen.landmarks.points_px
    np.testing.assert_allclose(shift, np.tile([7.0, -5.0], (21, 1)))
    assert moved_along(read, grey, LEFT) is read
    assert moved_along(seen, bright, LEFT) is seen


def test_a_hand_is_looked_for_where_its_wrist_has_gone_but_not_for_a_tremble() -> None:
    square = hand(LEFT, 1.0).square
    gone = expected_square(square, LEFT, LEFT + np.array([30, -20]))
    np.testing.assert_allclose(np.subtract(gone.centre, square.centre), (30, -20))
    assert (gone.side, gone.roll) == (square.side, square.roll)
    assert expected_square(square, LEFT, LEFT + np.array([0.01 * square.side, 0])) is square
    assert expected_square(square, None, LEFT) is square
    assert expected_square(square, LEFT, None) is square


class Reader:
    """Instead of the models: sees a hand in whatever square, ever more surely."""

    def __init__(self, *presences: float) -> None:
        self.presences, self.looks = list(presences), []

    def read_hand(self, picture: np.ndarray, place: object, lite: bool = False) -> HandInCrop:
        self.looks.append("glance" if lite else "look")
        way = np.linspace(0.0, 2.0 * np.pi, 21)
        points = np.column_stack([0.5 + 0.3 * np.sin(way), 0.2 + 0.3 * np.cos(way), np.zeros(21)])
        points[0] = 0.5, 0.5, 0.0
        return HandInCrop(points, points * 0.2, self.presences.pop(0), 1.0)


def test_a_lost_hand_that_is_looked_for_step_by_step_is_found_where_it_is_found_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follow_hands, "SMALL_HAND_PX", 0.0)  # each look is one reading
    monkeypatch.setattr(follow_hands, "MAX_MISFIT", 10.0)  # and any hand will do
    picture, person = PhotoPyramid(np.full((480, 640, 3), 90, np.uint8)), body()
    at_once = Reader(0.1, 0.3, 0.9)
    found = find_hand(picture, person, "left", HandMemory(), at_once)  # type: ignore[arg-type]
    assert at_once.looks == ["glance", *["look"] * MOST_LOOKS]
    steps = Reader(0.1, 0.3, 0.9)
    hint = find_hand(picture, person, "left", HandMemory(), steps, most_looks=1)  # type: ignore[arg-type]
    assert steps.looks == ["glance", "look"]
    assert hint is not None and not is_sure(hint)
    there = find_hand(picture, person, "left", HandMemory(hint=next_square(hint, person)), steps, most_looks=1)  # type: ignore[arg-type]
    assert steps.looks == ["glance", "look", "look"]
    assert found is not None and there is not None and is_sure(there)
    np.testing.assert_allclose(there.landmarks.points_px, found.landmarks.points_px)
