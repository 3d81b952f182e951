"""Where on the head's surface MediaPipe puts each of its landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.body.texture_space import STORED_SIZE, barycentric, head_triangles
from avatarkit.data_files import asset_path

MESH_LANDMARKS = 468
TURN_LIMIT_RAD = np.radians(45.0)  # beyond it the table was not measured


@dataclass(frozen=True)
class LandmarkTable:
    """The landmarks in the head's texture layout.

    A landmark on a cheek's or jaw's outline is not a point of the face: it slides as the head turns. And the detector has
    opinions of its own: it draws an unusual nose nearer to the usual one. Both were measured on rendered heads whose shape,
    expression and pose are known, so that the fit can ask which head makes the detector say what it said.

    Attributes:
        coefficients: (F, 468, 2) texture coordinates as a linear function of `turn_features`.
        turn_offsets: (F, 468, 3) metres in the head's axes: how the detector's points stray from the surface as the head turns.
        slider_offsets: (468, 3, K) metres that it strays with each slider of the face model; often against the slider.
        expression_offsets: (468, 3, 52) metres that it strays with each expression.
        spread: (468, 3) standard deviation of MediaPipe's points about the table across the picture (x, y) and in depth, as
            fractions of the distance between the outer eye corners.
        depth_bias: (468,) how much farther MediaPipe puts each landmark than it is, in the same fractions.
    """

    coefficients: np.ndarray
    turn_offsets: np.ndarray
    slider_offsets: np.ndarray
    expression_offsets: np.ndarray
    spread: np.ndarray
    depth_bias: np.ndarray

    def uvs(self, yaw_rad: float, pitch_rad: float) -> np.ndarray:
        """(468, 2) texture coordinates for a head turned so far."""
        return np.tensordot(turn_features(yaw_rad, pitch_rad), self.coefficients, axes=1)


def turn_features(yaw_rad: float, pitch_rad: float) -> np.ndarray:
    """(6,) what the table is linear in: each side's outline slides by itself."""
    yaw, pitch = np.clip([yaw_rad, pitch_rad], -TURN_LIMIT_RAD, TURN_LIMIT_RAD)
    return np.array([1.0, max(yaw, 0.0), max(-yaw, 0.0), max(yaw, 0.0) ** 2, max(-yaw, 0.0) ** 2, pitch])


@cache
def load_landmark_table() -> LandmarkTable:
    """The table, made by assets/scripts/build_landmark_table.py."""
    with np.load(asset_path("landmark_table.npz")) as archive:
        return LandmarkTable(**{name: archive[name].astype(float) for name in archive.files})


@cache
def _triangle_map() -> np.ndarray:
    with np.load(asset_path("head_texels.npz")) as archive:
        return archive["triangles"].astype(np.int32) - 1


def surface_points(uvs: np.ndarray) -> SurfacePoints:
    """The points of the head at texture coordinates (N, 2); outside the head, its nearest edge."""
    body = load_body()
    column, row = np.clip((uvs * STORED_SIZE).astype(int), 0, STORED_SIZE - 1).T
    triangles, corners = head_triangles(body)
    ids = _triangle_map()[row, column]
    weights = np.clip(barycentric(uvs, body.uvs[corners[ids]]), 0.0, 1.0)
    return SurfacePoints(triangles[ids], weights / weights.sum(axis=1, keepdims=True))
