"""Skirts: a tube about the hips that hangs about both legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.bottoms import hip_half
from avatarkit.avatar.outfit.pattern import HEM_M, Fall, Hang, Panel, Pattern, PatternMaker, tube_uvs
from avatarkit.avatar.outfit.tops import HIP_Y, hung_rows, wave

_COLUMNS = 48  # of a half
_HIP_Z = 0.03


@dataclass(frozen=True)
class SkirtCut:
    """What makes a mini skirt a mini skirt.

    Attributes:
        waist_y: upper edge, metres on the average body.
        hang: how far it hangs below the hips, as a share of the leg's length.
        flare: how much it widens below the hips, metres per metre.
        ease_m: least distance from the body.
        taper: how much the tube may narrow while it falls from the waist to the hips, metres per metre.
        pleats: how many knife pleats of a half, and metres deep at the hem; 0 has none.
        waves: soft folds: how many, and metres deep.
        hem_m: thickness.
    """

    waist_y: float = 0.135
    hang: float = 0.25
    flare: float = 0.12
    ease_m: float = 0.005
    taper: float = 0.3
    pleats: tuple[int, float] = (0, 0.0)
    waves: tuple[int, float] = (0, 0.0)
    hem_m: float = HEM_M


def skirt_pattern(cut: SkirtCut) -> Pattern:
    """The pattern of a skirt: one panel, "skirt"."""
    maker = PatternMaker()
    hips = hip_half(maker, np.linspace(0.0, np.pi, _COLUMNS + 1), cut.waist_y, HIP_Y)
    half = np.concatenate([hips, hung_rows(maker, hips[-1], cut.hang)])
    whole = maker.whole(half)
    hang = Hang(len(hips) - 1, cut.flare, cut.ease_m + 0.004)
    panel = Panel(whole, tube_uvs(maker.positions, whole), ("top", "bottom"), Fall(cut.taper), hang=hang, name="skirt")
    below = np.clip((cut.waist_y - maker.positions[:, 1]) / 0.05, 0.0, 1.0)
    ease = 0.003 + (cut.ease_m - 0.003) * below
    folds = _pleats(maker, whole, cut)
    x, _, z = maker.positions.T
    folds += wave(np.arctan2(np.abs(x), z - _HIP_Z), maker.fallen, *cut.waves)
    return maker.pattern([panel], ease, fold_m=folds, hem_m=cut.hem_m)


def _pleats(maker: PatternMaker, whole: np.ndarray, cut: SkirtCut) -> np.ndarray:
    """(N,) metres: each pleat rises slowly and falls at once."""
    count, depth = cut.pleats
    folds = np.zeros(len(maker.positions))
    if count:
        from_front = np.abs(np.linspace(-1.0, 1.0, whole.shape[1]))
        phase = (count * from_front + 0.5) % 1.0
        saw = np.where(phase < 0.75, phase / 0.75, (1.0 - phase) / 0.25)
        down = np.linspace(0.15, 1.0, len(whole))[:, None]
        folds[whole] = depth * down * saw
    return folds
