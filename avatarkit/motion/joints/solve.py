"""Points in space to the rotations of a human body's joints, one moment at a time."""

from __future__ import annotations

from math import atan2, copysign, cos, hypot, sin

import numpy as np

from avatarkit.geometry.compiled import FLAG, NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_matrices import Rows, of_array, product, to_quaternion, transposed
from avatarkit.geometry.plain_quaternions import Quaternion, multiply, put_quaternion, quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import TINY, row_of
from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.motion.joints.confidence import sight
from avatarkit.motion.joints.fingers import FINGER_ROWS, solve_finger
from avatarkit.motion.joints.hands_by_head import HandsByHead, bring_beside_the_head, eyes_place, shoulder_place
from avatarkit.motion.joints.head import head_rotation
from avatarkit.motion.joints.joint_points import JointMemory, JointPoints, JointSolution, memory_at_rest
from avatarkit.motion.joints.limbs import solve_limb
from avatarkit.motion.joints.ranges import MAX_HEAD_TURN_RAD
from avatarkit.motion.joints.rest_directions import LIMBS
from avatarkit.motion.joints.torso import solve_torso
from avatarkit.vocabulary.mediapipe_points import HAND_POINTS

NECK_SHARE = 0.5
"""Of the head's turn against the chest, how much the neck's joint makes: about half of the neck's turning happens between its
two top vertebrae, at the head's joint. Source: Kapandji, The Physiology of the Joints 3."""

SURE = 0.5
"""Confidence from which a rotation is worth remembering."""

_SPINE = np.array([BONE[name] for name in ("spine", "chest", "upperChest")])
_COLLARS = np.array([BONE[name] for name in ("leftShoulder", "rightShoulder")])
_LIMBS = np.array([[BONE[bone] for bone in limb] for limb in LIMBS])
_HIPS, _NECK, _HEAD, _ARMS = BONE["hips"], BONE["neck"], BONE["head"], 2
_NO_HAND = np.zeros((len(HAND_POINTS), 3))
_NONE_BY_HEAD = HandsByHead(np.zeros((3, 2)), np.zeros(2), 0.0, np.zeros((11, 3)))


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
    memory, by_head = memory or memory_at_rest(), by_head or _NONE_BY_HEAD
    hands = [_NO_HAND if hand is None else hand for hand in (points.left_hand, points.right_hand)]
    rotations, confidence, *remembered = _solved(
        points.body, points.visibility, np.array(hands),
        points.left_hand is not None, points.right_hand is not None, points.head is not None,
        head_rotation(points.body) if points.head is None else points.head,
        *points.hands_sure, memory.rotations, memory.hinges, memory.twists,
        by_head.slopes, by_head.shares, by_head.shoulders_m, by_head.turn, by_head.levers,
    )  # fmt: skip
    return JointSolution(rotations, confidence, JointMemory(*remembered))


@compilable
def _share(rotation: Quaternion, share: float, limit_rad: float) -> Quaternion:
    """The rotation about the same axis by a share of the angle, of which at most `limit_rad` counts."""
    x, y, z, scalar = rotation
    sine = hypot(hypot(x, y), z)
    half = share * min(atan2(sine, abs(scalar)), 0.5 * limit_rad)
    size = copysign(sin(half), scalar) / max(sine, TINY)
    return x * size, y * size, z * size, cos(half)


@compilable
def _put_trunk(rotations: np.ndarray, pelvis: Rows, chest: Rows, collars: Rows, head: Quaternion) -> None:
    """Fill in hips, spine, neck, head and collar bones, by their world rotations."""
    put_quaternion(rotations, _HIPS, to_quaternion(pelvis))
    bend = _share(to_quaternion(product(transposed(pelvis), chest)), 1.0 / len(_SPINE), np.pi)
    for bone in _SPINE:
        put_quaternion(rotations, bone, bend)
    head_on_chest = multiply(to_quaternion(transposed(chest)), head)
    put_quaternion(rotations, _NECK, _share(head_on_chest, NECK_SHARE, MAX_HEAD_TURN_RAD))
    put_quaternion(rotations, _HEAD, _share(head_on_chest, 1.0 - NECK_SHARE, MAX_HEAD_TURN_RAD))
    for bone in _COLLARS:
        put_quaternion(rotations, bone, to_quaternion(product(transposed(chest), collars)))


