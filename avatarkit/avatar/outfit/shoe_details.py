"""What is sewn onto an upper: toe caps, tongues, eyelet bands, laces and their bows, heel tabs, seams, saddles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from avatarkit.avatar.outfit.shapes import ball, tube

Detail = tuple[str, np.ndarray, bool]
"""Name of the part, its grid (R, C, 3), and whether rows are creased."""

_WALL_M = -0.0012  # where the edges of what is sewn on end, under the upper
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Upper:
    """An upper to sew on.

    Places on it are `side`, 0 over the toe, 1 and -1 at the heel, and `up`, 0 at the sole, 1 at its edge.

    Attributes:
        grid: (R, C, 3) metres, edge first; columns run from the heel about the foot.
        middle: (3,) a place inside.
        forward: (3,) level unit vector to the toes.
        top: `up` where laces end.
    """

    grid: np.ndarray
    middle: np.ndarray
    forward: np.ndarray
    top: float = 0.97

    @cached_property
    def outward(self) -> np.ndarray:
        """(R, C, 3) unit normals."""
        normals = grid_normals(self.grid)
        return normals * np.sign((normals * (self.grid - self.middle)).sum())

    @cached_property
    def _from_sole(self) -> np.ndarray:
        """(R, C) 0 at the sole to 1 at the edge, along each column."""
        steps = np.linalg.norm(np.diff(self.grid[::-1], axis=0), axis=2)
        run = np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(steps, axis=0)])
        return (run / run[-1])[::-1]

    def at(self, side: np.ndarray, up: np.ndarray, height_m: np.ndarray | float) -> np.ndarray:
        """(..., 3) metres, at places (...), so high above the upper."""
        side, up, height = np.broadcast_arrays(side, up, np.asarray(height_m, float))
        half = (self.grid.shape[1] - 1) // 2
        columns = (half * (1.0 + side)).reshape(-1) % (2 * half)
        c = columns.astype(int)
        share = columns - c
        found = [self._on_column(k, up.reshape(-1)) for k in (c, c + 1)]
        (p, n), (q, m) = found
        share = share[:, None]
        place = p * (1 - share) + q * share + height.reshape(-1, 1) * (n * (1 - share) + m * share)
        return place.reshape(*side.shape, 3)

    def level_with(self, along: float, side: np.ndarray) -> np.ndarray:
        """(K,) `up` of the places on columns `side` (K,) that lie at a share of the way from heel to toe; 0 where none does."""
        half = (self.grid.shape[1] - 1) // 2
        runs = self.grid @ self.forward
        at = runs.min() + along * np.ptp(runs)
        columns = np.interp(side, (np.arange(2 * half + 1) - half) / half, np.arange(2 * half + 1))
        c = np.minimum(columns.astype(int), 2 * half - 1)
        ups = [np.array([np.interp(-at, -runs[::-1, k], self._from_sole[::-1, k]) for k in n]) for n in (c, c + 1)]
        return ups[0] + (columns - c) * (ups[1] - ups[0])

    def _on_column(self, c: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places and normals (K, 3) on columns (K,), `up` (K,)."""
        lines = self._from_sole[:, c]
        r = np.clip((lines > up).sum(axis=0) - 1, 0, len(lines) - 2)
        k = np.arange(len(c))
        above, below = lines[r, k], lines[r + 1, k]
        share = ((above - up) / np.maximum(above - below, 1e-9))[:, None]
        place, facing = (values[r, c] * (1 - share) + values[r + 1, c] * share for values in (self.grid, self.outward))
        return place, facing


def grid_normals(grid: np.ndarray) -> np.ndarray:
    """(R, C, 3) unit normals of a tube (R, C, 3) whose last column is its first, all to one side."""
    around = np.concatenate([grid[:, -2:-1], grid, grid[:, 1:2]], axis=1)
    normals = np.cross(np.gradient(grid, axis=0), np.gradient(around, axis=1)[:, 1:-1])
    return normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)


