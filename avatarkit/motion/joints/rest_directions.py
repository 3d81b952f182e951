"""Where bones, hinges and points lie in the T-pose that all rotations are measured from.

The T-pose is VRM 1.0's: facing +Z, arms along X with the palms down, legs along -Y, feet along +Z, fingers along X, thumbs in
the palm's plane half way between X and +Z. Source: vrm-c/vrm-specification, VRMC_vrm-1.0/tpose.md.
"""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.vocabulary.vrm import HUMAN_BONES

LIMBS: tuple[tuple[str, str, str], ...] = (
    ("leftUpperArm", "leftLowerArm", "leftHand"),
    ("rightUpperArm", "rightLowerArm", "rightHand"),
    ("leftUpperLeg", "leftLowerLeg", "leftFoot"),
    ("rightUpperLeg", "rightLowerLeg", "rightFoot"),
)
"""Upper bone, lower bone and end of each limb."""

LIMB_POINTS: tuple[tuple[str, str, str], ...] = (
    ("leftShoulder", "leftElbow", "leftWrist"),
    ("rightShoulder", "rightElbow", "rightWrist"),
    ("leftHip", "leftKnee", "leftAnkle"),
    ("rightHip", "rightKnee", "rightAnkle"),
)
"""The body points at which each limb's bones begin and end."""

FINGERS: tuple[str, ...] = ("Thumb", "Index", "Middle", "Ring", "Little")

_ROOT_HALF = np.sqrt(0.5)


def _table(name: str, values: object, *shape: int) -> np.ndarray:
    return checked_array(name, values, shape, np.float64)  # type: ignore[arg-type]


LIMB_AXES = _table("axes", [[1, 0, 0], [-1, 0, 0], [0, -1, 0], [0, -1, 0]], 4, 3)
"""(4, 3) direction of all three bones of each limb; a foot counts as going down from the ankle."""

LIMB_HINGES = _table("hinges", [[0, -1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]], 4, 3)
"""(4, 3) axis about which a positive turn bends the elbow forward and the knee backward: upper bone x lower bone."""

LIMB_FRAMES = _table("frames", np.stack([LIMB_AXES, LIMB_HINGES, np.cross(LIMB_AXES, LIMB_HINGES)], axis=-1), 4, 3, 3)
"""(4, 3, 3) columns: the axis, the hinge, their cross product."""

FINGER_FRAMES = _table(
    "finger frames",
    [
        np.transpose([[_ROOT_HALF, 0, _ROOT_HALF], [-_ROOT_HALF, 0, _ROOT_HALF], [0, -1, 0]]),
        *[np.eye(3)] * 4,
    ],
    5, 3, 3,
)  # fmt: skip
"""(5, 3, 3) of the left hand, thumb to little; columns: along the finger, out of its back, and the axis about which a
negative turn bends it. A finger bends to the palm. The thumb bends in the palm's plane towards the fingers: the bends of the
body's own relaxed thumb, laid into the T-pose by `body/rest.py`, have +Y as their mean axis within 3 degrees."""


def _bone_directions() -> np.ndarray:
    """(55, 3) from each bone's name."""
    sides = {"left": np.array([1.0, 1.0, 1.0]), "right": np.array([-1.0, 1.0, 1.0])}
    endings = {
        "UpperLeg": (0, -1, 0), "LowerLeg": (0, -1, 0), "Foot": (0, 0, 1), "Toes": (0, 0, 1), "Eye": (0, 0, 1),
        "ThumbMetacarpal": (_ROOT_HALF, 0, _ROOT_HALF), "ThumbProximal": (_ROOT_HALF, 0, _ROOT_HALF),
        "ThumbDistal": (_ROOT_HALF, 0, _ROOT_HALF),
    }  # fmt: skip
    directions = []
    for bone in HUMAN_BONES:
        side = next((side for side in sides if bone.startswith(side)), None)
        if side:
            directions.append(np.array(endings.get(bone.removeprefix(side), (1, 0, 0)), float) * sides[side])
        else:
            directions.append(np.array((0, 0, 1) if bone == "jaw" else (0, 1, 0), float))
    return np.array(directions)


BONE_DIRECTIONS = _table("bone directions", _bone_directions(), len(HUMAN_BONES), 3)
"""(55, 3) from each bone's joint to the next; feet and toes forward."""
