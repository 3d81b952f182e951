"""Heads to fit whose truth is known, and how to compare what is found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.body.shape import shape_body
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.head_camera import HeadCamera
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS, load_landmark_table
from avatarkit.face_fit.solve import SolveSettings
from avatarkit.geometry import quaternions
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_fit.surface import vertex_distance_mm

TELLING = SolveSettings(stray_share=0.8)
"""With more of the straying landmarks alone tell too little of a face: a photo's fit begins with what the picture shows."""


def random_sliders(seed: int) -> np.ndarray:
    """(K,) slider values from the fit's prior, well inside their range."""
    model = load_face_model()
    drawn = np.linalg.cholesky(model.covariance) @ np.random.default_rng(seed).normal(size=len(model.slider_names))
    return np.clip(drawn, -0.9, 0.9)


def named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(load_face_model().slider_names, values.tolist(), strict=True))


def mirrored(sliders: Mapping[str, float]) -> dict[str, float]:
    """The sliders of the mirror image: left and right exchanged, and the way in which something stands aside."""

    def opposite(name: str) -> str:
        if name.endswith("-left"):
            return name.removesuffix("-left") + "-right"
        return name.removesuffix("-right") + "-left" if name.endswith("-right") else name

    return {opposite(name): -value if name.endswith("-sideways") else value for name, value in sliders.items()}


def distance_mm(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Mean distance between the fronts of two faces."""
    return vertex_distance_mm(shape_body(a).positions, shape_body(b).positions)


def expression(**weights: float) -> np.ndarray:
    return np.array([weights.get(name, 0.0) for name in ARKIT_NAMES])


def camera(yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0, scale_px: float = 3000.0) -> HeadCamera:
    """A camera a metre away from a head turned to its left, then raised, in a picture where it lies at (400, 300)."""
    vectors = np.radians([[0.0, yaw_deg, 0.0], [-pitch_deg, 0.0, 0.0], [0.0, 0.0, -roll_deg]])
    yaw, pitch, roll = quaternions.from_rotation_vector(vectors)
    turn = quaternions.multiply(roll, quaternions.multiply(yaw, pitch))
    return HeadCamera(turn, np.array([400.0, 300.0]), scale_px, 1.0)


def perfect_landmarks(sliders: np.ndarray, weights: np.ndarray, seen_by: HeadCamera) -> tuple[np.ndarray, np.ndarray]:
    """What a detector without noise says of a head: (468, 2) pixels and (468,) depth."""
    model, table = load_face_model(), load_landmark_table()
    yaw, pitch, _ = np.radians(seen_by.yaw_pitch_roll_deg)
    points = model.landmarks(table, yaw, pitch, TELLING.stray_share).positions(sliders, weights)
    pixels = seen_by.project(points)
    eyes_px = np.linalg.norm(pixels[33] - pixels[263])
    away = -seen_by.scale_px * seen_by.turned(points)[:, 2]
    return pixels, away + eyes_px * table.depth_bias[:MESH_LANDMARKS]
