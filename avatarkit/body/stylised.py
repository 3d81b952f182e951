"""Proportions that no person has: large eyes, small noses, pointed chins, big heads, as smooth bendings of a shaped body.

Each is a map of space that is the identity away from the feature it is about, so that whatever lies there goes along: skin,
eyeballs, teeth, joints. An expression's offset at a vertex is scaled as the feature around that vertex is; at the lids it is
what the bending makes of it, since lids slide over the eyeball.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.body.body import load_body
from avatarkit.body.bold_expressions import behind_lips, bolder, drawn_brows
from avatarkit.body.face_warps import Landmarks, LidOpening, face_warps, lid_opening
from avatarkit.body.smooth_face import smoothed_face
from avatarkit.body.stylised_sliders import FACE_SLIDERS
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_SMILES, _WIDENINGS, _FROWNS, _SNEERS, _CHEEKS = (
    [f"{name}{side}" for side in ("Left", "Right")]
    for name in ("mouthSmile", "eyeWide", "browDown", "noseSneer", "cheekSquint")
)
_MOST_INWARDS = 0.35  # of the way to the middle, for a frown or a sneer: large eyes have longer brows, which would cross there
_CHEEK = 0.6  # of a cheek's rise: large eyes reach so far down that it would slide behind them
_WIDE = 0.55  # of a wide eye's widening: lids that stand far apart already have little way left below the brow
_SMILE = 0.55  # of a full smile: a friendly mouth at rest that can still smile


@dataclass(frozen=True)
class Stretch:
    """What a stylised head makes of the offsets of expressions.

    Attributes:
        vertices: (K,) rising, those of the head.
        scales: (K, 3) factors along each axis.
        lids: how lids slide over the eyeballs; None if they are a person's.
        before: (K, 3) metres, where the vertices were before the lids slid.
        aside: (K,) metres, how far from the middle the vertices are.
        left: expression -> part of it that is left to be done, since the face at rest has the rest.
        bold: 0..1, how far it acts as a drawn figure.
        resting_smile: the smile of the mouth at rest, in the smiles that are left.
        drawn: expression -> (K, 3) metres, what a drawn figure's brows do, and what lies in its mouth; empty if it is not bold.
    """

    vertices: np.ndarray
    scales: np.ndarray
    lids: LidOpening | None
    before: np.ndarray
    aside: np.ndarray
    left: Mapping[str, float]
    bold: float
    resting_smile: float
    drawn: Mapping[str, np.ndarray]

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
    result = positions + _SMILE * value["smiling"] * _smile()
    reached = np.flatnonzero(positions[:, 1] > landmarks.neck[1])
    points = before = result[reached]
    lids = lid_opening(landmarks, value["tall-eyes"], value["round-eyes"])
    if lids is not None:
        skin = ~np.isin(reached, eyeballs)
        points = np.array(points)
        points[skin] = lids.slid(points[skin])
    scales = np.ones_like(points)
    for warp in face_warps(landmarks, value):
        points, scale = warp(points)
        scales = scales * scale
    result[reached] = points
    if value["smooth-face"]:
        result = smoothed_face(result, value["smooth-face"])
    left, bold = _left(value), value["bold-expressions"]
    smile = _SMILE * value["smiling"] / left[_SMILES[0]]
    drawn = drawn_brows(before, landmarks.openings) | behind_lips(before, reached) if bold else {}
    return result, Stretch(reached, scales, lids, before, np.abs(result[reached, 0]), left, bold, smile, drawn)


@cache
def _smile() -> np.ndarray:
    """(V, 3) metres: both corners of the mouth drawn up and out."""
    columns = [ARKIT_NAMES.index(name) for name in _SMILES]
    return np.asarray(load_body().expression_offsets[:, columns].sum(axis=1)).reshape(-1, 3)


def _left(value: Mapping[str, float]) -> dict[str, float]:
    smile, wide = 1.0 - _SMILE * value["smiling"], 1.0 - _WIDE * max(value["tall-eyes"], 0.0)
    cheek = 1.0 - _CHEEK * value["big-eyes"]
    return dict.fromkeys(_SMILES, smile) | dict.fromkeys(_WIDENINGS, wide) | dict.fromkeys(_CHEEKS, cheek)


def stretched_offsets(offsets: sparse.csc_matrix, stretch: Stretch, vertex_count: int) -> sparse.csc_matrix:
    """Expression offsets (3V, E), three rows of a vertex side by side, on a stylised head."""
    vertices = offsets.indices[::3] // 3
    row = np.full(vertex_count, -1)
    row[stretch.vertices] = np.arange(len(stretch.vertices))
    rows = row[vertices]
    moved = np.array(offsets.data.reshape(-1, 3))
    for name, left in stretch.left.items():
        moved[_part(offsets, name)] *= left
    if stretch.lids is not None:
        moved = _slid_offsets(moved, rows, stretch)
    scaled = moved * np.where(rows[:, None] >= 0, stretch.scales[rows], 1.0)
    most = _MOST_INWARDS * np.where(rows >= 0, stretch.aside[rows], np.inf)
    for name in (*_FROWNS, *_SNEERS):
        part = _part(offsets, name)
        scaled[part, 0] = np.clip(scaled[part, 0], -most[part], most[part])
    return sparse.csc_matrix((scaled.reshape(-1), offsets.indices, offsets.indptr), shape=offsets.shape)


def bold_offsets(offsets: sparse.csc_matrix, stretch: Stretch) -> sparse.csc_matrix:
    """Expression offsets (3V, 52) of a head as bold as its stretch says."""
    if not stretch.bold:
        return offsets
    moves = {name: (stretch.vertices, drawn * stretch.scales) for name, drawn in stretch.drawn.items()}
    return bolder(offsets, stretch.bold, stretch.resting_smile, moves)


def _part(offsets: sparse.csc_matrix, name: str) -> slice:
    """Which of the offsets' vertices an expression moves."""
    first, last = offsets.indptr[ARKIT_NAMES.index(name) :][:2] // 3
    return slice(first, last)


def _slid_offsets(moved: np.ndarray, rows: np.ndarray, stretch: Stretch) -> np.ndarray:
    """Offsets (N, 3) of vertices `stretch.vertices[rows]` (-1: none) as lids slide."""
    assert stretch.lids is not None
    reached = stretch.lids.reaches(stretch.before)
    at_rest = np.array(stretch.before)
    at_rest[reached] = stretch.lids.slid(stretch.before[reached])
    near = np.flatnonzero((rows >= 0) & reached[rows])
    result = np.array(moved, float)
    result[near] = stretch.lids.slid(stretch.before[rows[near]] + moved[near]) - at_rest[rows[near]]
    return result
