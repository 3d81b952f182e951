"""Proportions that no person has: large eyes, small noses, pointed chins, big heads, as smooth bendings of a shaped body.

Each is a map of space that is the identity away from the feature it is about, so that whatever lies there goes along: skin,
eyeballs, teeth, joints. An expression's offset at a vertex is scaled as the feature around that vertex is; at the lids it is
what the bending makes of it, since lids slide over the eyeball.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.bold_expressions import behind_lips, bolder, drawn_brows
from avatarkit.body.calm_skin import calmed
from avatarkit.body.expression_rows import ROWS, ExpressionRows
from avatarkit.body.face_warps import EYES, Landmarks, LidOpening, LidsOfEye, bent_face, lid_opening, slid_point
from avatarkit.body.smooth_face import smoothed_face
from avatarkit.body.stylised_sliders import FACE_SLIDERS
from avatarkit.geometry.compiled import NUMBER, compiled, flags, packed_floats, packed_indices
from avatarkit.geometry.plain_vectors import length, minus, plus, put_row, row_of, scaled, times
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_SMILES, _WIDENINGS, _FROWNS, _SNEERS, _CHEEKS = (
    [f"{name}{side}" for side in ("Left", "Right")]
    for name in ("mouthSmile", "eyeWide", "browDown", "noseSneer", "cheekSquint")
)
_MOST_INWARDS = 0.35  # of the way to the middle, for a frown or a sneer: large eyes have longer brows, which would cross there
_CHEEK = 0.6  # of a cheek's rise: large eyes reach so far down that it would slide behind them
_WIDE = 0.55  # of a wide eye's widening: lids that stand far apart already have little way left below the brow
_LIDS_REACH = 3.0  # radii of an eyeball from its middle: what is farther away slides on no expression's way
_SMILE = 0.55  # of a full smile: a friendly mouth at rest that can still smile


@dataclass(frozen=True)
class Stretch:
    """What a stylised head makes of the offsets of expressions.

    Attributes:
        vertices: (K,) rising, those of the head.
        scales: (K, 3) factors along each axis.
        lids: how lids slide over the eyeballs.
        before: (K, 3) metres, where the vertices were before the lids slid.
        aside: (K,) metres, how far from the middle the vertices are.
        left: expression -> part of it that is left to be done, since the face at rest has the rest.
        bold: 0..1, how far it acts as a drawn figure.
        resting_smile: the smile of the mouth at rest, in the smiles that are left.
        drawn: expression -> which of the K vertices (M,), and (M, 3) metres: what a drawn figure's brows do, and what lies
            in its mouth; empty if it is not bold.
    """

    vertices: np.ndarray
    scales: np.ndarray
    lids: LidOpening
    before: np.ndarray
    aside: np.ndarray
    left: Mapping[str, float]
    bold: float
    resting_smile: float
    drawn: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def mean_scales(self, vertices: np.ndarray) -> np.ndarray:
        """(3,) factors in the middle of some vertices of the head."""
        return np.asarray(self.scales[np.searchsorted(self.vertices, vertices)].mean(axis=0))


def stylised_face(
    positions: np.ndarray, landmarks: Landmarks, sliders: Mapping[str, float], eyeballs: np.ndarray
) -> tuple[np.ndarray, Stretch]:
    """A body with a drawn figure's head.

    Args:
        positions: (V, 3) metres.
        landmarks: of the same body.
        sliders: any of `FACE_SLIDERS`; at least one of them not 0.
        eyeballs: vertices that lids slide over.

    Returns:
        (V, 3) metres, and what becomes of expressions.
    """
    value = {name: float(sliders.get(name, 0.0)) for name in FACE_SLIDERS}
    result = np.asarray(positions, float) + _SMILE * value["smiling"] * _smile(value["bold-expressions"])
    reached = np.flatnonzero(positions[:, 1] > landmarks.neck[1])
    before = result[reached]
    lids = lid_opening(landmarks, value["tall-eyes"], value["round-eyes"])
    ball = np.zeros(len(positions), bool)
    ball[eyeballs] = True
    slid = np.where(ball[reached, None], before, lids.slid(before))
    result[reached], scales = bent_face(slid, landmarks, value)
    if value["smooth-face"]:
        result = smoothed_face(result, value["smooth-face"])
    left, bold = _left(value), value["bold-expressions"]
    smile = _SMILE * value["smiling"] / left[_SMILES[0]]
    drawn = drawn_brows(before, landmarks.openings) | behind_lips(before, reached) if bold else {}
    return result, Stretch(reached, scales, lids, before, np.abs(result[reached, 0]), left, bold, smile, drawn)


@lru_cache(maxsize=8)
def _smile(bold: float) -> np.ndarray:
    """(V, 3) metres: both corners of the mouth drawn up and out, as boldly as told."""
    columns = load_body().expression_offsets[:, [ARKIT_NAMES.index(name) for name in _SMILES]].toarray()
    sides = np.ascontiguousarray(columns.T, float).reshape(len(_SMILES), -1, 3)
    return np.asarray(sum(side + bold * (calmed(side) - side) for side in sides))


def _left(value: Mapping[str, float]) -> dict[str, float]:
    smile, wide = 1.0 - _SMILE * value["smiling"], 1.0 - _WIDE * max(value["tall-eyes"], 0.0)
    cheek = 1.0 - _CHEEK * value["big-eyes"]
    return dict.fromkeys(_SMILES, smile) | dict.fromkeys(_WIDENINGS, wide) | dict.fromkeys(_CHEEKS, cheek)


def stretched(expressions: ExpressionRows, stretch: Stretch, vertex_count: int) -> ExpressionRows:
    """ARKit's expressions on a stylised head."""
    row = np.full(vertex_count, -1)
    row[stretch.vertices] = np.arange(len(stretch.vertices))
    left = np.array([stretch.left.get(name, 1.0) for name in ARKIT_NAMES])
    moves = _stretched(
        expressions.ends, expressions.vertices, expressions.moves, left, _inwards(),
        row, stretch.before, stretch.scales, _MOST_INWARDS * stretch.aside,
        stretch.lids.eyes, *stretch.lids.measures,
    )  # fmt: skip
    return expressions.moving(moves)


