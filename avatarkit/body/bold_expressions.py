"""A drawn figure's acting: brows that slant as one stroke, mouths that leave the smile they rest in, all a little larger.

What a person's face does in millimetres is lost on a face that is seen from afar and painted in a few lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.expression_rows import ROWS, ExpressionRows
from avatarkit.geometry.compiled import NUMBER, compilable, compiled, packed_floats, packed_indices
from avatarkit.geometry.plain_vectors import add_to_row, put_row, row_of, scaled
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
    "mouthClose": {"jawOpen": -_LARGER["jawOpen"], "mouthFunnel": -0.5, "mouthPucker": -0.5},
}
"""Expression -> others that come along. A mouth that opens gets narrower, as a person's does; half as large again and no
narrower it would be a stretched one, to face finders too, which hardly follow what drawn brows and lids do. What closes the
lips of an open jaw takes all that back, or they would not meet."""

_TEETH_LEFT, _TEETH_DOWN_M, _TONGUE_DOWN_M = 0.5, 0.006, 0.004
"""Behind the lip of an open mouth, size of the lower teeth and how far they and the tongue sink: nobody draws lower teeth,
which would lie on the lip as a white block. Sunk alone, they come out of a pointed chin."""


def bolder(acted: ExpressionRows, bold: float, resting_smile: float, moves: Moves, vertex_count: int) -> ExpressionRows:
    """Expressions of a drawn figure.

    Args:
        acted: as a person's face would act.
        bold: 0..1, how far it acts as a drawn one.
        resting_smile: the smile that the mouth rests in, in full smiles of `acted`.
        moves: expression -> vertices (N,) and their offsets (N, 3), metres: what it does besides; to brows, in place of a
            person's.
        vertex_count: of the body.
    """
    shares, own = np.eye(len(ARKIT_NAMES)) + bold * _mixing(resting_smile), _rows(moves)
    moving = np.zeros(vertex_count, bool)
    moving[acted.vertices] = moving[own.vertices] = True
    ever = np.flatnonzero(moving)
    mixed = _mixed(acted.ends, acted.vertices, acted.moves, own.ends, own.vertices, own.moves, shares, bold, ever)
    return ExpressionRows(*mixed)


def _rows(moves: Moves) -> ExpressionRows:
    each = [moves.get(name, _NO_MOVES) for name in ARKIT_NAMES]
    vertices, offsets = (np.concatenate(parts) for parts in zip(*each, strict=True))
    ends = np.cumsum([0, *(len(vertices) for vertices, _ in each)])
    return ExpressionRows(ends, vertices.astype(np.int64), np.ascontiguousarray(offsets, float))


@compiled(*ROWS, *ROWS, packed_floats(2), NUMBER, packed_indices(1))
def _mixed(  # noqa: PLR0917
    ends: np.ndarray, vertices: np.ndarray, acted: np.ndarray, own_ends: np.ndarray, own_vertices: np.ndarray, own: np.ndarray,
    shares: np.ndarray, bold: float, ever: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Where each expression ends, which vertices it moves, of those that any does, and how: shares (52, 52) of what is acted,
    and its own moves, as far as it is bold."""
    room, total, touched = 0, np.zeros((ever[-1] + 1, 3)), np.zeros(ever[-1] + 1, np.bool_)
    for number in range(len(shares)):
        for part in range(len(shares)):
            if shares[part, number] != 0.0:
                room += ends[part + 1] - ends[part]
        room += own_ends[number + 1] - own_ends[number]
    found, moves, made, kept = np.empty(room, np.int64), np.empty((room, 3)), np.zeros(len(ends), np.int64), 0
    for number in range(len(shares)):
        for part in range(len(shares)):
            if shares[part, number] != 0.0:
                _gather(total, touched, vertices, acted, ends[part], ends[part + 1], shares[part, number])
        _gather(total, touched, own_vertices, own, own_ends[number], own_ends[number + 1], bold)
        for vertex in ever:
            if touched[vertex]:
                move = row_of(total, vertex)
                if move != (0.0, 0.0, 0.0):
                    found[kept] = vertex
                    put_row(moves, kept, move)
                    kept += 1
                touched[vertex] = False
                put_row(total, vertex, (0.0, 0.0, 0.0))
        made[number + 1] = kept
    return made, found[:kept], moves[:kept]


