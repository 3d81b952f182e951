"""Skin that lies on large eyeballs slides over them: no expression draws it inwards, where the white would come through."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.expression_rows import ROWS, ExpressionRows
from avatarkit.geometry.compiled import compiled, flags, packed_floats
from avatarkit.geometry.plain_vectors import TINY, add_to_row, dot, length, minus, row_of, scaled, unit
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_ON_M, _OFF_M = 0.004, 0.009
"""From the eyeball's surface: skin as near as the first slides, from the second on it is free. Cheeks under drawn eyes lie
2 to 5 mm before them, and reduced ones cut corners of half a millimetre."""

_TAKEN_BACK = 0.4
"""Of the way inwards: what remains is less than moving aside on a ball gains. All of it would make cheeks swell."""

_OWN_WAY = ("eyeBlink", "eyeLook")
"""What is made for this eyeball already, and what turns it."""


def kept_before_eye(
    expressions: ExpressionRows, positions: np.ndarray, eyeball: np.ndarray, center: np.ndarray
) -> ExpressionRows:
    """ARKit's expressions such that they bring nothing nearer to an eyeball that lies close on it.

    Args:
        expressions: of a face.
        positions: (V, 3) metres, the face at rest, facing +Z.
        eyeball: vertices of the eyeball, which are left alone.
        center: (3,) its middle.
    """
    skin = np.ones(len(positions), bool)
    skin[eyeball] = False
    ball = np.array([center, np.abs(positions[eyeball] - center).max(axis=0)], float)
    places = np.ascontiguousarray(positions, float)
    return expressions.moving(_kept(expressions.ends, expressions.vertices, expressions.moves, _acting(), places, skin, ball))


@cache
def _acting() -> np.ndarray:
    """(52,) whether an expression knows nothing of the eyeball."""
    return np.array([not name.startswith(_OWN_WAY) for name in ARKIT_NAMES])


@compiled(*ROWS, flags(1), packed_floats(2), flags(1), packed_floats(2))
def _kept(  # noqa: PLR0917
    ends: np.ndarray, vertices: np.ndarray, moves: np.ndarray, acting: np.ndarray, positions: np.ndarray, skin: np.ndarray,
    ball: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Moves (N, 3), those of acting expressions with less of their way into the front of a ball: middle, radii (2, 3)."""
    center, radii, kept, near = row_of(ball, 0), row_of(ball, 1), moves.copy(), np.zeros(len(positions), np.bool_)
    for vertex in range(len(positions)):
        x, y, z = minus(row_of(positions, vertex), center)
        near[vertex] = skin[vertex] and z > 0.0 and abs(x) <= radii[0] + _OFF_M and abs(y) <= radii[1] + _OFF_M
    for number in range(len(acting)):
        for row in range(ends[number], ends[number + 1] if acting[number] else ends[number]):
            if not near[vertices[row]]:
                continue
            way = minus(row_of(positions, vertices[row]), center)
            away = way[0] / radii[0], way[1] / radii[1], way[2] / radii[2]
            reach = length(away)
            height_m = (reach - 1.0) * length(way) / max(reach, TINY)
            share = min(max((_OFF_M - height_m) / (_OFF_M - _ON_M), 0.0), 1.0)
            outward = unit((away[0] / radii[0], away[1] / radii[1], away[2] / radii[2]), (0.0, 0.0, 0.0))
            inwards = min(dot(row_of(moves, row), outward), 0.0)
            add_to_row(kept, row, scaled(outward, -_TAKEN_BACK * share * inwards))
    return kept
