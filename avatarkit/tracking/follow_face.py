"""One person's face from picture to picture."""

from __future__ import annotations

import cv2
import numpy as np

from avatarkit.tracking.detect_faces import detect_faces
from avatarkit.tracking.mediapipe_graphs import MESH_INPUT_PX, FaceGraphs
from avatarkit.tracking.regions import distance, face_square, head_square, whole_picture
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFace

MIN_FACE_PRESENCE = 0.5
"""MediaPipe's own for following a face."""

OFF_THE_HEAD = 0.75
"""A face this far from the body's head, in sides of the head's square, is somebody else's."""

DETECTOR_VIEW = 2.0
"""How many head squares the detector sees where the first look at a head shows no face."""


def follow_face(pyramid: PhotoPyramid, square: SquareCrop, graphs: FaceGraphs) -> TrackedFace | None:
    """The face in a square; None where there is none."""
    points, presence = graphs.read_mesh(pyramid.cut(square, MESH_INPUT_PX, border=cv2.BORDER_REPLICATE))
    if presence < MIN_FACE_PRESENCE:
        return None
    return TrackedFace(square.to_photo(points[:, :2]), points[:, 2] * square.side, float(np.clip(presence, 0, 1)))


def find_face(pyramid: PhotoPyramid, body: BodyLandmarks | None, graphs: FaceGraphs) -> TrackedFace | None:
    """A face that was not followed: at the body's head, else by the detectors there, or anywhere if there is no body."""
    if body is None:
        view = whole_picture(pyramid.size)
    else:
        head = head_square(body.points_px)
        face = _read_twice(pyramid, head, graphs)
        if face is not None:
            return face
        view = SquareCrop(head.centre, head.side * DETECTOR_VIEW, head.roll)
    for _, square in sorted(detect_faces(pyramid, view, graphs), key=lambda item: -item[1].side):
        face = _read_twice(pyramid, square, graphs)
        if face is not None and belongs(face, body):
            return face
    return None


def belongs(face: TrackedFace, body: BodyLandmarks | None) -> bool:
    """Whether a face may be this body's."""
    if body is None:
        return True
    head = head_square(body.points_px)
    return distance(face_square(face.points_px), head) < OFF_THE_HEAD * head.side


def _read_twice(pyramid: PhotoPyramid, square: SquareCrop, graphs: FaceGraphs) -> TrackedFace | None:
    """A first look only tells where to look."""
    first = follow_face(pyramid, square, graphs)
    return None if first is None else follow_face(pyramid, face_square(first.points_px), graphs)
