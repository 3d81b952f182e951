"""How sure each bone's rotation is: as sure as the least visible point that it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.motion.joints.fingers import FINGER_ROWS
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.joints.head import HEAD_ROWS
from avatarkit.motion.joints.joint_points import JointPoints
from avatarkit.vocabulary.mediapipe_points import POSE

HIDDEN_BELOW, SEEN_ABOVE = 0.1, 0.65
"""Visibilities between which trust grows from none to full. MediaPipe gives points outside the picture below 0.1 and ones it
sees well above 0.9; what other limbs hide wanders between."""

COARSE_HAND = 0.5
"""Trust in a hand that only the body's hand points show, which lie too near to each other: with points shaken as in `limbs`,
hands are wrong by 34 degrees in the mean when fully trusted and by 21 when trusted by half."""

_SHOULDERS = ("leftShoulder", "rightShoulder")
_HIPS = ("leftHip", "rightHip")
_NEEDS: dict[str, tuple[str, ...]] = {
    "hips": _HIPS + _SHOULDERS,
    **dict.fromkeys(("spine", "chest", "upperChest", "neck", "head", "leftShoulder", "rightShoulder"), _SHOULDERS),
    **{
        side + bone: tuple(side + point for point in points)
        for side in ("left", "right")
        for bone, points in {
            "UpperArm": ("Shoulder", "Elbow"),
            "LowerArm": ("Shoulder", "Elbow", "Wrist"),
            "Hand": ("Shoulder", "Elbow", "Wrist"),
            "UpperLeg": ("Hip", "Knee"),
            "LowerLeg": ("Hip", "Knee", "Ankle"),
            "Foot": ("Hip", "Knee", "Ankle", "Heel", "FootIndex"),
        }.items()
    },
}
_BONES = np.array([BONE[bone] for bone in _NEEDS])
_MOST = max(map(len, _NEEDS.values()))
_POINTS = np.array([[POSE[p] for p in (points + points[:1] * _MOST)[:_MOST]] for points in _NEEDS.values()])
_HANDS = np.array([BONE["leftHand"], BONE["rightHand"]])
_END_POINTS = np.array(
    [
        [POSE[side + point] for point in points]
        for points in (("Index", "Pinky"), ("Heel", "FootIndex"))
        for side in ("left", "right")
    ]
)
_TRUNK = np.array([[POSE[name] for name in names] for names in (_HIPS, _SHOULDERS)])
_HEAD_BONES = np.array([BONE["neck"], BONE["head"]])


@dataclass(frozen=True)
class Sight:
    """How surely things are seen, 0..1.

    Attributes:
        bones: (55,) confidence of each bone; toes, eyes and jaw are nowhere among the points.
        hips, shoulders: the trunk's ends.
        ends: (4,) left hand, right hand, left foot, right foot.
    """

    bones: np.ndarray
    hips: float
    shoulders: float
    ends: np.ndarray


def sight(points: JointPoints) -> Sight:
    """How surely the bones' points are seen."""
    trust = smooth_step(points.visibility, HIDDEN_BELOW, SEEN_ABOVE)
    bones = np.zeros(BONES)
    bones[_BONES] = trust[_POINTS].min(axis=1)
    if points.head is None:
        bones[_HEAD_BONES] *= trust[HEAD_ROWS].mean()
    ends = trust[_END_POINTS].min(axis=1)
    for row, hand in enumerate((points.left_hand, points.right_hand)):
        if hand is None:
            ends[row] *= COARSE_HAND
            bones[_HANDS[row]] *= ends[row]
        else:
            bones[FINGER_ROWS[row]] = ends[row] = 1.0
    hips, shoulders = trust[_TRUNK].min(axis=1)
    return Sight(bones, float(hips), float(shoulders), ends)
