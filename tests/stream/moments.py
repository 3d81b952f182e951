"""Moments for the senders' tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanPose
from avatarkit.motion.person import average_person
from avatarkit.stream.channels import Channels
from avatarkit.stream.live_moment import LiveMoment


def plain_pose(time_s: float = 1.5) -> HumanPose:
    """The T-pose with a still face."""
    body = average_person().skeleton
    return HumanPose(
        time_s, body.rest_positions[BONE["hips"]], np.tile(quaternions.IDENTITY, (55, 1)), np.ones(55), np.zeros(52), np.ones(2)
    )


def any_pose(seed: int, time_s: float = 1.5) -> HumanPose:
    """Everything turned and moved somehow."""
    random = np.random.default_rng(seed)
    pose = plain_pose(time_s)
    return replace(
        pose,
        root_position=pose.root_position + random.normal(scale=0.3, size=3),
        rotations=quaternions.from_rotation_vector(random.normal(scale=0.4, size=(55, 3))),
        expressions=random.uniform(size=52),
    )


def moment_of(pose: HumanPose, *, seen: bool = True, channels: Channels | None = None) -> LiveMoment:
    """A moment without a rig."""
    return LiveMoment(pose, average_person().skeleton, None, seen, channels or Channels())
