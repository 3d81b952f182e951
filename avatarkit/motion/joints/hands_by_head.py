"""Hands near the head come where the picture shows them beside it.

A tracker's shoulder lies on the shirt above the joint and rises with the arm, and its limbs are only nearly as long as a
person's: an arm that has the tracked directions ends up to a tenth of a metre from the place that the picture shows. In the air
nobody sees that, at a chin or a brow everybody does. So there the hand is brought to where it is seen from the eyes. Elbow and
wrist are found together: bones keep their lengths, the elbow stays near its picture, and what is seen worst gives way most, the
depth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied, undone
from avatarkit.geometry.plain_vectors import Vector, length, minus, mixed, plus, put_row, row_of, scaled, unit
from avatarkit.geometry.solve_positive import solve_positive
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.joints.confidence import HIDDEN_BELOW, SEEN_ABOVE
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.joints.rest_directions import LIMB_AXES
from avatarkit.motion.picture_camera import PictureCamera
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

NEAR_M, FAR_M = 0.28, 0.45
"""From wrist to eyes, across the picture: up to the first hands are brought to their place, from the second on left alone. A
hand that touches the chin has its wrist within the first; hands before the breast are beyond the second."""

MOST_M = 0.15
"""No hand is moved further: what is missed by more was seen wrongly."""

WRIST_SPREAD_M, ELBOW_SPREAD_M, DEPTH_SPREAD_M = 0.01, 0.03, 0.10
"""How far the wrist may be from its picture; the elbow from its own, which nobody compares with a face; and both from the depth
they were given."""

BEFORE_EYES_M, BEFORE_SPREAD_M = 0.12, 0.12
"""How far before the eyes the wrist of a hand by the head is: of films with truth it is 0.15 m in the mean, 0.21 as tracked."""

NEAR_DEPTH_M, FAR_DEPTH_M = 0.15, 0.30
"""How far from that depth: up to the first a hand is by the head, from the second on it is stretched towards the camera, and
only its picture is near."""

DEPTH_BY_HEAD = DEPTH_SPREAD_M**2 / (DEPTH_SPREAD_M**2 + BEFORE_SPREAD_M**2)
"""How much that counts beside the depth the wrist was given."""

ELBOW_SHARE = 0.5
"""Of the way that the wrist is moved across the picture, how much the elbow takes: it hangs between shoulder and hand."""

LENGTH_SPREAD_M = 0.002
"""How far bones are from their lengths before only their directions are taken."""

STEPS = 4
"""Gauss-Newton steps."""

SEEN_EYES_M = (0.0, 0.011, 0.015)
"""How far above and before the eyeballs' middles a body tracker sees eyes; the first by rendered figures, the second is an
eyeball's radius and its lid."""

_EYES = [POSE["leftEye"], POSE["rightEye"]]
_ARMS = [[POSE[side + joint] for joint in ("Shoulder", "Elbow", "Wrist")] for side in FEET]
_ARM_ROWS = np.array(
    [[*arm, *(POSE[side + point] for point in ("Index", "Pinky", "Thumb"))] for side, arm in zip(FEET, _ARMS, strict=True)]
)
_ROWS = [*_EYES, *(joint for arm in _ARMS for joint in arm)]
_LEFT_SHOULDER, _RIGHT_SHOULDER = (arm[0] for arm in _ARMS)


_NECK, _HEAD, _EYES_SEEN, _COLLARS, _SHOULDERS, _ELBOWS, _WRISTS = 0, 1, 2, 3, 5, 7, 9
"""Rows of `levers_of`; of the last four there are two each."""


