"""A hand that was taken for the other one is the same picture, mirrored in depth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.tracking.hand_shape import hand_metres, of_its_side
from avatarkit.tracking.person_graphs import HandInCrop
from avatarkit.tracking.tracked_frame import HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND

ROOTS = [HAND[name] for name in ("wrist", "indexMcp", "middleMcp", "littleMcp")]


def hand(seed: int = 0) -> HandLandmarks:
    world = np.random.default_rng(seed).normal(0.0, 0.03, (21, 3))
    world[HAND["middleMcp"]] = world[HAND["wrist"]] + (0.01, 0.085, 0.02)
    return HandLandmarks(np.zeros((21, 2)), np.zeros(21), world, 1.0)


def test_a_hand_that_looks_like_its_side_stays() -> None:
    for leftness, side in ((0.9, "left"), (0.2, "right")):
        assert np.array_equal(of_its_side(hand(), leftness, side).world_m, hand().world_m)


def test_the_other_hand_is_mirrored_and_its_palm_points_the_same_way() -> None:
    seen = hand()
    mirrored = of_its_side(seen, 0.1, "left").world_m
    before, after = (points[ROOTS] - points[HAND["wrist"]] for points in (seen.world_m, mirrored))
    assert np.allclose(after[2], before[2])
    assert np.allclose(np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1))
    assert np.isclose(np.linalg.det(after[1:]), -np.linalg.det(before[1:]))
    assert np.allclose(of_its_side(replace(seen, world_m=mirrored), 0.1, "left").world_m, seen.world_m)


def test_mirroring_a_hand_across_the_line_of_sight_does_not_change_its_picture() -> None:
    seen = hand()
    flat = seen.world_m.copy()
    flat[HAND["middleMcp"], 2] = flat[HAND["wrist"], 2]
    mirrored = of_its_side(replace(seen, world_m=flat), 0.9, "right").world_m
    assert np.allclose(mirrored * (1.0, 1.0, -1.0), flat)


def test_a_hand_that_points_at_the_camera_stays() -> None:
    seen = hand()
    ahead = seen.world_m.copy()
    ahead[HAND["middleMcp"]] = ahead[HAND["wrist"]] + (0.001, 0.0, 0.08)
    assert np.array_equal(of_its_side(replace(seen, world_m=ahead), 0.9, "right").world_m, ahead)


def test_a_palm_that_collapsed_points_where_the_picture_has_it() -> None:
    points = np.full((21, 3), 0.5)
    points[HAND["middleMcp"], :2] = 0.5, 0.2
    metres = hand_metres(HandInCrop(points, np.zeros((21, 3)), 1.0, 0.9), np.pi / 2)
    palm = metres[HAND["middleMcp"]] - metres[HAND["wrist"]]
    assert np.allclose(palm / np.linalg.norm(palm), (1.0, 0.0, 0.0))
    world = hand().world_m
    assert np.allclose(hand_metres(HandInCrop(points, world, 1.0, 0.9), 0.0), world * (1.0, -1.0, -1.0))
