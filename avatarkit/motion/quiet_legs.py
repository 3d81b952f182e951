"""Legs that the picture does not show: they stand still under a body that only turns."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_quaternions import Quaternion, normalize
from avatarkit.motion.human_motion import BONE

LEGS = np.array([BONE[side + bone] for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes")])

_HIPS_AND_LEGS = np.insert(LEGS, 0, BONE["hips"])


def quiet_legs(rotations: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Local rotations (..., 55, 4), +Y up, with the legs at rest and the hips upright.

    The lean that the hips give up is the spine's, so that everything above stays as it was.

    Args:
        rotations: (..., 55, 4) local.
        share: (...) 0..1, how far legs and hips go there.
    """
    moving = rotations[..., _HIPS_AND_LEGS, :]
    resting = np.empty(moving.shape)
    resting[..., :1, :], resting[..., 1:, :] = heading(moving[..., :1, :]), quaternions.IDENTITY
    turned = resting if (share == 1.0).all() else quaternions.slerp(moving, resting, share[..., None])
    lean = quaternions.multiply(quaternions.inverse(turned[..., 0, :]), moving[..., 0, :])
    quiet = np.array(rotations)
    quiet[..., _HIPS_AND_LEGS, :] = turned
    quiet[..., BONE["spine"], :] = quaternions.multiply(lean, rotations[..., BONE["spine"], :])
    return quiet


def heading(rotations: np.ndarray) -> np.ndarray:
    """The turns (..., 4) about +Y nearest to rotations (..., 4)."""
    turns = rotations * _ABOUT_UP + TINY * quaternions.IDENTITY  # of rotations upside down, which have no heading, none
    return quaternions.normalize(turns)


@compilable
def heading_of(rotation: Quaternion) -> Quaternion:
    """The same of one rotation, as four numbers."""
    return normalize((0.0, rotation[1], 0.0, rotation[3] + TINY))


_ABOUT_UP = np.array([0.0, 1.0, 0.0, 1.0])
TINY = 1e-12
"""Of a quaternion's part: shorter than any rounding, unless there is nothing else."""
