"""A live moment in few bytes, version 1, little-endian; at most 600, where the JSON takes 4,000.

    at  type    what
     0  4 x u8  "AKLM"
     4  u16     version
     6  u16     flags; bit 0: somebody is seen
     8  f64     time_s, the pictures' clock
    16  f64     sent_s, Unix time
    24  f32     hip_height_m
    28  3 x f32 root: the hips' place from where they are in the T-pose, metres, of a body whose hips are so high
    40  u64     which bones follow; bit n is the n-th of HUMAN_BONES
    48  u64     which expressions follow; bit n is the n-th of ARKIT_NAMES
    56  4 x i16 of each bone in rising order: rotation xyzw, 32767 times
        u16     of each expression in rising order: weight, 65535 times

What a later version adds stands behind; readers leave what they do not know.
"""

from __future__ import annotations

import struct
import time

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.moment_json import VERSION

_MAGIC = b"AKLM"
_HEAD = struct.Struct("<4sHHddf3fQQ")
_SIGNED, _UNSIGNED = 32767, 65535


def moment_bytes(moment: LiveMoment, sent_s: float | None = None) -> bytes:
    """A moment as bytes.

    Args:
        moment: the moment.
        sent_s: Unix time at which it goes out; now when None.
    """
    pose, skeleton = moment.pose, moment.skeleton
    root = pose.root_position - skeleton.rest_positions[BONE["hips"]]
    bones, expressions = moment.bones, moment.expressions
    head = _HEAD.pack(
        _MAGIC, VERSION, int(moment.person_seen), pose.time_s, time.time() if sent_s is None else sent_s,
        skeleton.hip_height, *root.tolist(), _mask(bones), _mask(expressions),
    )  # fmt: skip
    rotations = np.rint(pose.rotations[bones] * _SIGNED).astype("<i2")
    weights = np.rint(np.clip(pose.expressions[expressions], 0.0, 1.0) * _UNSIGNED).astype("<u2")
    return head + rotations.tobytes() + weights.tobytes()


def _mask(chosen: np.ndarray) -> int:
    return int.from_bytes(np.packbits(chosen, bitorder="little").tobytes(), "little")
