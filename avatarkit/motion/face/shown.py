"""How much of what was read of a face is shown: one that is hardly seen had better rest than twitch."""

from __future__ import annotations

import numpy as np

from avatarkit.motion.joints.frames import smooth_share

FADED, SHOWN = 0.3, 0.8
"""Confidences between which a reading fades in. On films of whole bodies blinks and glances read below 0.6 are farther from
the truth than eyes that rest."""

HALF_SEEN_PX = np.array([8.0, 24.0])
"""Distances of the outer eye corners at which half of a gaze to the side and half of a gaze up is shown: at 24 an iris is 3
pixels wide, and lids, which tell most of a gaze up, are 1 pixel from where they were.

Chosen by `benchmarks.small_faces`: of what is read of a gaze to the side all but a tenth is true down to 14 pixels; of a gaze
up three tenths are at 24 and at 18. In films of whole bodies whose faces are 12 pixels large gazes then err by 12.7 degrees,
where resting eyes err by 16.0. Other expressions err less than a resting face does as far down as faces are found.
"""


def shown_share(confidence: float) -> float:
    """0..1 of a reading's expressions."""
    return smooth_share(confidence, FADED, SHOWN)


def shown_gaze(gaze: np.ndarray, size_px: float) -> np.ndarray:
    """(2,) the gaze to the side and up, radians, as far as a face of this size tells it.

    What is likely of a gaze that was read with an error is less than what was read, by the variance of all gazes over its sum
    with the error's, whose spread grows with the square of how small the face is: its pixels are larger, and the face mesh
    sees it enlarged.

    Args:
        gaze: (2,) as read.
        size_px: between the outer eye corners.
    """
    return np.asarray(gaze / (1.0 + (HALF_SEEN_PX / size_px) ** 4))
