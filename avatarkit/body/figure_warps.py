"""A drawn figure's neck, trunk and limbs: each bone's skin scaled around the bone or along it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise

import numpy as np

from avatarkit.body.body import Body, load_body
from avatarkit.body.stylised_sliders import FIGURE_SLIDERS
from avatarkit.geometry.compiled import NUMBER, changed_floats, compiled, packed_floats, packed_indices
from avatarkit.geometry.plain_vectors import across, add_to_row, minus, row_of, scaled, unit

_Share = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Vertices (V, 3) and which of them (N,) -> 0..1 (N,)."""

_SIDES = (("left", 1.0), ("right", -1.0))
_FINGERS = (
    *(f + s for f in ("Index", "Middle", "Ring", "Little") for s in ("Proximal", "Intermediate", "Distal")),
    *(f"Thumb{s}" for s in ("Metacarpal", "Proximal", "Distal")),
)

_ARM, _HAND = ("UpperArm", "LowerArm"), ("Hand", *_FINGERS)
_LEG, _FOOT = ("UpperLeg", "LowerLeg"), ("Foot", "Toes")
_CROTCH_M = 0.06  # from the middle of the body, within which legs keep their girth
_TRUNK = ("hips", "spine", "chest", "upperChest")
_SKULL = ("head", "jaw", "leftEye", "rightEye")


def stylised_figure(
    positions: np.ndarray, heads: np.ndarray, tails: np.ndarray, sliders: Mapping[str, float], body: Body
) -> np.ndarray:
    """A body with a drawn figure's proportions below the head.

    Args:
        positions: (V, 3) metres, in the data's own pose.
        heads, tails: (55, 3) metres, where its bones begin and end.
        sliders: any of `FIGURE_SLIDERS`.
        body: the loaded body.

    Returns:
        (V, 3) metres.
    """
    figure = _Figure(
        np.ascontiguousarray(positions, float),
        dict(zip(body.joint_names, heads, strict=True)),
        dict(zip(body.joint_names, tails, strict=True)),
    )
    moves = np.zeros_like(positions, dtype=float)
    for name in FIGURE_SLIDERS:
        value = float(sliders.get(name, 0.0))
        if value:
            make, above, below = _CHANGES[name]
            make(figure, value * (above if value > 0.0 else below), moves)
    return positions + moves


@dataclass(frozen=True)
class _Figure:
    """A body to be changed: vertices (V, 3), where each bone begins and ends (3,)."""

    positions: np.ndarray
    heads: Mapping[str, np.ndarray]
    tails: Mapping[str, np.ndarray]


def _around(figure: _Figure, bone: str, change: float, moves: np.ndarray, share: _Share | None = None) -> None:
    """Scale a bone's skin around the line from its beginning to its end, as much as `share` says of each point."""
    rows, weight = _bound(bone)
    strength = change * weight if share is None else change * weight * share(figure.positions, rows)
    ends = np.array([figure.heads[bone], figure.tails[bone]], float)
    _add_from_line(figure.positions, rows, np.ascontiguousarray(strength, float), ends, moves)


@compiled(packed_floats(2), packed_indices(1), packed_floats(1), packed_floats(2), changed_floats(2))
def _add_from_line(positions: np.ndarray, rows: np.ndarray, shares: np.ndarray, ends: np.ndarray, moves: np.ndarray) -> None:
    """Adds to moves (V, 3) a share (R,) of the way that some of the positions lie from the line through two points (2, 3)."""
    start = row_of(ends, 0)
    along = unit(minus(row_of(ends, 1), start), (0.0, 0.0, 0.0))
    for row in range(len(rows)):
        add_to_row(moves, rows[row], scaled(across(minus(row_of(positions, rows[row]), start), along), shares[row]))


def _about(figure: _Figure, bone: str, change: float, moves: np.ndarray, bound: tuple[np.ndarray, np.ndarray]) -> None:
    """Scale some vertices, each as much as it is bound, about where a bone begins."""
    _add_from_point(figure.positions, *bound, change, np.array([figure.heads[bone]], float), moves)


@compiled(packed_floats(2), packed_indices(1), packed_floats(1), NUMBER, packed_floats(2), changed_floats(2))
def _add_from_point(  # noqa: PLR0917
    positions: np.ndarray, rows: np.ndarray, weights: np.ndarray, change: float, point: np.ndarray, moves: np.ndarray
) -> None:
    """Adds to moves (V, 3) a share, weight (R,) times change, of the way that some of the positions lie from a point (1, 3)."""
    middle = row_of(point, 0)
    for row in range(len(rows)):
        add_to_row(moves, rows[row], scaled(minus(row_of(positions, rows[row]), middle), change * weights[row]))


