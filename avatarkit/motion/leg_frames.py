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
    put_end(rotations, LEGS[side], hips, frames, upper, lower, goal, KNEE_HINGE)


@compilable
def put_end(
    rotations: np.ndarray, limb: np.ndarray, above: Rows, frames: tuple[Rows, Rows, Rows], upper: Vector, lower: Vector,
    goal: Vector, hinge: Vector,
) -> None:  # fmt: skip
    """Turn a limb so that its end comes to a goal and keeps its world rotation.

    Args:
        rotations: (55, 4) local, changed.
        limb: (3,) rows of its bones.
        above: world rotation of what the limb hangs on; frames: of its bones.
        upper, lower: from its first joint to the middle one, and on to its end.
        goal: from its first joint to where its end shall be.
        hinge: unit axis of the middle joint in the T-pose; see `two_bone_ik`.
    """
    first, second, end = frames
    whole, bend = two_bone_ik(upper, lower, goal, applied(first, hinge))
    new_first, new_second = product(whole, first), product(whole, product(bend, second))
    put_quaternion(rotations, limb[0], to_quaternion(product(transposed(above), new_first)))
    put_quaternion(rotations, limb[1], to_quaternion(product(transposed(new_first), new_second)))
    put_quaternion(rotations, limb[2], to_quaternion(product(transposed(new_second), end)))
