"""Legs that the picture does not show: they stand still under a body that only turns."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.compiled import compilable, compiled, floats
from avatarkit.geometry.plain_quaternions import Quaternion, multiply, normalize, put_quaternion, quaternion_in, slerp
from avatarkit.motion.human_motion import BONE

TINY = 1e-12
"""Of a quaternion's part: shorter than any rounding, unless there is nothing else."""

_LEGS = np.array([BONE[side + bone] for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes")])
_HIPS, _SPINE = BONE["hips"], BONE["spine"]


@compilable
def heading(rotation: Quaternion) -> Quaternion:
    """The turn about +Y nearest to a rotation; of one upside down, which has no heading, none."""
    return normalize((0.0, rotation[1], 0.0, rotation[3] + TINY))


@compilable
def rest_legs(rotations: np.ndarray, share: float) -> None:
    """Bring a pose's legs to rest, +Y up, and its hips upright.

    The lean that the hips give up is the spine's, so that everything above stays as it was.

    Args:
        rotations: (55, 4) local, changed.
        share: 0..1, how far legs and hips go there.
    """
    hips = quaternion_in(rotations, _HIPS)
    upright = slerp(hips, heading(hips), share)
    x, y, z, w = upright
    put_quaternion(rotations, _SPINE, multiply(multiply((-x, -y, -z, w), hips), quaternion_in(rotations, _SPINE)))
    put_quaternion(rotations, _HIPS, upright)
    for bone in _LEGS:
        put_quaternion(rotations, bone, slerp(quaternion_in(rotations, bone), (0.0, 0.0, 0.0, 1.0), share))


@compiled(floats(3), floats(1))
def quiet_legs(rotations: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Local rotations (T, 55, 4) whose legs rest; see `rest_legs`. `shares` are (T,)."""
    quiet = rotations.copy()
    for pose, share in enumerate(shares):
        if share > 0.0:
            rest_legs(quiet[pose], share)
    return quiet
