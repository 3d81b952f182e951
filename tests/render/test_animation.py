from __future__ import annotations

import numpy as np
import pytest

from avatarkit.errors import InputError, UsageError
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Animation, Channel, Document
from avatarkit.render.animation import find_animation, pose_at, sample

KEYS = np.array([0.5, 1.0, 2.0], np.float32)


def channel(values, path: str = "translation", interpolation: str = "LINEAR", keys=KEYS) -> Channel:
    return Channel(0, path, np.asarray(keys, np.float32), np.asarray(values, np.float32), interpolation)


def test_between_keys_a_place_moves_in_a_straight_line():
    moving = channel([[0, 0, 0], [1, 0, 0], [1, 4, 0]])
    assert sample(moving, np.array([0.75, 1.25, 2.0])) == pytest.approx(np.array([[0.5, 0, 0], [1, 1, 0], [1, 4, 0]]))


@pytest.mark.parametrize("interpolation", ["LINEAR", "STEP", "CUBICSPLINE"])
def test_before_the_first_and_after_the_last_key_nothing_moves(interpolation):
    values = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    if interpolation == "CUBICSPLINE":
        values = np.stack([values * 0 + 5, values, values * 0 - 3], axis=1).reshape(9, 3)
    found = sample(channel(values, interpolation=interpolation), np.array([-9.0, 0.0, 0.5, 2.0, 99.0]))
    assert found == pytest.approx(np.array([[1, 2, 3]] * 3 + [[7, 8, 9]] * 2, float))


def test_steps_hold_until_the_next_key():
    found = sample(channel([[1, 0, 0], [2, 0, 0], [3, 0, 0]], interpolation="STEP"), np.array([0.99, 1.0, 1.99, 2.0]))
    assert found[:, 0].tolist() == [1, 2, 2, 3]


def test_a_rotation_turns_evenly_and_the_short_way():
    angles = np.radians([0.0, 90.0, 90.0])
    keys = quaternions.from_rotation_vector(angles[:, None] * [0.0, 0.0, 1.0])
    keys[1] *= -1  # the same rotation, written the other way round
    found = sample(channel(keys, "rotation"), np.array([0.5 + 0.5 / 3]))
    assert quaternions.rotate(found[0], np.array([1.0, 0, 0])) == pytest.approx([np.cos(np.pi / 6), 0.5, 0], abs=1e-6)


def test_a_cubic_spline_follows_the_polynomial_whose_tangents_it_has():
    def place(t):
        return np.stack([t**3 - t, 2 * t**2, 1 - t], axis=-1)

    def speed(t):
        return np.stack([3 * t**2 - 1, 4 * t, 0 * t - 1], axis=-1)

    keys = KEYS.astype(float)
    values = np.stack([speed(keys), place(keys), speed(keys)], axis=1).reshape(9, 3)
    times = np.linspace(0.5, 2.0, 31)
    assert sample(channel(values, interpolation="CUBICSPLINE"), times) == pytest.approx(place(times), abs=1e-5)


def test_a_cubic_rotation_comes_out_at_unit_length():
    keys = quaternions.from_rotation_vector(np.array([[0, 0, 0], [0, 2.0, 0], [0.5, 0, 1]]))
    values = np.stack([keys * 0, keys, keys * 0], axis=1).reshape(9, 4)
    found = sample(channel(values, "rotation", "CUBICSPLINE"), np.linspace(0.5, 2.0, 20))
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(20))


def test_a_single_key_is_a_pose():
    assert sample(channel([[1, 2, 3]], keys=[0.7]), np.array([0.0, 5.0])).tolist() == [[1, 2, 3], [1, 2, 3]]


def test_a_pose_names_what_moves_and_only_that():
    animation = Animation(
        "a", (channel([[0, 0, 0], [2, 0, 0], [2, 0, 0]]), Channel(3, "weights", KEYS, np.float32([[0, 1], [1, 0], [1, 0]])))
    )
    pose = pose_at(animation, 0.75)
    assert pose.translations[0] == pytest.approx([1, 0, 0])
    assert pose.weights[3] == pytest.approx([0.5, 0.5])
    assert (dict(pose.rotations), dict(pose.scales)) == ({}, {})


@pytest.mark.parametrize("broken", [np.full((3, 3), np.nan), np.zeros((2, 3))], ids=["no numbers", "too few"])
def test_a_damaged_channel_is_an_input_error(broken):
    with pytest.raises(InputError, match="animation"):
        sample(channel(broken), np.array([0.6]))


def test_a_rotation_without_length_leaves_the_node_as_it_is():
    assert dict(pose_at(Animation("a", (channel(np.zeros((3, 4)), "rotation"),)), 1.0).rotations) == {}


def test_an_animation_that_is_not_there_is_named_with_what_is():
    with pytest.raises(UsageError, match="none"):
        find_animation(Document(), 0)
    with pytest.raises(UsageError, match="0 to 1"):
        find_animation(Document(animations=(Animation("a", ()), Animation("b", ()))), 2)
