"""A face cut out of its photo, always in the same place, size and roll: what is looked at beside the landmarks."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS, load_landmark_table, surface_points
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.mediapipe_graphs import MESH_INPUT_PX

FACE_HEIGHT, MIDDLE = 0.62, (0.5, 0.52)  # of the picture's side: the landmarks' height and middle, as the mesh model likes it


@cache
def _places() -> np.ndarray:
    """(468, 2) pixels at which the average face's landmarks lie in the picture."""
    points = load_face_model().at(surface_points(load_landmark_table().uvs(0.0, 0.0))).base[:, :2]
    points = (points - points.mean(axis=0)) * [1.0, -1.0]
    return MESH_INPUT_PX * (points * FACE_HEIGHT / np.ptp(points[:, 1]) + MIDDLE)


def face_picture(landmarks: FaceLandmarks) -> np.ndarray:
    """The face, upright and as large as all others.

    Returns:
        (192, 192, 3) uint8.

    Source: Umeyama 1991.
    """
    seen, places = landmarks.points_px[:MESH_LANDMARKS], _places()
    a, b = seen - seen.mean(axis=0), places - places.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    flip = np.array([1.0, np.sign(np.linalg.det(u @ vt))])
    scale = (s * flip).sum() / (a**2).sum()
    turn = scale * (u * flip) @ vt
    # Landmarks count from corners of pixels, OpenCV from their middles.
    affine = np.column_stack([turn, places.mean(axis=0) - 0.5 - turn @ (seen.mean(axis=0) - 0.5)])
    pixels = landmarks.photo.pixels
    if scale < 0.6:  # a smaller picture of it would show what is too fine for its pixels
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.5 / scale)
    side = (MESH_INPUT_PX, MESH_INPUT_PX)
    return np.asarray(cv2.warpAffine(pixels, affine, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
