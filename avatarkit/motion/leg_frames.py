"""Both legs as matrices, all bones at once: what holding feet needs of a pose, and how it goes back into one."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET

LEGS = np.array([[BONE[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot")] for side in FEET])
"""(2, 3) rows of the bones of both legs."""

THIGH, SHIN, FOOT = 1, 2, 3
"""Places of a leg's bones in its frames, after the hips."""

KNEE_HINGE = np.array([1.0, 0.0, 0.0])
"""The knee's axis in the T-pose: turning about it in the positive sense takes the shin back."""

_HIPS_AND_LEGS = np.insert(LEGS, 0, BONE["hips"], axis=1)


def leg_frames(rotations: np.ndarray) -> np.ndarray:
    """World rotation matrices (..., 2, 4, 3, 3) of hips, thigh, shin and foot of both legs, of local rotations (..., 55, 4)."""
    frames = quaternions.to_matrix(rotations[..., _HIPS_AND_LEGS, :])
    for bone in (THIGH, SHIN, FOOT):
        frames[..., bone, :, :] = frames[..., bone - 1, :, :] @ frames[..., bone, :, :]
    return frames


def with_turned_legs(rotations: np.ndarray, frames: np.ndarray, leg_turn: np.ndarray, shin_turn: np.ndarray) -> np.ndarray:
    """Local rotations (..., 55, 4) with turned legs whose feet keep their world rotation.

    Args:
        rotations: (..., 55, 4) local.
        frames: their `leg_frames`.
        leg_turn, shin_turn: (..., 2, 3, 3) world turns of both legs, and of the shins before that; see `two_bone_ik`.
    """
    turned = np.array(frames)
    turned[..., SHIN, :, :] = shin_turn @ frames[..., SHIN, :, :]
    turned[..., THIGH : SHIN + 1, :, :] = leg_turn[..., None, :, :] @ turned[..., THIGH : SHIN + 1, :, :]
    legs = turned[..., :FOOT, :, :].swapaxes(-1, -2) @ turned[..., THIGH:, :, :]
    changed = np.array(rotations)
    changed[..., LEGS, :] = quaternions.from_matrix(legs)
    return changed
