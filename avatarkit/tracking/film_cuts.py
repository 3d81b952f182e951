"""Whether a film went on somewhere else from one picture to the next."""

from __future__ import annotations

import cv2
import numpy as np

from avatarkit.tracking.square_crop import PhotoPyramid

GLIMPSE_SIZE = (32, 24)
"""Width and height of the picture that is kept for comparison."""

CUT_DIFFERENCE = 40.0
"""Mean difference of two glimpses, of 255 grey levels, from which they show two scenes."""

Glimpse = np.ndarray
"""(24, 32) grey levels."""


def glimpse_of(pyramid: PhotoPyramid) -> Glimpse:
    """The picture, very small and grey."""
    small = cv2.resize(pyramid.levels[-1], GLIMPSE_SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)


def is_cut(before: Glimpse, now: Glimpse) -> bool:
    """Whether two pictures that follow each other show two scenes; light that changes as a whole is no cut."""
    change = now - before
    return bool(np.abs(change - np.median(change)).mean() > CUT_DIFFERENCE)
