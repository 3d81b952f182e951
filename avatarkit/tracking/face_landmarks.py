"""The points of one face in one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.media.photo import Photo

LANDMARK_COUNT = 478
"""468 of the face mesh, then 5 of each iris (subject's right eye first). Source: MediaPipe face mesh with refined landmarks."""


@dataclass(frozen=True)
class FaceLandmarks:
    """One face as MediaPipe sees it.

    Attributes:
        points_px: (478, 2) pixels of the photo, origin top left.
        depth_px: (478,) pixels, relative to the head's middle, growing away from the camera.
        photo: the picture the points lie in.
        confidence: 0..1, the detector's.
        face: number of this face among those found, from 1, largest first.
        faces_found: how many faces the picture holds, this one included.
        roll_deg: how far the head was turned upright before the landmarks were read.
        face_width_px: width of the face in the photo before any enlargement: small faces make weak landmarks.
    """

    points_px: np.ndarray
    depth_px: np.ndarray
    photo: Photo
    confidence: float
    face: int = 1
    faces_found: int = 1
    roll_deg: float = 0.0
    face_width_px: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points_px", checked_array("points_px", self.points_px, (LANDMARK_COUNT, 2), float))
        object.__setattr__(self, "depth_px", checked_array("depth_px", self.depth_px, (LANDMARK_COUNT,), float))
