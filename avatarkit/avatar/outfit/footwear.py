"""The shoes of the wardrobe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.part import Part, joined_parts
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.shoes import Piece, shod_vertices, shoe
from avatarkit.body.rest import RestBody

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Shoes:
    """A pair of shoes."""

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """Both shoes on somebody's feet."""
        parts = [
            _part(name, piece, side, rest)
            for side in _SIDES
            for name, piece in zip(("upper", "sole"), shoe(rest, side), strict=True)
        ]
        return Worn(tuple(joined_parts(parts)), hides=np.concatenate([shod_vertices(rest, side) for side in _SIDES]))

    def covers(self, places: np.ndarray) -> np.ndarray:
        """Nothing that is the same on everybody."""
        return np.zeros(len(places), bool)


def _part(name: str, piece: Piece, side: str, rest: RestBody) -> Part:
    bones = rest.skeleton.names.index
    weights = np.pad(np.stack([1.0 - piece.toe_share, piece.toe_share], axis=1), ((0, 0), (0, 2)))
    joints = np.where(weights > 0, [bones(side + "Foot"), bones(side + "Toes"), 0, 0], 0)
    return Part(name, piece.positions, piece.normals, piece.uvs, piece.triangles, joints, weights)


SHOES: Mapping[str, WardrobePiece] = {
    "sneakers": WardrobePiece(
        ("shoes",),
        {"upper": "#3a3d42", "sole": "#e9e7e2"},
        5,
        Shoes(),
        {"upper": Finish("canvas", 0.85), "sole": Finish("rubber", 0.6)},
    ),
}
