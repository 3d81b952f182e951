"""Cloth that lies on a garment's own cloth, laid out from the neck and the front's middle: collars, lapels, hoods, plackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from avatarkit.avatar.outfit.pattern import Panel, Pattern, tube_uvs
from avatarkit.avatar.outfit.tops import FRONT_COLUMNS

Where = Literal["neck", "front"]
"""The collar and yoke as one panel, or half of the front from the collar to the hem, its first column in the middle."""

_SUNK_M = 0.001  # a flap's walls begin below the cloth
_WALL = 0.02  # share of a flap that its walls lean by
_RISE_WIDTH = 0.22  # share of half a collar that its points take


@dataclass(frozen=True)
class Laid:
    """Samples (R, C) of a panel: metres across and down, and heights above the cloth."""

    across: np.ndarray
    down: np.ndarray
    height: np.ndarray


@dataclass(frozen=True)
class Collar:
    """A collar that is turned down.

    Attributes:
        depth_m: from its upper edge to its lower one, behind; `point_m` more at its points in front.
        gap_m: between its ends at the neck, half; `spread_m` more at the points.
        over_m: how far it stands off in the hollow between neck and shoulder.
        part: which part of the piece it belongs to.
    """

    depth_m: float = 0.046
    point_m: float = 0.026
    gap_m: float = 0.006
    spread_m: float = 0.022
    over_m: float = 0.006
    thick_m: float = 0.0035
    part: str = "fabric"
    where: Where = "neck"

    def laid(self, width_m: float, length_m: float) -> Laid:
        """Where it lies on a neck panel that is so wide."""
        along, down = _walled(33), _walled(7)
        s, t = np.meshgrid(along.share, down.share)
        begin = self.gap_m + self.spread_m * t
        across = begin + (width_m - 2 * begin) * s
        from_end = 1.0 - np.abs(2 * s - 1.0)
        depth = self.depth_m + self.point_m * np.exp(-((from_end / _RISE_WIDTH) ** 2))
        height = self.thick_m + self.over_m * np.sin(np.pi * np.clip(t, 0.0, 1.0))
        return Laid(across, depth * t, np.where(along.wall | down.wall[:, None], -_SUNK_M, height))


@dataclass(frozen=True)
class Hood:
    """A hood that lies on the back.

    Attributes:
        depth_m: how far down the back it reaches; `front_m` at its ends in front.
        high_m: how thick its folds are behind.
        gap_m: between its ends, half.
    """

    depth_m: float = 0.155
    front_m: float = 0.030
    high_m: float = 0.040
    gap_m: float = 0.012
    part: str = "fabric"
    where: Where = "neck"

    def laid(self, width_m: float, length_m: float) -> Laid:
        """Where it lies on a neck panel that is so wide."""
        along, down = _walled(41), _walled(13)
        s, t = np.meshgrid(along.share, down.share)
        across = self.gap_m + (width_m - 2 * self.gap_m) * s
        behind = np.sin(np.pi * np.clip(s, 0.0, 1.0))
        depth = self.front_m + (self.depth_m - self.front_m) * behind**2.2
        roll = np.sin(np.pi * np.clip(t, 0.0, 1.0) ** 0.8) ** 0.55
        fold = 1.0 - 0.22 * np.exp(-(((t - 0.45) / 0.09) ** 2)) * behind
        height = 0.004 + (0.008 + (self.high_m - 0.008) * behind**1.6) * roll * fold
        return Laid(across, depth * t, np.where(along.wall | down.wall[:, None], -_SUNK_M, height))


@dataclass(frozen=True)
class Lapel:
    """A lapel; there is one on each side.

    Attributes:
        from_m, to_m: down the front, from the collar's upper edge.
        wide_m: at its widest, near its upper end.
        slant_m: how much lower its upper edge's outer end lies.
    """

    from_m: float = 0.055
    to_m: float = 0.30
    wide_m: float = 0.062
    slant_m: float = -0.012
    thick_m: float = 0.0035
    part: str = "fabric"
    where: Where = "front"

    def laid(self, width_m: float, length_m: float) -> Laid:
        """Where it lies on half a front."""
        along, down = _walled(9), _walled(17)
        s, t = np.meshgrid(along.share, down.share)
        inside = np.clip(t, 0.0, 1.0)
        wide = self.wide_m * (1.0 - inside) ** 0.75 * (1.0 - 0.12 * np.sin(np.pi * inside)) + 0.002
        down_m = self.from_m + (self.to_m - self.from_m) * t + self.slant_m * s * (1.0 - inside)
        height = self.thick_m + 0.0035 * np.sin(np.pi * np.clip(0.15 + 0.85 * s, 0.0, 1.0))
        walls = along.wall | down.wall[:, None]
        walls[:, 0] = False  # there it is folded over
        return Laid(wide * s, down_m, np.where(walls, -_SUNK_M, height))


@dataclass(frozen=True)
class Strip:
    """A band along the front's edge; there is one on each side.

    Attributes:
        from_m, to_m: down the front; a negative one counts from the hem.
        wide_m: from the edge.
    """

    from_m: float = 0.0
    to_m: float = -0.002
    wide_m: float = 0.016
    thick_m: float = 0.0014
    part: str = "fabric"
    where: Where = "front"

    def laid(self, width_m: float, length_m: float) -> Laid:
        """Where it lies on half a front of such a length."""
        along, down = _walled(3), _walled(41)
        s, t = np.meshgrid(along.share, down.share)
        begin, end = (v + length_m if v < 0 else v for v in (self.from_m, self.to_m))
        height = np.where(along.wall | down.wall[:, None], -_SUNK_M, self.thick_m)
        return Laid(self.wide_m * s, begin + (end - begin) * t, height)


Flap = Collar | Hood | Lapel | Strip


@dataclass(frozen=True)
class _Walled:
    """Shares 0..1 with a wall at each end, and which of them are walls."""

    share: np.ndarray
    wall: np.ndarray


def _walled(count: int) -> _Walled:
    inner = np.linspace(0.0, 1.0, count)
    share = np.concatenate([[0.0], inner * (1 - 2 * _WALL) + _WALL, [1.0]])
    wall = np.zeros(count + 2, bool)
    wall[[0, -1]] = True
    return _Walled(share, wall)


def stacked_panels(pattern: Pattern, where: Where) -> list[Panel]:
    """The panels that a flap is laid on: one about the neck, or the left and right halves of the front."""
    panels = {panel.name: panel.corners for panel in pattern.panels}
    neck = np.concatenate([panels["collar"], panels["yoke"][1:]])
    if where == "neck":
        return [_panel(pattern, neck)]
    half, below = FRONT_COLUMNS + 1, panels["trunk"][1:]
    left = np.concatenate([neck[:, :half], below[:, :half]])
    right = np.concatenate([neck[:, ::-1][:, :half], below[:, ::-1][:, :half]])
    return [_panel(pattern, left), _panel(pattern, right)]


def _panel(pattern: Pattern, corners: np.ndarray) -> Panel:
    return Panel(corners, tube_uvs(pattern.places, corners))


def sampled_across(pattern: Pattern, panel: Panel, across: np.ndarray, down: np.ndarray) -> sparse.csr_matrix:
    """(K, N) shares of the pattern's points at places (...) of a panel, metres across measured at each place's own height."""
    grid = pattern.places[panel.corners]
    steps = np.linalg.norm(np.diff(grid, axis=1), axis=2)
    run = np.concatenate([np.zeros((len(grid), 1)), np.cumsum(steps, axis=1)], axis=1)
    lines = panel.uvs[:, 0, 1]
    row = np.interp(down.reshape(-1), lines, np.arange(len(lines)))
    r = np.minimum(row.astype(int), len(lines) - 2)
    fr = row - r
    local = run[r] * (1 - fr)[:, None] + run[r + 1] * fr[:, None]
    column = np.array([np.interp(u, line, np.arange(len(line))) for u, line in zip(across.reshape(-1), local, strict=True)])
    c = np.minimum(column.astype(int), grid.shape[1] - 2)
    fc = column - c
    corners = [panel.corners[r + i, c + j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))]
    shares = [(1 - fr) * (1 - fc), (1 - fr) * fc, fr * (1 - fc), fr * fc]
    shape = (len(c), len(pattern.ease_m))
    return sparse.csr_matrix((np.concatenate(shares), (np.tile(np.arange(len(c)), 4), np.concatenate(corners))), shape=shape)
