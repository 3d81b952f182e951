"""Where the eyes look, from the irises."""

from __future__ import annotations

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.expressions import LOOK_DEG
from avatarkit.body.shape import BodyShape
from avatarkit.face_fit.head_camera import HeadCamera
from avatarkit.geometry import quaternions
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.vocabulary.arkit import ARKIT_NAMES

IRIS_MIDDLES = {"Right": 468, "Left": 473}


def read_gaze(landmarks: FaceLandmarks, shape: BodyShape, camera: HeadCamera) -> np.ndarray:
    """(52,) weights of the eight eyeLook expressions; the rest are 0."""
    weights = np.zeros(len(ARKIT_NAMES))
    for side, landmark in IRIS_MIDDLES.items():
        yaw_deg, pitch_deg = _eye_turn(landmarks.points_px[landmark], side, shape, camera)
        outward = yaw_deg if side == "Left" else -yaw_deg
        for name, value in (
            (f"eyeLookOut{side}", outward / LOOK_DEG["Out"]),
            (f"eyeLookIn{side}", -outward / LOOK_DEG["In"]),
            (f"eyeLookUp{side}", pitch_deg / LOOK_DEG["Up"]),
            (f"eyeLookDown{side}", -pitch_deg / LOOK_DEG["Down"]),
        ):
            weights[ARKIT_NAMES.index(name)] = np.clip(value, 0.0, 1.0)
    return weights


def _eye_turn(iris_px: np.ndarray, side: str, shape: BodyShape, camera: HeadCamera) -> tuple[float, float]:
    """Degrees to the subject's left and up that turn the eyeball so that its front lies on the iris' line of sight."""
    eye = np.unique(load_body().parts[f"eye-{side.lower()}"].quads)
    ball = shape.positions[eye]
    middle = 0.5 * (ball.min(axis=0) + ball.max(axis=0))
    radius = 0.5 * float(np.ptp(ball[:, 2]))
    q = camera.turned(middle)
    enlarged = camera.scale_px / (1.0 - camera.nearness * (q[2] + radius))
    aside = (iris_px - camera.shift_px) / enlarged * np.array([1.0, -1.0]) - q[:2]
    away = float(np.linalg.norm(aside))
    aside = aside * min(1.0, 0.9 * radius / max(away, 1e-9))
    front = np.array([*aside, np.sqrt(max(radius**2 - aside @ aside, 0.0))])
    look = quaternions.rotate(quaternions.inverse(camera.rotation), front)
    return float(np.degrees(np.arctan2(look[0], look[2]))), float(np.degrees(np.arcsin(np.clip(look[1] / radius, -1, 1))))
