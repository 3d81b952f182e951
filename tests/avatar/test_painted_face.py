"""What is painted on drawn faces."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar import painted_face
from avatarkit.face_fit.landmark_table import load_landmark_table


def test_the_line_between_lips_is_half_as_wide_near_the_corners_as_in_the_middle() -> None:
    """A smile stretches it there, and a pointed line would be lost."""
    (upper, *_) = painted_face._STROKES
    picture = painted_face._drawn((upper,)).astype(float) / 255.0
    left, right = sorted(load_landmark_table().uvs(0.0, 0.0)[[upper.landmarks[0], upper.landmarks[-1]], 0] * picture.shape[1])
    near, middle = (picture[:, round(left + share * (right - left))].sum() for share in (0.06, 0.5))
    assert near > 0.5 * middle
    assert np.isclose(middle, upper.width_px, rtol=0.2)
