"""Live Link Face's packets, which Unreal reads: 52 expressions, the head's and the eyes' turns, one packet a moment.

Source: the packet as PyLiveLinkFace and GodotLiveLinkFace's proto.md describe it; all numbers big-endian.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_rotations
from avatarkit.stream.live_moment import LiveMoment

PACKET_VERSION = 6
FRAME_RATE_HZ = 60
SUBJECT = "avatarkit"
"""How the stream is called in Unreal's list of subjects."""

VALUES = 61
"""52 expressions in ARKit's order, then yaw, pitch, roll of the head, the left and the right eye."""

_PITCH_UP = np.array([1.0, -1.0, 1.0])
_HEAD = struct.Struct(">BI36sI")
_TIME = struct.Struct(">ifii")
_BLOCK = struct.Struct(f">B{VALUES}f")


class LiveLinkPackets:
    """Packets of one stream, which has a name and a device number of its own."""

    def __init__(self) -> None:
        self._device = str(uuid.uuid4()).upper().encode()

    def __call__(self, moment: LiveMoment) -> Iterator[bytes]:
        """The packet of a moment; only its head where no face is told."""
        yield live_link_packet(moment, self._device)


def live_link_packet(moment: LiveMoment, device: bytes) -> bytes:
    """One packet.

    Args:
        moment: the moment.
        device: 36 letters of a UUID.
    """
    frames = max(moment.pose.time_s, 0.0) * FRAME_RATE_HZ
    frame = int(frames)
    name = SUBJECT.encode()
    head = _HEAD.pack(PACKET_VERSION, len(device), device, len(name)) + name
    head += _TIME.pack(frame & 0x7FFFFFFF, frames - frame, FRAME_RATE_HZ, 1)
    if not moment.person_seen or not moment.channels.face:
        return head
    return head + _BLOCK.pack(VALUES, *moment.pose.expressions.tolist(), *face_turns(moment).tolist())


def face_turns(moment: LiveMoment) -> np.ndarray:
    """(9,) yaw, pitch, roll of the head in the world, of the left and of the right eye in the head; radians, -1..1.

    Yaw is to one's left, pitch upwards, roll towards one's right shoulder: so readers that turn a head by them take them, and
    so other senders of the packet give them. The app's own manual says neither unit nor sign.
    """
    local = moment.pose.rotations
    turns = np.stack([world_rotations(local)[BONE["head"]], local[BONE["leftEye"]], local[BONE["rightEye"]]])
    return np.asarray(np.clip(yaw_pitch_roll(turns) * _PITCH_UP, -1.0, 1.0).ravel())


def yaw_pitch_roll(rotation: np.ndarray) -> np.ndarray:
    """(..., 3) radians of rotations (..., 4) xyzw: to one's left, downwards, towards one's right shoulder."""
    return np.asarray(Rotation.from_quat(rotation).as_euler("YXZ"))
