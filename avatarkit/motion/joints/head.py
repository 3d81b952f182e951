"""The head's rotation from the body's eleven face points."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.vocabulary.mediapipe_points import POSE

HEAD_POINTS = ("nose", "leftEyeInner", "leftEye", "leftEyeOuter", "leftEar", "mouthLeft",
               "rightEyeInner", "rightEye", "rightEyeOuter", "rightEar", "mouthRight")  # fmt: skip
"""The body points that move with the head."""

_LEFT_HALF = np.array(
    [[0.016, 0.035, 0.087], [0.029, 0.037, 0.085], [0.043, 0.038, 0.083], [0.078, 0.008, -0.005], [0.023, -0.028, 0.095]]
)
HEAD_SHAPE = checked_array(
    "head shape", np.vstack([[[0.0, 0.0, 0.115]], _LEFT_HALF, _LEFT_HALF * [-1.0, 1.0, 1.0]]), (11, 3), np.float64
)
"""(11, 3) metres, where `HEAD_POINTS` lie around the joint between head and neck when the head is upright: the body's own face
with all sliders at 0, at the places of its landmark table."""

HEAD_ROWS = np.array([POSE[name] for name in HEAD_POINTS])

_CENTRED = HEAD_SHAPE - HEAD_SHAPE.mean(axis=0)


def _profile_terms() -> np.ndarray:
    """(9, 16): the linear map from the points' correlation matrix to the matrix whose first eigenvector is the rotation."""
    terms = np.zeros((3, 3, 4, 4))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        terms[i, i] += np.diag([1.0 if row == i else -1.0 for row in range(3)] + [1.0])
        for row, column in ((i, j), (j, i)):
            terms[i, j, row, column] += 1.0
            terms[j, i, row, column] += 1.0
        for row, column in ((i, 3), (3, i)):
            terms[j, k, row, column] += 1.0
            terms[k, j, row, column] -= 1.0
    return terms.reshape(9, 16)


_PROFILE_TERMS = _profile_terms()


def head_rotation(body: np.ndarray) -> np.ndarray:
    """The rotation (4,) xyzw in the world that takes the upright head's points nearest to those seen; any size.

    Source: B. K. P. Horn, Closed-form solution of absolute orientation using unit quaternions, J. Opt. Soc. Am. A 4, 1987.
    """
    correlation = _CENTRED.T @ body[HEAD_ROWS]
    _, vectors = np.linalg.eigh((correlation.reshape(9) @ _PROFILE_TERMS).reshape(4, 4))
    rotation: np.ndarray = vectors[:, 3]
    return rotation
