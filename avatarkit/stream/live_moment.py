"""What senders are given: one moment of a live motion, on a body and on a rig."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.human_motion import HumanPose, HumanSkeleton
from avatarkit.rig.skeleton import HumanoidRig


@dataclass(frozen=True)
class RigPose:
    """A rig at one moment: local translations (B, 3) in its unit, rotations (B, 4), morph weights (M,)."""

    rig: HumanoidRig
    translations: np.ndarray
    rotations: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class LiveMoment:
    """A person at one moment.

    Attributes:
        pose: normalized.
        skeleton: the person's proportions.
        on_rig: the same on the rig that was chosen, or None without one.
        person_seen: whether anybody is in the picture.
    """

    pose: HumanPose
    skeleton: HumanSkeleton
    on_rig: RigPose | None
    person_seen: bool
