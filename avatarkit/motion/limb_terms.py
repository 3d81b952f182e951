"""What limbs of known length ask of a body's points: the part of `lift`'s equations that is a person's, made once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.limb_points import FOOT_ENDS, FOOT_SHARES, FOOT_STARTS, LIMB_ENDS, LIMB_STARTS, LIMBS

DIRECTION_SPREAD = 0.25
"""How far the tracker's limb misses the true one, over its length: 14 degrees. This and the other spreads are chosen by the
error of bone directions on rendered truth."""

ARM_SPREADS = {"upper arm": 0.4, "forearm": 0.5}
"""The same of arms, whose depth is guessed worse: of hands raised before the face the forearm is shown to come towards the
camera by 60 degrees where it does by 20. Picture and lengths know better."""

LENGTH_SPREAD = 0.06
"""How well a limb's length is known, over its length; the trunk bends."""

FOOT_SPREAD = 0.07
"""The same of the sides of a foot, whose points are on the shoe."""

STARTS, ENDS = np.concatenate([LIMB_STARTS, FOOT_STARTS]), np.concatenate([LIMB_ENDS, FOOT_ENDS])
"""(E,) rows of `POSE_POINTS`: the ends of the limbs and of the sides of the feet."""

SOLVED = np.unique([STARTS, ENDS])
"""(N,) the rows that have limbs."""

DIRECTION_SPREADS = np.array(
    [ARM_SPREADS.get(limb.group, DIRECTION_SPREAD) for limb in LIMBS] + [DIRECTION_SPREAD] * len(FOOT_STARTS)
)
"""(E,) of each limb."""

SPREADS = np.concatenate([np.full(len(LIMB_STARTS), LENGTH_SPREAD), np.full(len(FOOT_STARTS), FOOT_SPREAD)])

INCIDENCE = (ENDS[:, None] == SOLVED).astype(float) - (STARTS[:, None] == SOLVED)
"""(E, N) limbs are this times the solved points."""


@dataclass(frozen=True)
class LimbTerms:
    """The person's part of the equations.

    Attributes:
        lengths: (E,) metres.
        matrix: (3N, 3N) of the limbs' directions; pull: (N, E) what makes the right side of the limbs as vectors.
        stretch: (E,) one over the lengths' spread, metres.
    """

    lengths: np.ndarray
    matrix: np.ndarray
    pull: np.ndarray
    stretch: np.ndarray


def limb_terms(limb_lengths: np.ndarray, foot_length: float) -> LimbTerms:
    """The terms of a person with such limbs and feet, metres."""
    lengths = np.concatenate([limb_lengths, FOOT_SHARES * foot_length])
    pull = INCIDENCE.T * (DIRECTION_SPREADS * lengths) ** -2
    return LimbTerms(lengths, np.kron(pull @ INCIDENCE, np.eye(3)), pull, 1.0 / (SPREADS * lengths))
