"""Whatever has two legs: a tube about the hips that splits into two along a bridge under the crotch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.folds import leg_folds, pressed_crease
from avatarkit.avatar.outfit.pattern import HEM_M, Fall, Panel, Pattern, PatternMaker, tube_uvs

# Places on the average body in the data's own pose, metres.
_FORK_Y = 0.0
_HIP_CENTRE_Z = 0.03
_FORK_ORIGIN = np.array([0.0, 0.06, 0.03])
_LEG_AXIS = np.array([[0.085, -0.03, 0.03], [0.101, -0.08, 0.015], [0.142, -0.343, 0.03], [0.181, -0.722, 0.018]])
WAIST_Y, ANKLE_Y = 0.125, -0.722

_BREAK = 0.4  # how much less in front, where the shoe carries them

_HALF, _BRIDGE, _HIP_ROW_M, _LEG_ROW_M = 28, 10, 0.0155, 0.0245
_HEM_BAND = (0.43, 0.48, 1.0)  # of what hangs below the ankle
_HEM_BAND_M = (0.020, 0.018)
_SHOE_Y = -0.6  # legs that end lower lie on the shoe
_STITCH_M = 0.0012  # how deep seams draw the cloth in
_JOINTS = {f"{side}{bone}": f"{side}LowerLeg" for side in ("left", "right") for bone in ("Foot", "Toes")}


@dataclass(frozen=True)
class BottomCut:
    """What makes jeans jeans and leggings leggings.

    Attributes:
        waist_y, end_y: upper and lower edge on the leg, metres on the average body.
        drop_m: how much farther it falls over the shoe.
        ease_m: least distance from the body; `waist_ease_m` at the waist, `end_ease_m` more at the lower end.
        taper: how much a leg may narrow while it falls, metres per metre.
        end_share: its lower end's radius against the thigh's, for a leg cut straight; None follows the leg.
        folds: how deep its folds are, against those of jeans.
        hem_m: thickness.
        crease_m: height of the creases ironed into its legs.
    """

    waist_y: float = WAIST_Y
    end_y: float = ANKLE_Y
    drop_m: float = 0.052
    ease_m: float = 0.006
    waist_ease_m: float = 0.002
    end_ease_m: float = 0.006
    taper: float = 0.32
    end_share: float | None = 0.58
    folds: float = 1.0
    hem_m: float = HEM_M
    crease_m: float = 0.0


def bottom_pattern(cut: BottomCut) -> Pattern:
    """The pattern: panels "hips", "leg" and "right-leg"."""
    maker = PatternMaker()
    hips = _hip_half(maker, cut)
    whole = maker.whole(hips)
    bridge = _bridge(maker, hips[-1, 0], hips[-1, -1])
    left = _leg(maker, np.concatenate([hips[-1], bridge, hips[-1, :1]]), cut)
    # Mirrored columns run the other way round.
    right = maker.mirrored(left)[:, ::-1]
    drop = np.zeros(len(maker.positions))
    if cut.drop_m:
        for leg in (left, right):
            z = maker.positions[leg[-1], 2]
            share = np.array((0.0, *_HEM_BAND))[:, None] * (1.0 - _BREAK * (z - z.min()) / np.ptp(z))
            drop[leg[-4:]] = cut.drop_m * share
    places = maker.positions - drop[:, None] * [0.0, 1.0, 0.0]
    panels = [Panel(whole, tube_uvs(places, whole), ("top",), Fall(0.3, forked=True), name="hips")]
    fall = Fall(cut.taper, end_share=cut.end_share)
    for leg, side, name in ((left, 1, "leg"), (right, -1, "right-leg")):
        panels.append(Panel(leg, tube_uvs(places, leg), ("bottom",), fall, side, name=name))
    folds = cut.folds * _folds(maker.positions, drop, cut)
    folds += pressed_crease(_around_leg(maker.positions), maker.positions, cut.crease_m)
    for leg in (left, right):
        folds[leg[-2]] -= _STITCH_M
    ease = _ease(maker.positions, cut) + (cut.end_ease_m * (drop > 0) if cut.drop_m else 0.0)
    return maker.pattern(panels, ease, drop_m=drop, fold_m=folds, rename_joints=_JOINTS, hem_m=cut.hem_m)


def _hip_half(maker: PatternMaker, cut: BottomCut) -> np.ndarray:
    """(rows, _HALF + 1) from the front's middle over the left side to the back's, waist first."""
    return hip_half(maker, np.linspace(0.0, np.pi, _HALF + 1), cut.waist_y, _FORK_Y)


def hip_half(maker: PatternMaker, turn: np.ndarray, top_y: float, bottom_y: float) -> np.ndarray:
    """(rows, columns) about the hips at angles `turn` from the front's middle over the left side, upper edge first."""
    around = np.stack([1.25 * np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=1)
    heights = np.linspace(top_y, bottom_y, max(round((top_y - bottom_y) / _HIP_ROW_M), 3) + 1)
    origins = np.stack([np.zeros_like(heights), heights, np.full_like(heights, _HIP_CENTRE_Z)], axis=1)
    return maker.cast(origins[:, None], np.broadcast_to(around, (len(heights), *around.shape)))


def _bridge(maker: PatternMaker, front: int, back: int) -> np.ndarray:
    """(_BRIDGE - 1,) points on the midline under the crotch, from the back to the front."""
    start, end = (maker.positions[n] - _FORK_ORIGIN for n in (back, front))
    angles = np.linspace(np.arctan2(start[2], -start[1]), np.arctan2(end[2], -end[1]), _BRIDGE + 1)[1:-1]
    return maker.cast(_FORK_ORIGIN, np.stack([np.zeros_like(angles), -np.cos(angles), np.sin(angles)], axis=1))


def _leg(maker: PatternMaker, top: np.ndarray, cut: BottomCut) -> np.ndarray:
    """(rows, columns + 1) of the left leg, from the ring `top` (closed) down to the hem."""
    ring = maker.positions[top[:-1]]
    columns = len(ring)
    centre = leg_axis(ring[:, 1])
    first = np.unwrap(np.arctan2(ring[:, 0] - centre[:, 0], ring[:, 2] - centre[:, 2]))
    even = np.pi / 2 + (np.arange(columns) - _HALF / 2) * 2 * np.pi / columns
    length = float(ring[:, 1].mean() - cut.end_y)
    share = 1.0 - (1.0 - np.linspace(0.0, 1.0, max(round(length / _LEG_ROW_M), 4))[1:, None]) ** 1.3
    if not cut.drop_m:
        band = 1.0 - np.array(_HEM_BAND_M) / length
        share = np.concatenate([share[share[:, 0] < band[0] - 0.3 * _HEM_BAND_M[0] / length], band[:, None], [[1.0]]])
    heights = ring[:, 1] + (cut.end_y - ring[:, 1]) * share
    angle = first + (even - first) * np.clip(share * length / 0.2, 0.0, 1.0)
    rows = maker.cast(leg_axis(heights), np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=-1))
    grid = np.concatenate([top[None, :-1], rows])
    if cut.drop_m:
        grid = np.concatenate([grid, np.stack([maker.again(rows[-1]) for _ in _HEM_BAND])])
    return np.concatenate([grid, grid[:, :1]], axis=1)


