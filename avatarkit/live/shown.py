"""What of a pose is shown: the channels that were chosen, the rest at ease."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanPose, HumanSkeleton
from avatarkit.motion.steps import rest_rotations
from avatarkit.stream.channels import Channels

_HIPS, _SPINE = BONE["hips"], BONE["spine"]


def shown(pose: HumanPose, skeleton: HumanSkeleton, channels: Channels) -> HumanPose:
    """The pose with everything at rest that no channel tells.

    With the upper body alone the hips stay where they are, and how they lean goes into the spine.
    """
    told = channels.bones
    if told.all() and channels.face:
        return pose
    rotations = np.where(told[:, None], pose.rotations, rest_rotations())
    if channels.body and channels.upper_body:
        rotations[_SPINE] = quaternions.multiply(pose.rotations[_HIPS], pose.rotations[_SPINE])
    return replace(
        pose,
        root_position=pose.root_position if channels.root else skeleton.rest_positions[_HIPS],
        rotations=rotations,
        confidence=np.where(told, pose.confidence, 0.0),
        expressions=pose.expressions if channels.face else np.zeros_like(pose.expressions),
        foot_contacts=pose.foot_contacts if channels.root else np.ones_like(pose.foot_contacts),
    )
