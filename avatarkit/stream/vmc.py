"""The VMC protocol: root, bones and expressions to VSeeFace, Warudo, VNyan, Unity, Unreal.

Source: sh-akira/VirtualMotionCaptureProtocol, specification 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import PARENTS
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.osc import BundleForm, Message
from avatarkit.stream.unity import UNITY_BONES, to_unity_position, to_unity_rotation
from avatarkit.vocabulary.arkit import ARKIT_NAMES

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


class VmcPackets:
    """Packets of one stream. Their form is made once and kept for as long as the same things are told."""

    def __init__(self) -> None:
        self._telling: _Telling | None = None

    def __call__(self, moment: LiveMoment) -> list[bytes]:
        """Everything about one moment: that we are alive, the time, root, bones, expressions."""
        if self._telling is None or not _tell_the_same(self._telling.first, moment):
            self._telling = _telling(moment)
        return _packets(moment, self._telling)


@dataclass(frozen=True)
class _Telling:
    """What is told of a stream's moments.

    Attributes:
        first: a moment like the others.
        rows: of the bones in a pose on the rig, or of the person's own.
        minus_z: whether the rig looks along -Z.
        mix: (52, V) ARKit's weights to those that are told.
        form: the packets.
    """

    first: LiveMoment
    rows: np.ndarray
    minus_z: bool
    mix: np.ndarray
    form: BundleForm


def _rig(moment: LiveMoment) -> HumanoidRig | None:
    return moment.on_rig.rig if moment.on_rig else None


def _tell_the_same(one: LiveMoment, other: LiveMoment) -> bool:
    same_body = one.skeleton is other.skeleton and _rig(one) is _rig(other)
    return same_body and one.channels == other.channels and one.person_seen == other.person_seen


def _telling(moment: LiveMoment) -> _Telling:
    rig, told = _rig(moment), moment.bones
    rows = {bone: row for bone, row in (rig.human_bones if rig else BONE).items() if told[BONE[bone]]}
    weights = _weights_told(rig) if moment.channels.face else {}
    mix = np.array([[parts.get(name, 0.0) for parts in weights.values()] for name in ARKIT_NAMES])
    form = BundleForm(_messages(list(rows), list(weights), moment))
    return _Telling(moment, np.array(list(rows.values()), int), rig is not None and faces_minus_z(rig), mix, form)


def _packets(moment: LiveMoment, telling: _Telling) -> list[bytes]:
    places, rotations = (moment.on_rig.translations, moment.on_rig.rotations) if moment.on_rig else _plain_bones(moment)
    bones = [
        to_unity_position(places[telling.rows], faces_minus_z=telling.minus_z),
        to_unity_rotation(rotations[telling.rows], faces_minus_z=telling.minus_z),
    ]
    weights = np.minimum(np.maximum(moment.pose.expressions @ telling.mix, 0.0), 1.0)
    return telling.form.filled([[moment.pose.time_s], _ROOT, np.concatenate(bones, axis=1).ravel(), weights])


_ROOT = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
"""Place and rotation of what the hips hang on."""


def _messages(bones: list[str], weights: list[str], moment: LiveMoment) -> list[Message]:
    return [
        Message("/VMC/Ext/OK", (1, 3, 0, int(moment.person_seen))),
        Message("/VMC/Ext/T", floats=1),
        Message("/VMC/Ext/Root/Pos", ("root",), len(_ROOT)),
        *(Message("/VMC/Ext/Bone/Pos", (UNITY_BONES[bone],), len(_ROOT)) for bone in bones),
        *(Message("/VMC/Ext/Blend/Val", (name,), 1) for name in weights),
        *([Message("/VMC/Ext/Blend/Apply")] if moment.channels.face else []),
    ]


def _plain_bones(moment: LiveMoment) -> tuple[np.ndarray, np.ndarray]:
    """Normalized rotations, and the places of a person's own joints, for receivers that put them on a rig themselves."""
    rest = moment.skeleton.rest_positions
    places = rest - rest[list(PARENTS)]
    places[BONE["hips"]] = moment.pose.root_position
    return places, moment.pose.rotations


def faces_minus_z(rig: HumanoidRig) -> bool:
    """Whether a rig looks along -Z, as VRM 0.x does."""
    return bool(abs(rig.to_canonical[1]) > 0.9)


def _weights_told(rig: HumanoidRig | None) -> Mapping[str, Mapping[str, float]]:
    """ARKit's names, unless the rig is known to lack them; VRM 0.x's names, unless it is known to have ARKit's."""
    own = {name: {name: 1.0} for name in ARKIT_NAMES}
    if rig is None:
        return {**own, **FACE_PRESETS}
    return own if has_arkit(rig) else FACE_PRESETS


def has_arkit(rig: HumanoidRig) -> bool:
    """Whether most of ARKit's shapes are among a rig's morphs."""
    return len(set(ARKIT_NAMES) & set(rig.morph_names)) > len(ARKIT_NAMES) // 2
