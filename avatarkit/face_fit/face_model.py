"""The part of the body that a face's landmarks can see, as dense linear pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.data_files import asset_path
from avatarkit.face_fit.landmark_table import LandmarkTable, surface_points, turn_features
from avatarkit.vocabulary.arkit import ARKIT_NAMES

# Gaze is read from the irises; no landmark lies on the tongue.
NOT_SOLVED = ("eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "tongueOut")

# A slider's two ends move the face in different ways, a kink at 0 that Gauss-Newton would circle around: it is rounded.
ROUNDING = 0.08

SIDEWAYS = ("nose-sideways", "mouth-sideways")  # change their sign in the mirror


@dataclass(frozen=True)
class FaceModel:
    """Base, sliders and expressions on the head's F vertices.

    Attributes:
        slider_names: the K sliders that are fitted.
        covariance: (K, K) of the sliders between people.
        rows: (V,) body vertex -> row here, -1 elsewhere.
        base: (F, 3) metres.
        ends: (F, 3, 2, K) metres: what the negative and positive end of each slider add.
        expressions: (F, 3, 52) metres.
    """

    slider_names: tuple[str, ...]
    covariance: np.ndarray
    rows: np.ndarray
    base: np.ndarray
    ends: np.ndarray
    expressions: np.ndarray

    def landmarks(self, table: LandmarkTable, yaw_rad: float, pitch_rad: float, stray_share: float = 1.0) -> PointModel:
        """Where the detector puts its landmarks on a head turned so far, with a part of its measured straying.

        What it strays with expressions is taken in full: it tells expressions from shapes.
        """
        places = self.at(surface_points(table.uvs(yaw_rad, pitch_rad)))
        strays = stray_share * np.moveaxis(table.slider_offsets.astype(np.float32), 1, 0)
        places.ends[:, :, 0] -= strays
        places.ends[:, :, 1] += strays
        return PointModel(
            places.base + stray_share * _turned_astray(table, yaw_rad, pitch_rad),
            places.ends,
            places.expressions + np.moveaxis(table.expression_offsets.astype(np.float32), 1, 0),
        )

    def average_landmarks(self, table: LandmarkTable, yaw_rad: float, pitch_rad: float, stray_share: float = 1.0) -> np.ndarray:
        """(468, 3) metres: the same on the average head without expression."""
        base = self._local(surface_points(table.uvs(yaw_rad, pitch_rad))).on(self.base)
        return np.asarray(base + stray_share * _turned_astray(table, yaw_rad, pitch_rad))

    def at(self, points: SurfacePoints) -> PointModel:
        """The model at some points of the surface."""
        local = self._local(points)
        single = SurfacePoints(local.vertices, local.weights.astype(np.float32))
        return PointModel(
            local.on(self.base),
            np.ascontiguousarray(np.moveaxis(single.on(self.ends), 1, 0)),
            np.ascontiguousarray(np.moveaxis(single.on(self.expressions), 1, 0)),
        )

    def _local(self, points: SurfacePoints) -> SurfacePoints:
        return SurfacePoints(self.rows[points.vertices], points.weights)


def _turned_astray(table: LandmarkTable, yaw_rad: float, pitch_rad: float) -> np.ndarray:
    """(468, 3) metres that landmarks stray because the head is turned."""
    return np.asarray(np.tensordot(turn_features(yaw_rad, pitch_rad), table.turn_offsets, axes=1))


@dataclass(frozen=True)
class PointModel:
    """The face model at N points: base (N, 3) double; ends (3, N, 2, K) and expressions (3, N, 52) single."""

    base: np.ndarray
    ends: np.ndarray
    expressions: np.ndarray

    def slopes(self, sliders: np.ndarray) -> np.ndarray:
        """(3, N, K + 52) single: what a little more of each slider and expression adds."""
        share = (0.5 * (1.0 + sliders / np.sqrt(sliders**2 + ROUNDING**2))).astype(np.float32)
        return np.concatenate([self.ends[:, :, 1] * share - self.ends[:, :, 0] * (1.0 - share), self.expressions], axis=2)

    def positions(self, sliders: np.ndarray, expression: np.ndarray) -> np.ndarray:
        """(N, 3) metres for slider values (K,) and expression weights (52,)."""
        size = np.sqrt(sliders**2 + ROUNDING**2) - ROUNDING
        up, down = (0.5 * (size + side * sliders).astype(np.float32) for side in (1.0, -1.0))
        molded = self.ends[:, :, 1] @ up + self.ends[:, :, 0] @ down
        return self.base + (molded + self.expressions @ expression.astype(np.float32)).T


def mirrored_sliders(sliders: np.ndarray) -> np.ndarray:
    """Sliders (..., K) of the face that a mirror shows."""
    partners, signs = _mirror()
    return sliders[..., partners] * signs


@cache
def _mirror() -> tuple[np.ndarray, np.ndarray]:
    """(K,) which slider each becomes in the mirror, and (K,) its sign there."""
    names, swap = load_face_model().slider_names, {"-left": "-right", "-right": "-left"}
    other = [next((n.removesuffix(a) + b for a, b in swap.items() if n.endswith(a)), n) for n in names]
    return np.array([names.index(n) for n in other]), np.array([-1.0 if n in SIDEWAYS else 1.0 for n in names])


@cache
def load_face_model() -> FaceModel:
    """The face model, cut from the body once per process."""
    body = load_body()
    with np.load(asset_path("face_prior.npz")) as archive:
        names, covariance = tuple(str(n) for n in archive["names"]), archive["covariance"].astype(float)
    vertices = np.unique(
        np.concatenate([body.parts[n].quads.reshape(-1) for n in ("head", "mouth", "socket-left", "socket-right")])
    )
    rows = np.full(len(body.positions), -1)
    rows[vertices] = np.arange(len(vertices))
    cells = (vertices[:, None] * 3 + np.arange(3)).reshape(-1)
    pairs = np.concatenate([[2 * body.detail_columns[n], 2 * body.detail_columns[n] + 1] for n in names])
    ends = body.slider_offsets[:, pairs].tocsr()[cells].toarray().reshape(len(vertices), 3, len(names), 2)
    expressions = body.expression_offsets.tocsr()[cells].toarray().reshape(len(vertices), 3, len(ARKIT_NAMES))
    return FaceModel(
        names, covariance, rows, body.positions[vertices], np.ascontiguousarray(np.swapaxes(ends, 2, 3)), expressions
    )
