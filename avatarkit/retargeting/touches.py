"""Hands that touch each other or the head do so on a body with other proportions, too.

The same joint rotations take the hands of long arms through each other, and those of a broad body past its chin. A step
without memory: palms that are near each other, or near the eyes, come to where the source has them, scaled by hands or heads;
elbows and shoulders give way, and the hands keep their own rotation. It counts fully where they touch and fades out with the
distance, so nothing pops, and live equals offline. Between bodies of the same proportions nothing is moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.geometry.compiled import compilable, compiled, floats, packed_indices
from avatarkit.geometry.plain_matrices import applied, of_array, product
from avatarkit.geometry.plain_quaternions import quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import Vector, length, minus, mixed, plus, put_row, row_of
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.joints.rest_directions import LIMB_HINGES
from avatarkit.motion.kinematics import PARENTS
from avatarkit.motion.leg_frames import put_end

HANDS_TOUCH, HANDS_APART = 1.2, 3.0
"""Between the middles of two palms, in lengths of the source's palm (10 cm): clasped hands and a fist on a palm are within the
first; from the second on hands are on their own."""

HEAD_TOUCH, HEAD_APART = 1.2, 2.2
"""From the middle of a palm to the eyes, in lengths from the source's neck to its eyes (19 cm): palms that hold chin, ear or
brow are within the first, hands before the breast beyond the second."""

MIDDLE_OF_PALM = 0.5
"""Where between wrist and middle finger's root a palm is touched."""

PALM_BY_ARM = 0.21
"""A palm's length, over the arm's without the hand, where a body has no fingers: as of a grown body."""

SHORTEST_M = 1e-5
"""Hands are not moved by less; and no arm counts as shorter, so that nothing is divided by nothing."""

_CHAIN = (
    "hips", "spine", "chest", "upperChest", "neck", "head",
    "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand",
    "rightShoulder", "rightUpperArm", "rightLowerArm", "rightHand",
)  # fmt: skip
"""The bones whose turns matter, upper ones first. Places below are rows of this."""

_ROWS = np.array([BONE[bone] for bone in _CHAIN])
_UPPER = np.array([_ROWS.tolist().index(PARENTS[row]) if row != BONE["hips"] else 0 for row in _ROWS])
_HEAD = _CHAIN.index("head")
_ARMS = np.array([[_CHAIN.index(f"{side}{part}") for part in ("Shoulder", "UpperArm", "LowerArm", "Hand")] for side in FEET])
_LIMBS = _ROWS[_ARMS[:, 1:]]
_EYES = [BONE["leftEye"], BONE["rightEye"]]
_FINGERS = [BONE["leftMiddleProximal"], BONE["rightMiddleProximal"]]
_HINGES = np.array(LIMB_HINGES[:2])


@dataclass(frozen=True)
class TouchShape:
    """One body's trunk, head and arms in the T-pose, metres; places are rows of `_CHAIN`.

    Attributes:
        steps: (14, 3) to each joint from the one it hangs on; anchors: (14,) that one, the next above that the body has.
        eyes: (3,) from the head's joint to the middle between the eyes; palms: (2, 3) from the wrists to the palms' middles.
        palm: a palm's length; arm: an arm's, to the wrist; face: from the neck's joint to the eyes; 0 where not told.
        shoulders, head: how high the upper arms' joints and the head's are above the floor.
    """

    steps: np.ndarray
    anchors: np.ndarray
    eyes: np.ndarray
    palms: np.ndarray
    palm: float
    arm: float
    face: float
    shoulders: float
    head: float


def touch_shape(skeleton: HumanSkeleton) -> TouchShape:
    """What of a body touches."""
    rest, anchors = skeleton.rest_positions, np.array(_UPPER)
    for place in range(1, len(_CHAIN)):
        while not skeleton.present[_ROWS[anchors[place]]]:
            anchors[place] = _UPPER[anchors[place]]
    steps = rest[_ROWS] - rest[_ROWS[anchors]]
    eyes, palms = rest[_EYES].mean(axis=0), rest[_FINGERS] - rest[_LIMBS[:, -1]]
    seen = skeleton.present[_EYES].all()
    return TouchShape(
        steps,
        anchors,
        eyes - rest[BONE["head"]],
        MIDDLE_OF_PALM * palms,
        float(np.linalg.norm(palms, axis=1).mean()) if skeleton.present[_FINGERS].all() else 0.0,
        float(np.linalg.norm(steps[_ARMS[:, 2:]], axis=2).sum() / len(FEET)),
        float(np.linalg.norm(eyes - rest[BONE["neck"]])) if seen else 0.0,
        float(rest[_LIMBS[:, 0], 1].mean()),
        float(rest[BONE["head"], 1]),
    )


@dataclass(frozen=True)
class Touches:
    """What touching as another body touches needs of the two; made once by `make_touches`.

    Attributes:
        steps: (2, 14, 3), anchors: (2, 14), eyes: (2, 3), palms: (2, 2, 3) of source and target; see `TouchShape`.
        sizes: (4,) the source's palm and face in metres, the latter 0 where it is not known, and how many times as large the
            target's are.
    """

    steps: np.ndarray
    anchors: np.ndarray
    eyes: np.ndarray
    palms: np.ndarray
    sizes: np.ndarray