@cache
def _inwards() -> np.ndarray:
    """(52,) which expressions may go only so far towards the middle."""
    return np.isin(ARKIT_NAMES, (*_FROWNS, *_SNEERS))


@compiled(
    *ROWS, packed_floats(1), flags(1),
    packed_indices(1), packed_floats(2), packed_floats(2), packed_floats(1),
    EYES, NUMBER, NUMBER, NUMBER, NUMBER,
)  # fmt: skip
def _stretched(  # noqa: PLR0917
    ends: np.ndarray, vertices: np.ndarray, moves: np.ndarray, left: np.ndarray, inwards: np.ndarray,
    row: np.ndarray, before: np.ndarray, scales: np.ndarray, most: np.ndarray,
    eyes: tuple[LidsOfEye, LidsOfEye], width: float, radius: float, wider: float, rounder: float,
) -> np.ndarray:  # fmt: skip
    """Moves (N, 3) of vertices, `row` (V,) of them in what a stretch holds, -1 where they are none of the head's."""
    slid, near, made = np.empty_like(before), np.zeros(len(before), np.bool_), np.empty_like(moves)
    for place in range(len(before)):
        point = row_of(before, place)
        for x, y, z, _, _ in eyes:
            near[place] |= length(minus(point, (x, y, z))) < _LIDS_REACH * radius
        put_row(slid, place, slid_point(point, eyes, width, radius, wider, rounder) if near[place] else point)
    for number in range(len(left)):
        for k in range(ends[number], ends[number + 1]):
            move, place = scaled(row_of(moves, k), left[number]), row[vertices[k]]
            if place >= 0:
                if near[place]:
                    end = slid_point(plus(row_of(before, place), move), eyes, width, radius, wider, rounder)
                    move = minus(end, row_of(slid, place))
                move = times(move, row_of(scales, place))
                if inwards[number]:
                    move = min(max(move[0], -most[place]), most[place]), move[1], move[2]
            put_row(made, k, move)
    return made


def bold(expressions: ExpressionRows, stretch: Stretch, vertex_count: int) -> ExpressionRows:
    """ARKit's expressions of a head as bold as its stretch says."""
    if not stretch.bold:
        return expressions
    moves = {name: (stretch.vertices[rows], own * stretch.scales[rows]) for name, (rows, own) in stretch.drawn.items()}
    return bolder(expressions, stretch.bold, stretch.resting_smile, moves, vertex_count)