def leg_axis(heights: np.ndarray) -> np.ndarray:
    """(..., 3) the middle of the left leg at given heights."""
    y = _LEG_AXIS[::-1, 1]
    return np.stack([np.interp(heights, y, _LEG_AXIS[::-1, 0]), heights, np.interp(heights, y, _LEG_AXIS[::-1, 2])], axis=-1)


def _ease(positions: np.ndarray, cut: BottomCut) -> np.ndarray:
    waist = np.clip((cut.waist_y - positions[:, 1]) / 0.06, 0.0, 1.0)
    return cut.waist_ease_m + (cut.ease_m - cut.waist_ease_m) * waist


def _folds(positions: np.ndarray, drop: np.ndarray, cut: BottomCut) -> np.ndarray:
    """(N,) metres, without the ironed creases."""
    places = positions - drop[:, None] * [0.0, 1.0, 0.0]
    above_hem = places[:, 1] - (cut.end_y - cut.drop_m)
    return leg_folds(places, _around_leg(positions), above_hem, whole=cut.end_y < _SHOE_Y)


def _around_leg(positions: np.ndarray) -> np.ndarray:
    """(N,) angle about the nearer leg's axis, 0 in front, positive outside."""
    centre = leg_axis(positions[:, 1])
    return np.asarray(np.arctan2(np.abs(positions[:, 0]) - centre[:, 0], positions[:, 2] - centre[:, 2]))
