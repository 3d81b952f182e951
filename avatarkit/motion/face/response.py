"""How the detector's landmarks answer to expressions, and how they stray otherwise: measured on rendered heads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.data_files import asset_path
from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.face.face_points import POINTS
from avatarkit.vocabulary.arkit import ARKIT_NAMES

YAWS_DEG = (-45.0, -22.5, 0.0, 22.5, 45.0)
PITCHES_DEG = (-30.0, 0.0, 30.0)
"""Head turns, evenly spaced, for which the landmarks' places on the head are known; between them they are blended."""


@dataclass(frozen=True)
class FaceResponse:
    """Displacements of `POINTS` in the head's axes, metres.

    Landmarks do not err one by one: the whole mouth sits too low, one side of a turned head is too wide. Each stray is such a
    common error of one standard deviation; a reading that knows them does not take them for expressions.

    Attributes:
        expressions: (3, N, 52) what each expression adds at full weight.
        turns: (Y, P, N, 3) what the head's turn adds, at `YAWS_DEG` and `PITCHES_DEG`.
        depth_bias: (N,) how much farther the detector puts a landmark than it is, over the distance of the outer eye corners.
        strays: (3, N, S) common errors, independent of each other.
        noise: standard deviation of what else a landmark errs by, across the picture.
    """

    expressions: np.ndarray
    turns: np.ndarray
    depth_bias: np.ndarray
    strays: np.ndarray
    noise: float

    def __post_init__(self) -> None:
        for name, last in (("expressions", len(ARKIT_NAMES)), ("strays", np.shape(self.strays)[-1])):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (3, len(POINTS), last), np.float64))
        shape = (len(YAWS_DEG), len(PITCHES_DEG), len(POINTS), 3)
        object.__setattr__(self, "depth_bias", checked_array("depth_bias", self.depth_bias, (len(POINTS),), np.float64))
        object.__setattr__(self, "turns", checked_array("turns", self.turns, shape, np.float64))


@cache
def load_response() -> FaceResponse:
    """The response, made by assets/scripts/build_face_response.py."""
    with np.load(asset_path("face_response.npz")) as archive:
        if not np.array_equal(archive["points"], POINTS):
            raise ValueError("assets/face_response.npz was made for other landmarks: run its script again")
        expressions, turns, depth_bias, strays = (archive[name] for name in ("expressions", "turns", "depth_bias", "strays"))
        return FaceResponse(expressions, turns, depth_bias, strays, float(archive["noise"]))