def _band(upper: Upper, one: np.ndarray, other: np.ndarray, height_m: float, across: int = 3) -> np.ndarray:
    """A raised band between two lines (K, 2) of side and up."""
    inner = np.linspace(0.0, 1.0, across)
    share = np.concatenate([[0.0], 0.06 + 0.88 * inner, [1.0]])[:, None, None]
    places = one * (1.0 - share) + other * share
    height = np.full(places.shape[:2], height_m)
    height[[0, -1]] = _WALL_M
    return upper.at(places[..., 0], places[..., 1], height)


def toe_cap(upper: Upper) -> list[Detail]:
    """A cap of rubber over the toes."""
    side = np.linspace(-0.30, 0.30, 17)
    top = 0.06 + 0.21 * np.maximum(1.0 - (side / 0.305) ** 2, 0.0) ** 0.6
    sole = np.stack([side, np.full_like(side, -0.0)], axis=1)
    return [("sole", _band(upper, sole, np.stack([side, top], axis=1), 0.0022, 4), False)]


_FRONT_UP, _FOLD = 0.37, 5  # where the opening for the laces begins, and points about its lower end


def _opening(wide: float, top: float, low: float = _FRONT_UP) -> np.ndarray:
    """(K, 2) a U about the laces: side and up, from the top on one side round its lower end to the other's."""
    down = np.linspace(top, low + 0.06, 6)
    half = wide * (0.62 + 0.38 * (down - low) / (top - low))
    turn = np.linspace(0.0, np.pi, _FOLD + 2)[1:-1]
    bow = np.stack([half[-1] * np.cos(turn), low + 0.06 - 0.06 * np.sin(turn)], axis=1)
    one, other = (np.stack([sign * half, down], axis=1) for sign in (1.0, -1.0))
    return np.concatenate([one, bow, other[::-1]])


def eyelet_bands(upper: Upper) -> list[Detail]:
    """The bands that hold the eyelets, on both sides of the tongue and round its lower end."""
    outer = _opening(_OUTER, upper.top, _FRONT_UP - 0.045)
    return [("upper", _band(upper, _opening(_INNER, upper.top), outer, 0.0022), False)]


_INNER, _OUTER, _EYELETS = 0.105, 0.205, 0.145  # sides of the opening's edges and of the eyelets, at their upper end


