"""Earrings, hung on the lobes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.head import face_frame
from avatarkit.avatar.outfit.part import joined_parts, solid
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.shapes import ball, ring_path, tube
from avatarkit.body.rest import RestBody

EARRING_LAYER = 80
_HEAD = {"head": 1.0}
_UP, _AHEAD, _LEFT = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Earrings:
    """A pair of earrings; `shape` gives the left one's parts, name and grid, at a place (3,) of the lobe."""

    shape: Callable[[np.ndarray], Sequence[tuple[str, np.ndarray]]]

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """The earrings on somebody's ears."""
        lobe = face_frame(rest).lobe
        parts = [solid(name, grid * [side, 1.0, 1.0], _HEAD, rest) for side in (1.0, -1.0) for name, grid in self.shape(lobe)]
        return Worn(tuple(joined_parts(parts)))

    def covers(self, places: np.ndarray) -> np.ndarray:
        """No skin."""
        return np.zeros(len(places), bool)


def _studs(lobe: np.ndarray) -> list[tuple[str, np.ndarray]]:
    return [
        ("metal", ball(lobe + 0.0012 * _LEFT, np.array([0.0012, 0.0036, 0.0036]), 12)),
        ("stone", ball(lobe + 0.002 * _LEFT, 0.0027)),
    ]


def _hoop(radius: float) -> Callable[[np.ndarray], list[tuple[str, np.ndarray]]]:
    def hoop(lobe: np.ndarray) -> list[tuple[str, np.ndarray]]:
        middle = lobe - (radius - 0.002) * _UP + 0.001 * _LEFT
        return [("metal", tube(ring_path(middle, radius * _UP, radius * _AHEAD, 37), 0.0011, 7, closed=True))]

    return hoop


def _drops(lobe: np.ndarray) -> list[tuple[str, np.ndarray]]:
    wire = np.stack([lobe + 0.0015 * _LEFT - d * _UP for d in (0.0, 0.006, 0.012)])
    stone = ball(lobe + 0.0015 * _LEFT - 0.021 * _UP, np.array([0.0042, 0.0095, 0.0042]), 12)
    return [("metal", tube(wire, 0.0007, 5)), ("metal", ball(lobe + 0.001 * _LEFT, 0.0022)), ("stone", stone)]


_METAL, _STONE = Finish("satin", 0.25, 1.0), Finish("satin", 0.08)


def _earrings(shape: Callable[[np.ndarray], Sequence[tuple[str, np.ndarray]]], colors: Mapping[str, str]) -> WardrobePiece:
    return WardrobePiece(("earrings",), colors, EARRING_LAYER, Earrings(shape), {"metal": _METAL, "stone": _STONE})


EARRINGS: Mapping[str, WardrobePiece] = {
    "studs": _earrings(_studs, {"stone": "#e8ecf2", "metal": "#d0d3d8"}),
    "hoops": _earrings(_hoop(0.014), {"metal": "#d6b25a"}),
    "large-hoops": _earrings(_hoop(0.026), {"metal": "#d6b25a"}),
    "drop-earrings": _earrings(_drops, {"stone": "#2d7a63", "metal": "#d6b25a"}),
}
