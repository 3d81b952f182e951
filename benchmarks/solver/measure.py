"""Bone directions and rotations of a solution against the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.rest_directions import BONE_DIRECTIONS
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.vocabulary.mediapipe_points import POSE
from benchmarks.solver.truth import Take, straight_skeleton

LIMB_BONES = {
    side + bone: (side + start, side + end)
    for side in ("left", "right")
    for bone, (start, end) in {
        "UpperArm": ("Shoulder", "Elbow"), "LowerArm": ("Elbow", "Wrist"), "UpperLeg": ("Hip", "Knee"),
        "LowerLeg": ("Knee", "Ankle"), "Foot": ("Heel", "FootIndex"),
    }.items()
}  # fmt: skip
"""Bones between two landmarks."""

DIRECTIONS = ("torso", *LIMB_BONES)
JUDGED = tuple(name for name in DIRECTIONS if not name.endswith("Foot"))
"""Torso, arms and legs: what the goal is about."""

TURNS = ("hips", "upperChest", "head", *(side + b for side in ("left", "right") for b in ("UpperArm", "Hand", "UpperLeg")))
"""Bones whose rotation, twist included, the landmarks determine."""

FLIP_RAD = np.radians(45.0)
"""A joint that turns by so much more than the recorded one between two frames has flipped."""

RECORDING_JUMPS_RAD = np.radians(30.0)
"""No joint of a dancer turns by more between two frames of these files (60 to 120 a second; 1,800 degrees a second): where a
recorded one does, the recording is broken, and nothing can be told from it."""


@dataclass(frozen=True)
class Errors:
    """How a solution of one take errs, degrees.

    Attributes:
        directions: bone of `DIRECTIONS` -> (T,) angle to the true direction.
        turns: bone of `TURNS` -> (T,) angle of the rotation to the true one, after the constant turn between both is taken out:
            files do not agree how a bone is rolled in the T-pose.
        flips: how often a joint turned by 45 degrees more between two frames than the truth did.
    """

    directions: dict[str, np.ndarray]
    turns: dict[str, np.ndarray]
    flips: int


def direction_errors(take: Take, rotations: np.ndarray) -> dict[str, np.ndarray]:
    """Angles, degrees, between the bones of solved local rotations (T, 55, 4), on the take's proportions, and the landmarks."""
    world = world_rotations(rotations)
    positions = world_positions(straight_skeleton(take.motion.skeleton), np.zeros((len(world), 3)), world)
    points = take.landmarks
    middle = {name: points[:, POSE["left" + name]] + points[:, POSE["right" + name]] for name in ("Shoulder", "Hip")}
    solved = _middle(positions, "UpperArm") - _middle(positions, "UpperLeg")
    errors = {"torso": _angle(solved, middle["Shoulder"] - middle["Hip"])}
    for bone, (start, end) in LIMB_BONES.items():
        solved = quaternions.rotate(world[:, BONE[bone]], BONE_DIRECTIONS[BONE[bone]])
        errors[bone] = _angle(solved, points[:, POSE[end]] - points[:, POSE[start]])
    return errors


def errors_of(take: Take, rotations: np.ndarray) -> Errors:
    """All errors of solved local rotations (T, 55, 4)."""
    world = world_rotations(rotations)
    turns = {bone: _turn_but_constant(world[:, BONE[bone]], take.world[:, BONE[bone]]) for bone in TURNS}
    steps, true_steps = (_turn(local[1:], local[:-1]) for local in (rotations, take.motion.rotations))
    flips = (steps > true_steps + np.degrees(FLIP_RAD)) & (true_steps < np.degrees(RECORDING_JUMPS_RAD))
    return Errors(direction_errors(take, rotations), turns, int(flips.sum()))


def _middle(positions: np.ndarray, bone: str) -> np.ndarray:
    return positions[:, BONE["left" + bone]] + positions[:, BONE["right" + bone]]


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def _turn_but_constant(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    relative = quaternions.multiply(quaternions.inverse(a), b)
    _, vectors = np.linalg.eigh(relative.T @ relative)  # the mean of quaternions whose signs say nothing
    return _turn(relative, vectors[:, -1])


def _turn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    relative = quaternions.multiply(quaternions.inverse(a), b)
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(relative[..., :3], axis=-1), np.abs(relative[..., 3])))
