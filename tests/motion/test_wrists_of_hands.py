"""Laws of wrists that the hands themselves show."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.motion.picture_camera import assumed_camera
from avatarkit.motion.wrists_of_hands import APART_M, SHARE, TOUCHING_M, with_wrists_of_hands
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND_POINTS, POSE
from tests.motion.simulated import DISTANCE_M, SIZE_PX, filmed, standing

PX_PER_M = assumed_camera(SIZE_PX).focal_px / DISTANCE_M
LEFT, RIGHT = POSE["leftWrist"], POSE["rightWrist"]
ON_RIGHT_HAND = [POSE["rightIndex"], POSE["rightPinky"], POSE["rightThumb"]]


def body() -> BodyLandmarks:
    seen = filmed(standing(np.zeros(1))).frames[0].body
    assert seen is not None
    return seen


def hand_at(wrist_px: np.ndarray) -> HandLandmarks:
    points = np.tile(wrist_px, (len(HAND_POINTS), 1))
    return HandLandmarks(points, np.zeros(len(points)), np.zeros((len(points), 3)), 1.0)


def test_where_hands_touch_each_wrist_is_its_hands_own_and_takes_the_bodys_hand_along() -> None:
    seen = body()
    left = seen.points_px[LEFT]
    right = left + np.array([0.9 * TOUCHING_M * PX_PER_M, 0.0])
    moved = with_wrists_of_hands(seen, hand_at(left), hand_at(right)).points_px
    np.testing.assert_allclose(moved[RIGHT], right)
    np.testing.assert_allclose(moved[ON_RIGHT_HAND] - right, seen.points_px[ON_RIGHT_HAND] - seen.points_px[RIGHT])
    np.testing.assert_array_equal(moved[LEFT], left)


@pytest.mark.parametrize("other_seen", [False, True])
def test_hands_that_are_apart_and_bodies_tell_their_wrists_together(other_seen: bool) -> None:
    seen = body()
    right = seen.points_px[RIGHT] + np.array([3.0, -2.0])
    left = hand_at(right + np.array([1.1 * APART_M * PX_PER_M, 0.0])) if other_seen else None
    moved = with_wrists_of_hands(seen, left, hand_at(right)).points_px
    np.testing.assert_allclose(moved[RIGHT], seen.points_px[RIGHT] + SHARE * np.array([3.0, -2.0]))


def test_without_hands_a_body_stays_as_it_is() -> None:
    seen = body()
    assert with_wrists_of_hands(seen, None, None) is seen
