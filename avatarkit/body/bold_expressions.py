"""A drawn figure's acting: brows that slant as one stroke, mouths that leave the smile they rest in, all a little larger.

What a person's face does in millimetres is lost on a face that is seen from afar and painted in a few lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from avatarkit.body.body import load_body
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SIDES = ("Left", "Right")

Moves = Mapping[str, tuple[np.ndarray, np.ndarray]]
_NO_MOVES = np.zeros(0, int), np.zeros((0, 3))

_BROW_ENDS = (0.35, 1.85)  # of the distance from the middle line to an eye: where a brow begins and ends
_BROW_FADES = (0.5, 0.5)  # of the same, beyond them
_BROW_HEIGHTS_M = (0.001, 0.010, 0.028, 0.050)  # above the eye's opening: still, as far as the brow, up to there, still again
_BROWS: Mapping[str, tuple[tuple[float, float, float], float]] = {
    "browDown": ((-0.0100, -0.0055, 0.0010), -0.0020),
    "browInnerUp": ((0.0045, 0.0010, -0.0030), 0.0),
    "browOuterUp": ((0.0008, 0.0045, 0.0054), 0.0),
    "noseSneer": ((0.0032, 0.0024, 0.0014), 0.0),
}
"""Expression -> metres up at the brow's beginning, middle and end; metres outwards at its beginning. Judged by eye, and no
higher than face finders follow brows above large eyes. Of a sneer it takes back what a person's does to brows."""

_REPLACED = ("browDown", "browInnerUp", "browOuterUp")
"""Expressions of which nothing of a person's stays."""

_LARGER: Mapping[str, float] = {
    "mouthSmile": 0.5, "mouthFrown": 0.15, "mouthStretch": 0.6, "mouthUpperUp": 0.6, "jawOpen": 0.5, "eyeWide": 0.3,
}  # fmt: skip
"""Expression -> what is added of itself."""

_UNSMILING: Mapping[str, float] = {
    "mouthFrown": 1.0, "mouthPress": 0.6, "noseSneer": 0.35, "mouthUpperUp": 0.3,
}  # fmt: skip
"""Expression -> part of the resting smile that it takes back."""

_WITH: Mapping[str, Mapping[str, float]] = {
    "cheekSquint": {"eyeSquint": 0.5},
    "noseSneer": {"mouthUpperUp": 0.3, "eyeSquint": 0.4},
    "jawOpen": {"mouthFunnel": 0.5, "mouthPucker": 0.5},
}
"""Expression -> others that come along. A mouth that opens gets narrower, as a person's does; half as large again and no
narrower it would be a stretched one, to face finders too, which hardly follow what drawn brows and lids do."""

_TEETH_LEFT, _TEETH_DOWN_M, _TONGUE_DOWN_M = 0.5, 0.006, 0.004
"""Behind the lip of an open mouth, size of the lower teeth and how far they and the tongue sink: nobody draws lower teeth,
which would lie on the lip as a white block. Sunk alone, they come out of a pointed chin."""