def levers_of(skeleton: HumanSkeleton) -> np.ndarray:
    """(11, 3) what of a body lies between its eyes and its hands, metres in the T-pose.

    From the upper chest's joint to the neck's, on to the head's, on to where the eyes are seen; from the upper chest's joint to
    the collar bones', left and right, on to the upper arms', to the elbows and to the wrists.
    """
    rest = skeleton.rest_positions
    chest, neck, head = (rest[BONE[bone]] for bone in ("upperChest", "neck", "head"))
    arms = rest[[[BONE[side + bone] for side in FEET] for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")]]
    eyes = 0.5 * (rest[BONE["leftEye"]] + rest[BONE["rightEye"]])
    return np.concatenate([[neck - chest, head - neck, eyes + SEEN_EYES_M - head], arms[0] - chest, *np.diff(arms, axis=0)])


@dataclass(frozen=True)
class HandsByHead:
    """Hands that are seen near the head.

    Attributes:
        slopes: (3, 2) where the eyes' middle, the left and the right wrist are in the picture, metres at one metre's distance,
            +Y up.
        shares: (2,) 0..1 of the left and the right hand, how far it is brought to its place.
        shoulders_m: how deep in the picture the middle between the shoulders is.
        levers: (11, 3) of the body.
        turn: (3, 3) from the camera's axes to those in which the body's rotations are told.
    """

    slopes: np.ndarray
    shares: np.ndarray
    shoulders_m: float
    levers: np.ndarray
    turn: np.ndarray = field(default_factory=lambda: np.eye(3))


def hands_by_head(body: BodyLandmarks, points: np.ndarray, levers: np.ndarray, camera: PictureCamera) -> HandsByHead | None:
    """The hands near the head, if there are any.

    Args:
        body: as tracked; points: (33, 3) its points in the camera's space.
        levers: (11, 3) of the person.
        camera: of the picture.
    """
    depth = -0.5 * float(points[_LEFT_SHOULDER, 2] + points[_RIGHT_SHOULDER, 2])
    (left, right, *arms), scale = body.points_px[_ROWS].tolist(), 1.0 / camera.focal_px
    eyes = 0.5 * (left[0] + right[0]), 0.5 * (left[1] + right[1])
    away = [hypot(wrist[0] - eyes[0], wrist[1] - eyes[1]) * depth * scale for wrist in arms[2::3]]
    if min(away) >= FAR_M:
        return None
    left_eye, right_eye, *joints = body.visibility[_ROWS].tolist()
    seen = [smooth_share(min(left_eye, right_eye, *joints[k : k + 3]), HIDDEN_BELOW, SEEN_ABOVE) for k in (0, 3)]
    shares = [trust * (1.0 - smooth_share(metres, NEAR_M, FAR_M)) for trust, metres in zip(seen, away, strict=True)]
    if not any(shares):
        return None
    slopes = (np.array([eyes, *arms[2::3]]) - camera.centre_px) * (scale, -scale)
    return HandsByHead(slopes, np.array(shares), depth, levers)


@compilable
def eyes_place(levers: np.ndarray, chest: Rows, nod: Rows) -> Vector:
    """Where the eyes are seen, from the upper chest's joint, for world rotations of the upper chest and of the head."""
    eyes = applied(nod, row_of(levers, _EYES_SEEN))
    neck = mixed(applied(chest, row_of(levers, _HEAD)), applied(nod, row_of(levers, _HEAD)), 0.5, 0.5)  # necks turn by half
    return plus(plus(applied(chest, row_of(levers, _NECK)), neck), eyes)


@compilable
def shoulder_place(levers: np.ndarray, side: int, chest: Rows, collars: Rows) -> Vector:
    """Where a shoulder is, from the upper chest's joint."""
    return plus(applied(chest, row_of(levers, _COLLARS + side)), applied(collars, row_of(levers, _SHOULDERS + side)))


@compilable
def bring_beside_the_head(
    points: np.ndarray,
    side: int,
    eyes: Vector,
    shoulders: tuple[Vector, Vector],
    slopes: np.ndarray,
    share: float,
    shoulders_m: float,
    turn: Rows,
    levers: np.ndarray,
) -> None:
    """Move an arm's points so that its bones bring the hand as far from the eyes as it is seen.

    Args:
        points: (33, 3) of the body, changed: elbow, wrist, and what hangs on the wrist.
        side: 0 for the left, 1 for the right arm.
        eyes, shoulders: as `eyes_place` and `shoulder_place` give them.
        slopes, share, shoulders_m, turn, levers: as in `HandsByHead`.
    """
    rows, axis = _ARM_ROWS[side], row_of(LIMB_AXES, side)
    long, short = length(row_of(levers, _ELBOWS + side)), length(row_of(levers, _WRISTS + side))
    root, middle, end = row_of(points, rows[0]), row_of(points, rows[1]), row_of(points, rows[2])
    elbow = scaled(unit(undone(turn, minus(middle, root)), axis), long)
    wrist = plus(elbow, scaled(unit(undone(turn, minus(end, middle)), axis), short))
    eyes, place = undone(turn, eyes), plus(undone(turn, shoulders[side]), wrist)
    between = undone(turn, mixed(shoulders[0], shoulders[1], 0.5, 0.5))
    to_wrist, to_eyes = shoulders_m + between[2] - place[2], shoulders_m + between[2] - eyes[2]
    aside = slopes[1 + side, 0] * to_wrist - slopes[0, 0] * to_eyes - (place[0] - eyes[0])
    up = slopes[1 + side, 1] * to_wrist - slopes[0, 1] * to_eyes - (place[1] - eyes[1])
    before = place[2] - eyes[2] - BEFORE_EYES_M
    share *= 1.0 - smooth_share(abs(before), NEAR_DEPTH_M, FAR_DEPTH_M)
    part, nearer = share * min(1.0, MOST_M / max(hypot(aside, up), MOST_M)), -share * DEPTH_BY_HEAD * before
    goal = (part * aside, part * up)
    elbow, wrist = _two_bones_at(elbow, wrist, long, short, (slopes[1 + side, 0], slopes[1 + side, 1]), goal, nearer)
    put_row(points, rows[1], plus(root, applied(turn, elbow)))
    moved = minus(plus(root, applied(turn, wrist)), end)
    for row in rows[2:]:
        put_row(points, row, plus(row_of(points, row), moved))


@compilable
def _two_bones_at(
    elbow: Vector,
    wrist: Vector,
    long: float,
    short: float,
    slope: tuple[float, float],
    moved: tuple[float, float],
    nearer: float,
) -> tuple[Vector, Vector]:
    """Where elbow and wrist are, from the shoulder, when the wrist's picture has moved.

    Args:
        elbow, wrist: from the shoulder before, in the camera's axes.
        long, short: the bones' lengths.
        slope: in which the wrist is seen, to the right and up.
        moved: metres to the right and up, at the wrist's distance.
        nearer: metres by which the wrist is likely to be nearer to the camera.
    """
    seen, lying, deep, stiff = WRIST_SPREAD_M**-2, ELBOW_SPREAD_M**-2, DEPTH_SPREAD_M**-2, LENGTH_SPREAD_M**-2
    ahead = (elbow[0] + ELBOW_SHARE * moved[0], elbow[1] + ELBOW_SHARE * moved[1], elbow[2])
    aside = wrist[0] + slope[0] * wrist[2] + moved[0]
    up = wrist[1] + slope[1] * wrist[2] + moved[1]
    depth = wrist[2] + nearer
    for _ in range(STEPS):
        system, right = np.zeros((6, 6)), np.zeros((6, 1))
        for axis in range(3):
            trust = lying if axis < 2 else deep
            system[axis, axis] = trust
            right[axis, 0] = trust * ahead[axis]
        for axis, told in enumerate((aside, up)):
            system[3 + axis, 3 + axis] += seen
            system[3 + axis, 5] += seen * slope[axis]
            system[5, 3 + axis] += seen * slope[axis]
            system[5, 5] += seen * slope[axis] ** 2
            right[3 + axis, 0] += seen * told
            right[5, 0] += seen * slope[axis] * told
        system[5, 5] += deep
        right[5, 0] += deep * depth
        upper, lower = unit(elbow, wrist), unit(minus(wrist, elbow), elbow)
        for row in range(3):
            right[row, 0] += stiff * (long * upper[row] - short * lower[row])
            right[3 + row, 0] += stiff * short * lower[row]
            for column in range(3):
                both = lower[row] * lower[column]
                system[row, column] += stiff * (upper[row] * upper[column] + both)
                system[3 + row, 3 + column] += stiff * both
                system[row, 3 + column] -= stiff * both
                system[3 + row, column] -= stiff * both
        solve_positive(system, right)
        elbow, wrist = (right[0, 0], right[1, 0], right[2, 0]), (right[3, 0], right[4, 0], right[5, 0])
    return elbow, wrist
