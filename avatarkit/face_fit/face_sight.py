"""What the picture of a face tells of its sliders beyond the landmarks, learned from rendered heads.

Landmarks say where things are; how a cheek or a nose is rounded lies in the shading between them. The face mesh model sees it
and throws it away on its way to the landmarks: one of its inner layers is read, and a linear answer corrects the first guess.
Landmarks are not asked a second time beside it: on rendered heads they had a little more to say, but photos of one person then
agreed less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.data_files import asset_path
from avatarkit.face_fit.face_model import mirrored_sliders
from avatarkit.face_fit.face_picture import face_picture
from avatarkit.face_fit.first_guess import SliderGuess, load_guess_table
from avatarkit.tracking.face_features import FEATURE_CELLS, face_features
from avatarkit.tracking.face_landmarks import FaceLandmarks

LOOKED_AT = (0.43, 0.47)
"""Half axes of the ellipse around the face, parts of the picture's side: beyond it lies what is not face."""

BELIEVED = 0.9  # of the correction: with all of it, expressions change the resting face by over 1 mm
FARTHEST = 4.0  # deviations: a feature beyond was never seen in training, and its answer means nothing


@dataclass(frozen=True)
class SightTable:
    """A linear answer from D features.

    Attributes:
        average, deviation: (D,) of the features of rendered faces.
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
    table, picture = load_sight_table(), face_picture(face)
    straight, mirrored = (table.correction(seen_features(view)) for view in (picture, picture[:, ::-1]))
    guess = load_guess_table().guess(face.points_px, face.depth_px).mean
    mean = guess + 0.5 * BELIEVED * (straight + mirrored_sliders(mirrored))
    return SliderGuess(np.clip(mean, -1.0, 1.0), table.covariance)


def seen_features(picture: np.ndarray) -> np.ndarray:
    """(D,) what is seen within the face of a picture (192, 192, 3) uint8."""
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
