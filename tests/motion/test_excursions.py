"""Limbs that are elsewhere for a picture or two, and fast limbs, which are not."""

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.motion.estimate import estimate_motion
from avatarkit.motion.excursions import excursions, without_excursions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_rotations
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.motion.simulated import filmed, walking

FPS = 30.0
TIMES = np.arange(60) / FPS
THROWN_RAD = np.radians(60.0)
"""So far a limb could turn from one picture to the next, if it stayed there."""

LEFT_LEG = [POSE[f"left{point}"] for point in ("Knee", "Ankle", "Heel", "FootIndex")]
RIGHT_ARM = [POSE[f"right{point}"] for point in ("Elbow", "Wrist", "Pinky", "Index", "Thumb")]


def with_limb_thrown(video: TrackedVideo, points: list[int], start: str, pictures: range) -> TrackedVideo:
    """The video with a limb turned to the side in some pictures."""
    frames = list(video.frames)
    for number in pictures:
        body = frames[number].body
        assert body is not None
        world, pixels = np.array(body.world_m), np.array(body.points_px)
        for place, sign in ((world, 1.0), (pixels, -1.0)):
            ways = place[points, :2] - place[POSE[start], :2]
            turn = np.array([[np.cos(THROWN_RAD), -sign * np.sin(THROWN_RAD)], [sign * np.sin(THROWN_RAD), np.cos(THROWN_RAD)]])
            place[points, :2] = place[POSE[start], :2] + ways @ turn.T
        frames[number] = replace(frames[number], body=replace(body, world_m=world, points_px=pixels))
    return replace(video, frames=tuple(frames))


@pytest.mark.parametrize(
    ("points", "start", "pictures", "limit_deg"),
    [
        (LEFT_LEG, "leftHip", range(30, 31), 3.5),
        (LEFT_LEG, "leftHip", range(30, 33), 8.0),
        (RIGHT_ARM, "rightShoulder", range(30, 31), 0.1),
    ],
    ids=["leg for one picture", "leg for three", "arm for one"],
)
def test_limbs_thrown_for_a_moment_hardly_move(points: list[int], start: str, pictures: range, limit_deg: float) -> None:
    video = filmed(walking(TIMES))
    calm, thrown = (
        world_rotations(estimate_motion(v).rotations) for v in (video, with_limb_thrown(video, points, start, pictures))
    )
    bone = BONE["leftUpperLeg"] if points is LEFT_LEG else BONE["rightUpperArm"]
    apart = 2.0 * np.degrees(np.arccos(np.minimum(np.abs((calm[:, bone] * thrown[:, bone]).sum(axis=-1)), 1.0)))
    assert apart.max() < limit_deg


def test_limbs_that_stay_where_they_were_thrown_are_believed() -> None:
    video = with_limb_thrown(filmed(walking(TIMES)), RIGHT_ARM, "rightShoulder", range(30, 60))
    assert without_excursions(video).frames[40] is video.frames[40]


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0, 240.0])
def test_shaking_arms_and_kicking_legs_are_on_no_excursion(fps: float) -> None:
    times = np.arange(int(2 * fps)) / fps
    world = np.zeros((len(times), len(POSE), 3))
    for points, hertz, most in ((RIGHT_ARM, 4.0, 0.7), (LEFT_LEG, 1.5, 1.2)):
        angle = most * np.sin(2.0 * np.pi * hertz * times)
        way = np.stack([np.sin(angle), -np.cos(angle), 0.0 * angle], axis=-1)
        for number, point in enumerate(points):
            world[:, point] = (number + 1.0) * way
    assert not excursions(times, world).any()
