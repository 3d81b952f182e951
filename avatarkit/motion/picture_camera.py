"""The camera a video is assumed to have been taken with: where a point of space is seen, and what a picture point may be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.geometry.plain_vectors import Vector

FOCAL_PER_DIAGONAL = 0.85
"""Focal length in picture diagonals where nobody told it: between telephones' main cameras, whose 26 mm on film's diagonal of
43 mm make 0.6, 0.7 when they film, webcams (0.7 to 0.9), and the lenses that photographers call normal (1.0 and more)."""

TOWARDS = np.array([0.0, 0.0, -1.0])
"""The way the camera looks."""


@dataclass(frozen=True)
class PictureCamera:
    """A pinhole at the origin that looks along -Z, +X to the right of the picture, +Y up.

    Attributes:
        focal_px: focal length, pixels.
        centre_px: (2,) where the axis meets the picture.
    """

    focal_px: float
    centre_px: tuple[float, float]

    def ray(self, point_px: np.ndarray) -> np.ndarray:
        """(3,) the direction, of any length, in which one picture point (2,) is seen."""
        x, y = point_px.tolist()
        return np.array([(x - self.centre_px[0]) / self.focal_px, (self.centre_px[1] - y) / self.focal_px, -1.0])

    def rays(self, points_px: np.ndarray) -> np.ndarray:
        """(..., 3) the unit directions in which picture points (..., 2) are seen."""
        rays = np.empty((*points_px.shape[:-1], 3))
        rays[..., :2] = (points_px - self.centre_px) * (1.0 / self.focal_px, -1.0 / self.focal_px)
        rays[..., 2] = -1.0
        return rays / np.sqrt(np.add.reduce(rays * rays, axis=-1, keepdims=True))

    def project(self, points: np.ndarray) -> np.ndarray:
        """(..., 2) pixels at which points (..., 3) in front of the camera are seen."""
        slopes = points[..., :2] / -points[..., 2:]
        return slopes * (self.focal_px, -self.focal_px) + self.centre_px


def turn_towards(direction: np.ndarray) -> Quaternion:
    """The shortest rotation from the camera's axis to a direction (3,) of any length in front of it."""
    return turn_to(tuple(direction.tolist()))


@compilable
def turn_to(direction: Vector) -> Quaternion:
    """The same, for three numbers."""
    x, y, z = direction
    scalar = sqrt(x * x + y * y + z * z) - z
    size = sqrt(x * x + y * y + scalar * scalar)
    return y / size, -x / size, 0.0, scalar / size


@lru_cache(maxsize=8)
def assumed_camera(size_px: tuple[int, int]) -> PictureCamera:
    """The camera of a picture of width and height `size_px` of which nothing is known."""
    width, height = size_px
    return PictureCamera(FOCAL_PER_DIAGONAL * float(np.hypot(width, height)), (width / 2, height / 2))
