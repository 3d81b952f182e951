"""A drawn figure's neck, trunk and limbs: each bone's skin scaled around the bone or along it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from avatarkit.body.body import Body, load_body
from avatarkit.body.stylised_sliders import FIGURE_SLIDERS

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
        positions, dict(zip(body.joint_names, heads, strict=True)), dict(zip(body.joint_names, tails, strict=True))
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


def _around(figure: _Figure, bone: str, change: float, moves: np.ndarray, share: np.ndarray | None = None) -> None:
    """Scale a bone's skin around the line from its beginning to its end, where `share` (V,) says so."""
    rows, weight = _bound(bone)
    along = figure.tails[bone] - figure.heads[bone]
    along = along / np.linalg.norm(along)
    away = figure.positions[rows] - figure.heads[bone]
    away = away - np.einsum("ij,j->i", away, along)[:, None] * along  # as a product, two threads wait for each other
    moves[rows] += (change * weight * (1.0 if share is None else share[rows]))[:, None] * away


def _about(figure: _Figure, bone: str, change: float, moves: np.ndarray, share: np.ndarray) -> None:
    """Scale what `share` (V,) says about where a bone begins."""
    rows = np.flatnonzero(share)
    moves[rows] += change * share[rows, None] * (figure.positions[rows] - figure.heads[bone])


def _neck(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """The skin below the chin lies before the neck and stays."""
    before = figure.positions[:, 2] - figure.heads["head"][2]
    _around(figure, "neck", change, moves, np.clip((0.075 - before) / 0.06, 0.0, 1.0))


def _limbs(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, outward in _SIDES:
        for bone in _ARM:
            _around(figure, side + bone, change, moves)
        beside = np.clip(figure.positions[:, 0] * outward / _CROTCH_M, 0.0, 1.0)  # one thigh must not grow into the other
        for bone in _LEG:
            _around(figure, side + bone, change, moves, beside if change > 0.0 else None)


def _waist(figure: _Figure, change: float, moves: np.ndarray) -> None:
    low, high = figure.heads["hips"][1], figure.heads["upperChest"][1]
    height = (figure.positions[:, 1] - low) / (high - low)
    level = np.clip(1.0 - ((height - 0.42) / 0.55) ** 2, 0.0, None) ** 2
    for bone in _TRUNK:
        _around(figure, bone, change, moves, level)


def _shoulders(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """The trunk's upper part stretches sideways, the arms go along as they are."""
    x, y, _ = figure.positions.T
    neck, chest = figure.heads["head"][1], figure.heads["chest"][1]
    for side, outward in _SIDES:
        wide, high, _ = figure.heads[side + "UpperArm"] * [outward, 1.0, 1.0]
        level = np.clip((y - chest) / (high - chest), 0.0, 1.0) * np.clip((neck - y) / (neck - high), 0.0, 1.0)
        arm = _weights(side, (*_ARM, *_HAND))
        moves[:, 0] += outward * change * (arm * wide + (1.0 - arm) * level * np.clip(x * outward, 0.0, wide))


def _legs(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        below = np.minimum(figure.positions[:, 1] - figure.heads[side + "UpperLeg"][1], 0.0)
        moves[:, 1] += change * below * _weights(side, (*_LEG, *_FOOT))


def _small(figure: _Figure, change: float, moves: np.ndarray) -> None:
    """All but the head scaled about the top of the neck."""
    below = 1.0 - np.sum([_weight(bone) for bone in _SKULL], axis=0)
    moves += change * below[:, None] * (figure.positions - figure.heads["head"])


def _hands(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        _about(figure, side + "Hand", change, moves, _weights(side, _HAND))


def _feet(figure: _Figure, change: float, moves: np.ndarray) -> None:
    for side, _ in _SIDES:
        _about(figure, side + "Foot", change, moves, _weights(side, _FOOT))


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
def _weights(side: str, bones: tuple[str, ...]) -> np.ndarray:
    """(V,) how much of each vertex is bound to some bones."""
    return sum(_weight(side + bone) for bone in bones)  # type: ignore[return-value]


@cache
def _bound(bone: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices bound to a bone, and how much."""
    weight = _weight(bone)
    rows = np.flatnonzero(weight)
    return rows, weight[rows]


@cache
def _weight(bone: str) -> np.ndarray:
    body = load_body()
    vertices, weights = _bindings()[body.joint_names.index(bone)]
    return np.bincount(vertices, weights, len(body.positions)).astype(np.float32)


@cache
def _bindings() -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each bone, the vertices that it carries, and how much of them."""
    columns = load_body().skin_matrix.tocsc()
    return [(columns.indices[a:b], columns.data[a:b]) for a, b in pairwise(columns.indptr)]
