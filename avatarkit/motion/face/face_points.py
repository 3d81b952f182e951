"""Which of the face mesh's landmarks are read in motion, and where a person's own expressions move them.

Source of the landmark numbers: google-ai-edge/mediapipe, face_mesh_connections.py (lips, eyes, brows, nose, oval) and the
canonical face model.
"""

from __future__ import annotations

import numpy as np

LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
)  # fmt: skip
"""Outer and inner edge of the lips."""

EYES = (33, 133, 144, 145, 153, 158, 159, 160, 161, 163, 263, 362, 373, 374, 380, 385, 386, 387, 388, 390)
BROWS = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
NOSE = (1, 2, 4, 6, 48, 64, 98, 115, 168, 278, 294, 327, 344)
CHEEKS = (36, 50, 118, 203, 205, 206, 216, 266, 280, 347, 423, 425, 426, 436)
CHIN = (18, 200, 175, 152, 176, 150, 172, 400, 379, 397)
FRAME = (10, 151, 9, 67, 297, 103, 332, 162, 389, 127, 356, 234, 454)
"""Forehead and temples: hardly an expression moves them, so they hold the pose."""

POINTS = np.array(sorted({*LIPS, *EYES, *BROWS, *NOSE, *CHEEKS, *CHIN, *FRAME}))
"""(N,) the landmarks that are read."""

OUTER_EYES = (33, 263)

LID_PAIRS = {
    "Left": ((386, 374), (385, 380), (387, 373)),
    "Right": ((159, 145), (158, 153), (160, 144)),
}
"""Upper and lower landmark at three places of each lid; the subject's own sides."""

EYE_CORNERS = {"Left": (362, 263), "Right": (133, 33)}
IRIS_MIDDLES = {"Left": 473, "Right": 468}
"""Inner and outer corner, and the middle of the iris."""
