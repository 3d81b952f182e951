"""Unity's axes and names, which VMC and VRChat speak: left-handed, +Y up, metres. The one place where ours become theirs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.vocabulary.vrm import HUMAN_BONES

_THUMBS = {"ThumbProximal": "ThumbIntermediate", "ThumbMetacarpal": "ThumbProximal"}
_FACING_PLUS_Z = (np.array([-1.0, 1.0, 1.0]), np.array([1.0, -1.0, -1.0, 1.0]))
_FACING_MINUS_Z = (np.array([1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0]))


def _unity_name(bone: str) -> str:
    named = next((bone.replace(vrm, unity) for vrm, unity in _THUMBS.items() if bone.endswith(vrm)), bone)
    return named[0].upper() + named[1:]


UNITY_BONES: Mapping[str, str] = {bone: _unity_name(bone) for bone in HUMAN_BONES}
"""VRM 1.0 human bone -> Unity's HumanBodyBones, which calls thumbs one segment further out. Source: Unity."""


def to_unity_position(position: np.ndarray, *, faces_minus_z: bool = False) -> np.ndarray:
    """Positions (..., 3) in Unity's axes.

    Args:
        position: right-handed, +Y up.
        faces_minus_z: of a rig that faces -Z, as VRM 0.x; UniVRM mirrors such files along Z, others along X.
    """
    return position * (_FACING_MINUS_Z if faces_minus_z else _FACING_PLUS_Z)[0]


def to_unity_rotation(rotation: np.ndarray, *, faces_minus_z: bool = False) -> np.ndarray:
    """Rotations (..., 4) xyzw in Unity's axes; `faces_minus_z` as in `to_unity_position`."""
    return rotation * (_FACING_MINUS_Z if faces_minus_z else _FACING_PLUS_Z)[1]
