"""How sure each bone's rotation is: as sure as the least visible point that it needs."""

from __future__ import annotations

import numpy as np

from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.motion.joints.fingers import FINGER_ROWS
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.joints.head import HEAD_ROWS
from avatarkit.vocabulary.mediapipe_points import POSE

HIDDEN_BELOW, SEEN_ABOVE = 0.1, 0.65
"""Visibilities between which trust grows from none to full. MediaPipe gives points outside the picture below 0.1 and ones it
sees well above 0.9; what other limbs hide wanders between."""

COARSE_HAND = 0.5
"""Confidence in a hand that only the body's three hand points show: they tell its direction, hardly its roll."""

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
_HAND_POINTS = np.array([[POSE[side + point] for point in ("Index", "Pinky")] for side in ("left", "right")])
_HIP_ROWS, _SHOULDER_ROWS = [POSE[name] for name in _HIPS], [POSE[name] for name in _SHOULDERS]
_HEAD, _NECK = BONE["head"], BONE["neck"]


def bone_confidence(visibility: np.ndarray, hands: tuple[np.ndarray | None, np.ndarray | None], face_seen: bool) -> np.ndarray:
    """Confidence (55,) of visibilities (33,); toes, eyes and jaw are nowhere among the points."""
    trust = smooth_step(visibility, HIDDEN_BELOW, SEEN_ABOVE)
    confidence = np.zeros(BONES)
    confidence[_BONES] = trust[_POINTS].min(axis=1)
    if not face_seen:
        confidence[[_HEAD, _NECK]] *= trust[HEAD_ROWS].mean()
    for row, hand in enumerate(hands):
        if hand is None:
            confidence[_HANDS[row]] *= COARSE_HAND * trust[_HAND_POINTS[row]].min()
        else:
            confidence[FINGER_ROWS[row]] = 1.0
    return confidence


def torso_trust(visibility: np.ndarray) -> tuple[float, float]:
    """How surely hips and shoulders are seen, 0..1."""
    hips, shoulders = visibility[_HIP_ROWS].min(), visibility[_SHOULDER_ROWS].min()
    trust = smooth_step(np.array([hips, shoulders]), HIDDEN_BELOW, SEEN_ABOVE)
    return float(trust[0]), float(trust[1])
