"""The VMC protocol: root, bones and expressions to VSeeFace, Warudo, VNyan, Unity, Unreal.

Source: sh-akira/VirtualMotionCaptureProtocol, specification 3.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import PARENTS
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.live_moment import LiveMoment, RigPose
from avatarkit.stream.osc import message
from avatarkit.stream.unity import UNITY_BONES, to_unity_position, to_unity_rotation
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES

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


def vmc_messages(moment: LiveMoment) -> Iterator[bytes]:
    """Everything about one moment: that we are alive, the time, root, bones, expressions."""
    yield message("/VMC/Ext/OK", 1, 3, 0, int(moment.person_seen))
    yield message("/VMC/Ext/T", float(moment.pose.time_s))
    yield message("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    yield from _rig_bones(moment.on_rig, moment.bones) if moment.on_rig else _plain_bones(moment)
    if moment.channels.face:
        yield from _expressions(moment)
        yield message("/VMC/Ext/Blend/Apply")


def _plain_bones(moment: LiveMoment) -> Iterator[bytes]:
    """Normalized rotations, and the places of a person's own joints, for receivers that put them on a rig themselves."""
    rest = moment.skeleton.rest_positions
    places = rest - rest[list(PARENTS)]
    places[BONE["hips"]] = moment.pose.root_position
    bones = [bone for bone, told in zip(HUMAN_BONES, moment.bones.tolist(), strict=True) if told]
    yield from _bones(bones, places[moment.bones], moment.pose.rotations[moment.bones], minus_z=False)


def _rig_bones(pose: RigPose, told: np.ndarray) -> Iterator[bytes]:
    """The rig's own local pose, as the protocol recommends."""
    joints = {bone: joint for bone, joint in pose.rig.human_bones.items() if told[BONE[bone]]}
    rows = list(joints.values())
    yield from _bones(list(joints), pose.translations[rows], pose.rotations[rows], minus_z=faces_minus_z(pose.rig))


def faces_minus_z(rig: HumanoidRig) -> bool:
    """Whether a rig looks along -Z, as VRM 0.x does."""
    return bool(abs(rig.to_canonical[1]) > 0.9)


def _bones(bones: list[str], places: np.ndarray, rotations: np.ndarray, *, minus_z: bool) -> Iterator[bytes]:
    positions = to_unity_position(np.asarray(places, float), faces_minus_z=minus_z).tolist()
    turned = to_unity_rotation(np.asarray(rotations, float), faces_minus_z=minus_z).tolist()
    for bone, position, rotation in zip(bones, positions, turned, strict=True):
        yield message("/VMC/Ext/Bone/Pos", UNITY_BONES[bone], *position, *rotation)


def _expressions(moment: LiveMoment) -> Iterator[bytes]:
    """ARKit's names, unless the rig is known to lack them; VRM 0.x's names, unless it is known to have ARKit's."""
    weights = dict(zip(ARKIT_NAMES, moment.pose.expressions.tolist(), strict=True))
    known = None if moment.on_rig is None else has_arkit(moment.on_rig.rig)
    if known is not False:
        for name, value in weights.items():
            yield message("/VMC/Ext/Blend/Val", name, float(value))
    if known is not True:
        for name, parts in FACE_PRESETS.items():
            value = sum(share * weights[part] for part, share in parts.items())
            yield message("/VMC/Ext/Blend/Val", name, min(max(value, 0.0), 1.0))


def has_arkit(rig: HumanoidRig) -> bool:
    """Whether most of ARKit's shapes are among a rig's morphs."""
    return len(set(ARKIT_NAMES) & set(rig.morph_names)) > len(ARKIT_NAMES) // 2
