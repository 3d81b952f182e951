"""Strips of cloth over other clothes: ties, scarves, belts, capes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.bottoms import hip_half
from avatarkit.avatar.outfit.folds import ridges
from avatarkit.avatar.outfit.pattern import LEG_M, Edge, Fall, Panel, Pattern, PatternMaker, tube_uvs
from avatarkit.avatar.outfit.tops import HIP_Y, Table, hung_rows

# Places on the average body in the data's own pose, metres.
_NECK_Z, _TRUNK_Z = 0.025, 0.035
_COLLAR_LINE = ((0.0, 0.552), (0.30, 0.566), (0.55, 0.590), (1.0, 0.600))
_ALL: tuple[Edge, ...] = ("top", "bottom", "first", "last")
_CHEST_Y = 0.42
_CAPE_HALF = 37  # columns of half a cape
_CAPE_BEGIN_DEG = (118.0, 100.0)  # from the front, behind the armpit and at the hip
_ROW_M = 0.016


def _line(table: Table, share: np.ndarray) -> np.ndarray:
    """(C,) heights at shares of the way to the back."""
    pairs = np.array(table)
    return np.interp(share, pairs[:, 0], pairs[:, 1])


@dataclass(frozen=True)
class BeltCut:
    """A belt: panel "belt".

    Attributes:
        top_y, wide_m: upper edge on the average body, and its width.
        ease_m: off the body.
    """

    top_y: float = 0.122
    wide_m: float = 0.034
    ease_m: float = 0.006
    hem_m: float = 0.003


def belt_pattern(cut: BeltCut) -> Pattern:
    """The pattern of a belt."""
    maker = PatternMaker()
    whole = maker.whole(hip_half(maker, np.linspace(0.0, np.pi, 33), cut.top_y, cut.top_y - cut.wide_m))
    panel = Panel(whole, tube_uvs(maker.positions, whole), ("top", "bottom"), name="belt")
    return maker.pattern([panel], np.full(len(maker.positions), cut.ease_m), hem_m=cut.hem_m)


@dataclass(frozen=True)
class TieCut:
    """A tie: panel "tie".

    Attributes:
        top_y, end_y: its knot's upper edge and its tip.
        wide_m: half its width near the tip; `neck_m` below the knot.
    """

    top_y: float = 0.556
    end_y: float = 0.150
    wide_m: float = 0.036
    neck_m: float = 0.015
    hem_m: float = 0.0025


def tie_pattern(cut: TieCut) -> Pattern:
    """The pattern of a tie."""
    maker = PatternMaker()
    down = np.linspace(0.0, 1.0, 27)[:, None]
    half = cut.neck_m + (cut.wide_m - cut.neck_m) * down**1.2
    across = np.linspace(1.0, 0.0, 4)[None]
    tip = 0.9 * cut.wide_m * np.clip((down - 0.9) / 0.1, 0.0, 1.0) * across
    height = cut.top_y + (cut.end_y - cut.top_y) * down + tip
    whole = _ahead(maker, half * across, height)
    panel = Panel(whole, tube_uvs(maker.positions, whole), _ALL, name="tie")
    return maker.pattern([panel], np.full(len(maker.positions), 0.004), hem_m=cut.hem_m)


def _ahead(maker: PatternMaker, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Points in front at places from the left edge to the middle (R, C), and their mirror images: columns to the right."""
    origins = np.stack([*np.broadcast_arrays(x, y), np.zeros_like(y + x)], axis=-1)
    return maker.whole(maker.cast(origins, np.broadcast_to([0.0, 0.0, 1.0], origins.shape)))[:, ::-1]


@dataclass(frozen=True)
class ScarfCut:
    """A scarf: panels "round" about the neck, "end" and "right-end" on the chest.

    Attributes:
        thick_m: of its roll.
        end_y: how far its ends hang down, on the average body; `end_x` from, to.
    """

    thick_m: float = 0.026
    end_y: float = 0.235
    end_x: tuple[float, float] = (0.004, 0.068)
    hem_m: float = 0.005


_SCARF_ROWS, _SCARF_HALF = 11, 25
_SCARF_TOP = ((0.0, 0.592), (0.30, 0.604), (0.55, 0.622), (1.0, 0.632))
_SCARF_LOW = ((0.0, 0.532), (0.25, 0.556), (0.42, 0.584), (0.60, 0.587), (0.80, 0.580), (1.0, 0.574))
_END_TOP_Y, _END_ROWS, _END_COLUMNS = 0.574, 21, 7


