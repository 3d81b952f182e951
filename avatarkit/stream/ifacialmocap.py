"""iFacialMocap's text, which VSeeFace, Warudo and add-ons of Blender read: expressions in percent, head and eyes in degrees.

    name-0..100|...|=head#rx,ry,rz,px,py,pz|rightEye#rx,ry,rz|leftEye#rx,ry,rz|

Source: ifacialmocap.com, for developers, data version 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.stream.live_link import yaw_pitch_roll
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.vocabulary.arkit import ARKIT_NAMES


def _name(arkit: str) -> str:
    for side in ("Left", "Right"):
        if arkit.endswith(side) and arkit not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            return f"{arkit.removesuffix(side)}_{side[0]}"
    return arkit


IFACIALMOCAP_NAMES: Mapping[str, str] = {arkit: _name(arkit) for arkit in ARKIT_NAMES}
"""ARKit's names as the program writes them: _L and _R for the halves of a pair; jawLeft, mouthRight and the like stay."""


def ifacialmocap_packets(moment: LiveMoment) -> Iterator[bytes]:
    """The text of a moment, one packet; none while no face is seen or told."""
    if moment.person_seen and moment.channels.face:
        yield ifacialmocap_text(moment).encode()


def ifacialmocap_text(moment: LiveMoment) -> str:
    """A moment as text."""
    percent = np.rint(100.0 * np.clip(moment.pose.expressions, 0.0, 1.0)).astype(int).tolist()
    weights = "".join(f"{IFACIALMOCAP_NAMES[name]}-{value}|" for name, value in zip(ARKIT_NAMES, percent, strict=True))
    turns = world_rotations(moment.pose.rotations)
    local = moment.pose.rotations
    head, right, left = _degrees(np.stack([turns[BONE["head"]], local[BONE["rightEye"]], local[BONE["leftEye"]]]))
    place = _head_place(moment, turns)
    return f"{weights}=head#{_numbers(head)},{_numbers(place)}|rightEye#{_numbers(right)}|leftEye#{_numbers(left)}|"


def _degrees(rotation: np.ndarray) -> np.ndarray:
    """(..., 3) about ARKit's X, Y, Z: down, to one's left, towards one's right shoulder. The page names no signs."""
    return np.degrees(yaw_pitch_roll(rotation))[..., [1, 0, 2]]


def _head_place(moment: LiveMoment, turns: np.ndarray) -> np.ndarray:
    """(3,) metres that the head is away from its place at rest."""
    now = world_positions(moment.skeleton, moment.pose.root_position, turns)[BONE["head"]]
    return np.asarray(now - moment.skeleton.rest_positions[BONE["head"]])


def _numbers(values: np.ndarray) -> str:
    return ",".join(f"{value:.4f}" for value in values.tolist())
