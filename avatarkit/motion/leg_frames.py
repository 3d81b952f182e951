"""Both legs as matrices: what holding feet needs of a pose, and how it goes back into one."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied, product, to_quaternion, transposed
from avatarkit.geometry.plain_quaternions import put_quaternion, quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import Vector
from avatarkit.geometry.two_bone_ik import two_bone_ik
from avatarkit.motion.human_motion import BONE, FEET

LEGS = np.array([[BONE[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot")] for side in FEET])
"""(2, 3) rows of the bones of both legs."""

KNEE_HINGE: Vector = (1.0, 0.0, 0.0)
"""The knee's axis in the T-pose: turning about it in the positive sense takes the shin back."""


@compilable
def leg_frames(rotations: np.ndarray, side: int, hips: Rows) -> tuple[Rows, Rows, Rows]:
    """World rotations of thigh, shin and foot of the left (0) or right (1) leg, of local rotations (55, 4) below such hips."""
    thigh = product(hips, to_rows(quaternion_in(rotations, LEGS[side, 0])))
    shin = product(thigh, to_rows(quaternion_in(rotations, LEGS[side, 1])))
    return thigh, shin, product(shin, to_rows(quaternion_in(rotations, LEGS[side, 2])))


@compilable
def put_foot(
    rotations: np.ndarray, side: int, hips: Rows, frames: tuple[Rows, Rows, Rows], upper: Vector, lower: Vector, goal: Vector
) -> None:
    """Turn a leg so that its foot comes to a goal and keeps its world rotation.

    Args:
        rotations: (55, 4) local, changed.
        side: 0 left, 1 right.
        hips: their world rotation; frames: the leg's `leg_frames`.
        upper, lower: from the thigh's joint to the knee, and on to the ankle.
        goal: from the thigh's joint to where the ankle shall be.
    """
    thigh, shin, foot = frames
    whole, bend = two_bone_ik(upper, lower, goal, applied(thigh, KNEE_HINGE))
    new_thigh, new_shin = product(whole, thigh), product(whole, product(bend, shin))
    put_quaternion(rotations, LEGS[side, 0], to_quaternion(product(transposed(hips), new_thigh)))
    put_quaternion(rotations, LEGS[side, 1], to_quaternion(product(transposed(new_thigh), new_shin)))
    put_quaternion(rotations, LEGS[side, 2], to_quaternion(product(transposed(new_shin), foot)))
