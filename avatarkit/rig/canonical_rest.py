"""A rig's T-pose in our axes: what retargeting starts from."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.rig.t_pose import pose_world


def canonical_rest(rig: HumanoidRig) -> tuple[np.ndarray, np.ndarray]:
    """Positions (B, 3), in the rig's unit, and world rotations (B, 4) of its T-pose, +Y up, facing +Z."""
    positions, rotations = pose_world(rig.skeleton, rig.t_pose)
    return quaternions.rotate(rig.to_canonical, positions), quaternions.multiply(rig.to_canonical, rotations)


def hip_height(rig: HumanoidRig) -> float:
    """How high the hips' joint is above the lower ankle in the T-pose, in the rig's unit: the scale of its steps."""
    positions, _ = canonical_rest(rig)
    feet = [positions[rig.human_bones[f"{side}Foot"]][1] for side in ("left", "right")]
    return float(positions[rig.human_bones["hips"]][1] - min(feet))
