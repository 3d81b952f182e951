"""What is done with each picture, live and from files alike: landmarks to a pose in the camera's space, not yet smoothed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from avatarkit.geometry import plain_quaternions, quaternions
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.motion.face.read_face import FaceMemory, FaceReading, read_face
from avatarkit.motion.facing import Facing, facing_of, place_of, shows_legs
from avatarkit.motion.head_without_face import FacedHeads, nodding_as_before, remembered
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanPose
from avatarkit.motion.joints.hands_by_head import hands_by_head
from avatarkit.motion.joints.joint_points import JointMemory, JointPoints
from avatarkit.motion.joints.solve import solve_joints
from avatarkit.motion.lift import lift
from avatarkit.motion.palms_of_bodies import surely_turned, with_palm_of_body
from avatarkit.motion.person import Person
from avatarkit.motion.picture_camera import TOWARDS, PictureCamera, assumed_camera, turn_towards
from avatarkit.motion.wrists_of_hands import with_wrists_of_hands
from avatarkit.tracking.coming_frame import ComingFrame
from avatarkit.tracking.tracked_frame import HandLandmarks, TrackedFrame
from avatarkit.vocabulary.mediapipe_points import POSE, POSE_POINTS

SURE_FACE = 0.2
"""Confidence from which a face's reading is believed."""

UNKNOWN_DISTANCE_M = 3.0
"""How far a person stands of whom no body was seen yet: about where a whole person fits the picture."""

_HIPS = [POSE["leftHip"], POSE["rightHip"]]
_EYES = [BONE["leftEye"], BONE["rightEye"]]
_NO_EXPRESSION = np.zeros(EXPRESSIONS)
_NOWHERE = np.zeros((len(POSE_POINTS), 3))
_UNSEEN = np.zeros(len(POSE_POINTS))


@dataclass(frozen=True)
class PoseMemory:
    """What one picture's pose hands to the next.

    Attributes:
        joints: of the joint solver.
        face: of the face's reading, None while no face is seen.
        root_position: (3,) the hips' last place.
        facing: how the person is turned, None before anybody was seen.
        faced: the head at some times at which its face was seen.
    """

    joints: JointMemory
    face: FaceMemory | None
    root_position: np.ndarray
    facing: Facing | None = None
    faced: FacedHeads = ()


def pose_step(
    frame: TrackedFrame | ComingFrame, person: Person, memory: PoseMemory | None = None
) -> tuple[HumanPose, PoseMemory]:
    """The pose in one picture, in the camera's space: origin at the camera, +Z towards it; who shows no legs is turned to it.

    Args:
        frame: what was seen; parts may be missing. Of one that is still coming, body, face, hands are asked for in this order.
        person: the proportions.
        memory: the previous picture's; None at the start and after a cut.

    Returns:
        the pose, without contacts, and the memory for the next picture.
    """
    camera = assumed_camera(frame.size_px)
    body, points, visibility, by_head = frame.body, _NOWHERE, _UNSEEN, None
    face, face_memory = _face(frame, person, memory)
    read_hands = [frame.left_hand, frame.right_hand]
    if body is not None:
        body = with_wrists_of_hands(body, *read_hands)
        points, visibility = lift(body, person, camera), body.visibility
        by_head = hands_by_head(body, points, person.head_levers, camera)
        read_hands = [hand and with_palm_of_body(hand, side, points, camera) for side, hand in enumerate(read_hands)]
    hands_sure = surely_turned(read_hands[0]), surely_turned(read_hands[1])
    facing = _facing(frame, points, face, camera, memory)
    turn = facing.turn if facing else None
    head = None if face is None else _head(face, camera, turn)
    hands = [_turned_hand(hand, camera, turn) for hand in read_hands]
    if turn is not None:
        matrix = plain_quaternions.to_matrix(turn)
        points, by_head = points @ matrix.T, None if by_head is None else replace(by_head, turn=matrix)
    faced = memory.faced if memory else ()
    if frame.body is not None and head is not None:
        faced = remembered(faced, frame.time_s, head, points)
    elif frame.body is not None and faced:
        points = nodding_as_before(points, faced)
    seen = JointPoints(points, visibility, hands[0], hands[1], head, hands_sure)
    solution = solve_joints(seen, memory.joints if memory else None, by_head)
    rotations, confidence = _with_eyes(solution.rotations, solution.confidence, face)
    if frame.body is not None:
        root = _root(points, rotations[BONE["hips"]], person)
        root = root if turn is None else root @ matrix
    else:
        root = _unseen_root(face, camera, person, memory)
    expressions = _NO_EXPRESSION if face is None else face.expressions
    pose = HumanPose(frame.time_s, root, rotations, confidence, expressions, np.zeros(2))
    return pose, PoseMemory(solution.memory, face_memory, root, facing, faced)


