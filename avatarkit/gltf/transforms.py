"""glTF's node matrices as translation, rotation and scale."""

from __future__ import annotations

import numpy as np

from avatarkit.errors import InputError
from avatarkit.geometry import quaternions

Triple = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


def decompose(matrix: np.ndarray) -> Triple:
    """Translation (3), rotation (4) xyzw and scale (3) of a (4, 4) matrix that acts on columns; shear is lost.

    Raises:
        InputError: an axis has no length, so that it has no rotation.
    """
    axes = matrix[:3, :3]
    scale = np.linalg.norm(axes, axis=0)
    if not (scale > np.finfo(float).tiny).all():
        raise InputError("damaged glTF: a node's matrix squeezes an axis to nothing")
    if np.linalg.det(axes / scale) < 0:
        scale[0] = -scale[0]
    rotation = quaternions.from_matrix(axes / scale)
    return tuple(matrix[:3, 3].tolist()), tuple(rotation.tolist()), tuple(scale.tolist())
