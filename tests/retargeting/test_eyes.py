"""An eye that both a bone and morphs can turn is turned once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.retargeting.retarget import make_retargeter, retarget
from avatarkit.retargeting.to_human import rig_motion_to_human
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.retargeting.moving_people import BODY, BOX_RIG, DISGUISES, random_motion
from tests.retargeting.test_retarget import angles_deg

EYES = ("leftEye", "rightEye")
LOOKS = [name.startswith("eyeLook") for name in ARKIT_NAMES]
BOTH = random_motion(BODY, seed=11)
"""Gaze in bones and in expressions, as face capture tells it."""


def bones_only(motion: HumanMotion) -> HumanMotion:
    return replace(motion, expressions=np.where(LOOKS, 0.0, motion.expressions))


def without_morphs(rig: HumanoidRig, *endings: str) -> HumanoidRig:
    kept = tuple(name for name in rig.morph_names if not (name.startswith("eyeLook") and name.endswith(endings)))
    return replace(rig, morph_names=kept)


def eyes_off_rest_deg(motion: HumanMotion, rig: HumanoidRig) -> dict[str, float]:
    on_rig = retarget(motion, rig, feet="never")
    return {e: float(angles_deg(on_rig.rotations[:, (j := rig.human_bones[e])], rig.t_pose[j]).max()) for e in EYES}


@pytest.mark.parametrize("name", DISGUISES)
def test_eyes_that_morphs_turn_keep_their_bones_at_rest(name: str):
    assert max(eyes_off_rest_deg(BOTH, DISGUISES[name]).values()) < 1e-5


def test_morphs_of_one_side_leave_the_other_eye_to_its_bone():
    turned = eyes_off_rest_deg(BOTH, without_morphs(BOX_RIG, "Right"))
    assert turned["leftEye"] < 1e-5
    assert turned["rightEye"] > 10


def test_morphs_that_turn_some_ways_only_leave_the_eye_to_its_bone():
    assert min(eyes_off_rest_deg(BOTH, without_morphs(BOX_RIG, "InLeft", "OutRight")).values()) > 10


def test_a_gaze_of_bones_alone_still_turns_them():
    plain = retarget(bones_only(BOTH), BOX_RIG, feet="never")
    wanted = retarget(BOTH, without_morphs(BOX_RIG, "Left", "Right"), feet="never")
    joints = [BOX_RIG.human_bones[eye] for eye in EYES]
    assert angles_deg(plain.rotations[:, joints], wanted.rotations[:, joints]).max() < 1e-5


def test_live_poses_rest_the_same_eyes_as_the_file():
    half = np.where(np.arange(len(BOTH))[:, None] % 2 & np.array(LOOKS), 0.0, BOTH.expressions)
    motion = replace(BOTH, expressions=half)
    whole, live = retarget(motion, BOX_RIG, feet="never"), make_retargeter(BOX_RIG, BODY, feet="never")
    for index in range(len(motion)):
        assert angles_deg(live.apply(motion.pose(index))[1], whole.rotations[index]).max() < 1e-5


def test_the_motion_itself_is_not_changed():
    before = np.array(BOTH.rotations)
    retarget(BOTH, BOX_RIG, feet="never")
    np.testing.assert_array_equal(BOTH.rotations, before)


def test_read_back_as_human_motion_the_gaze_is_there():
    back = rig_motion_to_human(retarget(BOTH, BOX_RIG, feet="never"))
    rows = [BONE[eye] for eye in EYES]
    assert angles_deg(back.rotations[:, rows], BOTH.rotations[:, rows]).max() < 1e-5
    assert angles_deg(back.rotations[:, rows], quaternions.IDENTITY).max() > 10
