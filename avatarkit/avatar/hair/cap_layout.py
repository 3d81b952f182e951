"""A style's cap laid out on the average head: its grid, as points that any head can carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.hair.comb import PARTING_FROM_DEG, owners
from avatarkit.avatar.hair.directions import between, nearest_on_arc, smoothstep, tangent, to_angles, to_directions, unit
from avatarkit.avatar.hair.hairline import cap_beyond_m, cap_depth_m, inward_m, rim, rounded_m, zone_value
from avatarkit.avatar.hair.layout import LONG_M
from avatarkit.avatar.hair.scalp import SKULL_RADIUS_M, points_towards
from avatarkit.avatar.hair.style import HairStyle
from avatarkit.avatar.once import once
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.meshes import cross

CAP_COLUMNS, CAP_ROWS = 84, 17
COMBED_COLUMNS, COMBED_ROWS = 120, 31  # of a cap whose grooves are seen
CAP_EDGE_M = 0.0006  # the cap's height at its rim: above the skin's facets, too thin to show

_PARTING_SUNK, _PARTING_DEEPEST_M, _PARTING_WIDTH_M = 0.62, 0.011, 0.075  # of the cap's height at a parting; on either side
_COMBED_EDGE = 1.35  # rows are so much closer together at its rim, where it is round
_GROOVES, _GROOVES_UNEVEN, _GROOVE_M = 22, 0.16, 0.0032  # around a tie
_GROOVES_FROM_TIE = (0.12, 0.5)  # radians, between which they begin
_CAP_LIP_M, _PART_HALF = 0.012, 0.06
_TURNS_OF_PICTURE = 1.3  # half around a tie
_OVER_FOLDS_M = 0.0015  # behind ears the skin is folded more finely than the cap, and came through where hair is shorn
_FILLED_M = (0.012, 0.045)  # behind the hairline, between which the cap comes to rise
_FILLS, _FILL_M = 0.75, 0.002  # of the ribbons' lift, and beside it
_TIED_FILLS, _TIED_FILL_M, _TIED_FROM = 1.25, 0.004, (0.15, 0.45)
"""The same of hair that is all tied: it covers most ribbons, which would come out of it in patches, but those at the hairline
and at the tie; radians from there."""


@dataclass(frozen=True)
class CapLayout:
    """The cap: points in rows from the top to the rim, each as long (the last point closes the round).

    Attributes:
        rows: how many.
        points: row by row.
        heights: (N,) metres above the skin.
        uvs: (N, 2); v is 1 at the rim.
    """

    rows: int
    points: SurfacePoints
    heights: np.ndarray
    uvs: np.ndarray


@once
def cap_layout(style: HairStyle) -> CapLayout:
    """The cap of a style."""
    top = np.array([0.0, 1.0, 0.0])  # the hairline has one height at each azimuth: no row folds over another
    columns, count = (COMBED_COLUMNS, COMBED_ROWS) if style.combed else (CAP_COLUMNS, CAP_ROWS)
    edge = rim(style, columns + 1, cap_beyond_m(style))
    rows = 1.0 - (1.0 - np.linspace(0.0, 1.0, count)) ** (_COMBED_EDGE if style.combed else 1.1)
    rows[0] = 1e-3  # a point would give triangles without a direction
    directions = between(np.broadcast_to(top, edge.shape)[None], edge[None], rows[:, None, None]).reshape(-1, 3)
    reach = np.arccos(np.clip(edge @ top, -1.0, 1.0)) * SKULL_RADIUS_M
    from_rim = (1.0 - rows)[:, None] * reach
    # Even around the head: along the rim, which winds about the ears, hairs would be three times as coarse at the back.
    around = np.unwrap(to_angles(edge)[0]) / (2.0 * np.pi)
    u = np.broadcast_to(style.cap_repeats * (around - around[0]), from_rim.shape)
    v = np.maximum(1.0 - from_rim / 0.18, 0.0)
    heights = np.maximum(cap_depth_m(style, directions) + _fill_m(style, directions), CAP_EDGE_M)
    if style.cap_edge == "hard":
        heights = heights + _OVER_FOLDS_M * smoothstep(0.0, _CAP_LIP_M, inward_m(style, directions))
    if style.parted and not style.gathers and style.shape == "card":  # thick locks cover where they begin
        heights = np.maximum(heights - _parting_m(style, directions, heights), CAP_EDGE_M)
    if style.wholly_tied:
        turn = _turn_about_tie(style, directions)
        u = (_TURNS_OF_PICTURE if style.combed else 0.5 * style.cap_repeats) * np.abs(turn).reshape(u.shape) / np.pi
        heights = np.maximum(heights - _grooves_m(style, directions, turn), CAP_EDGE_M) if style.combed else heights
    return CapLayout(count, points_towards(directions), heights, np.stack([u, v], axis=-1).reshape(-1, 2))


def _parting_m(style: HairStyle, directions: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """(N,) metres that the cap, so high (N,), sinks towards the parting: locks that leave it there begin low.

    Above them the cap would show, to a straight edge where they come out of it.
    """
    whorl, front = to_directions(*np.radians(np.array([style.whorl_deg, (style.part_deg, PARTING_FROM_DEG)])).T)
    beside = SKULL_RADIUS_M * np.linalg.norm(directions - nearest_on_arc(front, whorl, directions), axis=1)
    sunk = np.minimum(_PARTING_SUNK * heights, _PARTING_DEEPEST_M)
    return np.asarray(sunk * (1.0 - np.sqrt(np.minimum(beside / _PARTING_WIDTH_M, 1.0))))


def _own_ties(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(N, 3) directions of what the hair at directions (N, 3) is tied to."""
    ties = to_directions(*np.radians([gather.at_deg for gather in style.gathers]).T)
    return np.asarray(ties[np.maximum(owners(style.gathers, directions), 0)])


