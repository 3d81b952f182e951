"""Which pairs of body points have a bone's constant distance, and which bones of the skeleton say it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.vocabulary.mediapipe_points import POSE

SIDES = ("left", "right")


@dataclass(frozen=True)
class Limb:
    """Two body points and the two joints that are theirs.

    Attributes:
        group: both sides of a group have one length.
        start, end: rows of `POSE_POINTS`.
        start_bone, end_bone: rows of `HUMAN_BONES`.
    """

    group: str
    start: int
    end: int
    start_bone: int
    end_bone: int


def _limb(group: str, start: str, end: str, start_bone: str, end_bone: str) -> Limb:
    return Limb(group, POSE[start], POSE[end], BONE[start_bone], BONE[end_bone])


def _limbs() -> tuple[Limb, ...]:
    sided = [
        _limb(group, side + start, side + end, side + start_bone, side + end_bone)
        for group, start, end, start_bone, end_bone in (
            ("thigh", "Hip", "Knee", "UpperLeg", "LowerLeg"),
            ("shank", "Knee", "Ankle", "LowerLeg", "Foot"),
            ("upper arm", "Shoulder", "Elbow", "UpperArm", "LowerArm"),
            ("forearm", "Elbow", "Wrist", "LowerArm", "Hand"),
            ("trunk", "Hip", "Shoulder", "UpperLeg", "UpperArm"),
        )
        for side in SIDES
    ]
    return (
        *sided,
        _limb("pelvis", "leftHip", "rightHip", "leftUpperLeg", "rightUpperLeg"),
        _limb("shoulders", "leftShoulder", "rightShoulder", "leftUpperArm", "rightUpperArm"),
    )


LIMBS: tuple[Limb, ...] = _limbs()
"""The pairs, all with both ends among the body's points."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(limb.group for limb in LIMBS))

LIMB_GROUPS = np.array([GROUPS.index(limb.group) for limb in LIMBS])
"""(E,) each limb's group."""

LIMB_STARTS = np.array([limb.start for limb in LIMBS])
LIMB_ENDS = np.array([limb.end for limb in LIMBS])

FOOT_TRIANGLE: tuple[tuple[str, str, float], ...] = (
    ("Ankle", "Heel", 0.5),
    ("Ankle", "FootIndex", 1.2),
    ("Heel", "FootIndex", 1.5),
)
"""The sides between a foot's points, over the distance from the ankle's joint to the toes'. The detector's heel is on the
heel's back near the floor, its toe before the ball; measured on rendered figures."""

FOOT_STARTS = np.array([POSE[side + start] for side in SIDES for start, _, _ in FOOT_TRIANGLE])
FOOT_ENDS = np.array([POSE[side + end] for side in SIDES for _, end, _ in FOOT_TRIANGLE])
FOOT_SHARES = np.array([share for _ in SIDES for *_, share in FOOT_TRIANGLE])


@dataclass(frozen=True)
class LimbPart:
    """An upper arm, a forearm, a thigh or a shin.

    Attributes:
        start, end: rows of `POSE_POINTS`.
        beyond: the points that are amiss when the part is.
        is_arm: or of a leg.
    """

    start: int
    end: int
    beyond: tuple[int, ...]
    is_arm: bool


def _limb_parts() -> tuple[LimbPart, ...]:
    chains = (("Shoulder", "Elbow", ("Wrist", "Pinky", "Index", "Thumb")), ("Hip", "Knee", ("Ankle", "Heel", "FootIndex")))
    found = []
    for side in SIDES:
        for root, middle, ends in chains:
            start, joint, beyond = POSE[side + root], POSE[side + middle], tuple(POSE[side + end] for end in ends)
            is_arm = root == "Shoulder"
            found += [LimbPart(start, joint, (joint, *beyond), is_arm), LimbPart(joint, beyond[0], beyond, is_arm)]
    return tuple(found)


LIMB_PARTS: tuple[LimbPart, ...] = _limb_parts()
"""Upper and lower parts of the four limbs."""
