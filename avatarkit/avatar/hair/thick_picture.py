"""Pictures of thick locks, computed: u goes around the locks, v down from the crown (`thick.PICTURE_M`)."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import ndimage

from avatarkit.avatar.hair.textures import Strands

_HIGH, _WIDE = 256, 512
_SEED = 41
_RING, _RING_ABOVE, _RING_BELOW = 0.15, 0.008, 0.014
"""Where the ring of light runs, and its edges without the teeth, of the picture's height."""
_ARCS, _ARCS_AROUND = (0.55, 0.75), 6
"""How broad the ring is on average, by how much that changes, and how many arcs it has around the head."""
_TOOTH_PX, _TOOTH_ABOVE, _TOOTH_BELOW = (9.0, 26.0), (0.006, 0.03), (0.012, 0.055)
_ROOT_SHADE, _TIP_LIGHT = 0.9, 1.06
_LINES, _LINE_SHADE, _LINE_PX = 20, 0.88, 1.2
_SOFT_RING, _SOFT_WIDTH, _SOFT_LIGHT = 0.2, 0.085, 0.2
_STREAKS = ((60.0, 0.16), (14.0, 0.14), (3.5, 0.10))
"""Blur in pixels across and strength of a cartoon's strands."""
_STREAK_PX = 60.0  # and their blur along them


@cache
def ring_of_light() -> np.ndarray:
    """(H, W) 0..1: a bright ring with pointed edges around a drawn head."""
    random = np.random.default_rng(_SEED)
    rows = (np.arange(_HIGH) + 0.5)[:, None] / _HIGH
    above, below = _teeth(random, _TOOTH_ABOVE), _teeth(random, _TOOTH_BELOW)
    turn = (np.arange(_WIDE) + 0.5) * 2.0 * np.pi / _WIDE
    broad = np.clip(_ARCS[0] + _ARCS[1] * np.cos(_ARCS_AROUND * turn), 0.0, 1.0)
    inside = np.minimum(rows - _RING + broad * (_RING_ABOVE + above), _RING + broad * (_RING_BELOW + below) - rows)
    return np.asarray(np.clip(inside * _HIGH / 1.5, 0.0, 1.0))


@cache
def drawn_picture() -> Strands:
    """Flat tones and a few lines; `ring_of_light` lies over them."""
    random = np.random.default_rng(_SEED + 1)
    rows = (np.arange(_HIGH) + 0.5)[:, None] / _HIGH
    tone = np.interp(rows, (0.0, 0.12, 0.5, 1.0), (_ROOT_SHADE, 1.0, 1.0, _TIP_LIGHT))
    lines = np.ones(_WIDE)
    for place in random.uniform(0.0, _WIDE, _LINES):
        away = np.abs((np.arange(_WIDE) - place + 0.5 * _WIDE) % _WIDE - 0.5 * _WIDE)
        lines = np.minimum(lines, 1.0 - (1.0 - _LINE_SHADE) * np.clip(_LINE_PX + 0.5 - away, 0.0, 1.0))
    return _whole(tone * lines, np.zeros((_HIGH, _WIDE)))


@cache
def clump_picture() -> Strands:
    """Soft strands with a broad sheen."""
    random = np.random.default_rng(_SEED)
    rows = (np.arange(_HIGH) + 0.5)[:, None] / _HIGH
    streaks = np.ones((_HIGH, _WIDE))
    for blur, strength in _STREAKS:
        noise = _blurred(random.standard_normal((_HIGH, _WIDE)), (_STREAK_PX, blur))
        streaks += strength * noise / noise.std() / 2.0
    sheen = _SOFT_LIGHT * np.exp(-(((rows - _SOFT_RING) / _SOFT_WIDTH) ** 2))
    tone = np.interp(rows, (0.0, 0.12, 1.0), (0.86, 1.0, 1.03))
    kinds = np.floor(256.0 * ndimage.gaussian_filter(random.uniform(0.0, 1.0, _WIDE), 2.0, mode="wrap"))
    return _whole(np.clip(tone * streaks + sheen, 0.3, 2.2), np.broadcast_to(kinds, (_HIGH, _WIDE)))


def _blurred(picture: np.ndarray, blur_px: tuple[float, float]) -> np.ndarray:
    """A picture that repeats, blurred down and across; by its spectrum: pixel by pixel so broad a blur takes long."""
    down, across = (
        np.exp(-2.0 * (np.pi * blur * frequencies) ** 2)
        for blur, frequencies in zip(blur_px, (np.fft.fftfreq(_HIGH), np.fft.rfftfreq(_WIDE)), strict=True)
    )
    return np.fft.irfft2(np.fft.rfft2(picture) * down[:, None] * across, picture.shape)


def _teeth(random: np.random.Generator, reach: tuple[float, float]) -> np.ndarray:
    """(W,) how far pointed teeth, side by side, reach at each column."""
    edges = np.cumsum(random.uniform(*_TOOTH_PX, _WIDE))
    count = int(np.searchsorted(edges, _WIDE)) + 1
    edges = np.concatenate([[0.0], edges[:count] * (_WIDE / edges[count - 1])])
    columns = np.arange(_WIDE) + 0.5
    tooth = np.clip(np.searchsorted(edges, columns) - 1, 0, count - 1)
    within = (columns - edges[tooth]) / (edges[tooth + 1] - edges[tooth])
    return np.asarray(random.uniform(*reach, count)[tooth] * (1.0 - np.abs(2.0 * within - 1.0)))


def _whole(light: np.ndarray, hair: np.ndarray) -> Strands:
    return Strands(light.astype(np.float32), np.ones(light.shape, np.float32), hair.astype(np.uint8))
