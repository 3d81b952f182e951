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
FINEST = 0.6  # of a pixel of the photo: where the picture's pixels are larger, the photo is blurred first
BLUR_REACH = 4.0  # deviations, as OpenCV's kernels reach at most


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
    shift = places.mean(axis=0) - 0.5 - turn @ (seen.mean(axis=0) - 0.5)
    blur = 0.5 / scale if scale < FINEST else 0.0  # a smaller picture would show what is too fine for its pixels
    first, pixels = _around(landmarks.photo.pixels, turn, shift, blur)
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    affine = np.column_stack([turn, shift + turn @ first])
    side = (MESH_INPUT_PX, MESH_INPUT_PX)
    return np.asarray(cv2.warpAffine(pixels, affine, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _around(pixels: np.ndarray, turn: np.ndarray, shift: np.ndarray, blur: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of a photo that the picture shows, as wide again as blurring reaches, and its first pixel (2,), x before y."""
    corners = MESH_INPUT_PX * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    shown = (corners - shift) @ np.linalg.inv(turn).T
    size, reach = np.array(pixels.shape[1::-1]), 2 + BLUR_REACH * blur
    first, last = (np.clip(edge, 0, size - 1).astype(int) for edge in (shown.min(axis=0) - reach, shown.max(axis=0) + reach))
    return first, pixels[first[1] : last[1] + 1, first[0] : last[0] + 1]
