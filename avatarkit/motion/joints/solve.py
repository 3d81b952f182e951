"""Points in space to the rotations of a human body's joints, one moment at a time."""

from __future__ import annotations

from math import atan2, copysign, cos, hypot, sin

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.confidence import sight
from avatarkit.motion.joints.fingers import FINGER_ROWS, solve_fingers
from avatarkit.motion.joints.frames import TINY
from avatarkit.motion.joints.hands_by_head import HandsByHead, beside_the_head
from avatarkit.motion.joints.head import head_rotation
from avatarkit.motion.joints.joint_points import JointMemory, JointPoints, JointSolution, memory_at_rest
from avatarkit.motion.joints.limbs import Limbs, solve_limbs
from avatarkit.motion.joints.ranges import MAX_HEAD_TURN_RAD
from avatarkit.motion.joints.rest_directions import LIMBS
from avatarkit.motion.joints.torso import Torso, solve_torso

NECK_SHARE = 0.5
"""Of the head's turn against the chest, how much the neck's joint makes: about half of the neck's turning happens between its
two top vertebrae, at the head's joint. Source: Kapandji, The Physiology of the Joints 3."""

SURE = 0.5
"""Confidence from which a rotation is worth remembering."""

_SPINE = np.array([BONE[name] for name in ("spine", "chest", "upperChest")])
_COLLARS_AND_LIMBS = np.array([BONE[bone] for bone in ("leftShoulder", "rightShoulder", *np.transpose(LIMBS).reshape(-1))])
_HIPS, _NECK, _HEAD = BONE["hips"], BONE["neck"], BONE["head"]
_UPRIGHT = np.eye(3)


def solve_joints(points: JointPoints, memory: JointMemory | None = None, by_head: HandsByHead | None = None) -> JointSolution:
    """The joint rotations that put a T-posed body's bones where the points are.

    Lengths never matter, only directions, but for hands near the head, which come to their place beside it. The forearm takes
    two thirds of the palm's twist against the elbow's hinge and the hand the rest, so that no wrist turns by more than it can;
    on rigs with twist bones the retargeter distributes the forearm's part.

    Args:
        points: of one moment.
        memory: the previous moment's; None at the start and after a cut.
        by_head: hands that are seen near the head.

    Returns:
        local normalized rotations, their confidence, and the memory for the next moment.
    """
    memory = memory or memory_at_rest()
    seen = sight(points)
    hands = (points.left_hand, points.right_hand)
    torso = solve_torso(points.body, seen.hips, seen.shoulders, quaternions.to_matrix(memory.rotations[_HIPS]))
    parents = np.array([torso.chest, torso.chest, torso.pelvis, torso.pelvis])
    limbs = solve_limbs(points.body, hands, seen.ends, parents, memory)
    head = head_rotation(points.body) if points.head is None else points.head
    if by_head is not None:
        limbs.world[:2, :2] = beside_the_head(by_head, torso.chest, torso.collars, head, limbs.world[:2, :2])

    rotations = memory_at_rest().rotations.copy()
    _place_body(rotations, torso, limbs, head)
    _place_fingers(rotations, hands, limbs)
    confidence = seen.bones[:, None]
    rotations = np.where(confidence > 0.0, rotations, memory.rotations)
    remembered = np.where(confidence >= SURE, rotations, memory.rotations)
    return JointSolution(rotations, seen.bones, JointMemory(remembered, limbs.hinges, limbs.twists))


def _place_body(rotations: np.ndarray, torso: Torso, limbs: Limbs, head: np.ndarray) -> None:
    """Fill in all bones but the fingers."""
    pelvis, chest, collars = torso.pelvis, torso.chest, torso.collars
    parents, world = np.empty((17, 3, 3)), np.empty((17, 3, 3))
    parents[0], parents[1], parents[2:5] = _UPRIGHT, pelvis, chest
    parents[5:7], parents[7:9], parents[9:] = collars, pelvis, limbs.world[:2].reshape(8, 3, 3)
    world[0], world[1], world[2], world[3:5] = pelvis, chest, _UPRIGHT, collars
    world[5:] = limbs.world.reshape(12, 3, 3)
    local = quaternions.from_matrix(parents.swapaxes(1, 2) @ world)
    rotations[_HIPS] = local[0]
    rotations[_SPINE] = _share(local[1], 1.0 / len(_SPINE), np.pi)
    head_on_chest = quaternions.multiply(local[2], head)
    rotations[_NECK] = _share(head_on_chest, NECK_SHARE, MAX_HEAD_TURN_RAD)
    rotations[_HEAD] = _share(head_on_chest, 1.0 - NECK_SHARE, MAX_HEAD_TURN_RAD)
    rotations[_COLLARS_AND_LIMBS] = local[3:]


def _place_fingers(rotations: np.ndarray, hands: tuple[np.ndarray | None, np.ndarray | None], limbs: Limbs) -> None:
    """Fill in the fingers of the hands that are seen."""
    which = [row for row, hand in enumerate(hands) if hand is not None]
    if which:
        seen = np.stack([hands[row] for row in which])  # type: ignore[misc]
        rotations[FINGER_ROWS[which]] = solve_fingers(seen, limbs.world[2, which], np.array(which))


def _share(rotation: np.ndarray, share: float, limit_rad: float) -> np.ndarray:
    """The rotation (4,) about the same axis by a share of the angle, of which at most `limit_rad` counts."""
    x, y, z, scalar = rotation.tolist()
    sine = hypot(x, y, z)
    half = share * min(atan2(sine, abs(scalar)), 0.5 * limit_rad)
    size = copysign(sin(half), scalar) / max(sine, TINY)
    return np.array([x * size, y * size, z * size, cos(half)])
