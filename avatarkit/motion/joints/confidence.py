"""How sure each bone's rotation is: as sure as the least visible point that it needs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.motion.joints.fingers import FINGER_ROWS
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.joints.head import HEAD_ROWS
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
_FINGERS = FINGER_ROWS.reshape(2, -1)
_END_POINTS = np.array(
    [
        [POSE[side + point] for point in points]
        for points in (("Index", "Pinky"), ("Heel", "FootIndex"))
        for side in ("left", "right")
    ]
)
_TRUNK = np.array([[POSE[name] for name in names] for names in (_HIPS, _SHOULDERS)])
_HEAD_BONES = np.array([BONE["neck"], BONE["head"]])


class Sight(NamedTuple):
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


@compilable
def sight(visibility: np.ndarray, hands_seen: tuple[bool, bool], hands_sure: tuple[float, float], face_seen: bool) -> Sight:
    """How surely the bones' points are seen.

    Args:
        visibility: (33,) of the body's points.
        hands_seen: whether the left and the right hand are seen by themselves.
        hands_sure: 0..1, how surely these are turned as they seem.
        face_seen: likewise.
    """
    trust = np.empty(len(visibility))
    for point, value in enumerate(visibility):
        trust[point] = smooth_share(value, HIDDEN_BELOW, SEEN_ABOVE)
    bones, ends = np.zeros(BONES), np.empty(len(_END_POINTS))
    for place, row in enumerate(_BONES):
        bones[row] = _least(trust, _POINTS[place])
    for place in range(len(_END_POINTS)):
        ends[place] = _least(trust, _END_POINTS[place])
    if not face_seen:
        head = 0.0
        for point in HEAD_ROWS:
            head += trust[point] / len(HEAD_ROWS)
        for row in _HEAD_BONES:
            bones[row] *= head
    for side, hand_seen in enumerate(hands_seen):
        if hand_seen:
            ends[side] = hands_sure[side]
            for row in _FINGERS[side]:
                bones[row] = 1.0
        else:
            ends[side] *= COARSE_HAND
            bones[_HANDS[side]] *= ends[side]
    return Sight(bones, _least(trust, _TRUNK[0]), _least(trust, _TRUNK[1]), ends)


@compilable
def _least(trust: np.ndarray, points: np.ndarray) -> float:
    least = 1.0
    for point in points:
        least = min(least, trust[point])
    return least