def _facing(
    frame: TrackedFrame | ComingFrame,
    points: np.ndarray,
    face: FaceReading | None,
    camera: PictureCamera,
    memory: PoseMemory | None,
) -> Facing | None:
    """How the person is turned after this picture, whose body's points (33, 3) are in the camera's space."""
    before = memory.facing if memory else None
    if frame.body is not None:
        return facing_of(frame.time_s, place_of(points), shows_legs(frame.body), before)
    if face is None:
        return before
    x, _, z = (camera.ray(face.head_px) * (camera.focal_px / face.scale_px)).tolist()
    return facing_of(frame.time_s, (x, -z), None, before)


def _face(
    frame: TrackedFrame | ComingFrame, person: Person, memory: PoseMemory | None
) -> tuple[FaceReading | None, FaceMemory | None]:
    if frame.face is None or person.face is None:
        return None, None
    reading, face_memory = read_face(frame.face, person.face, memory.face if memory else None)
    return (reading, face_memory) if reading.confidence >= SURE_FACE else (None, None)


def _head(face: FaceReading, camera: PictureCamera, turn: Quaternion | None) -> np.ndarray:
    """(4,) the head's rotation, turned by what the camera's axis differs from the way to the head, then as the whole person."""
    whole = _whole_turn(turn_towards(camera.ray(face.head_px)), turn)
    return np.array(plain_quaternions.multiply(whole, plain_quaternions.floats(face.head_rotation)))


def _whole_turn(to_part: Quaternion, turn: Quaternion | None) -> Quaternion:
    return to_part if turn is None else plain_quaternions.multiply(turn, to_part)


def _with_eyes(rotations: np.ndarray, confidence: np.ndarray, face: FaceReading | None) -> tuple[np.ndarray, np.ndarray]:
    if face is None:
        return rotations, confidence
    rotations, confidence = np.array(rotations), np.array(confidence)
    rotations[_EYES], confidence[_EYES] = face.eye_rotations, face.confidence
    return rotations, confidence


def _turned_hand(hand: HandLandmarks | None, camera: PictureCamera, turn: Quaternion | None) -> np.ndarray | None:
    """(21, 3) a hand's points, turned by what the camera's axis differs from the way to the hand, then as the whole person."""
    if hand is None:
        return None
    whole = _whole_turn(turn_towards(camera.ray(np.add.reduce(hand.points_px) / len(hand.points_px))), turn)
    return np.asarray(hand.world_m @ plain_quaternions.to_matrix(whole).T)


def _root(points: np.ndarray, hips: np.ndarray, person: Person) -> np.ndarray:
    """(3,) where the hips' joint is, given the points of both hips and the hips' rotation."""
    left, right = points[_HIPS]
    return np.asarray(0.5 * (left + right) + plain_quaternions.to_matrix(plain_quaternions.floats(hips)) @ person.to_hips)


def _unseen_root(face: FaceReading | None, camera: PictureCamera, person: Person, memory: PoseMemory | None) -> np.ndarray:
    """(3,) where the hips' joint is of a body that is not seen: under the head, else where it was, else anywhere."""
    if face is not None:
        rest = person.skeleton.rest_positions
        eyes = camera.rays(face.head_px) * (camera.focal_px / face.scale_px)
        return eyes + rest[BONE["hips"]] - rest[_EYES].mean(axis=0)
    return memory.root_position if memory else UNKNOWN_DISTANCE_M * TOWARDS


@cache
def rest_rotations() -> np.ndarray:
    """(55, 4) local rotations of somebody standing at ease: arms hanging, elbows a little bent."""
    rotations = np.tile(quaternions.IDENTITY, (BONES, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for bone, vector in (("UpperArm", (0, 0, -sign * HANGING_RAD)), ("LowerArm", (0, -sign * EASY_ELBOW_RAD, 0))):
            rotations[BONE[side + bone]] = quaternions.from_rotation_vector(np.array(vector))
    rotations.setflags(write=False)
    return rotations


HANGING_RAD = np.radians(75.0)
"""How far a hanging arm is below the T-pose: hands beside the thighs, not in them."""

EASY_ELBOW_RAD = np.radians(15.0)
"""A relaxed elbow's bend."""
