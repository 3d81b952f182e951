"""Cameras: the pinhole, and how to aim one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry.arrays import checked_array

_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class PinholeCamera:
    """A perspective camera without distortion, as in OpenCV: +X right, +Y down, +Z forward in camera axes.

    A point (x, y, z) in camera axes lies at `principal_px + focal_px * (x, y) / z`. Pixel coordinates run from (0, 0), the
    picture's top left corner, to `size_px`, its bottom right corner: the centre of the first pixel is (0.5, 0.5).

    Attributes:
        focal_px: focal length in pixels, the same along both axes.
        principal_px: (2,) where the optical axis meets the picture.
        size_px: width and height.
        camera_to_world: (4, 4) rigid transform; its last column is the camera's position in metres.
    """

    focal_px: float
    principal_px: tuple[float, float]
    size_px: tuple[int, int]
    camera_to_world: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "camera_to_world", checked_array("camera_to_world", self.camera_to_world, (4, 4), float))
        if not (self.focal_px > 0 and np.isfinite(self.focal_px) and min(self.size_px) > 0):
            raise ValueError(f"a camera needs a focal length and a size above 0, not {self.focal_px} and {self.size_px}")

    @property
    def position(self) -> np.ndarray:
        """(3,) metres, world."""
        return self.camera_to_world[:3, 3]

    @property
    def world_to_camera(self) -> np.ndarray:
        """(4, 4), the inverse of `camera_to_world`."""
        return np.linalg.inv(self.camera_to_world)

    def depth(self, points: np.ndarray) -> np.ndarray:
        """(...) metres along the optical axis, of world points (..., 3)."""
        return (np.asarray(points) - self.position) @ self.camera_to_world[:3, 2]

    def project(self, points: np.ndarray) -> np.ndarray:
        """(..., 2) pixels, of world points (..., 3) in front of the camera."""
        local = np.asarray(points) @ self.world_to_camera[:3, :3].T + self.world_to_camera[:3, 3]
        return np.asarray(self.principal_px) + self.focal_px * local[..., :2] / local[..., 2:]


def look_at(position: np.ndarray, target: np.ndarray, vertical_fov_deg: float, size_px: tuple[int, int]) -> PinholeCamera:
    """An upright camera at `position` that looks at `target`, principal point in the middle.

    Args:
        position, target: (3,) metres, world.
        vertical_fov_deg: angle between the picture's top and bottom edge.
        size_px: width and height.
    """
    forward = np.asarray(target, float) - np.asarray(position, float)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, _UP if abs(forward[1]) < 0.999 else np.array([0.0, 0.0, -np.sign(forward[1])]))
    right = right / np.linalg.norm(right)
    camera_to_world = np.eye(4)
    camera_to_world[:3] = np.stack([right, np.cross(forward, right), forward, position], axis=1)
    focal_px = 0.5 * size_px[1] / np.tan(0.5 * np.radians(vertical_fov_deg))
    return PinholeCamera(float(focal_px), (size_px[0] / 2, size_px[1] / 2), size_px, camera_to_world)
