"""Fabrics drawn by code: pictures that tile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.once import once
from avatarkit.render.color import to_linear, to_srgb

TILE_M = 0.06
"""Metres of cloth that one picture of a weave shows; one of a print shows `PRINT_M`."""
PRINT_M = 0.12

_SIDE_PX = 512
_KEPT_PRINTS = 16
_BLURRED = 4.0  # so many standard deviations a blur reaches

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Finish:
    """What a part is made of.

    Attributes:
        weave: one of the fabrics below.
        roughness, metallic: 0..1.
        print: a two-coloured pattern, or none.
        second: the part of the piece that says the print's second colour.
        alpha: how much of what is behind it it covers.
    """

    weave: str
    roughness: float = 0.9
    metallic: float = 0.0
    print: str | None = None
    second: str = "print"
    alpha: float = 1.0

    @property
    def tile_m(self) -> float:
        """Metres that its pictures show."""
        return PRINT_M if self.print else TILE_M


def finished(name: str, finish: Finish, srgb: Rgb, second: Rgb | None) -> Material:
    """The material of a part in its colour, and its print's second one."""
    factor = to_linear(np.asarray(srgb))
    is_glass = finish.alpha < 1.0  # and has no threads
    color, normals = (None, None) if is_glass else fabric_textures(finish.weave)
    if finish.print:
        color, normals = printed(finish.print, finish.weave, srgb, second or srgb), _doubled_normals(finish.weave)
        factor = np.ones(3)
    red, green, blue = (float(c) for c in factor)
    return Material(
        name,
        (red, green, blue, finish.alpha),
        color,
        normals,
        roughness=finish.roughness,
        metallic=finish.metallic,
        alpha_mode="BLEND" if is_glass else "OPAQUE",
        double_sided=True,
    )


def _height_to_normals(height: np.ndarray, strength: float) -> np.ndarray:
    """(S, S, 3) uint8 tangent-space normals of a height field that tiles, rows downward."""
    across = 0.5 * (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1))
    downward = 0.5 * (np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0))
    slopes = np.float32(-strength) * across, np.float32(strength) * downward
    long = np.float32(127.5) / np.sqrt(1.0 + slopes[0] ** 2 + slopes[1] ** 2)
    return cv2.merge(
        [np.rint(np.float32(127.5) + part).astype(np.uint8) for part in (slopes[0] * long, slopes[1] * long, long)]
    )


