"""The VMC protocol: root, bones and expressions to VSeeFace, Warudo, VNyan, Unity, Unreal.

Source: sh-akira/VirtualMotionCaptureProtocol, specification 3.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from pythonosc.osc_message import OscMessage

from avatarkit.motion.human_motion import BONE
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.live_moment import LiveMoment, RigPose
from avatarkit.stream.osc import message
from avatarkit.stream.unity import UNITY_BONES, to_unity_position, to_unity_rotation
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES

FACE_PRESETS: Mapping[str, Mapping[str, float]] = {
    "Blink_L": {"eyeBlinkLeft": 1.0},
    "Blink_R": {"eyeBlinkRight": 1.0},
    "A": {"jawOpen": 1.2, "mouthFunnel": -0.6, "mouthPucker": -0.6},
    "I": {"mouthStretchLeft": 0.5, "mouthStretchRight": 0.5},
    "U": {"mouthPucker": 0.9},
    "E": {"mouthSmileLeft": 0.15, "mouthSmileRight": 0.15, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "O": {"mouthFunnel": 0.9},
    "Joy": {"mouthSmileLeft": 0.45, "mouthSmileRight": 0.45},
}
"""VRM 0.x's names, which VRM 1.0's senders must know too -> what of ARKit's makes them; for avatars without ARKit's shapes."""


def vmc_messages(moment: LiveMoment) -> Iterator[OscMessage]:
    """Everything about one moment: that we are alive, the time, root, bones, expressions."""
    yield message("/VMC/Ext/OK", 1, 3, 0, int(moment.person_seen))
    yield message("/VMC/Ext/T", float(moment.pose.time_s))
    yield message("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    yield from _rig_bones(moment.on_rig, moment.bones) if moment.on_rig else _plain_bones(moment)
    if moment.channels.face:
        yield from _expressions(moment)
        yield message("/VMC/Ext/Blend/Apply")


def _plain_bones(moment: LiveMoment) -> Iterator[OscMessage]:
    """Normalized rotations, and the places of a person's own joints, for receivers that put them on a rig themselves."""
    rest, told = moment.skeleton.rest_positions, moment.bones
    for bone in HUMAN_BONES:
        row = BONE[bone]
        if told[row]:
            place = moment.pose.root_position if bone == "hips" else _from_parent(rest, bone)
            yield _bone(bone, place, moment.pose.rotations[row], minus_z=False)


def _from_parent(rest: np.ndarray, bone: str) -> np.ndarray:
    parent = HUMAN_BONE_PARENTS[bone]
    return rest[BONE[bone]] - rest[BONE[parent]] if parent else rest[BONE[bone]]


def _rig_bones(pose: RigPose, told: np.ndarray) -> Iterator[OscMessage]:
    """The rig's own local pose, as the protocol recommends."""
    minus_z = faces_minus_z(pose.rig)
    for bone, joint in pose.rig.human_bones.items():
        if told[BONE[bone]]:
            yield _bone(bone, pose.translations[joint], pose.rotations[joint], minus_z=minus_z)


def faces_minus_z(rig: HumanoidRig) -> bool:
    """Whether a rig looks along -Z, as VRM 0.x does."""
    return bool(abs(rig.to_canonical[1]) > 0.9)


def _bone(bone: str, place: np.ndarray, rotation: np.ndarray, *, minus_z: bool) -> OscMessage:
    position = to_unity_position(np.asarray(place, float), faces_minus_z=minus_z).tolist()
    turned = to_unity_rotation(np.asarray(rotation, float), faces_minus_z=minus_z).tolist()
    return message("/VMC/Ext/Bone/Pos", UNITY_BONES[bone], *position, *turned)


def _expressions(moment: LiveMoment) -> Iterator[OscMessage]:
    """ARKit's names, unless the rig is known to lack them; VRM 0.x's names, unless it is known to have ARKit's."""
    weights = dict(zip(ARKIT_NAMES, moment.pose.expressions.tolist(), strict=True))
    known = None if moment.on_rig is None else has_arkit(moment.on_rig.rig)
    if known is not False:
        for name, value in weights.items():
            yield message("/VMC/Ext/Blend/Val", name, float(value))
    if known is not True:
        for name, parts in FACE_PRESETS.items():
            value = sum(share * weights[part] for part, share in parts.items())
            yield message("/VMC/Ext/Blend/Val", name, float(np.clip(value, 0.0, 1.0)))


def has_arkit(rig: HumanoidRig) -> bool:
    """Whether most of ARKit's shapes are among a rig's morphs."""
    return len(set(ARKIT_NAMES) & set(rig.morph_names)) > len(ARKIT_NAMES) // 2
