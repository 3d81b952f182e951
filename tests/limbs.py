"""Many limbs at once."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.two_bone_ik import two_bone_ik


def many_turns(upper: np.ndarray, lower: np.ndarray, goal: np.ndarray, hinge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`two_bone_ik` of limbs (..., 3): (..., 3, 3) and (..., 3, 3)."""
    limbs = np.stack(np.broadcast_arrays(upper, lower, goal, hinge), axis=-2)
    both = np.array([two_bone_ik(*map(tuple, limb)) for limb in limbs.reshape(-1, 4, 3).tolist()])
    return both[:, 0].reshape(*limbs.shape[:-2], 3, 3), both[:, 1].reshape(*limbs.shape[:-2], 3, 3)
