"""Hands near the head come where the picture shows them beside it.

A tracker's shoulder lies on the shirt above the joint and rises with the arm, and its limbs are only nearly as long as a
person's: an arm that has the tracked directions ends up to a tenth of a metre from the place that the picture shows. In the air
nobody sees that, at a chin or a brow everybody does. So there the hand is brought to where it is seen from the eyes: elbow and
shoulder give way, bones keep their lengths, the hand its own rotation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, applied, product, undone
from avatarkit.geometry.plain_vectors import Vector, mixed, plus, row_of
from avatarkit.geometry.two_bone_ik import two_bone_ik
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.joints.confidence import HIDDEN_BELOW, SEEN_ABOVE
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.joints.rest_directions import LIMB_HINGES
from avatarkit.motion.picture_camera import PictureCamera
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

NEAR_M, FAR_M = 0.28, 0.45
"""From wrist to eyes, across the picture: up to the first hands are brought to their place, from the second on left alone. A
hand that touches the chin has its wrist within the first; hands before the breast are beyond the second."""

MOST_M = 0.15
"""No hand is moved further: what is missed by more was seen wrongly."""

SEEN_EYES_M = (0.0, 0.011, 0.015)
"""How far above and before the eyeballs' middles a body tracker sees eyes; the first by rendered figures, the second is an
eyeball's radius and its lid."""

_EYES = [POSE["leftEye"], POSE["rightEye"]]
_ARMS = [[POSE[side + joint] for joint in ("Shoulder", "Elbow", "Wrist")] for side in FEET]
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
def beside_the_head(
    side: int,
    upper: Rows,
    lower: Rows,
    eyes: Vector,
    shoulders: tuple[Vector, Vector],
    slopes: np.ndarray,
    share: float,
    shoulders_m: float,
    turn: Rows,
    levers: np.ndarray,
) -> tuple[Rows, Rows]:
    """An arm whose hand is as far from the eyes as it is seen: world rotations of the upper arm and of the forearm.

    Args:
        side: 0 for the left, 1 for the right arm.
        upper, lower: world rotations.
        eyes, shoulders: as `eyes_place` and `shoulder_place` give them.
        slopes, share, shoulders_m, turn, levers: as in `HandsByHead`.
    """
    elbow, forearm = applied(upper, row_of(levers, _ELBOWS + side)), applied(lower, row_of(levers, _WRISTS + side))
    goal = plus(elbow, forearm)
    eyes, wrist = undone(turn, eyes), undone(turn, plus(shoulders[side], goal))
    middle = undone(turn, mixed(shoulders[0], shoulders[1], 0.5, 0.5))
    to_wrist, to_eyes = shoulders_m + middle[2] - wrist[2], shoulders_m + middle[2] - eyes[2]
    aside = slopes[1 + side, 0] * to_wrist - slopes[0, 0] * to_eyes - (wrist[0] - eyes[0])
    up = slopes[1 + side, 1] * to_wrist - slopes[0, 1] * to_eyes - (wrist[1] - eyes[1])
    part = share * min(1.0, MOST_M / max(hypot(aside, up), MOST_M))
    goal = plus(goal, applied(turn, (part * aside, part * up, 0.0)))
    whole, bend = two_bone_ik(elbow, forearm, goal, applied(upper, row_of(LIMB_HINGES, side)))
    return product(whole, upper), product(whole, product(bend, lower))
