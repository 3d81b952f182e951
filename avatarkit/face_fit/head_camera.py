"""How the head of a photo is seen: the pinhole camera, in the terms that one face can tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.arrays import checked_array

HEAD_ORIGIN = np.array([0.0, 0.735, 0.09])
"""(3,) metres in the body's axes: between the eyes, the point that head poses turn about."""


@dataclass(frozen=True)
class HeadCamera:
    """A perspective camera relative to the head.

    A focal length and a distance cannot be told apart from one face, their quotient can: the picture of a point X is
    `shift_px + scale_px * (q.x, -q.y) / (1 - nearness * q.z)` with q = rotation (X - HEAD_ORIGIN).

    Attributes:
        rotation: (4,) xyzw, head to camera (+X right, +Y up, +Z toward the camera).
        shift_px: (2,) where HEAD_ORIGIN lies in the picture.
        scale_px: pixels a metre at HEAD_ORIGIN.
        nearness: 1/metre, the inverse of the distance from camera to HEAD_ORIGIN; 0 is an infinitely long lens.
    """

    rotation: np.ndarray
    shift_px: np.ndarray
    scale_px: float
    nearness: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rotation", checked_array("rotation", self.rotation, (4,), float))
        object.__setattr__(self, "shift_px", checked_array("shift_px", self.shift_px, (2,), float))

    def turned(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) in camera axes about the head's origin, metres."""
        return quaternions.rotate(self.rotation, points - HEAD_ORIGIN)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) of points (..., 3) in the body's axes, metres."""
        q = self.turned(points)
        enlarged = self.scale_px / (1.0 - self.nearness * q[..., 2:])
        return self.shift_px + enlarged * q[..., :2] * np.array([1.0, -1.0])

    def toward_camera(self, points: np.ndarray) -> np.ndarray:
        """Unit directions (..., 3), in the body's axes, from points (..., 3) to the camera."""
        q = self.turned(points)
        away = np.array([0.0, 0.0, 1.0]) - self.nearness * q
        away = away / np.linalg.norm(away, axis=-1, keepdims=True)
        return quaternions.rotate(quaternions.inverse(self.rotation), away)

    @property
    def yaw_pitch_roll_deg(self) -> tuple[float, float, float]:
        """Head turned to its own left, head raised, head tilted toward its own left shoulder; degrees."""
        forward = quaternions.rotate(self.rotation, np.array([0.0, 0.0, 1.0]))
        right = quaternions.rotate(self.rotation, np.array([1.0, 0.0, 0.0]))
        yaw = np.arctan2(forward[0], forward[2])
        pitch = np.arcsin(np.clip(forward[1], -1.0, 1.0))
        roll = -np.arctan2(right[1], np.hypot(right[0], right[2]))
        return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))