def make_touches(source: TouchShape, target: TouchShape) -> Touches:
    """How `target` touches as `source` does. Bodies without fingers are touched at the wrists; where one has no eyes, they are
    as on the other, whose size is told by the shoulders' height."""
    source, target = _with_eyes_of(source, target), _with_eyes_of(target, source)
    fingers, faces = source.palm > 0.0 and target.palm > 0.0, source.face > 0.0 and target.face > 0.0
    hand = target.palm / source.palm if fingers else target.arm / max(source.arm, SHORTEST_M)
    face = target.face / source.face if faces else 0.0
    sizes = source.palm if fingers else PALM_BY_ARM * source.arm, source.face if faces else 0.0, hand, face
    return Touches(
        np.array([source.steps, target.steps]), np.array([source.anchors, target.anchors]),
        np.array([source.eyes, target.eyes]), np.array([source.palms, target.palms]) * fingers, np.array(sizes),
    )  # fmt: skip


def _with_eyes_of(shape: TouchShape, other: TouchShape) -> TouchShape:
    """The body with eyes like another's, if only that has any: half way between as high above the head's joint, which rigs have
    anywhere between neck and ears, and as high above the shoulders."""
    if shape.face > 0.0 or min(other.face, shape.shoulders, other.shoulders) <= 0.0:
        return shape
    scale = shape.shoulders / other.shoulders
    by_shoulders = scale * (other.head - other.shoulders) - (shape.head - shape.shoulders)
    return replace(shape, eyes=scale * other.eyes + (0.0, 0.5 * by_shoulders, 0.0), face=scale * other.face)


def touch(rotations: np.ndarray, touches: Touches) -> np.ndarray:
    """Rotations (..., 55, 4) of one body with the arms of another that touches as the first does."""
    poses = rotations.reshape(-1, *rotations.shape[-2:])
    turned = _touched(poses, touches.steps, touches.anchors, touches.eyes, touches.palms, touches.sizes)
    return turned.reshape(rotations.shape)


@compilable
def _frames(rotations: np.ndarray) -> np.ndarray:
    """(14, 3, 3) world rotations of a pose's (55, 4) bones."""
    frames = np.empty((len(_ROWS), 3, 3))
    for place, row in enumerate(_ROWS):
        own = to_rows(quaternion_in(rotations, row))
        turn = own if place == 0 else product(of_array(frames[_UPPER[place]]), own)
        for line in range(3):
            put_row(frames[place], line, turn[line])
    return frames


@compilable
def _carried(frames: np.ndarray, place: int, way: Vector) -> Vector:
    return applied(of_array(frames[place]), way)


@compilable
def _points(frames: np.ndarray, steps: np.ndarray, anchors: np.ndarray, eyes: np.ndarray, palms: np.ndarray) -> np.ndarray:
    """(3, 3) from the hips: left and right palm, and the eyes."""
    places, points = np.zeros((len(_ROWS), 3)), np.empty((3, 3))
    for place in range(1, len(_ROWS)):
        anchor = anchors[place]
        put_row(places, place, plus(row_of(places, anchor), _carried(frames, anchor, row_of(steps, place))))
    for side in range(2):
        hand = _ARMS[side, 3]
        put_row(points, side, plus(row_of(places, hand), _carried(frames, hand, row_of(palms, side))))
    put_row(points, 2, plus(row_of(places, _HEAD), _carried(frames, _HEAD, (eyes[0], eyes[1], eyes[2]))))
    return points


@compilable
def _moves(source: np.ndarray, target: np.ndarray, sizes: np.ndarray) -> tuple[Vector, Vector]:
    """By how much the target's palms are to be moved, given `_points` of both: first towards their place beside the head, then
    both alike towards each other."""
    palm, face, hand_scale, face_scale = sizes
    left = _to_head(row_of(source, 0), row_of(source, 2), row_of(target, 0), row_of(target, 2), face, face_scale)
    right = _to_head(row_of(source, 1), row_of(source, 2), row_of(target, 1), row_of(target, 2), face, face_scale)
    apart = minus(row_of(source, 1), row_of(source, 0))
    now = minus(plus(row_of(target, 1), right), plus(row_of(target, 0), left))
    share = 1.0 - smooth_share(length(apart), HANDS_TOUCH * palm, HANDS_APART * palm)
    more = mixed(apart, now, 0.5 * share * hand_scale, -0.5 * share)
    return minus(left, more), plus(right, more)


@compilable
def _to_head(palm: Vector, eyes: Vector, own_palm: Vector, own_eyes: Vector, face: float, scale: float) -> Vector:
    if face <= 0.0:
        return 0.0, 0.0, 0.0
    way = minus(palm, eyes)
    share = 1.0 - smooth_share(length(way), HEAD_TOUCH * face, HEAD_APART * face)
    return mixed(way, minus(own_palm, own_eyes), share * scale, -share)


@compiled(floats(3), floats(3), packed_indices(2), floats(2), floats(3), floats(1))
def _touched(
    rotations: np.ndarray, steps: np.ndarray, anchors: np.ndarray, eyes: np.ndarray, palms: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """(T, 55, 4); see `touch`."""
    turned = rotations.copy()
    for pose in range(len(turned)):
        frames = _frames(turned[pose])
        source = _points(frames, steps[0], anchors[0], eyes[0], palms[0])
        target = _points(frames, steps[1], anchors[1], eyes[1], palms[1])
        moves = _moves(source, target, sizes)
        for side in range(2):
            if length(moves[side]) < SHORTEST_M:
                continue
            above, first, second, end = _ARMS[side]
            upper, lower = _carried(frames, first, row_of(steps[1], second)), _carried(frames, second, row_of(steps[1], end))
            put_end(
                turned[pose], _LIMBS[side], of_array(frames[above]),
                (of_array(frames[first]), of_array(frames[second]), of_array(frames[end])),
                upper, lower, plus(plus(upper, lower), moves[side]), row_of(_HINGES, side),
            )  # fmt: skip
    return turned
