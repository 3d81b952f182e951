from __future__ import annotations

import numpy as np
import pytest

from avatarkit.errors import UsageError
from avatarkit.motion.resample import resample, sample
from tests.retargeting.moving_people import BODY, random_motion
from tests.retargeting.test_retarget import angles_deg

MOTION = random_motion(BODY)


def test_the_own_rate_changes_nothing():
    same = resample(MOTION, 30)
    np.testing.assert_allclose(same.times_s, MOTION.times_s)
    assert angles_deg(same.rotations, MOTION.rotations).max() < 1e-6


def test_twice_the_rate_and_back_changes_nothing():
    twice = resample(MOTION, 60)
    assert len(twice) == 2 * len(MOTION) - 1
    assert angles_deg(resample(twice, 30).rotations, MOTION.rotations).max() < 1e-6


def test_halfway_in_time_is_halfway_between_the_poses():
    middle = sample(MOTION, MOTION.times_s[:1] + 1 / 60)
    first, second = angles_deg(middle.rotations, MOTION.rotations[:1]), angles_deg(middle.rotations, MOTION.rotations[1:2])
    np.testing.assert_allclose(first, second, atol=1e-6)
    np.testing.assert_allclose(middle.root_positions, MOTION.root_positions[:2].mean(axis=0, keepdims=True))


def test_it_holds_still_before_its_beginning_and_after_its_end():
    held = sample(MOTION, np.array([-1.0, 100.0]))
    np.testing.assert_allclose(held.root_positions, MOTION.root_positions[[0, -1]])


@pytest.mark.parametrize("fps", [0, -30, float("nan"), 1e9])
def test_a_rate_without_sense_is_refused(fps: float):
    with pytest.raises(UsageError, match="frame rate"):
        resample(MOTION, fps)
