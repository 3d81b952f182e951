"""The mouth's inside stays behind the face: flattened noses and thin cheeks would lay it bare beside the nostrils."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.lips import lips
from avatarkit.geometry.nearest import tree_of

_LEAST_M = 0.002  # so far behind the skin, where the average face has as much
_MOST_M = 0.005  # a way farther is no matter of depth
_AROUND_M = 0.045  # from the lips: skin that the mouth's inside can come near to
_NEIGHBOURS = 4  # of the skin's vertices; the deepest counts, since flesh between two of them is no farther out


def hidden_inside(positions: np.ndarray) -> np.ndarray:
    """Positions (V, 3), metres, with the mouth's inside drawn back where it would come through the skin; all else stays."""
    inside, skin, wanted = _usual()
    back = np.clip(wanted - _depth(positions, inside, skin), 0.0, _MOST_M)
    if not back.any():
        return positions
    hidden = positions.copy()
    hidden[inside, 2] -= back
    return hidden


def _depth(positions: np.ndarray, inside: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """(N,) metres that vertices of the inside lie behind the skin before them."""
    near = tree_of(positions[skin, :2]).query(positions[inside, :2], _NEIGHBOURS)[1]
    return np.asarray(positions[skin[near], 2].min(axis=1) - positions[inside, 2])


@cache
def _usual() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices of the mouth's inside and of the skin around it, and how deep each of the former shall lie, metres."""
    body = load_body()
    head, mouth = (np.unique(body.parts[name].quads) for name in ("head", "mouth"))
    edge = np.concatenate([lip.edge for lip in lips()])
    middle = body.positions[edge].mean(axis=0)
    away = np.abs(body.positions - middle).max(axis=1)
    inside = np.setdiff1d(mouth[away[mouth] < _AROUND_M], head)
    skin = np.setdiff1d(head[away[head] < 1.5 * _AROUND_M], mouth)
    return inside, skin, np.clip(_depth(body.positions, inside, skin), 0.0, _LEAST_M)
