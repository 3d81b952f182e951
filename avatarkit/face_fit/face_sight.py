"""What the picture of a face tells of its sliders beyond the landmarks, learned from rendered heads.

Landmarks say where things are; how a cheek or a nose is rounded lies in the shading between them. The face mesh model sees it
and throws it away on its way to the landmarks: one of its inner layers is read, and a linear answer from it and from the
landmarks beside it corrects the first guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.data_files import asset_path
from avatarkit.face_fit.face_model import mirrored_sliders
from avatarkit.face_fit.face_picture import face_picture
from avatarkit.face_fit.first_guess import SliderGuess, load_guess_table
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS
from avatarkit.tracking.face_features import FEATURE_CELLS, face_features
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.face_mesh_mirror import MIRROR

LOOKED_AT = (0.43, 0.47)
"""Half axes of the ellipse around the face, parts of the picture's side: beyond it lies what is not face."""

BELIEVED = 0.9  # of the correction: with all of it, expressions change the resting face by over 1 mm
FARTHEST = 4.0  # deviations: a feature beyond was never seen in training, and its answer means nothing


@dataclass(frozen=True)
class SightTable:
    """A linear answer from D features.

    Attributes:
        average, deviation: (D,) of the features of rendered faces: what is seen, then what the landmarks are read as.
        weights: (D, K) sliders for each deviation from the average.
        left_open: (K, K) covariance of the sliders about the answer, as rendered heads showed it.
        covariance: (K, K) the same as a fit is told it: wide where only landmarks know better, narrow where the surface moves.
    """

    average: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray
    left_open: np.ndarray
    covariance: np.ndarray

    def correction(self, features: np.ndarray) -> np.ndarray:
        """(K,) sliders to be added to the guess, for features (D,)."""
        return np.asarray(normalized(features, self.average, self.deviation) @ self.weights)


def likely_sliders(face: FaceLandmarks) -> SliderGuess:
    """The likely sliders of a face, from its landmarks and its picture, also seen in a mirror."""
    table, picture, points = load_sight_table(), face_picture(face), np.column_stack([face.points_px, face.depth_px])
    straight = table.correction(told_features(picture, points))
    mirrored = table.correction(told_features(picture[:, ::-1], mirrored_points(points)))
    guess = load_guess_table().guess(face.points_px, face.depth_px).mean
    mean = guess + 0.5 * BELIEVED * (straight + mirrored_sliders(mirrored))
    return SliderGuess(np.clip(mean, -1.0, 1.0), table.covariance)


def mirrored_points(points: np.ndarray) -> np.ndarray:
    """(468, 3) landmarks of the face that a mirror shows, of landmarks (468 or more, 3); where it stands does not matter."""
    return points[:MESH_LANDMARKS][MIRROR[:MESH_LANDMARKS]] * [-1.0, 1.0, 1.0]


def told_features(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(D,) single: all that an answer is linear in.

    Args:
        picture: from `face_picture`.
        points: (468 or more, 3) landmarks, pixels and depth.
    """
    away, terms = load_guess_table().read(points[:, :2], points[:, 2])
    return np.concatenate([seen_features(picture), terms, away], dtype=np.float32)


def seen_features(picture: np.ndarray) -> np.ndarray:
    """(S,) what is seen within the face of a picture (192, 192, 3) uint8."""
    return face_features().read(picture)[_looked_at()].reshape(-1)


def normalized(features: np.ndarray, average: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Features (..., D) counted from the average in deviations, none of them too far."""
    return np.clip((features - average) / deviation, -FARTHEST, FARTHEST)


@cache
def _looked_at() -> np.ndarray:
    """(24, 24) bool."""
    middle = (np.arange(FEATURE_CELLS) + 0.5) / FEATURE_CELLS - 0.5
    return np.asarray((middle / LOOKED_AT[0]) ** 2 + (middle[:, None] / LOOKED_AT[1]) ** 2 < 1.0)


@cache
def load_sight_table() -> SightTable:
    """The table, made by assets/scripts/build_face_sight.py."""
    with np.load(asset_path("face_sight.npz")) as archive:
        kept = {name: archive[name].astype(np.float32) for name in archive.files}
    weights = kept.pop("weights") * kept.pop("steps")
    return SightTable(weights=weights, **kept)
