"""Fabrics drawn by code: pictures that tile."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import ndimage

from avatarkit.avatar.avatar import Texture

TILE_M = 0.06
"""Metres of cloth that one picture shows."""

_SIDE_PX = 512


def _height_to_normals(height: np.ndarray, strength: float) -> np.ndarray:
    """(S, S, 3) uint8 tangent-space normals of a height field that tiles, rows downward."""
    across = 0.5 * (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1))
    downward = 0.5 * (np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0))
    normal = np.stack([-strength * across, strength * downward, np.ones_like(height)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.rint(127.5 + 127.5 * normal).astype(np.uint8)


@cache
def _noise(seed: int, softness_px: float) -> np.ndarray:
    """(S, S) smooth noise that tiles, mean 0, deviation 1."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((_SIDE_PX, _SIDE_PX)), softness_px, mode="wrap")
    return (noise - noise.mean()) / noise.std()


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns (S, S) as shares of the tile."""
    line = (np.arange(_SIDE_PX) + 0.5) / _SIDE_PX
    rows, columns = np.meshgrid(line, line, indexing="ij")
    return rows, columns


def _jersey() -> np.ndarray:
    """Knitted rows of stitches, each a V."""
    rows, columns = _grid()
    stitches, courses = 44, 56
    across = np.abs((columns * stitches) % 1.0 - 0.5)
    return np.cos(2 * np.pi * (rows * courses + 0.7 * across)) * 0.5 + 0.8 * np.sin(np.pi * 2 * across)


def _twill() -> np.ndarray:
    """Diagonal ribs over fine threads."""
    rows, columns = _grid()
    ribs = np.cos(2 * np.pi * 40 * (rows + columns))
    return ribs + 0.5 * np.cos(2 * np.pi * 80 * columns) * np.cos(2 * np.pi * 40 * rows)


def _canvas() -> np.ndarray:
    """Plain weave."""
    rows, columns = _grid()
    over = np.cos(2 * np.pi * 48 * rows) * np.cos(2 * np.pi * 48 * columns)
    return np.abs(np.cos(2 * np.pi * 24 * columns)) * (over > 0) + np.abs(np.cos(2 * np.pi * 24 * rows)) * (over <= 0)


def _rubber() -> np.ndarray:
    return _noise(9, 1.5)


# How each is drawn, how deep its relief is and how far its shades differ.
_FABRICS = {
    "jersey": (_jersey, 0.45, 0.012),
    "twill": (_twill, 0.55, 0.030),
    "canvas": (_canvas, 0.5, 0.020),
    "rubber": (_rubber, 0.1, 0.003),
}


@cache
def fabric_textures(kind: str) -> tuple[Texture, Texture]:
    """Colour (to be multiplied by the cloth's own; white on average at the light threads) and normals of a fabric."""
    draw, strength, contrast = _FABRICS[kind]
    height = draw()
    height = (height - height.mean()) / height.std()
    shade = np.clip(0.94 + contrast * (height + 0.3 * _noise(3, 9.0) + 0.5 * _noise(4, 1.0)), 0.0, 1.0)
    color = np.repeat(np.rint(255 * shade).astype(np.uint8)[..., None], 3, axis=2)
    normals = _height_to_normals(height + 0.35 * _noise(5, 1.2), strength)
    return Texture(f"{kind}-color", color, "jpeg"), Texture(f"{kind}-normal", normals, "png")