@compilable
def _gather(  # noqa: PLR0917
    total: np.ndarray, touched: np.ndarray, vertices: np.ndarray, moves: np.ndarray, first: int, end: int, share: float
) -> None:
    """Adds a share of some rows' moves to a total, in place."""
    for row in range(first, end):
        vertex = vertices[row]
        touched[vertex] = True
        add_to_row(total, vertex, scaled(row_of(moves, row), share))


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


def drawn_brows(points: np.ndarray, openings: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """ARKit's name -> which points (M,), rising, and (M, 3) metres: each brow moved as one curved stroke, with its skin.

    Args:
        points: (N, 3) metres, of a head that is not stylised.
        openings: (2, 3) middles of what the lids of the left and the right eye leave open.
    """
    moves: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for opening, side in zip(openings, SIDES, strict=True):
        rows, outward = _at_brow(points, opening), np.sign(opening[0])
        across, up = points[rows, 0] / opening[0], points[rows, 1] - opening[1]
        low, first, last, high = _BROW_HEIGHTS_M
        share = _rise(up, low, first) * _rise(-up, -high, -last)
        share *= _rise(across, _BROW_ENDS[0] - _BROW_FADES[0], _BROW_ENDS[0])
        share *= _rise(-across, -_BROW_ENDS[1] - _BROW_FADES[1], -_BROW_ENDS[1])
        along = np.clip((across - _BROW_ENDS[0]) / (_BROW_ENDS[1] - _BROW_ENDS[0]), 0.0, 1.0)
        inwards, basis = share * outward * (1.0 - along), share * _parabolas(along)
        for name, (heights, out) in _BROWS.items():
            move = np.zeros((len(rows), 3))
            move[:, 0] = inwards * out
            move[:, 1] = np.asarray(heights) @ basis
            key = name if name in ARKIT_NAMES else name + side
            moves[key] = _together(moves.get(key, _NO_MOVES), (rows, move))
    return moves


def _at_brow(points: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """(M,) which points (N, 3) may go along with the brow above an eye's opening."""
    across, up = points[:, 0] / opening[0], points[:, 1] - opening[1]
    first, last = _BROW_ENDS[0] - _BROW_FADES[0], _BROW_ENDS[1] + _BROW_FADES[1]
    return np.flatnonzero((across > first) & (across < last) & (up > _BROW_HEIGHTS_M[0]) & (up < _BROW_HEIGHTS_M[-1]))


def behind_lips(points: np.ndarray, vertices: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """ARKit's name -> which points (M,), and (M, 3) metres: what an opening mouth does to its lower teeth and its tongue.

    Args:
        points: (N, 3) metres, of a head that is not stylised.
        vertices: (N,) which of the body's they are, rising.
    """
    teeth, tongue = (_places_of(name, vertices) for name in ("teeth-lower", "tongue"))
    if len(teeth) < len(_vertices_of("teeth-lower")):  # a head sunk between the shoulders: below the neck nothing is stylised
        return {}
    arch = points[teeth]
    throat = np.array([0.0, arch[:, 1].mean(), arch[:, 2].min()])
    sunk = np.tile([0.0, -_TONGUE_DOWN_M, 0.0], (len(tongue), 1))
    return {"jawOpen": _together((teeth, (1.0 - _TEETH_LEFT) * (throat - arch) - (0.0, _TEETH_DOWN_M, 0.0)), (tongue, sunk))}


def _places_of(part: str, vertices: np.ndarray) -> np.ndarray:
    """(M,) rising: which of some vertices (N,), rising, are of a part."""
    places = np.searchsorted(vertices, _vertices_of(part))
    places = places[places < len(vertices)]
    return places[np.isin(vertices[places], _vertices_of(part))]


@cache
def _vertices_of(part: str) -> np.ndarray:
    """(M,) rising."""
    return np.unique(load_body().parts[part].quads)


def _together(some: tuple[np.ndarray, np.ndarray], others: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and their moves, those of two lists; `_mixed` adds up what is in both."""
    rows, moves = (np.concatenate(parts) for parts in zip(some, others, strict=True))
    return rows, moves


def _parabolas(along: np.ndarray) -> np.ndarray:
    """(3, N) the parabolas that are 1 at 0, at 1/2 or at 1, and 0 at the two others of these: any parabola is a mixture."""
    return np.stack([(1.0 - along) * (1.0 - 2.0 * along), 4.0 * along * (1.0 - along), along * (2.0 * along - 1.0)])


def _rise(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, smooth between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))
