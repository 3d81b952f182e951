"""The pose from which a rig's T-pose is told: its rest pose, or the one in which its skin was bound."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.errors import NotHumanoidError
from avatarkit.rig.body_axes import SHORT
from avatarkit.rig.file_skeleton import FileSkeleton
from avatarkit.rig.t_pose import SIDES, pose_world

STRAIGHTER = np.radians(10.0)
"""A file whose nodes hold a moment of a walk shows the bound pose to be straighter by more than this."""


def base_pose(found: FileSkeleton, bones: Mapping[str, int]) -> np.ndarray:
    """Local rotations (B, 4) of the straighter of the two poses. Raises NotHumanoidError for limbs without length."""
    rest, bound = found.skeleton.rest_rotations, found.bound
    rest_positions, _ = found.skeleton.rest_world
    _check_lengths(rest_positions, bones)
    if np.array_equal(rest, bound):
        return rest
    bound_positions, _ = pose_world(found.skeleton, bound)
    return bound if bend(bound_positions, bones) < bend(rest_positions, bones) - STRAIGHTER else rest


def bend(positions: np.ndarray, bones: Mapping[str, int]) -> float:
    """How far a pose (B, 3) is from standing with straight limbs: the largest angle of thighs, shins and elbows, radians."""

    def along(start: str, end: str) -> np.ndarray:
        reach = positions[bones[end]] - positions[bones[start]]
        return reach / max(float(np.linalg.norm(reach)), SHORT)

    hips = 0.5 * (positions[bones["leftUpperLeg"]] + positions[bones["rightUpperLeg"]])
    up = positions[bones.get("neck", bones["head"])] - hips
    up = up / max(float(np.linalg.norm(up)), SHORT)
    left = along("rightUpperLeg", "leftUpperLeg")
    cosines = []
    for side, sign in SIDES.items():
        upper, lower = along(f"{side}UpperArm", f"{side}LowerArm"), along(f"{side}LowerArm", f"{side}Hand")
        cosines += [-up @ along(f"{side}UpperLeg", f"{side}LowerLeg"), -up @ along(f"{side}LowerLeg", f"{side}Foot")]
        cosines += [float(upper @ lower), max(sign * float(upper @ left), float(-up @ upper))]
    return float(np.arccos(np.clip(min(cosines), -1, 1)))


def _check_lengths(positions: np.ndarray, bones: Mapping[str, int]) -> None:
    for side in SIDES:
        for start, end in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"), ("UpperArm", "LowerArm"), ("LowerArm", "Hand")):
            reach = positions[bones[side + end]] - positions[bones[side + start]]
            if np.linalg.norm(reach) < SHORT:
                raise NotHumanoidError(f"not a humanoid rig: its {side}{start} has no length")
