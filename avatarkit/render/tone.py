"""The tone response: how light above white is fitted into a picture."""

from __future__ import annotations

import numpy as np

from avatarkit.render.color import to_linear, to_srgb

KNEE = 0.7
"""Brightness up to which nothing changes: skin in portrait light stays below, so that its colours are kept."""


def compress(linear: np.ndarray, headroom: float) -> np.ndarray:
    """Brightness 0..headroom as 0..1: the same up to the knee, then with falling slope, smooth at the knee."""
    slope = (headroom - KNEE) / (1.0 - KNEE)
    above = np.clip((np.asarray(linear, float) - KNEE) / (headroom - KNEE), 0.0, 1.0)
    return np.where(linear > KNEE, KNEE + (1.0 - KNEE) * slope * above / (1.0 + (slope - 1.0) * above), linear)


def expand(compressed: np.ndarray, headroom: float) -> np.ndarray:
    """What `compress` made `compressed` (0..1) of."""
    slope = (headroom - KNEE) / (1.0 - KNEE)
    above = np.clip((np.asarray(compressed, float) - KNEE) / (1.0 - KNEE), 0.0, 1.0)
    return np.where(compressed > KNEE, KNEE + (headroom - KNEE) * above / (slope - (slope - 1.0) * above), compressed)


def developed(pixels: np.ndarray, headroom: float) -> np.ndarray:
    """A picture (H, W, 4) uint8 sRGB that was drawn at 1 / headroom of its brightness, at its full one."""
    if headroom == 1.0:
        return pixels
    linear = compress(to_linear(np.arange(256) / 255.0) * headroom, headroom)
    table = np.rint(255.0 * to_srgb(linear)).astype(np.uint8)
    return np.concatenate([table[pixels[..., :3]], pixels[..., 3:]], axis=-1)