@compilable
def _put_chain(rotations: np.ndarray, row: int, parent: Rows, upper: Rows, lower: Rows, end: Rows) -> None:
    """Fill in a limb's bones, by their world rotations."""
    put_quaternion(rotations, _LIMBS[row, 0], to_quaternion(product(transposed(parent), upper)))
    put_quaternion(rotations, _LIMBS[row, 1], to_quaternion(product(transposed(upper), lower)))
    put_quaternion(rotations, _LIMBS[row, 2], to_quaternion(product(transposed(lower), end)))


@compilable
def _put_fingers(rotations: np.ndarray, side: int, hand: np.ndarray, palm: Rows) -> None:
    """Fill in a hand's fingers."""
    for finger in range(FINGER_ROWS.shape[1]):
        for bone, rotation in enumerate(solve_finger(hand, palm, side, finger)):
            put_quaternion(rotations, FINGER_ROWS[side, finger, bone], rotation)


@compiled(
    floats(2), floats(1), floats(3), FLAG, FLAG, FLAG, floats(1), NUMBER, NUMBER,
    floats(2), floats(2), floats(1), floats(2), floats(1), NUMBER, floats(2), floats(2),
)  # fmt: skip
def _solved(
    body: np.ndarray, visibility: np.ndarray, hands: np.ndarray, left_seen: bool, right_seen: bool, face_seen: bool,
    head: np.ndarray, left_sure: float, right_sure: float,
    last_rotations: np.ndarray, last_hinges: np.ndarray, last_twists: np.ndarray,
    slopes: np.ndarray, shares: np.ndarray, shoulders_m: float, turn: np.ndarray, levers: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Rotations (55, 4), confidence (55,), and what is remembered; see `solve_joints`."""
    hands_seen = (left_seen, right_seen)
    seen = sight(visibility, hands_seen, (left_sure, right_sure), face_seen)
    held = to_rows(quaternion_in(last_rotations, _HIPS))
    pelvis, chest, collars = solve_torso(body, seen.hips, seen.shoulders, held)
    upright = (head[0], head[1], head[2], head[3])
    eyes = eyes_place(levers, chest, to_rows(upright))
    shoulders = (shoulder_place(levers, 0, chest, collars), shoulder_place(levers, 1, chest, collars))
    placed = body.copy()
    for side in range(_ARMS):
        if shares[side] > 0.0:
            bring_beside_the_head(placed, side, eyes, shoulders, slopes, shares[side], shoulders_m, of_array(turn), levers)
    rotations, hinges, twists = np.empty((BONES, 4)), np.empty((len(_LIMBS), 3)), np.empty(len(_LIMBS))
    for bone in range(BONES):
        put_quaternion(rotations, bone, (0.0, 0.0, 0.0, 1.0))
    _put_trunk(rotations, pelvis, chest, collars, upright)
    for row in range(len(_LIMBS)):
        arm = row < _ARMS
        side = row % _ARMS
        limb = solve_limb(
            row, placed, hands[side], hands_seen[side], seen.ends[row], chest if arm else pelvis,
            row_of(last_hinges, row), last_twists[row],
        )  # fmt: skip
        _put_chain(rotations, row, collars if arm else pelvis, limb.upper, limb.lower, limb.end)
        if arm and hands_seen[side]:
            _put_fingers(rotations, side, hands[side], limb.end_seen)
        hinges[row, 0], hinges[row, 1], hinges[row, 2] = limb.hinge
        twists[row] = limb.twist
    remembered = np.empty((BONES, 4))
    for bone in range(BONES):
        last = quaternion_in(last_rotations, bone)
        if seen.bones[bone] <= 0.0:
            put_quaternion(rotations, bone, last)
        put_quaternion(remembered, bone, quaternion_in(rotations, bone) if seen.bones[bone] >= SURE else last)
    return rotations, seen.bones, remembered, hinges, twists
