"""What is seen of one person in one picture: the type between tracking and motion.

Two kinds of coordinates. Pixels: origin top left, x right, y down, depth away from the camera, in the scale of x.
Metres: the camera's axes turned to ours, x to the right of the picture, y up, z towards the camera, so that a person who faces
the camera faces +Z. MediaPipe's own axes end in this folder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.tracking.face_landmarks import LANDMARK_COUNT
from avatarkit.vocabulary.mediapipe_points import HAND_POINTS, POSE_POINTS

BODY_COUNT, HAND_COUNT = len(POSE_POINTS), len(HAND_POINTS)


@dataclass(frozen=True)
class BodyLandmarks:
    """A body's 33 points.

    Attributes:
        points_px: (33, 2); may lie outside the picture.
        depth_px: (33,) relative to the hips' middle, growing away from the camera.
        world_m: (33, 3) metres, our axes, origin between the hips.
        visibility: (33,) 0..1, how likely each point is in the picture and not hidden.
        confidence: 0..1, how likely this is a person.
    """

    points_px: np.ndarray
    depth_px: np.ndarray
    world_m: np.ndarray
    visibility: np.ndarray
    confidence: float

    def __post_init__(self) -> None:
        _check(self, points_px=(BODY_COUNT, 2), depth_px=(BODY_COUNT,), world_m=(BODY_COUNT, 3), visibility=(BODY_COUNT,))


@dataclass(frozen=True)
class HandLandmarks:
    """A hand's 21 points.

    Attributes:
        points_px: (21, 2).
        depth_px: (21,) relative to the wrist, growing away from the camera.
        world_m: (21, 3) metres, our axes, origin in the hand's middle.
        confidence: 0..1.
    """

    points_px: np.ndarray
    depth_px: np.ndarray
    world_m: np.ndarray
    confidence: float

    def __post_init__(self) -> None:
        _check(self, points_px=(HAND_COUNT, 2), depth_px=(HAND_COUNT,), world_m=(HAND_COUNT, 3))


@dataclass(frozen=True)
class TrackedFace:
    """A face's 478 points.

    Attributes:
        points_px: (478, 2).
        depth_px: (478,) relative to the head's middle, growing away from the camera.
        confidence: 0..1.
    """

    points_px: np.ndarray
    depth_px: np.ndarray
    confidence: float

    def __post_init__(self) -> None:
        _check(self, points_px=(LANDMARK_COUNT, 2), depth_px=(LANDMARK_COUNT,))


@dataclass(frozen=True)
class TrackedFrame:
    """One person in one picture. A part that is not seen is None.

    Attributes:
        time_s: the picture's.
        size_px: the picture's width and height.
        body, left_hand, right_hand, face: the subject's own left and right.
    """

    time_s: float
    size_px: tuple[int, int]
    body: BodyLandmarks | None = None
    left_hand: HandLandmarks | None = None
    right_hand: HandLandmarks | None = None
    face: TrackedFace | None = None


@dataclass(frozen=True)
class TrackedVideo:
    """One person through a video.

    Attributes:
        frames: at least one, times rising strictly.
        source: the video's name, for messages.
        notes: what went wrong and was survived (a damaged end, several people).
        people: the largest number of people seen at once.
    """

    frames: tuple[TrackedFrame, ...]
    source: str = "video"
    notes: tuple[str, ...] = ()
    people: int = 1

    @property
    def times_s(self) -> np.ndarray:
        """(T,) seconds."""
        return np.array([frame.time_s for frame in self.frames])


def _check(part: object, **shapes: tuple[int, ...]) -> None:
    for name, shape in shapes.items():
        object.__setattr__(part, name, checked_array(name, getattr(part, name), shape, np.float64))
