"""People who stand straight do so, too, before cameras that look down on them."""

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.floor import find_floor, onto_floor
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.motion.live_standing import stand
from avatarkit.motion.seen_from_above import over_floor, with_leaning_trunk
from tests.motion.simulated import PERSON, motion_of, standing

TIMES = np.arange(45) / 15.0
LEGS_DEG = 4.0
"""Allowed for the lean that trackers give to legs, which these have not, and for the level camera that is expected."""


def seen_from(pitch_deg: float, shown_upright_deg: float = 0.0) -> HumanMotion:
    """Somebody who stands, in the axes of a camera that looks down on them, the trunk shown more upright than it is."""
    motion = standing(TIMES)
    tilt = quaternions.from_rotation_vector(np.array([np.radians(pitch_deg), 0.0, 0.0]))
    rotations = np.array(motion.rotations)
    rotations[:, BONE["hips"]] = quaternions.multiply(tilt, rotations[:, BONE["hips"]])
    roots = np.tile([0.0, -0.3, -4.5], (len(TIMES), 1))
    return with_leaning_trunk(motion_of(TIMES, roots, rotations), -np.radians(shown_upright_deg))


def standing_over_floor(motion: HumanMotion) -> HumanMotion:
    return over_floor(motion)[0]


def live(motion: HumanMotion) -> HumanMotion:
    """The same as a live session would have it over its floor, picture by picture."""
    before, roots, poses = None, [], []
    for time, root, rotations in zip(motion.times_s, motion.root_positions, motion.rotations, strict=True):
        *pose, before = stand(time, root, rotations, legs_seen=True, person=PERSON, before=before)
        roots.append(pose[0])
        poses.append(pose[1])
    return motion_of(motion.times_s, np.array(roots), np.array(poses))


def leans_deg(motion: HumanMotion) -> tuple[float, float]:
    """How far trunk and legs lean to the camera, on average."""
    places = world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    hips, feet = (places[:, [BONE[f"left{bone}"], BONE[f"right{bone}"]]].mean(axis=1) for bone in ("UpperLeg", "Foot"))
    return tuple(
        float(np.degrees(np.arctan2(way[:, 2], way[:, 1])).mean()) for way in (places[:, BONE["neck"]] - hips, hips - feet)
    )  # type: ignore[return-value]


@pytest.mark.parametrize("pitch_deg", [25.0, 33.0])
def test_nobody_leans_back_over_legs_that_step_forward_because_the_camera_looks_down(pitch_deg: float) -> None:
    seen = seen_from(pitch_deg, shown_upright_deg=0.4 * pitch_deg)
    straight = leans_deg(standing(TIMES))
    before, now = ([a - b for a, b in zip(leans_deg(motion), straight, strict=True)] for motion in
                   (onto_floor(seen, find_floor(seen)), standing_over_floor(seen)))  # fmt: skip
    assert abs(now[0] - now[1]) < 0.65 * abs(before[0] - before[1])


@pytest.mark.parametrize("pitch_deg", [25.0, 33.0])
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_how_far_the_camera_looks_down_is_told_by_legs_however_upright_trunks_are_shown(pitch_deg: float, share: float) -> None:
    for stood in (standing_over_floor, live):
        _, legs = leans_deg(stood(seen_from(pitch_deg, share * pitch_deg)))
        assert abs(legs) < LEGS_DEG


@pytest.mark.parametrize("pitch_deg", [-20.0, 0.0, 15.0, 33.0])
def test_live_bodies_lean_as_in_files(pitch_deg: float) -> None:
    seen = seen_from(pitch_deg, shown_upright_deg=0.3 * pitch_deg)
    assert np.abs(np.subtract(leans_deg(live(seen)), leans_deg(standing_over_floor(seen)))).max() < 0.5


def test_before_a_level_camera_trunks_stay_as_they_are() -> None:
    seen = seen_from(0.0)
    usual = onto_floor(seen, find_floor(seen))
    assert np.abs(np.subtract(leans_deg(standing_over_floor(seen)), leans_deg(usual))).max() < 1.0


def test_whom_a_camera_on_the_ground_looks_up_to_is_left_alone() -> None:
    seen = seen_from(-20.0)
    assert np.array_equal(standing_over_floor(seen).rotations, onto_floor(seen, find_floor(seen)).rotations)


def test_a_trunk_leans_without_legs_head_or_feet() -> None:
    seen = seen_from(20.0)
    leaning = with_leaning_trunk(seen, 0.2)
    worlds = [world_rotations(motion.rotations) for motion in (seen, leaning)]
    places = [
        world_positions(PERSON.skeleton, motion.root_positions, world)
        for motion, world in zip((seen, leaning), worlds, strict=True)
    ]
    same = [BONE[bone] for bone in ("leftUpperLeg", "rightLowerLeg", "leftFoot", "rightToes", "head", "leftEye")]
    assert np.abs((worlds[0][:, same] * worlds[1][:, same]).sum(axis=-1)).min() > 1.0 - 1e-9
    assert np.abs(places[0] - places[1])[:, [BONE["leftFoot"], BONE["rightFoot"]]].max() < 1e-6
    turned = 2.0 * np.arccos(np.abs((worlds[0] * worlds[1]).sum(axis=-1)).clip(0.0, 1.0))
    assert np.allclose(turned[:, [BONE["hips"], BONE["upperChest"], BONE["leftHand"], BONE["neck"]]], 0.2)
