"""What was not seen, and what was seen but cannot have been."""

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.gaps import believable, fill_gaps, fill_places, takes
from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.motion.smooth import continuous

HAND, ARM = BONE["leftHand"], BONE["leftLowerArm"]
TIMES = np.arange(60) / 30.0
REST = np.tile(quaternions.IDENTITY, (BONES, 1))
SEEN = np.ones((len(TIMES), BONES), bool)


def turning(angles_rad: np.ndarray, bone: int = HAND) -> np.ndarray:
    """(T, 55, 4): one bone turned about X by angles (T,)."""
    rotations = np.tile(REST, (len(angles_rad), 1, 1))
    rotations[:, bone] = quaternions.from_rotation_vector(np.column_stack([angles_rad, *[np.zeros(len(angles_rad))] * 2]))
    return rotations


def angles_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(2.0 * np.arccos(np.minimum(np.abs((a * b).sum(axis=-1)), 1.0)))


def test_a_palm_taken_for_its_back_for_some_pictures_is_passed_over():
    swing = 0.6 * np.sin(4.0 * TIMES)
    mistaken = swing + np.where((TIMES > 0.9) & (TIMES < 1.1), np.pi, 0.0)
    filled = fill_gaps(TIMES, turning(mistaken), SEEN, REST)
    assert angles_between(filled, turning(swing)).max() < 3.0


def test_a_mistake_at_the_beginning_is_passed_over():
    swing = 0.6 * np.sin(4.0 * TIMES)
    filled = fill_gaps(TIMES, turning(swing + np.where(TIMES < 0.05, np.pi, 0.0)), SEEN, REST)
    assert angles_between(filled, turning(swing))[:, HAND].max() < 15.0


def test_what_hangs_on_a_mistaken_bone_is_passed_over_with_it():
    mistaken = np.flatnonzero((TIMES > 0.9) & (TIMES < 1.1))
    kept = believable(TIMES, turning(np.where((TIMES > 0.9) & (TIMES < 1.1), np.pi, 0.0), ARM), SEEN)
    assert not kept[mistaken][:, [ARM, HAND]].any()
    assert kept[mistaken].sum() == len(mistaken) * (BONES - 2)


def test_a_turn_that_lasts_is_kept():
    rotations = turning(np.where(TIMES > 1.0, np.pi, 0.0))
    filled = fill_gaps(TIMES, rotations, SEEN, REST)
    sure = np.abs(TIMES - 1.0) > 0.35
    assert angles_between(filled, rotations)[sure].max() < 1.0


def test_fast_limbs_stay_as_they_are():
    blow = turning(np.cumsum(np.where((TIMES > 0.5) & (TIMES < 0.7), np.radians(1500.0) / 30.0, 0.0)))
    assert np.array_equal(fill_gaps(TIMES, blow, SEEN, REST), continuous(blow))


def test_pictures_far_apart_tell_nothing_about_speed():
    half_turns = turning(np.pi * (np.arange(10) % 2))
    assert believable(np.arange(10) / 2.0, half_turns, np.ones((10, BONES), bool)).all()


def test_nothing_unseen_is_believed_and_one_moment_is_enough():
    seen = np.zeros((len(TIMES), BONES), bool)
    seen[20:, HAND] = True
    assert np.array_equal(believable(TIMES, turning(np.pi * (TIMES > 1.0)), seen) & ~seen, np.zeros_like(seen))
    assert believable(TIMES[:1], turning(np.zeros(1)), SEEN[:1]).all()


def test_a_glimpse_is_nobody_but_what_stays_or_comes_back_is():
    seen = np.zeros((len(TIMES), BONES), bool)
    seen[30:33, HAND] = True
    seen[20:30, ARM] = True
    seen[[0, 1, 5, 6, 10, 11]] = True
    kept = believable(TIMES, turning(np.zeros(len(TIMES))), seen)
    assert not kept[30:33].any()
    assert np.array_equal(kept[:30], seen[:30])


def test_a_person_in_a_single_picture_is_believed():
    assert believable(TIMES[:1], turning(np.zeros(1)), SEEN[:1]).all()


def test_a_glimpse_in_the_air_does_not_join_roof_and_ground():
    seen = (TIMES < 0.5) | (TIMES > 1.5)
    places = np.where(TIMES[:, None] < 1.0, [0.0, 2.5, -8.0], [1.0, 0.0, -8.0])
    seen[30] = True
    places[30] = 0.5, 1.2, -8.0
    again = int(np.flatnonzero(TIMES > 1.5)[0])
    assert takes(TIMES, places, seen) == [slice(0, again), slice(again, len(TIMES))]
    assert (fill_places(TIMES[:again], places[:again], seen[:again])[:, 1] == 2.5).all()


def test_a_gap_before_another_take_ends_in_its_first_pose():
    cut = 30
    rotations = turning(np.where(np.arange(len(TIMES)) < cut, 0.0, 2.0))
    seen = SEEN.copy()
    seen[10:cut] = False
    filled = fill_gaps(TIMES, rotations, seen, REST, [slice(0, cut), slice(cut, len(TIMES))])
    steps = angles_between(filled[1:], filled[:-1])[:, HAND]
    assert steps.max() < 2.0 * steps.sum() / (cut - 10)
    assert np.array_equal(filled[cut:], continuous(rotations)[cut:])


def test_on_a_cut_anything_may_follow():
    rotations = turning(np.where(TIMES < 1.9, 0.0, np.pi))
    cut = int(np.flatnonzero(TIMES >= 1.9)[0])
    parts = [slice(0, cut), slice(cut, len(TIMES))]
    assert np.array_equal(np.abs(fill_gaps(TIMES, rotations, SEEN, REST, parts)), np.abs(rotations))


def test_who_is_lost_stands_upright_and_faces_where_they_faced():
    bent = quaternions.multiply(
        quaternions.from_rotation_vector(np.array([0.0, 2.5, 0.0])), quaternions.from_rotation_vector(np.array([0.4, 0.0, 0.0]))
    )
    rotations, seen = np.tile(REST, (len(TIMES), 1, 1)), SEEN.copy()
    rotations[:, BONE["hips"]] = bent
    seen[10:, BONE["hips"]] = False
    hips = fill_gaps(TIMES, rotations, seen, REST)[:, BONE["hips"]]
    up, ahead = (quaternions.rotate(hips, np.eye(3)[axis]) for axis in (1, 2))
    assert np.allclose(up[-1], (0.0, 1.0, 0.0), atol=0.05)
    assert np.allclose(np.arctan2(ahead[:, 0], ahead[:, 2]), 2.5, atol=1e-6)
