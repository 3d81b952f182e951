"""People whose distance is guessed amiss stand on the floor all the same, where the picture shows that they stand."""

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.motion.floor import sole_points
from avatarkit.motion.grounded import grounded, steadily_away
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.motion.kinematics import world_rotations
from tests.motion.simulated import jumping, standing, walking

TIMES = np.arange(120) / 30.0
ABOVE = np.array([0.0, 3.0, 3.5])
"""A camera that looks down on the origin by 30 degrees and more."""

TREMBLING_SPEED = 0.4
"""Metres per second at which landmarks of feet that stand tremble."""


def soles(motion: HumanMotion) -> np.ndarray:
    """(T, 2, 2, 3) heels and balls."""
    return sole_points(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))


def speeds(motion: HumanMotion) -> np.ndarray:
    """(T, 2, 2) of heels and balls as the picture would show them."""
    return np.linalg.norm(np.gradient(soles(motion), motion.times_s, axis=0), axis=-1)


def moved_along_rays(motion: HumanMotion, further: np.ndarray) -> HumanMotion:
    """As somebody is seen whose size says that they are further away by so much (T,)."""
    rays = motion.root_positions - ABOVE
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    return replace(motion, root_positions=motion.root_positions + further[:, None] * rays)


@pytest.mark.parametrize("motion", [standing(TIMES), walking(TIMES - 2.0)], ids=["standing", "walking"])
def test_who_stands_on_the_floor_stays_there_however_far_away_they_seem(motion: HumanMotion) -> None:
    further = 0.3 * np.sin(2.0 * np.pi * 0.25 * TIMES)
    seen = moved_along_rays(motion, further)
    found = grounded(seen, speeds(motion), ABOVE)
    lowest = [soles(one)[..., 1].min(axis=(1, 2)) for one in (motion, seen, found)]
    assert np.abs(lowest[2] - lowest[0]).max() < 0.4 * np.abs(lowest[1] - lowest[0]).max()
    assert np.abs(found.root_positions - motion.root_positions).max() < 0.5 * np.abs(further).max()


def test_who_stands_does_not_bob_for_a_trembling_distance_and_is_seen_where_they_were() -> None:
    motion = standing(TIMES)
    seen = moved_along_rays(motion, 0.1 * np.sin(2.0 * np.pi * 2.0 * TIMES))
    found = steadily_away(seen, ABOVE)
    bobs = [np.ptp(one.root_positions[15:-15, 1]) for one in (seen, found)]
    assert bobs[1] < 0.1 * bobs[0]
    rays = [one.root_positions - ABOVE for one in (seen, found)]
    assert np.abs(np.cross(*rays)).max() < 1e-9


def test_who_walks_is_on_the_floor_though_their_distance_changes_within_two_seconds_and_feet_tremble() -> None:
    motion = walking(TIMES - 2.0)
    seen = moved_along_rays(motion, 0.2 * np.sin(2.0 * np.pi * 0.5 * TIMES))
    found = grounded(seen, np.maximum(speeds(motion), TREMBLING_SPEED), ABOVE)
    off = [np.ptp(soles(one)[15:-15, ..., 1].min(axis=(1, 2))) for one in (seen, found)]
    assert off[1] < 0.5 * off[0]


def test_who_stands_does_not_sink_into_the_floor_for_a_distance_that_changes_faster_than_is_followed() -> None:
    motion = standing(TIMES)
    seen = moved_along_rays(motion, 0.2 * np.sin(2.0 * np.pi * TIMES))
    heights = soles(grounded(seen, speeds(motion), ABOVE))[..., 1].min(axis=(1, 2))
    assert -heights.min() < 0.6 * heights.max()


def test_a_jump_seen_from_above_stays_as_high_as_it_is() -> None:
    motion = jumping(TIMES)
    found = grounded(steadily_away(motion, ABOVE), speeds(motion), ABOVE)
    assert np.ptp(found.root_positions[:, 1]) > 0.9 * np.ptp(motion.root_positions[:, 1])


def test_a_level_camera_does_not_tell_distances_by_feet() -> None:
    motion = standing(TIMES)
    lifted = replace(motion, root_positions=motion.root_positions + np.array([0.0, 0.2, 0.0]))
    level = np.array([0.0, lifted.root_positions[0, 1], 4.0])
    assert np.abs(grounded(lifted, speeds(motion), level).root_positions - lifted.root_positions).max() < 1e-6
