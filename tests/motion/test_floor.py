"""The floor's slope, told by bodies that a tilted camera sees."""

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.floor import find_floor, onto_floor, sole_points
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_rotations
from avatarkit.motion.live_standing import stand
from avatarkit.motion.person import average_person
from tests.motion.simulated import walking

TIMES_S = np.arange(-1.0, 1.0, 1.0 / 30.0)
AWAY_M = 4.0
LEAN_DEG, LEVEL_DEG = 4.0, 3.0
"""Allowed for the lean that trackers give to bodies, which these have not, and for the level camera that is expected."""


def turned(motion: HumanMotion, axis: int, degrees: float) -> HumanMotion:
    """The motion, root and all, turned about an axis of the world."""
    turn = quaternions.from_rotation_vector(np.radians(degrees) * np.eye(3)[axis])
    rotations = np.array(motion.rotations)
    rotations[:, BONE["hips"]] = quaternions.multiply(turn, rotations[:, BONE["hips"]])
    return replace(motion, rotations=rotations, root_positions=quaternions.rotate(turn, motion.root_positions))


def seen_from_above(motion: HumanMotion, degrees: float) -> HumanMotion:
    """The motion in the axes of a camera that looks down on its middle by so much."""
    tilted = turned(motion, 0, degrees)
    return replace(tilted, root_positions=tilted.root_positions - tilted.root_positions.mean(axis=0) - (0.0, 0.0, AWAY_M))


@pytest.mark.parametrize("degrees", [0.0, 12.0, 25.0])
def test_walking_bodies_tell_how_far_the_camera_looks_down(degrees: float) -> None:
    away = seen_from_above(turned(walking(TIMES_S), 1, 90.0), degrees)
    x, y, z = quaternions.rotate(quaternions.inverse(find_floor(away).to_world), np.array([0.0, 1.0, 0.0]))
    assert abs(np.degrees(np.arctan2(z, y)) - degrees) < LEAN_DEG + LEVEL_DEG
    assert abs(np.degrees(np.arctan2(x, y))) < 2.0


@pytest.mark.parametrize("degrees", [-14.0, 14.0])
def test_who_leans_to_one_side_all_the_time_is_filmed_by_a_tilted_camera(degrees: float) -> None:
    found = roll_deg(turned(away_from_the_camera(), 2, -degrees))
    assert abs(found - degrees) < 0.5 * abs(degrees)  # bodies that walk sway, and how far they lean least is believed


@pytest.mark.parametrize("bone", ["hips", "spine"])
def test_who_leans_most_of_the_time_or_only_the_trunk_leans_themselves(bone: str) -> None:
    motion = away_from_the_camera()
    leaning, count = np.array(motion.rotations), len(motion) if bone == "spine" else 3 * len(motion) // 4
    lean = quaternions.from_rotation_vector(np.radians([0.0, 0.0, 14.0]))
    leaning[:count, BONE[bone]] = quaternions.multiply(lean, leaning[:count, BONE[bone]])
    assert abs(roll_deg(replace(motion, rotations=leaning))) < LEVEL_DEG


def away_from_the_camera() -> HumanMotion:
    return seen_from_above(turned(walking(TIMES_S), 1, 90.0), 0.0)


def roll_deg(motion: HumanMotion) -> float:
    """By how much the found floor is tilted sideways."""
    x, y, _ = quaternions.rotate(quaternions.inverse(find_floor(motion).to_world), np.array([0.0, 1.0, 0.0]))
    return float(np.degrees(np.arctan2(x, y)))


def test_who_walks_away_from_a_camera_above_stays_on_the_floor() -> None:
    away = seen_from_above(turned(walking(TIMES_S), 1, 90.0), 20.0)
    found = onto_floor(away, find_floor(away))
    soles = sole_points(found.skeleton, found.root_positions, world_rotations(found.rotations))[..., 1].min(axis=(1, 2))
    assert np.abs(soles).max() < 0.15


@pytest.mark.parametrize("degrees", [-20.0, 0.0, 25.0])
def test_a_live_body_that_stands_straight_tells_how_far_the_camera_looks_down(degrees: float) -> None:
    standing, person = seen_from_above(turned(walking(TIMES_S), 1, 90.0), degrees), average_person()
    before, leans = None, []
    for time, root, rotations in zip(standing.times_s, standing.root_positions, standing.rotations, strict=True):
        _, upright, before = stand(time, root, rotations, legs_seen=True, person=person, before=before)
        up = quaternions.rotate(upright[BONE["hips"]], np.array([0.0, 1.0, 0.0]))
        leans.append(np.degrees(np.arctan2(up[2], up[1])))
    assert np.abs(leans).max() < 2.0 * LEAN_DEG + LEVEL_DEG
    assert np.ptp(leans) < LEVEL_DEG


@pytest.mark.parametrize("degrees", [-14.0, 14.0])
def test_a_live_body_that_leans_to_one_side_all_the_time_is_soon_upright(degrees: float) -> None:
    found = live_leans_deg(turned(away_from_the_camera(), 2, -degrees), seconds=40.0)
    assert abs(found[0]) > 0.9 * abs(degrees)  # which nobody knows at first
    assert np.abs(found[-len(TIMES_S) :]).max() < 0.5 * abs(degrees)
    assert np.abs(np.diff(found)).max() < 0.2  # and learning it is no jerk


def test_a_live_body_that_leans_for_a_while_leans_itself() -> None:
    motion = away_from_the_camera()
    leaning, count = np.array(motion.rotations), 3 * len(motion) // 4
    lean = quaternions.from_rotation_vector(np.radians([0.0, 0.0, 14.0]))
    leaning[:count, BONE["hips"]] = quaternions.multiply(lean, leaning[:count, BONE["hips"]])
    found = live_leans_deg(replace(motion, rotations=leaning), seconds=40.0)[-len(TIMES_S) :]
    assert np.median(np.abs(found)) > 14.0 - LEVEL_DEG


def live_leans_deg(motion: HumanMotion, seconds: float) -> np.ndarray:
    """(T,) how far the hips lean sideways over a live floor, the motion repeated for so long."""
    person, before, leans = average_person(), None, []
    for moment in range(round(30.0 * seconds)):
        root, rotations = (part[moment % len(motion)] for part in (motion.root_positions, motion.rotations))
        _, upright, before = stand(moment / 30.0, root, rotations, legs_seen=True, person=person, before=before)
        up = quaternions.rotate(upright[BONE["hips"]], np.array([0.0, 1.0, 0.0]))
        leans.append(np.degrees(np.arctan2(up[0], up[1])))
    return np.array(leans)
