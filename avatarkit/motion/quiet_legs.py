"""Legs that the picture does not show: they stand still under a body that only turns."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE

LEGS = np.array([BONE[side + bone] for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes")])


def quiet_legs(rotations: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Local rotations (..., 55, 4), +Y up, with the legs at rest and the hips upright.

    The lean that the hips give up is the spine's, so that everything above stays as it was.

    Args:
        rotations: (..., 55, 4) local.
        share: (...) 0..1, how far legs and hips go there.
    """
    hips, spine = rotations[..., BONE["hips"], :], rotations[..., BONE["spine"], :]
    upright = quaternions.slerp(hips, heading(hips), share)
    quiet = np.array(rotations)
    quiet[..., BONE["hips"], :] = upright
    quiet[..., BONE["spine"], :] = quaternions.multiply(quaternions.inverse(upright), quaternions.multiply(hips, spine))
    quiet[..., LEGS, :] = quaternions.slerp(rotations[..., LEGS, :], quaternions.IDENTITY, share[..., None])
    return quiet


def heading(rotations: np.ndarray) -> np.ndarray:
    """The turns (..., 4) about +Y nearest to rotations (..., 4)."""
    turns = rotations * np.array([0.0, 1.0, 0.0, 1.0])
    size = np.linalg.norm(turns, axis=-1, keepdims=True)
    return np.where(size > 1e-6, turns / np.maximum(size, 1e-6), quaternions.IDENTITY)