@once
def _noise(seed: int, softness_px: float) -> np.ndarray:
    """(S, S) smooth noise that tiles, mean 0, deviation 1."""
    white = np.random.default_rng(seed).standard_normal((_SIDE_PX, _SIDE_PX)).astype(np.float32)
    room = int(np.ceil(_BLURRED * softness_px)) + 1
    noise = cv2.GaussianBlur(np.pad(white, room, "wrap"), (0, 0), softness_px)[room:-room, room:-room]
    return np.asarray((noise - noise.mean()) / noise.std())


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns (S, S) as shares of the tile."""
    line = (np.arange(_SIDE_PX, dtype=np.float32) + np.float32(0.5)) / np.float32(_SIDE_PX)
    rows, columns = np.meshgrid(line, line, indexing="ij")
    return rows, columns


def _stitches(stitches: int, courses: int) -> np.ndarray:
    """Knitted rows of stitches, each a V."""
    rows, columns = _grid()
    across = np.abs((columns * stitches) % 1.0 - 0.5)
    return np.cos(2 * np.pi * (rows * courses + 0.7 * across)) * 0.5 + 0.8 * np.sin(np.pi * 2 * across)


def _jersey() -> np.ndarray:
    return _stitches(44, 56)


def _knit() -> np.ndarray:
    return _stitches(12, 15) + 0.15 * _noise(6, 1.0)


def _rib() -> np.ndarray:
    """Upright ribs of a cuff."""
    _, columns = _grid()
    return np.abs(np.sin(np.pi * 14 * columns)) + 0.12 * _stitches(42, 40)


def _twill() -> np.ndarray:
    """Diagonal ribs over fine threads."""
    rows, columns = _grid()
    ribs = np.cos(2 * np.pi * 40 * (rows + columns))
    return ribs + 0.5 * np.cos(2 * np.pi * 80 * columns) * np.cos(2 * np.pi * 40 * rows)


def _denim() -> np.ndarray:
    """Twill of uneven threads, worn in places."""
    return _twill() + 0.7 * _noise(12, 0.8) + 0.8 * _noise(13, 14.0)


def _canvas() -> np.ndarray:
    """Plain weave."""
    rows, columns = _grid()
    over = np.cos(2 * np.pi * 48 * rows) * np.cos(2 * np.pi * 48 * columns)
    return np.abs(np.cos(2 * np.pi * 24 * columns)) * (over > 0) + np.abs(np.cos(2 * np.pi * 24 * rows)) * (over <= 0)


def _poplin() -> np.ndarray:
    rows, columns = _grid()
    return np.cos(2 * np.pi * 64 * rows) * np.cos(2 * np.pi * 64 * columns) + 0.4 * _noise(14, 1.0)


def _felt() -> np.ndarray:
    return _noise(7, 1.2) + 0.8 * _noise(8, 4.0)


def _leather() -> np.ndarray:
    """Grain: flat islands between fine creases."""
    cells = np.minimum(np.abs(_noise(15, 5.0)), np.abs(_noise(16, 4.0)))
    return np.minimum(cells, 0.35) / 0.35 + 0.15 * _noise(17, 1.0)


def _straw() -> np.ndarray:
    """Plaited strands."""
    rows, columns = _grid()
    over = np.sin(2 * np.pi * 10 * rows) * np.sin(2 * np.pi * 10 * columns)
    strand = np.where(over > 0, np.abs(np.sin(2 * np.pi * 10 * rows)), np.abs(np.sin(2 * np.pi * 10 * columns)))
    return strand + 0.2 * _noise(18, 1.0)


def _smooth() -> np.ndarray:
    return _noise(9, 1.5)


# How each is drawn, how deep its relief is and how far its shades differ.
_FABRICS = {
    "jersey": (_jersey, 0.45, 0.012),
    "knit": (_knit, 1.1, 0.045),
    "rib": (_rib, 1.0, 0.030),
    "twill": (_twill, 0.55, 0.030),
    "denim": (_denim, 0.55, 0.050),
    "canvas": (_canvas, 0.5, 0.020),
    "poplin": (_poplin, 0.25, 0.010),
    "felt": (_felt, 0.5, 0.035),
    "leather": (_leather, 0.9, 0.030),
    "straw": (_straw, 1.2, 0.070),
    "satin": (_smooth, 0.05, 0.004),
    "rubber": (_smooth, 0.1, 0.003),
}


@once
def fabric_textures(kind: str) -> tuple[Texture, Texture]:
    """Colour (to be multiplied by the cloth's own; white on average at the light threads) and normals of a fabric."""
    height = _height(kind)
    _, strength, _ = _FABRICS[kind]
    color = cv2.merge([np.rint(255 * _shade(kind)).astype(np.uint8)] * 3)
    normals = _height_to_normals(height + 0.35 * _noise(5, 1.2), strength)
    return Texture(f"{kind}-color", color, "jpeg"), Texture(f"{kind}-normal", normals, "jpeg")


@cache
def _height(kind: str) -> np.ndarray:
    height = _FABRICS[kind][0]()
    return (height - height.mean()) / height.std()


def _shade(kind: str) -> np.ndarray:
    contrast = _FABRICS[kind][2]
    return np.clip(0.94 + contrast * (_height(kind) + 0.3 * _noise(3, 9.0) + 0.5 * _noise(4, 1.0)), 0.0, 1.0)


def _twice(pixels: np.ndarray) -> np.ndarray:
    """A tile shown twice each way in as many pixels."""
    return np.tile(pixels[::2, ::2], (2, 2) + (1,) * (pixels.ndim - 2))


@cache
def _doubled_normals(kind: str) -> Texture:
    normals = fabric_textures(kind)[1]
    return Texture(f"{normals.name}-2", _twice(normals.pixels), "jpeg")


def _bands(at: np.ndarray, count: int, width: float, offset: float = 0.0) -> np.ndarray:
    """0..1: soft-edged stripes, `count` in a tile, each `width` of its period wide."""
    phase = np.abs((at * count + offset) % 1.0 - 0.5)
    edge = 1.5 * count / _SIDE_PX
    return np.clip((0.5 * width - (0.5 - phase)) / edge + 0.5, 0.0, 1.0) if width < 1 else np.ones_like(at)


def _stripes() -> np.ndarray:
    return _bands(_grid()[0], 4, 0.42)


def _diagonal() -> np.ndarray:
    """Stripes that rise to the left."""
    rows, columns = _grid()
    return _bands((rows + columns) % 1.0, 4, 0.35)


def _pinstripe() -> np.ndarray:
    return 0.55 * _bands(_grid()[1], 6, 0.06)


def _plaid() -> np.ndarray:
    rows, columns = _grid()
    wide = 0.5 * (_bands(rows, 2, 0.45) + _bands(columns, 2, 0.45))
    fine = 0.25 * (_bands(rows, 2, 0.05, 0.5) + _bands(columns, 2, 0.05, 0.5))
    return np.clip(wide + fine, 0.0, 1.0)


def _gingham() -> np.ndarray:
    rows, columns = _grid()
    return 0.5 * (_bands(rows, 8, 0.5) + _bands(columns, 8, 0.5))


def _dots() -> np.ndarray:
    rows, columns = _grid()
    return np.maximum(_spots(rows, columns, 4, 0.2), _spots(rows + 0.125, columns + 0.125, 4, 0.2))


def _spots(rows: np.ndarray, columns: np.ndarray, count: int, radius: float) -> np.ndarray:
    away = np.hypot((rows * count) % 1.0 - 0.5, (columns * count) % 1.0 - 0.5)
    return np.clip((radius - away) * _SIDE_PX / count / 1.5 + 0.5, 0.0, 1.0)


def _flowers() -> np.ndarray:
    """Five-petalled blossoms, each turned its own way."""
    rows, columns = _grid()
    random = np.random.default_rng(21)
    cover = np.zeros_like(rows)
    for row in range(4):
        for column in range(4):
            middle = (np.array([row, column + 0.5 * (row % 2)]) + 0.5 + random.uniform(-0.16, 0.16, 2)) / 4.0
            y, x = ((at - m + 0.5) % 1.0 - 0.5 for at, m in zip((rows, columns), middle, strict=True))
            turn = np.arctan2(y, x) + random.uniform(0.0, 2 * np.pi)
            reach = random.uniform(0.035, 0.055) * (0.62 + 0.38 * np.abs(np.cos(2.5 * turn)))
            away = np.hypot(x, y)
            cover = np.maximum(cover, np.clip((reach - away) * 300, 0.0, 1.0) * np.clip((away - 0.012) * 300, 0.25, 1.0))
    return cover


_PRINTS = {
    "stripes": _stripes,
    "diagonal": _diagonal,
    "pinstripe": _pinstripe,
    "plaid": _plaid,
    "gingham": _gingham,
    "dots": _dots,
    "flowers": _flowers,
}


@cache
def _cover(kind: str) -> np.ndarray:
    return _PRINTS[kind]()


@lru_cache(maxsize=_KEPT_PRINTS)
def printed(kind: str, weave: str, ground: Rgb, second: Rgb) -> Texture:
    """A print in two sRGB colours on a weave."""
    cover = _cover(kind)[..., None]
    linear = to_linear(np.asarray(ground)) * (1.0 - cover) + to_linear(np.asarray(second)) * cover
    pixels = to_srgb(linear) * _twice(_shade(weave))[..., None]
    code = "".join(f"{round(255 * c):02x}" for c in (*ground, *second))
    return Texture(f"{kind}-{weave}-{code}", np.rint(255 * np.clip(pixels, 0.0, 1.0)).astype(np.uint8), "jpeg")
