"""VRChat's OSC trackers: hips, chest, feet, knees, elbows, and the head for alignment; eyes.

Source: docs.vrchat.com, OSC Trackers and OSC Eye Tracking: Unity's axes, metres, degrees turned about Z, X, Y.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.osc import message
from avatarkit.stream.unity import to_unity_position, to_unity_rotation
from avatarkit.vocabulary.arkit import ARKIT_NAMES

TRACKERS = ("hips", "chest", "leftFoot", "rightFoot", "leftLowerLeg", "rightLowerLeg", "leftLowerArm", "rightLowerArm")
"""Human bones of trackers 1 to 8."""

_NAMES = {"head": "head", **{str(number): bone for number, bone in enumerate(TRACKERS, start=1)}}
_LOOKS = {"Up": (0, -1.0), "Down": (0, 1.0), "In": (1, 1.0), "Out": (1, -1.0)}
_MOST_LOOK_DEG = (20.0, 30.0)  # pitch and yaw of a full glance


def vrchat_messages(moment: LiveMoment) -> Iterator[bytes]:
    """Everything about one moment that VRChat listens to."""
    if moment.channels.body:
        yield from _trackers(moment)
    if moment.channels.face:
        yield from _eyes(moment)


def _trackers(moment: LiveMoment) -> Iterator[bytes]:
    told = moment.bones
    rotations = world_rotations(moment.pose.rotations)
    positions = world_positions(moment.skeleton, moment.pose.root_position, rotations)
    names = {name: bone for name, bone in _NAMES.items() if told[BONE[bone]]}
    rows = [BONE[bone] for bone in names.values()]
    places, angles = to_unity_position(positions[rows]), euler_deg(to_unity_rotation(rotations[rows]))
    for name, place, angle in zip(names, places.tolist(), angles.tolist(), strict=True):
        yield message(f"/tracking/trackers/{name}/position", *place)
        yield message(f"/tracking/trackers/{name}/rotation", *angle)


def _eyes(moment: LiveMoment) -> Iterator[bytes]:
    weights = dict(zip(ARKIT_NAMES, moment.pose.expressions.tolist(), strict=True))
    yield message("/tracking/eye/EyesClosedAmount", 0.5 * (weights["eyeBlinkLeft"] + weights["eyeBlinkRight"]))
    yield message("/tracking/eye/CenterPitchYaw", *_look(weights))


def euler_deg(rotation: np.ndarray) -> np.ndarray:
    """(..., 3) degrees about X, Y, Z of rotations (..., 4) xyzw in Unity's axes, which turn about Z first, then X, then Y."""
    return np.asarray(Rotation.from_quat(rotation).as_euler("YXZ", degrees=True)[..., [1, 0, 2]])


def _look(weights: dict[str, float]) -> tuple[float, float]:
    """Pitch (down is positive) and yaw (right is positive), degrees, of both eyes together."""
    angles = np.zeros(2)
    for side, inwards in (("Left", 1.0), ("Right", -1.0)):
        for way, (axis, sign) in _LOOKS.items():
            turn = sign * (inwards if axis else 1.0)
            angles[axis] += 0.5 * turn * weights[f"eyeLook{way}{side}"] * _MOST_LOOK_DEG[axis]
    return float(angles[0]), float(angles[1])
