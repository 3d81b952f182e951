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

from avatarkit.geometry import plain_quaternions
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


@dataclass(frozen=True)
class Levers:
    """What of a body lies between its eyes and its hands, metres in the T-pose.

    Attributes:
        neck: (3,) from the upper chest's joint to the neck's; head: from there to the head's; eyes: from there to where
            they are seen.
        collars: (2, 3) from the upper chest's joint to the collar bones'; shoulders: from there to the upper arms'; elbows,
            wrists: further on.
    """

    neck: np.ndarray
    head: np.ndarray
    eyes: np.ndarray
    collars: np.ndarray
    shoulders: np.ndarray
    elbows: np.ndarray
    wrists: np.ndarray


def levers_of(skeleton: HumanSkeleton) -> Levers:
    """The levers of a body."""
    rest = skeleton.rest_positions
    chest, neck, head = (rest[BONE[bone]] for bone in ("upperChest", "neck", "head"))
    arms = rest[[[BONE[side + bone] for side in FEET] for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")]]
    eyes = 0.5 * (rest[BONE["leftEye"]] + rest[BONE["rightEye"]])
    return Levers(neck - chest, head - neck, eyes + SEEN_EYES_M - head, arms[0] - chest, *np.diff(arms, axis=0))


@dataclass(frozen=True)
class HandsByHead:
    """Hands that are seen near the head.

    Attributes:
        eyes: (2,) their middle in the picture, metres at one metre's distance, +Y up; wrists: (2, 2) likewise.
        shares: 0..1 of the left and the right hand, how far it is brought to its place.
        shoulders_m: how deep in the picture the middle between the shoulders is.
        levers: of the body.
        turn: (3, 3) from the camera's axes to those in which the body's rotations are told.
    """

    eyes: np.ndarray
    wrists: np.ndarray
    shares: tuple[float, float]
    shoulders_m: float
    levers: Levers
    turn: np.ndarray = field(default_factory=lambda: np.eye(3))


def hands_by_head(body: BodyLandmarks, points: np.ndarray, levers: Levers, camera: PictureCamera) -> HandsByHead | None:
    """The hands near the head, if there are any.

    Args:
        body: as tracked; points: (33, 3) its points in the camera's space.
        levers: of the person.
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
    return HandsByHead(slopes[0], slopes[1:], (shares[0], shares[1]), depth, levers)


def beside_the_head(
    hands: HandsByHead, chest: np.ndarray, collars: np.ndarray, head: np.ndarray, arms: np.ndarray
) -> np.ndarray:
    """Arms whose hands are as far from the eyes as they are seen.

    Args:
        hands: that are seen near the head.
        chest, collars: (3, 3) world rotations of the upper chest and of both collar bones.
        head: (4,) world rotation.
        arms: (2, 2, 3, 3) world rotations of the upper arms and of the forearms, each left and right.

    Returns:
        (2, 2, 3, 3).
    """
    levers, turned = hands.levers, np.array(arms)
    nod = plain_quaternions.to_matrix(plain_quaternions.floats(head))
    eyes = (chest @ levers.neck + 0.5 * ((chest + nod) @ levers.head) + nod @ levers.eyes) @ hands.turn  # necks turn by half
    shoulders = (levers.collars @ chest.T + levers.shoulders @ collars.T) @ hands.turn
    deeper = hands.shoulders_m + 0.5 * float(shoulders[0, 2] + shoulders[1, 2])
    for side, share in enumerate(hands.shares):
        if share == 0.0:
            continue
        upper, lower = arms[0, side] @ levers.elbows[side], arms[1, side] @ levers.wrists[side]
        goal = upper + lower
        wrist = shoulders[side] + goal @ hands.turn
        seen = hands.wrists[side] * (deeper - wrist[2]) - hands.eyes * (deeper - eyes[2])
        missed = seen - (wrist - eyes)[:2]
        part = share * min(1.0, MOST_M / max(hypot(*missed.tolist()), MOST_M))
        goal = goal + part * (hands.turn[:, :2] @ missed)
        turns = two_bone_ik(upper, lower, goal, arms[0, side] @ LIMB_HINGES[side])
        turned[0, side] = turns[0] @ arms[0, side]
        turned[1, side] = turns[0] @ turns[1] @ arms[1, side]
    return turned
