"""What senders are given: one moment of a live motion, on a body and on a rig."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from avatarkit.motion.human_motion import EXPRESSIONS, HumanPose, HumanSkeleton
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.channels import Channels


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
        channels: what of it is to be told.
    """

    pose: HumanPose
    skeleton: HumanSkeleton
    on_rig: RigPose | None
    person_seen: bool
    channels: Channels = field(default_factory=Channels)

    @property
    def bones(self) -> np.ndarray:
        """(55,) bool, which bones are to be told."""
        return self.skeleton.present & self.channels.bones

    @property
    def expressions(self) -> np.ndarray:
        """(52,) bool, which expressions are to be told."""
        return np.full(EXPRESSIONS, self.channels.face)
