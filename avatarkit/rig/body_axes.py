"""Which way a body stands and looks: the rotation that brings it to +Y up, facing +Z, its left at +X."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.geometry import quaternions

SNAP = np.cos(np.radians(20.0))
"""A body whose up or left is within 20 degrees of a file's axis is meant to stand along it: spines lean, pelvises turn."""

SHORT = 1e-9
"""Directions below this length say nothing."""


def body_axes(positions: np.ndarray, bones: Mapping[str, int]) -> np.ndarray:
    """The rotation (4,) from a skeleton's world to canonical axes.

    Args:
        positions: (B, 3) of the joints, any unit.
        bones: human bone -> joint; the thighs, and the neck or the head.

    Returns:
        up is from the hips to the neck, left from the right thigh to the left one; each snaps to a near axis of the file.
    """
    left_hip, right_hip = (positions[bones[f"{side}UpperLeg"]] for side in ("left", "right"))
    up = _snapped(positions[bones.get("neck", bones["head"])] - 0.5 * (left_hip + right_hip))
    left = left_hip - right_hip
    if np.linalg.norm(left - up * (left @ up)) < SHORT:
        left = positions[bones["leftUpperArm"]] - positions[bones["rightUpperArm"]]
    left = left - up * (left @ up)
    if np.linalg.norm(left) < SHORT:
        left = np.eye(3)[np.argmin(np.abs(up))]
        left = left - up * (left @ up)
    left = _snapped(left)
    left = left - up * (left @ up)
    left /= np.linalg.norm(left)
    return quaternions.from_matrix(np.array([left, up, np.cross(left, up)]))


def _snapped(direction: np.ndarray) -> np.ndarray:
    """The unit vector along `direction`, or the axis that is near to it; +Y where it has no length."""
    length = float(np.linalg.norm(direction))
    if length < SHORT:
        return np.array([0.0, 1.0, 0.0])
    unit = direction / length
    largest = int(np.argmax(np.abs(unit)))
    return np.sign(unit[largest]) * np.eye(3)[largest] if abs(unit[largest]) > SNAP else unit
