"""How fast each expression moves: what a filter has to let through, and beyond which there is only noise.

Live filters and zero-phase smoothing take the same table: a 1 Euro filter may go down to a quarter of it at rest.
"""

from __future__ import annotations

import numpy as np

from avatarkit.vocabulary.arkit import ARKIT_NAMES

_CUTOFFS_HZ = {
    "eyeBlink": 12.0,  # lids fall in 50 to 80 ms (H. Collewijn et al., Exp Brain Res 1985)
    "eyeLook": 8.0,  # glances jump within 30 to 60 ms; irises tremble more than eyes rest
    "eye": 5.0,
    "jaw": 8.0,  # mouths open and shut at 2 to 7 Hz in speech (C. Chandrasekaran et al., PLoS Comput Biol 2009)
    "mouthSmile": 4.0, "mouthFrown": 4.0, "mouthDimple": 4.0, "mouthStretch": 5.0,
    "mouth": 8.0,
    "brow": 3.0,  # brows accompany syllables at most; what is faster is the detector's
    "cheek": 4.0, "nose": 4.0, "tongue": 8.0,
}  # fmt: skip
"""Longest beginning of an expression's name that fits -> hertz."""


def _cutoff_hz(name: str) -> float:
    return _CUTOFFS_HZ[max((start for start in _CUTOFFS_HZ if name.startswith(start)), key=len)]


EXPRESSION_CUTOFF_HZ = np.array([_cutoff_hz(name) for name in ARKIT_NAMES])
"""(52,) hertz, of `ARKIT_NAMES`."""

EXPRESSION_CUTOFF_HZ.setflags(write=False)