def scarf_pattern(cut: ScarfCut) -> Pattern:
    """The pattern of a scarf."""
    maker = PatternMaker()
    round_ = maker.whole(_about_neck(maker))
    x = np.linspace(cut.end_x[1], cut.end_x[0], _END_COLUMNS)[None]
    y = np.linspace(_END_TOP_Y, cut.end_y, _END_ROWS)[:, None]
    at = np.stack([*np.broadcast_arrays(x, y), np.zeros((_END_ROWS, _END_COLUMNS))], axis=-1)
    left = maker.cast(at, np.broadcast_to([0.0, 0.0, 1.0], at.shape))[:, ::-1]
    right = maker.mirrored(left)[:, ::-1]
    ease, folds = np.full(len(maker.positions), 0.014), np.zeros(len(maker.positions))
    down = np.linspace(0.0, 1.0, len(round_))[:, None]
    ease[round_] = 0.005 + cut.thick_m * np.sin(np.pi * (0.06 + 0.84 * down)) ** 0.8
    turn = np.abs(np.linspace(-np.pi, np.pi, round_.shape[1]))[None]
    folds[round_] = 0.005 * np.sin(5.0 * np.pi * down + 1.5 * np.sin(2 * turn)) * np.sin(np.pi * down)
    wave = 0.003 * np.sin(np.linspace(0.0, 3 * np.pi, _END_COLUMNS))
    folds[left], folds[right] = wave[None], wave[None, ::-1]
    panels = [Panel(round_, tube_uvs(maker.positions, round_), ("top", "bottom"), name="round")]
    panels += [
        Panel(end, tube_uvs(maker.positions, end), _ALL, name=name) for end, name in ((left, "end"), (right, "right-end"))
    ]
    return maker.pattern(panels, ease, fold_m=folds, hem_m=cut.hem_m)


def _about_neck(maker: PatternMaker) -> np.ndarray:
    """(rows, columns) of the left half: about the neck, upper edge first."""
    share = np.linspace(0.0, 1.0, _SCARF_HALF)
    top, low = (_line(table, share) for table in (_SCARF_TOP, _SCARF_LOW))
    heights = top + (low - top) * np.linspace(0.0, 1.0, _SCARF_ROWS)[:, None]
    origins = np.stack([np.zeros_like(heights), heights, np.full_like(heights, _NECK_Z)], axis=-1)
    level = np.stack([np.sin(np.pi * share), np.zeros_like(share), np.cos(np.pi * share)], axis=-1)
    return maker.cast(origins, np.broadcast_to(level, origins.shape))


@dataclass(frozen=True)
class CapeCut:
    """A cape that hangs behind from the neck and the shoulders: panels "collar", "shoulders" and "cape".

    Attributes:
        hang: how far it hangs below the hips, as a share of the leg's length.
        ease_m: off the shoulders; `hip_m` off the hips, growing by `flare` metres per metre below.
        waves: folds: how many on each side, and metres deep.
        end_y: where it leaves the body, metres on the average one.
        from_front: where it begins at the neck, 0 in front, 1 behind.
        collar_m: height of the collar that stands about the neck; `lean_m` how far its edge leans out.
    """

    hang: float = 0.72
    ease_m: float = 0.024
    hip_m: float = 0.040
    flare: float = 0.12
    waves: tuple[int, float] = (5, 0.017)
    end_y: float = HIP_Y
    from_front: float = 0.07
    collar_m: float = 0.050
    lean_m: float = 0.020
    hem_m: float = 0.003


_YOKE_ROWS, _COLLAR_ROWS = 11, 6
_FOLDS_FROM_Y, _FOLDS_GROW_M = 0.47, 0.45  # where a cape's folds begin, and over what height they deepen
_EDGE_SHARE = 0.06  # of half a cape: toward its front edge folds run out
_NECK_EASE_M, _NECK_GROWS_M = 0.010, 0.05  # a cape lies close at the neck, and comes off it over so much


