"""A drawn figure's acting: brows that slant as one stroke, mouths that leave the smile they rest in, all a little larger.

What a person's face does in millimetres is lost on a face that is seen from afar and painted in a few lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.body.body import load_body
from avatarkit.geometry.compiled import INDEX, NUMBER, compilable, compiled, packed_floats, packed_indices
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
    shares = np.eye(len(ARKIT_NAMES)) + bold * _mixing(resting_smile)
    own = [moves.get(name, _NO_MOVES) for name in ARKIT_NAMES]
    drawn = _packed([len(vertices) for vertices, _ in own], *map(np.concatenate, zip(*own, strict=True)))
    acted = np.diff(offsets.indptr) // 3, offsets.indices[::3] // 3, offsets.data.reshape(-1, 3)
    ends, vertices, moved = _mixed(*_packed(*acted), *drawn, shares, bold, offsets.shape[0] // 3)
    indices = (3 * vertices[:, None] + np.arange(3)).reshape(-1)
    return sparse.csc_matrix((moved.reshape(-1), indices, 3 * ends), shape=offsets.shape)


def _packed(
    counts: Sequence[int] | np.ndarray, vertices: np.ndarray, moves: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each expression's rows end, (53,), and the rows, as compiled functions want them: vertices (N,), moves (N, 3)."""
    return np.cumsum([0, *counts]), np.ascontiguousarray(vertices, np.int64), np.ascontiguousarray(moves, float)


@compiled(
    packed_indices(1), packed_indices(1), packed_floats(2), packed_indices(1), packed_indices(1), packed_floats(2),
    packed_floats(2), NUMBER, INDEX,
)  # fmt: skip
def _mixed(  # noqa: PLR0917
    ends: np.ndarray, vertices: np.ndarray, acted: np.ndarray, own_ends: np.ndarray, own_vertices: np.ndarray, own: np.ndarray,
    shares: np.ndarray, bold: float, count: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Where each expression ends, which of `count` vertices it moves, and how: shares (52, 52) of what is acted, and its own
    moves, as far as it is bold."""
    room, total, touched = 0, np.zeros((count, 3)), np.zeros(count, np.bool_)
    for number in range(len(shares)):
        for part in range(len(shares)):
            if shares[part, number] != 0.0:
                room += ends[part + 1] - ends[part]
        room += own_ends[number + 1] - own_ends[number]
    found, moves, made, kept = np.empty(room, np.int64), np.empty((room, 3)), np.zeros(len(ends), np.int64), 0
    for number in range(len(shares)):
        for part in range(len(shares)):
            if shares[part, number] != 0.0:
                _gather(total, touched, vertices[ends[part] : ends[part + 1]], acted[ends[part] :], shares[part, number])
        first, last = own_ends[number], own_ends[number + 1]
        _gather(total, touched, own_vertices[first:last], own[first:], bold)
        for vertex in range(count):
            if touched[vertex]:
                x, y, z = total[vertex, 0], total[vertex, 1], total[vertex, 2]
                if x != 0.0 or y != 0.0 or z != 0.0:
                    found[kept], moves[kept, 0], moves[kept, 1], moves[kept, 2] = vertex, x, y, z
                    kept += 1
                touched[vertex], total[vertex, 0], total[vertex, 1], total[vertex, 2] = False, 0.0, 0.0, 0.0
        made[number + 1] = kept
    return made, found[:kept].copy(), moves[:kept].copy()


@compilable
def _gather(total: np.ndarray, touched: np.ndarray, vertices: np.ndarray, moves: np.ndarray, share: float) -> None:
    """Adds a share of moves to a total, in place."""
    for row in range(len(vertices)):
        vertex = vertices[row]
        touched[vertex] = True
        for axis in range(3):
            total[vertex, axis] += share * moves[row, axis]


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
    teeth, tongue = (np.unique(load_body().parts[name].quads) for name in ("teeth-lower", "tongue"))
    if not np.isin(teeth, vertices).all():  # a head sunk between the shoulders: what is below the neck is not stylised
        return {}
    teeth, tongue = np.isin(vertices, teeth), np.isin(vertices, tongue)
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