def _neck(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """The skin below the chin lies before the neck and stays."""
    spine = figure.heads["head"][2]
    _around(figure, "neck", change, moves, lambda points, rows: np.clip((0.075 - (points[rows, 2] - spine)) / 0.06, 0.0, 1.0))


def _limbs(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, outward in _SIDES:
        for bone in _ARM:
            _around(figure, side + bone, change, moves)
        for bone in _LEG:
            _around(figure, side + bone, change, moves, partial(_beside, outward) if change > 0.0 else None)


def _beside(outward: float, points: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """How far some of the points (V, 3) are from the other leg: one thigh must not grow into the other."""
    return np.clip(points[rows, 0] * outward / _CROTCH_M, 0.0, 1.0)


def _waist(figure: _Figure, change: float, moves: np.ndarray) -> None:
    low, high = figure.heads["hips"][1], figure.heads["upperChest"][1]

    def level(points: np.ndarray, rows: np.ndarray) -> np.ndarray:
        height = (points[rows, 1] - low) / (high - low)
        return np.asarray(np.clip(1.0 - ((height - 0.42) / 0.55) ** 2, 0.0, None) ** 2)

    for bone in _TRUNK:
        _around(figure, bone, change, moves, level)


def _shoulders(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """The trunk's upper part stretches sideways, the arms go along as they are."""
    neck, chest = figure.heads["head"][1], figure.heads["chest"][1]
    rows = np.flatnonzero((figure.positions[:, 1] > chest) & (figure.positions[:, 1] < neck))
    x, y = figure.positions[rows, 0], figure.positions[rows, 1]
    for side, outward in _SIDES:
        wide, high, _ = figure.heads[side + "UpperArm"] * [outward, 1.0, 1.0]
        level = np.clip((y - chest) / (high - chest), 0.0, 1.0) * np.clip((neck - y) / (neck - high), 0.0, 1.0)
        bones = tuple(side + bone for bone in (*_ARM, *_HAND))
        with_arm, arm = _bound(*bones)
        moves[with_arm, 0] += outward * change * wide * arm
        moves[rows, 0] += outward * change * (1.0 - _weight(*bones)[rows]) * level * np.clip(x * outward, 0.0, wide)


def _legs(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        rows, weight = _bound(*(side + bone for bone in (*_LEG, *_FOOT)))
        below = np.minimum(figure.positions[rows, 1] - figure.heads[side + "UpperLeg"][1], 0.0)
        moves[rows, 1] += change * below * weight


def _small(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """All but the head scaled about the top of the neck."""
    _about(figure, "head", change, moves, _not_bound(*_SKULL))


def _hands(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        _about(figure, side + "Hand", change, moves, _bound(*(side + bone for bone in _HAND)))


def _feet(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        _about(figure, side + "Foot", change, moves, _bound(*(side + bone for bone in _FOOT)))


_CHANGES: Mapping[str, tuple[Callable[[_Figure, float, np.ndarray], None], float, float]] = {
    "slim-neck": (_neck, -0.55, -0.45),
    "slim-limbs": (_limbs, -0.35, -0.45),
    "slim-waist": (_waist, -0.28, -0.25),
    "broad-shoulders": (_shoulders, 0.16, 0.16),
    "long-legs": (_legs, 0.22, 0.22),
    "small-body": (_small, -0.30, -0.30),
    "big-hands": (_hands, 0.45, 0.28),
    "big-feet": (_feet, 0.35, 0.22),
}
"""Slider -> what it changes, and by how much of its size at 1 and at -1; judged by eye."""


@cache
def _bound(*bones: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices bound to some bones, and how much."""
    weight = _weight(*bones)
    rows = np.flatnonzero(weight)
    return rows, weight[rows]


@cache
def _not_bound(*bones: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices bound to others than some bones, and how much."""
    weight = 1.0 - _weight(*bones)
    rows = np.flatnonzero(weight)
    return rows, weight[rows]


@cache
def _weight(*bones: str) -> np.ndarray:
    """(V,) how much of each vertex is bound to some bones."""
    body = load_body()
    bindings = [_bindings()[body.joint_names.index(bone)] for bone in bones]
    vertices, weights = (np.concatenate(parts) for parts in zip(*bindings, strict=True))
    return np.bincount(vertices, weights, len(body.positions))


@cache
def _bindings() -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each bone, the vertices that it carries, and how much of them."""
    columns = load_body().skin_matrix.tocsc()
    return [(columns.indices[a:b], columns.data[a:b]) for a, b in pairwise(columns.indptr)]
