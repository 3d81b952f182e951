"""Where a body touches the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton

HEEL_BEHIND = 0.25
"""The heel lies this far behind the ankle, in parts of the way from the ankle to the toes' joint."""


@dataclass(frozen=True)
class SolePoints:
    """Heels and balls (2, 3), left and right, world places in the T-pose, metres. A foot carries both."""

    heels: np.ndarray
    balls: np.ndarray

    def world(self, skeleton: HumanSkeleton, joints: np.ndarray, world: np.ndarray) -> np.ndarray:
        """(..., 2 feet, heel and ball, 3) of joints (..., 55, 3) and world rotations (..., 55, 4)."""
        feet = [BONE[f"{side}Foot"] for side in FEET]
        offsets = np.stack([self.heels, self.balls], axis=1) - skeleton.rest_positions[feet][:, None]
        return joints[..., feet, None, :] + quaternions.rotate(world[..., feet, None, :], offsets)


def sole_points(skeleton: HumanSkeleton) -> SolePoints:
    """Under the ankles, a little behind, and under the toes' joints, at y = 0."""
    ankles, toes = (skeleton.rest_positions[[BONE[f"{side}{bone}"] for side in FEET]] for bone in ("Foot", "Toes"))
    heels, balls = ankles - HEEL_BEHIND * (toes - ankles), toes.copy()
    heels[:, 1] = balls[:, 1] = 0.0
    return SolePoints(heels, balls)
