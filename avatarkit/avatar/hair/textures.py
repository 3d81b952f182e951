"""Pictures of hair: strands as brightness and alpha, drawn once by assets/scripts/build_hair_strands.py, coloured here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from PIL import Image

from avatarkit.data_files import asset_path
from avatarkit.render.color import to_linear, to_srgb

LOCK_FILES: Mapping[str, str] = {"straight": "hair-locks.png", "frizz": "hair-frizz.png"}
CAP_FILE = "hair-cap.png"
STRIPS: Mapping[str, int] = {"straight": 8, "frizz": 4}
"""How many tufts each picture of locks has, side by side."""
LIGHT_UNIT = 1.5 / 255.0
"""Of the stored brightness."""

_BLACKEST = 0.004  # linear: the darkest hair still shows its strands
_LIGHTEST = 2.5
_PIGMENT = 0.08
_WHOLE = 0.99


@cache
def lock_strands(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Brightness and alpha (H, STRIPS * W), root at the top: each strip is a tuft of hairs that end at their own lengths."""
    return _stored(LOCK_FILES[kind])


@cache
def cap_strands() -> tuple[np.ndarray, np.ndarray]:
    """Brightness and alpha (H, W) of the cap: whole above, single hairs at the lower edge; repeats sideways."""
    return _stored(CAP_FILE)


@cache
def solid_strands(contrast: float) -> tuple[np.ndarray, np.ndarray]:
    """Brightness and alpha (H, W) of whole locks: no gaps anywhere; repeats sideways."""
    light, alpha = cap_strands()
    whole = int(np.flatnonzero((alpha > _WHOLE).all(axis=1)).max()) + 1
    calm = light.mean() + contrast * (light[:whole] - light.mean())
    return calm, np.ones_like(calm)


def _stored(name: str) -> tuple[np.ndarray, np.ndarray]:
    picture = np.array(Image.open(asset_path(name)))
    return picture[..., 0] * np.float32(LIGHT_UNIT), picture[..., 1] * np.float32(1 / 255)


def strand_normals(light: np.ndarray, alpha: np.ndarray, strength: float = 1.6) -> np.ndarray:
    """(H, W, 3) uint8 tangent-space normals: each hair a ridge, from its brightness across."""
    ridges = np.where(alpha > 0.2, light, 0.55)
    slope = strength * 0.5 * (np.roll(ridges, -1, axis=1) - np.roll(ridges, 1, axis=1))
    normal = np.stack([-slope, np.zeros_like(slope), np.ones_like(slope)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.rint(127.5 + 127.5 * normal).astype(np.uint8)


def colored(
    strands: tuple[np.ndarray, np.ndarray],
    color: tuple[float, float, float],
    root: float,
    tip: float,
    brightness: float = 1.0,
) -> np.ndarray:
    """The picture of strands in a colour.

    Args:
        strands: brightness and alpha (H, W) from `lock_strands` or `cap_strands`.
        color: sRGB, 0..1: the mean of what is seen.
        root, tip: brightness at the top and at the bottom against the mean.
        brightness: of the mean against the colour.

    Returns:
        (H, W, 4) uint8 sRGB.
    """
    light, alpha = strands
    rows = np.linspace(0.0, 1.0, len(light))[:, None]
    shade = light * (root + (tip - root) * np.minimum(rows * 1.6, 1.0))
    shade = shade * (brightness / np.average(shade, weights=alpha))
    base = np.maximum(to_linear(np.asarray(color)), _BLACKEST)
    steps = np.linspace(0.0, _LIGHTEST, 256)[:, None]
    # Light strands lose colour and dark ones gain it, as light does on a shorter or longer way through pigment.
    ramp = to_srgb(np.clip(steps * base ** (1.0 + _PIGMENT * (1.0 - steps)), 0.0, 1.0))
    table = np.rint(255 * ramp).astype(np.uint8)
    index = np.clip(shade * (255 / _LIGHTEST), 0, 255).astype(np.uint8)
    return np.concatenate([table[index], np.rint(255 * alpha).astype(np.uint8)[..., None]], axis=-1)