def tongue(upper: Upper) -> list[Detail]:
    """A padded tongue under the laces, its end standing out above the edge."""
    side = np.linspace(-1.0, 1.0, 7)
    up = np.linspace(_FRONT_UP + 0.01, 1.0, 7)[:, None]
    wide = _INNER * (0.75 + 0.35 * (up - _FRONT_UP))
    padded = 0.0008 + 0.0022 * np.maximum(1.0 - side**2, 0.0) * np.clip((up - 0.5) / 0.3, 0.0, 1.0)
    lying = upper.at(side * wide, up, padded)
    lift = np.array([0.007, 0.014, 0.0175, 0.0175, 0.012, -0.004])
    lean = np.array([0.001, 0.0025, 0.0035, 0.0005, -0.003, -0.006])
    narrow = 1.0 + 0.10 * np.array([1.5, 2.5, 2.0, 1.0, 1.0, 0.0])
    root = lying[-1]
    middle = root[len(root) // 2]
    standing = middle + narrow[:, None, None] * (root - middle)
    drop = 0.006 * np.abs(side) ** 3 * np.array([0.0, 0.5, 1.0, 1.0, 0.5, 0.0])[:, None]
    standing = standing + (lift[:, None] - drop)[..., None] * _UP + lean[:, None, None] * upper.forward
    return [("upper", np.concatenate([lying, standing]), False)]


_ROWS, _LACE_M, _LACE_FLAT = 5, 0.0030, 0.42
_LACE_UP_M = 0.0042  # over the tongue's middle


def laces(upper: Upper) -> list[Detail]:
    """Laces crossed from eyelet to eyelet, with a bow."""
    low, top = _FRONT_UP + 0.07, upper.top - 0.06
    ups = np.linspace(low, top, _ROWS)
    half = _EYELETS * (0.66 + 0.34 * (ups - low) / (top - low))
    made = [_lace(upper, (half[0], ups[0]), (-half[0], ups[0]))]
    for k in range(_ROWS - 1):
        for sign in (1.0, -1.0):
            made.append(_lace(upper, (sign * half[k], ups[k]), (-sign * half[k + 1], ups[k + 1])))
    return [("laces", grid, False) for grid in (*made, *_bow(upper, float(ups[-1])))]


def _lace(upper: Upper, start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    share = np.linspace(0.0, 1.0, 5)
    side, up = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    path = upper.at(side, up, 0.0016 + (_LACE_UP_M - 0.0016) * np.sin(np.pi * share))
    return tube(path, _LACE_M, 4, flat=_LACE_FLAT)


def _bow(upper: Upper, up: float) -> list[np.ndarray]:
    """Two loops and two ends about a knot."""
    turn = np.linspace(0.0, 2 * np.pi, 11)
    made = [ball(upper.at(np.asarray(0.0), np.asarray(up), 0.006), np.array([0.0058, 0.0042, 0.0050]), 6)]
    for sign in (1.0, -1.0):
        out = 0.5 - 0.5 * np.cos(turn)
        side, lower = sign * 0.20 * out, -0.050 * out + 0.034 * np.sin(turn)
        made.append(tube(upper.at(side, up + lower, 0.006 + 0.002 * np.sin(np.pi * out)), 0.0024, 4, flat=_LACE_FLAT))
        share = np.linspace(0.0, 1.0, 5)
        made.append(
            tube(upper.at(sign * 0.13 * share, up - 0.145 * share**1.3, 0.0060 - 0.0012 * share), 0.0024, 4, flat=_LACE_FLAT)
        )
    return made


def heel_tab(upper: Upper) -> list[Detail]:
    """A patch up the heel."""
    up = np.linspace(0.0, 0.985, 7)
    wide = 0.085 + 0.05 * (1.0 - up) ** 2
    one, other = np.stack([1.0 - wide, up], axis=1), np.stack([1.0 + wide, up], axis=1)
    return [("sole", _band(upper, one, other, 0.0018, 5), False)]


_SADDLE = (0.60, 0.70)  # of the way from heel to toe


def apron_seam(upper: Upper) -> list[Detail]:
    """The raised seam about the top of a moccasin."""
    side = np.linspace(-0.33, 0.33, 25)
    line = np.stack([side, 0.40 + 0.24 * np.abs(side / 0.33) ** 2.2], axis=1)
    return [("upper", _band(upper, line, line + np.array([0.0, 0.05]), 0.0016, 3), False)]


def saddle(upper: Upper) -> list[Detail]:
    """A strap straight across the instep, with a slit."""
    side = np.linspace(-0.44, 0.44, 31)
    front, back = (np.stack([side, upper.level_with(at, side)], axis=1) for at in _SADDLE[::-1])
    strap = _band(upper, front, back, 0.0026, 5)
    slit = np.linspace(-0.075, 0.075, 7)
    middle = upper.level_with(sum(_SADDLE) / 2, slit)
    front, back = (np.stack([slit, middle + d * np.cos(np.pi * slit / 0.17)], axis=1) for d in (-0.020, 0.020))
    return [("upper", strap, False), ("sole", _band(upper, front, back, 0.0031, 2), False)]


def small_bow(upper: Upper) -> list[Detail]:
    """A flat bow at the throat."""
    knot = upper.at(np.asarray(0.0), np.asarray(0.93), 0.003)
    ahead = upper.at(np.asarray(0.0), np.asarray(0.80), 0.003) - knot
    ahead /= np.linalg.norm(ahead)
    across = np.cross(ahead, _UP)
    across /= np.linalg.norm(across)
    turn = np.linspace(0.0, 2 * np.pi, 13)[:, None]
    made = [ball(knot, 0.0038, 8)]
    for sign in (1.0, -1.0):
        loop = knot + sign * across * 0.011 * (1.0 - np.cos(turn)) / 1.0 * 0.9 + ahead * 0.0055 * np.sin(turn)
        made.append(tube(loop, 0.0020, 6))
    return [("upper", grid, False) for grid in made]


Sewing = Callable[[Upper], list[Detail]]
SNEAKER: tuple[Sewing, ...] = (toe_cap, tongue, eyelet_bands, laces, heel_tab)
BOOT: tuple[Sewing, ...] = (tongue, eyelet_bands, laces)
LOAFER: tuple[Sewing, ...] = (apron_seam, saddle)
BALLERINA: tuple[Sewing, ...] = (small_bow,)