def bolder(offsets: sparse.csc_matrix, bold: float, resting_smile: float, moves: Moves) -> sparse.csc_matrix:
    """Expression offsets of a drawn figure.

    Args:
        offsets: (3V, 52) metres, as a person's face would act; three rows of a vertex side by side.
        bold: 0..1, how far it acts as a drawn one.
        resting_smile: the smile that the mouth rests in, in full smiles of `offsets`.
        moves: expression -> vertices (N,) and their offsets (N, 3), metres: what it does besides; to brows, in place of a
            person's.

    Returns:
        (3V, 52) metres, likewise.
    """
    mixing = _mixing(resting_smile)
    shares = np.eye(len(mixing)) + bold * mixing
    acted = [(offsets.indices[a:b:3] // 3, offsets.data[a:b].reshape(-1, 3)) for a, b in pairwise(offsets.indptr)]
    columns = list(acted)
    for number in np.flatnonzero(mixing.any(axis=0)):
        parts = [(*acted[part], shares[part, number]) for part in np.flatnonzero(shares[:, number])]
        columns[number] = _sum([*parts, (*moves.get(ARKIT_NAMES[number], _NO_MOVES), bold)], offsets.shape[0] // 3)
    ends = np.cumsum([0, *(moved.size for _, moved in columns)])
    indices = np.concatenate([(3 * vertices[:, None] + np.arange(3)).reshape(-1) for vertices, _ in columns])
    values = np.concatenate([moved.reshape(-1) for _, moved in columns])
    return sparse.csc_matrix((values, indices, ends), shape=offsets.shape)


def _sum(parts: Sequence[tuple[np.ndarray, np.ndarray, float]], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of `count` vertices (N,) move, and offsets (N, 3), given vertices and offsets of each part, and its share."""
    total, touched = np.zeros((count, 3)), np.zeros(count, bool)
    for vertices, offsets, share in parts:
        total[vertices] += share * offsets
        touched[vertices] = True
    vertices = np.flatnonzero(touched)
    vertices = vertices[(total[vertices] != 0.0).any(axis=1)]
    return vertices, total[vertices]


@cache
def _mixing(resting_smile: float) -> np.ndarray:
    """(52, 52) what is added of each expression (rows) to each (columns)."""
    mixing = np.zeros((len(ARKIT_NAMES), len(ARKIT_NAMES)))

    def add(part: str, name: str, share: float) -> None:
        for side in SIDES:
            pair = [one if one in ARKIT_NAMES else one + side for one in (part, name)]
            mixing[ARKIT_NAMES.index(pair[0]), ARKIT_NAMES.index(pair[1])] = share

    for name, more in _LARGER.items():
        add(name, name, more)
    for name in _REPLACED:
        add(name, name, -1.0)
    for name, back in _UNSMILING.items():
        add("mouthSmile", name, -back * resting_smile)
    for name, parts in _WITH.items():
        for part, share in parts.items():
            add(part, name, share)
    return mixing


def drawn_brows(points: np.ndarray, openings: np.ndarray) -> dict[str, np.ndarray]:
    """ARKit's name -> (N, 3) metres: each brow moved as one curved stroke, with the skin that it is painted on.

    Args:
        points: (N, 3) metres, of a head that is not stylised.
        openings: (2, 3) middles of what the lids of the left and the right eye leave open.
    """
    moves: dict[str, np.ndarray] = {}
    for opening, side in zip(openings, SIDES, strict=True):
        outward = np.sign(opening[0])
        across, up = points[:, 0] / opening[0], points[:, 1] - opening[1]
        low, first, last, high = _BROW_HEIGHTS_M
        share = _rise(up, low, first) * _rise(-up, -high, -last)
        share *= _rise(across, _BROW_ENDS[0] - _BROW_FADES[0], _BROW_ENDS[0])
        share *= _rise(-across, -_BROW_ENDS[1] - _BROW_FADES[1], -_BROW_ENDS[1])
        along = np.clip((across - _BROW_ENDS[0]) / (_BROW_ENDS[1] - _BROW_ENDS[0]), 0.0, 1.0)
        for name, (heights, out) in _BROWS.items():
            move = np.zeros_like(points)
            move[:, 0] = share * outward * out * (1.0 - along)
            move[:, 1] = share * _through(heights, along)
            key = name if name in ARKIT_NAMES else name + side
            moves[key] = moves.get(key, 0.0) + move
    return moves


def behind_lips(points: np.ndarray, vertices: np.ndarray) -> dict[str, np.ndarray]:
    """ARKit's name -> (N, 3) metres: what an opening mouth does to its lower teeth and its tongue.

    Args:
        points: (N, 3) metres, of a head that is not stylised.
        vertices: (N,) which of the body's they are.
    """
    teeth, tongue = (np.isin(vertices, load_body().parts[name].quads) for name in ("teeth-lower", "tongue"))
    arch, move = points[teeth], np.zeros_like(points)
    throat = np.array([0.0, arch[:, 1].mean(), arch[:, 2].min()])
    move[teeth] = (1.0 - _TEETH_LEFT) * (throat - arch) - (0.0, _TEETH_DOWN_M, 0.0)
    move[tongue, 1] = -_TONGUE_DOWN_M
    return {"jawOpen": move}


def _through(heights: tuple[float, float, float], along: np.ndarray) -> np.ndarray:
    """(N,) the parabola through three values at 0, 1/2 and 1."""
    first, middle, last = heights
    return (
        first * (1.0 - along) * (1.0 - 2.0 * along) + 4.0 * middle * along * (1.0 - along) + last * along * (2.0 * along - 1.0)
    )


def _rise(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, smooth between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))
