"""Lines that age draws on a face, in the head's texture layout, along MediaPipe's landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.skin_fields import HEAD_SIZE
from avatarkit.face_fit.landmark_table import load_landmark_table

_YOUNG, _OLD = 0.15, 0.85  # of the slider of age: the first lines, and all of them
_STEPS = 40
_SHIFT = 4
_BLURRED = 2.0  # of a line's width: so far its blur reaches
_BESIDE_PX = 4  # of 1024: so far their slopes reach, and pictures made larger
_WANDER = 0.0011  # of the picture: no line is straight
_SHADE = np.array([0.78, 0.62, 0.58], np.float32)  # of the tone at a line's bottom, linear light


@dataclass(frozen=True)
class _Line:
    """One line.

    Attributes:
        landmarks: that it runs through.
        depth: 0..1.
        width_px: of its valley, of 1024.
        offset: (2,) by which it lies beside them, of the picture.
    """

    landmarks: tuple[int, ...]
    depth: float
    width_px: float
    offset: tuple[float, float] = (0.0, 0.0)


_FOREHEAD = (54, 68, 104, 69, 108, 151, 337, 299, 333, 298, 284)
_LINES = (
    _Line(_FOREHEAD[1:-1], 0.6, 4.0, (0.0, 0.004)),
    _Line(_FOREHEAD[1:-1], 0.8, 4.5, (0.0, -0.014)),
    _Line(_FOREHEAD[2:-2], 0.5, 4.0, (0.0, -0.032)),
    _Line((129, 203, 206, 216, 212), 1.0, 5.0),
    _Line((358, 423, 426, 436, 432), 1.0, 5.0),
    _Line((61, 43, 204), 0.7, 3.5, (-0.006, 0.004)),
    _Line((291, 273, 424), 0.7, 3.5, (0.006, 0.004)),
    _Line((226, 31, 228, 229, 230, 231, 232), 0.55, 3.0),
    _Line((446, 261, 448, 449, 450, 451, 452), 0.55, 3.0),
    _Line((25, 110, 24, 23, 22, 26), 0.35, 2.0, (0.0, 0.003)),
    _Line((255, 339, 254, 253, 252, 256), 0.35, 2.0, (0.0, 0.003)),
    _Line((55, 107), 0.55, 2.6, (0.008, 0.0)),
    _Line((285, 336), 0.55, 2.6, (-0.008, 0.0)),
    *(_Line(ends, 0.6, 2.2, (0.0, v)) for ends in ((33, 130, 226, 35), (263, 359, 446, 265)) for v in (-0.004, 0.012)),
    *(_Line(ends, 0.5, 2.0, (0.0, v)) for ends in ((247, 113, 156), (467, 342, 383)) for v in (0.0, 0.012)),
    *(_Line((207, 216, 214), 0.5, 3.0, (-u, 0.0)) for u in (0.016, 0.03)),
    *(_Line((427, 436, 434), 0.5, 3.0, (u, 0.0)) for u in (0.016, 0.03)),
    *(_Line(ends, 0.45, 1.8) for ends in ((165, 40), (164, 0), (391, 270), (167, 37), (393, 267), (92, 61), (322, 291))),
    *(_Line((171, 152, 396), 0.6, 5.0, (0.0, v)) for v in (0.055, 0.085)),
    _Line((106, 182, 18, 406, 335), 0.5, 4.0, (0.0, 0.008)),
)  # fmt: skip
"""Forehead, from the nose to beside the mouth, beside the chin, below the eyes, between the brows, crow's feet,
cheeks, over the lip, throat, over the chin."""


def ageing(recipe: AvatarRecipe) -> float:
    """0..1 how much of all lines somebody has; a photo brings its own."""
    if recipe.skin.photo is not None:
        return 0.0
    age = recipe.sliders.get("age", 0.0)
    return round(float(np.clip((age - _YOUNG) / (_OLD - _YOUNG), 0.0, 1.0)), 2)


@cache
def wrinkle_depth() -> np.ndarray:
    """(1024, 1024) float32: how deep the skin lies in lines, 0..1, all of them."""
    random = np.random.default_rng(12)
    depth = np.zeros((HEAD_SIZE, HEAD_SIZE), np.float32)
    for line in _LINES:
        points, widths = _course(line, random)
        room = int(np.ceil(_BLURRED * line.width_px)) + 2
        low = np.maximum(points.min(axis=0) // 2**_SHIFT - room, 0)
        right, bottom = points.max(axis=0) // 2**_SHIFT + room + 1
        around = depth[low[1] : bottom, low[0] : right]
        drawn = np.zeros_like(around)
        for (start, end), share in zip(pairwise(points - low * 2**_SHIFT), widths[1:], strict=True):
            cv2.line(drawn, tuple(start), tuple(end), (line.depth * float(share),), 2, cv2.LINE_AA, _SHIFT)
        soft = cv2.GaussianBlur(drawn, (0, 0), 0.5 * line.width_px)
        np.maximum(around, soft * min(0.7 * line.width_px, 2.5), out=around)
    return np.asarray(np.clip(depth, 0.0, 1.0))


def _course(line: _Line, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(S, 2) places in sixteenths of a pixel, and (S,) how deep the line is there: it runs out at both ends."""
    corners = load_landmark_table().uvs(0.0, 0.0)[list(line.landmarks)] + line.offset
    steps = np.linspace(0.0, len(corners) - 1.0, _STEPS)
    points = np.stack([np.interp(steps, np.arange(len(corners)), corners[:, k]) for k in (0, 1)], axis=1)
    points = gaussian_filter1d(points, _STEPS / (1.5 * len(corners)), axis=0, mode="nearest")
    wander = 3.0 * gaussian_filter1d(random.normal(0.0, _WANDER, _STEPS), 2.5)
    share = np.sin(np.linspace(0.15, np.pi - 0.15, _STEPS)) * random.uniform(0.8, 1.1, _STEPS)
    return np.round((points + wander[:, None]) * HEAD_SIZE * 2**_SHIFT).astype(int), np.clip(share, 0.0, 1.0)


@cache
def wrinkle_slopes(size: int) -> tuple[np.ndarray, np.ndarray]:
    """(size, size) float32 each: how much the surface turns to the right and up, of 1 where it is steepest."""
    large = cv2.resize(wrinkle_depth(), (size, size), interpolation=cv2.INTER_CUBIC)
    across, down = (cv2.Sobel(-large, cv2.CV_32F, *axis, ksize=3, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    steepest = max(float(np.abs(across).max()), float(np.abs(down).max()))
    return -across / steepest, down / steepest


def shaded(picture: np.ndarray, strength: float) -> np.ndarray:
    """Skin (1024, 1024, 3) float32 sRGB 0..255, darker and redder in its lines."""
    place, shaded_picture = place_of_lines(HEAD_SIZE), picture.copy()
    depth = strength * wrinkle_depth()[place]
    factor = cv2.merge([1.0 + depth * share for share in _SHADE ** np.float32(1 / 2.2) - 1.0])
    shaded_picture[place] *= factor
    return shaded_picture


@cache
def place_of_lines(size: int) -> tuple[slice, slice]:
    """Rows and columns of a picture (size, size) outside of which there are no lines."""
    lines, scale = (np.flatnonzero(wrinkle_depth().any(axis=axis)) for axis in (1, 0)), size // HEAD_SIZE
    rows, columns = (slice(scale * (at[0] - _BESIDE_PX), scale * (at[-1] + 1 + _BESIDE_PX)) for at in lines)
    return rows, columns