def _from_tie(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(N,) radians."""
    return np.arccos(np.clip((directions * _own_ties(style, directions)).sum(axis=1), -1.0, 1.0))


def _turn_about_tie(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(N,) radians about the tie, 0 above it: the same all along hair that is combed there."""
    own = _own_ties(style, directions)
    up = unit(tangent(own, np.broadcast_to([0.0, 1.0, 0.0], own.shape)))
    return np.arctan2((directions * cross(up, own)).sum(axis=1), (directions * up).sum(axis=1))


def _grooves_m(style: HairStyle, directions: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """(N,) metres that combed hair is lower between its strands, and where what is tied left and right parts."""
    valleys = (1.0 - np.abs(np.cos(0.5 * _GROOVES * (turn + _GROOVES_UNEVEN * np.sin(2.0 * turn))))) ** 2
    shown = smoothstep(*_GROOVES_FROM_TIE, _from_tie(style, directions)) * smoothstep(
        0.0, _CAP_LIP_M, inward_m(style, directions)
    )
    if len(style.gathers) > 1:
        valleys = np.maximum(valleys, smoothstep(_PART_HALF, 0.0, np.abs(directions[:, 0])))
    return np.asarray(_GROOVE_M * valleys * shown)


def _fill_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(N,) metres that the cap rises towards ribbons above it: where they are seen from the side, nothing shines through."""
    if style.shape != "card" or style.strands == "coils":
        return np.zeros(len(directions))
    long = np.minimum(1e-3 * zone_value(style, style.length_mm, directions) / LONG_M, 1.0)
    lift = rounded_m(1e-3 * zone_value(style, style.lift_mm, directions), directions)
    inside = smoothstep(*_FILLED_M, inward_m(style, directions))
    if style.wholly_tied:
        return np.asarray(inside * (_TIED_FILLS * lift + _TIED_FILL_M) * smoothstep(*_TIED_FROM, _from_tie(style, directions)))
    return np.asarray(inside * long * (_FILLS * lift + _FILL_M))
