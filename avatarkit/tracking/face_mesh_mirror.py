"""Which landmark of the face mesh is which in the mirror."""

from __future__ import annotations

import numpy as np

MIDDLE = (0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199, 200)
"""Landmarks on the face's own plane of symmetry. Source: measured, by matching faces with their mirror images one to one."""

_IRISES = (473, 476, 475, 474, 477, 468, 471, 470, 469, 472)
"""Partners of landmarks 468..477: centre, one side, top, other side, bottom of each iris; the sides follow the picture."""


def _mirror() -> np.ndarray:
    # MediaPipe numbers the left half of the mesh (248..467) in the order of the right half (below 248, without the middle).
    right = [index for index in range(248) if index not in MIDDLE]
    partners = np.arange(478)
    partners[right] = np.arange(248, 468)
    partners[248:468] = right
    partners[468:] = _IRISES
    partners.setflags(write=False)
    return partners


MIRROR = _mirror()
"""(478,) where each landmark of a face is found among those of its mirror image. An involution."""
