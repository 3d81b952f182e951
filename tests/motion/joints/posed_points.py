"""The points that a camera without error would see of a body in a known pose, and poses within the joints' ranges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, HumanSkeleton
from avatarkit.motion.joints.fingers import FINGER_ROWS
from avatarkit.motion.joints.head import HEAD_POINTS, HEAD_SHAPE
from avatarkit.motion.joints.joint_points import JointPoints
from avatarkit.motion.joints.limbs import TWIST_SHARE
from avatarkit.motion.joints.rest_directions import BONE_DIRECTIONS, FINGER_FRAMES, LIMB_AXES, LIMB_HINGES, LIMBS
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.vocabulary.mediapipe_points import HAND, HAND_POINTS, POSE, POSE_POINTS
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES

FINGERTIP_M = 0.025
_LENGTHS = {"hips": 0.1, "spine": 0.13, "chest": 0.13, "upperChest": 0.13, "neck": 0.1, "Shoulder": 0.13, "UpperArm": 0.27,
            "LowerArm": 0.25, "UpperLeg": 0.42, "LowerLeg": 0.41, "Foot": 0.15}  # fmt: skip
_ROOTS = {"Thumb": (0.03, -0.005, 0.02), "Index": (0.09, 0, 0.03), "Middle": (0.095, 0, 0), "Ring": (0.09, 0, -0.02),
          "Little": (0.08, 0, -0.035)}  # fmt: skip
_JOINTS = {point: bone for side in ("left", "right") for point, bone in (
    (side + "Shoulder", side + "UpperArm"), (side + "Elbow", side + "LowerArm"), (side + "Wrist", side + "Hand"),
    (side + "Hip", side + "UpperLeg"), (side + "Knee", side + "LowerLeg"), (side + "Ankle", side + "Foot"))}  # fmt: skip
_RIGID = {"Index": ("Hand", (0.09, 0, 0.03)), "Pinky": ("Hand", (0.09, 0, -0.03)), "Thumb": ("Hand", (0.06, 0, 0.05)),
          "Heel": ("Foot", (0, -0.06, -0.05)), "FootIndex": ("Foot", (0, -0.06, 0.17))}  # fmt: skip


def _skeleton() -> HumanSkeleton:
    rest = np.zeros((BONES, 3))
    for bone, parent in HUMAN_BONE_PARENTS.items():
        row = BONE[bone]
        if parent is None:
            rest[row] = (0.0, 0.95, 0.0)
            continue
        side = 1.0 if bone.startswith("left") else -1.0
        finger = next((f for f in _ROOTS if bone.endswith(f + ("Metacarpal" if f == "Thumb" else "Proximal"))), None)
        if bone.endswith("UpperLeg"):
            offset = np.array([0.1 * side, 0.0, 0.0])
        elif bone.endswith("Shoulder"):
            offset = np.array([0.03 * side, 0.1, 0.0])
        elif finger:
            offset = np.array(_ROOTS[finger]) * (side, 1.0, 1.0)
        else:
            length = _LENGTHS.get(parent, _LENGTHS.get(parent.removeprefix("left").removeprefix("right"), 0.03))
            offset = length * BONE_DIRECTIONS[BONE[parent]]
        rest[row] = rest[BONE[parent]] + offset
    return HumanSkeleton(rest, np.ones(BONES, bool))


SKELETON = _skeleton()


def points_of(rotations: np.ndarray, *, hands: bool = True, visibility: np.ndarray | None = None) -> JointPoints:
    """What is seen of local rotations (55, 4)."""
    world = world_rotations(rotations)
    positions = world_positions(SKELETON, np.array([0.3, 1.0, -2.0]), world)

    def on(bone: str, offset: np.ndarray) -> np.ndarray:
        return positions[BONE[bone]] + quaternions.rotate(world[BONE[bone]], offset)

    body = np.zeros((len(POSE_POINTS), 3))
    for point, bone in _JOINTS.items():
        body[POSE[point]] = positions[BONE[bone]]
    for point, offset in zip(HEAD_POINTS, HEAD_SHAPE, strict=True):
        body[POSE[point]] = on("head", offset)
    for side, mirror in (("left", 1.0), ("right", -1.0)):
        for point, (bone, offset) in _RIGID.items():
            body[POSE[side + point]] = on(side + bone, np.array(offset) * (mirror, 1.0, 1.0))
    seen = [_hand_points(row, positions, world) if hands else None for row in (0, 1)]
    return JointPoints(body, np.ones(len(body)) if visibility is None else visibility, *seen)


def _hand_points(row: int, positions: np.ndarray, world: np.ndarray) -> np.ndarray:
    points = np.zeros((len(HAND_POINTS), 3))
    points[HAND["wrist"]] = positions[BONE[LIMBS[row][2]]]
    for finger, bones in enumerate(FINGER_ROWS[row]):
        tip = positions[bones[2]] + quaternions.rotate(world[bones[2]], FINGERTIP_M * BONE_DIRECTIONS[bones[2]])
        points[1 + 4 * finger : 5 + 4 * finger] = [*positions[bones], tip]
    return points


def identity() -> np.ndarray:
    return np.tile(quaternions.IDENTITY, (BONES, 1))


def turn(axis: np.ndarray, degrees: float) -> np.ndarray:
    return quaternions.from_rotation_vector(np.radians(degrees) * np.asarray(axis, float))


def random_pose(seed: int, *, least_bend_deg: float = 50.0) -> np.ndarray:
    """Local rotations that points determine: every joint within its range, elbows and knees bent at least so much."""
    random = np.random.default_rng(seed)
    pose = identity()
    pose[BONE["hips"]] = quaternions.normalize(random.normal(size=4))
    twist = random.uniform(-20, 20)
    for bone in ("spine", "chest", "upperChest"):
        pose[BONE[bone]] = turn([0, 1, 0], twist)
    nod = quaternions.from_rotation_vector(random.uniform(-0.35, 0.35, 3))
    pose[BONE["neck"]] = pose[BONE["head"]] = nod
    for row, limb in enumerate(LIMBS):
        pose[[BONE[bone] for bone in limb]] = _random_limb(random, row, least_bend_deg)
    for hand in (0, 1):
        pose[FINGER_ROWS[hand]] = random_fingers(random, hand)
    return pose


def _random_limb(random: np.random.Generator, row: int, least_bend_deg: float) -> np.ndarray:
    axis, hinge, share = LIMB_AXES[row], LIMB_HINGES[row], TWIST_SHARE[row]
    most_deg = 80.0 if row < 2 else 35.0
    twist = random.uniform(-most_deg, most_deg)
    sideways = np.cross(axis, random.normal(size=3))
    swing = quaternions.from_rotation_vector(random.uniform(0, 0.9) * sideways / np.linalg.norm(sideways))
    upper = quaternions.from_rotation_vector(random.uniform(-1.2, 1.2, 3))
    lower = quaternions.multiply(turn(hinge, random.uniform(least_bend_deg, 130)), turn(axis, share * twist))
    return np.array([upper, lower, quaternions.multiply(swing, turn(axis, (1 - share) * twist))])


def random_fingers(random: np.random.Generator, hand: int) -> np.ndarray:
    """Finger rotations (5, 3, 4) of a left (0) or right (1) hand."""
    spread, bend = random.uniform(-18, 18, 5), random.uniform(0, 75, (5, 3))
    bend[0, 0] = random.uniform(-15, 40)
    rotations = np.empty((5, 3, 4))
    for finger in range(5):
        for joint in range(3):
            rotations[finger, joint] = finger_rotation(finger, spread[finger] if joint == 0 else 0.0, bend[finger, joint], hand)
    return rotations


def finger_rotation(finger: int, spread_deg: float, bend_deg: float, hand: int) -> np.ndarray:
    """Spread towards the thumb's side (the thumb: out of the palm's plane), then bend to the palm."""
    frame = FINGER_FRAMES[finger]
    left = quaternions.multiply(turn(frame[:, 2], -bend_deg), turn(frame[:, 1], -spread_deg))
    return left * ([1, -1, -1, 1] if hand else [1, 1, 1, 1])


def mirrored_pose(rotations: np.ndarray) -> np.ndarray:
    """The pose that a mirror across the picture's middle shows: left and right, turns about y and z change."""
    return rotations[_swapped(HUMAN_BONES, BONE)] * [1.0, -1.0, -1.0, 1.0]


def mirrored_points(points: JointPoints) -> JointPoints:
    flip = np.array([-1.0, 1.0, 1.0])
    rows = _swapped(POSE_POINTS, POSE)
    left, right = (None if hand is None else hand * flip for hand in (points.left_hand, points.right_hand))
    return JointPoints(points.body[rows] * flip, points.visibility[rows], right, left)


def _swapped(names: tuple[str, ...], rows: Mapping[str, int]) -> list[int]:
    def other(name: str) -> str:
        for one, two in (("left", "right"), ("right", "left"), ("mouthLeft", "mouthRight"), ("mouthRight", "mouthLeft")):
            if name.startswith(one):
                return two + name.removeprefix(one)
        return name

    return [rows[other(name)] for name in names]


def angles_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles (...,) between rotations (..., 4)."""
    relative = quaternions.multiply(quaternions.inverse(a), b)
    return np.degrees(2 * np.arctan2(np.linalg.norm(relative[..., :3], axis=-1), np.abs(relative[..., 3])))