def cape_pattern(cut: CapeCut) -> Pattern:
    """The pattern of a cape."""
    maker = PatternMaker()
    share = np.linspace(cut.from_front, 1.0, _CAPE_HALF)
    top = _neck_ring(maker, share, 0.0)
    rings = [_neck_ring(maker, share, cut.collar_m * up) for up in np.linspace(1.0, 0.0, _COLLAR_ROWS)[:-1]]
    half = np.concatenate([top[None], *_cape_back(maker, top, cut)])
    whole, collar = (_both_halves(maker, grid) for grid in (half, np.stack([*rings, top])))
    uvs, chest = tube_uvs(maker.positions, whole), _YOKE_ROWS
    panels = [
        Panel(whole[: chest + 1], uvs[: chest + 1], ("first", "last"), name="shoulders"),
        Panel(whole[chest:], uvs[chest:], ("bottom", "first", "last"), Fall(0.0), name="cape"),
        Panel(collar, tube_uvs(maker.positions, collar), ("top", "first", "last"), name="collar"),
    ]
    ease, folds = _cape_ease(maker, whole, collar, cut), _cape_folds(maker, whole, cut)
    return maker.pattern(panels, ease, fold_m=folds, hem_m=cut.hem_m)


def _both_halves(maker: PatternMaker, half: np.ndarray) -> np.ndarray:
    return np.concatenate([half, maker.mirrored(half)[:, -2::-1]], axis=1)


def _neck_ring(maker: PatternMaker, share: np.ndarray, raised: float) -> np.ndarray:
    """(C,) points about the neck at shares of the way to the back, so far above the line of a collar."""
    height, turn = _line(_COLLAR_LINE, share) + raised, np.pi * share
    origin = np.stack([np.zeros_like(height), height, np.full_like(height, _NECK_Z)], axis=-1)
    return maker.cast(origin, np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=-1))


def _cape_back(maker: PatternMaker, top: np.ndarray, cut: CapeCut) -> list[np.ndarray]:
    """Rows of the left half below the neck: over the shoulder, down the back, and what hangs."""
    rows = round((_CHEST_Y - cut.end_y) / _ROW_M)
    heights = np.linspace(_CHEST_Y, cut.end_y, rows)
    begin = np.radians(np.linspace(*_CAPE_BEGIN_DEG, rows))[:, None]
    behind = begin + np.linspace(0.0, 1.0, _CAPE_HALF) * (np.pi - begin)
    back = np.stack([np.sin(behind), np.zeros_like(behind), np.cos(behind)], axis=-1)
    origins = np.stack([np.zeros(rows), heights, np.full(rows, _TRUNK_Z)], axis=-1)
    trunk = maker.cast(np.broadcast_to(origins[:, None], back.shape), back)
    inner, outer = maker.positions[top], maker.positions[trunk[0]]
    steps = np.linspace(0.0, 1.0, _YOKE_ROWS + 1)[1:-1, None, None]
    origin = np.array([0.0, 0.44, 0.02])
    yoke = maker.cast(origin, inner + (outer - inner) * steps + [0.0, 0.03, 0.0] * np.sin(np.pi * steps) - origin)
    return [yoke, trunk, hung_rows(maker, trunk[-1], cut.hang)]


def _cape_ease(maker: PatternMaker, whole: np.ndarray, collar: np.ndarray, cut: CapeCut) -> np.ndarray:
    """(N,) metres."""
    y = maker.positions[:, 1]
    down = np.clip((0.50 - y) / (0.50 - cut.end_y), 0.0, 1.0)
    ease = cut.ease_m + (cut.hip_m - cut.ease_m) * down + cut.flare * LEG_M * maker.fallen
    from_neck = np.linalg.norm(maker.positions[whole] - maker.positions[whole[0]], axis=-1)
    close = np.clip(1.0 - from_neck / _NECK_GROWS_M, 0.0, 1.0)
    ease[whole] += close * (_NECK_EASE_M - ease[whole])
    up = np.linspace(1.0, 0.0, len(collar))[:, None]
    ease[collar] = _NECK_EASE_M + cut.lean_m * up**1.4
    return ease


def _cape_folds(maker: PatternMaker, whole: np.ndarray, cut: CapeCut) -> np.ndarray:
    """(N,) metres: rounded pipes that deepen as they fall, no two quite alike."""
    count, depth = cut.waves
    across = np.concatenate([np.linspace(0.0, 1.0, _CAPE_HALF), np.linspace(1.0, 0.0, _CAPE_HALF)[1:]])
    height = maker.positions[whole][..., 1]
    falling = np.clip((_FOLDS_FROM_Y - height) / _FOLDS_GROW_M, 0.0, 1.0) ** 0.8
    phase = 2 * np.pi * count * across + 0.9 * np.sin(2 * np.pi * across + 0.6) + 0.8
    folds = np.zeros(len(maker.positions))
    falling = falling * np.clip(across / _EDGE_SHARE, 0.0, 1.0)
    folds[whole] = depth * falling * (1.0 + 0.25 * np.sin(5.3 * across + 1.0)) * 1.6 * ridges(phase)
    return folds
