"""What stylised families paint on everybody's face: blush, warm lids, and lines of lids, lips and nose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.look import Look
from avatarkit.avatar.makeup import LOWER_LIDS, MAKEUP, UPPER_LIDS
from avatarkit.avatar.recipe import Skin
from avatarkit.avatar.skin_fields import HEAD_DETAIL_SIZE, HEAD_SIZE
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.render.color import to_linear, to_srgb

_BLUSH = np.array([0.99, 0.58, 0.54])  # what it multiplies the tone with where it is strongest, linear light
_LIDS = np.array([0.86, 0.64, 0.62])  # likewise: thin skin over blood, in the brow's shadow
_BLUSH_AT = ((118, 50, 101), (347, 280, 330))  # MediaPipe's landmarks around the middle of each cheek
_BLUSH_SIZE = (0.040, 0.030)  # across and up, of the picture
_SHIFT = 4


@dataclass(frozen=True)
class _Stroke:
    """A painted line, thin at its ends.

    Attributes:
        landmarks: MediaPipe's, that it runs along.
        width_px: in the middle, of the picture.
        strength: how much of the line's colour shows.
        taper: exponent of how its width falls from the middle to the ends: a blunt one for what stretches there.
    """

    landmarks: tuple[int, ...]
    width_px: float
    strength: float
    taper: float = 1.0


_STROKES = (
    _Stroke((78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308), 12.0, 1.0, 0.35),  # the lower edge of the upper lip
    _Stroke((78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308), 14.0, 1.0, 0.35),  # the lower one's upper: thin lips show this
    _Stroke((83, 18, 313), 5.0, 0.25),  # below the lower lip
    _Stroke((97, 2, 326), 7.0, 0.8),  # where the nose meets the lip
    *(_Stroke(lid[:6], 5.0, 0.7) for lid in LOWER_LIDS.values()),
)
_LINE_SHADE = 0.34  # of the lips' colour
_LID_STROKES = tuple(_Stroke(lid[:8], 15.0, 1.0) for lid in UPPER_LIDS.values())
_LID_COLOR = (26.0, 18.0, 15.0)  # as lashes: what shows of the lid between them and the eye is one with them


def painted(picture: np.ndarray, skin: Skin, look: Look) -> np.ndarray:
    """A face (2048, 2048, 3) uint8 sRGB with what the look paints on it."""
    shown = picture
    if look.blush:
        shown = _multiplied(shown, look.blush * _cheeks(), _BLUSH)
    if look.lids:
        shown = _multiplied(shown, look.lids * MAKEUP["eye-shadow"].mask(), _LIDS)
    return _with_lines(shown, skin, look.lines) if look.lines else shown


def _multiplied(picture: np.ndarray, mask: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """The picture times a factor (3,), linear light, where a mask (1024, 1024) 0..1 says so."""
    rows, columns = _window(mask)
    scale = HEAD_DETAIL_SIZE // HEAD_SIZE
    place = slice(rows.start * scale, rows.stop * scale), slice(columns.start * scale, columns.stop * scale)
    result, below = picture.copy(), picture[place]
    table = 255.0 * to_srgb(to_linear(np.arange(256) / 255.0)[:, None] * factor)
    above = cv2.LUT(below, table.astype(np.float32).reshape(256, 1, 3))
    cover = cv2.resize(mask[rows, columns].astype(np.float32), below.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    result[place] = below + (above - below) * cv2.merge([cover, cover, cover]) + 0.5
    return result


def _window(mask: np.ndarray) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero((mask > 1 / 255).any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


@cache
def _cheeks() -> np.ndarray:
    """(1024, 1024) float32: a soft oval on each cheek."""
    axis = (np.arange(HEAD_SIZE, dtype=np.float32) + 0.5) / HEAD_SIZE
    image = np.zeros((HEAD_SIZE, HEAD_SIZE), np.float32)
    for around in _BLUSH_AT:
        u, v = load_landmark_table().uvs(0.0, 0.0)[list(around)].mean(axis=0)
        across, up = (axis[None] - u) / _BLUSH_SIZE[0], (axis[:, None] - v) / _BLUSH_SIZE[1]
        image = np.maximum(image, np.exp(-(across**2 + up**2)))
    return np.asarray(np.where(image > 1 / 255, image, 0.0))


def _with_lines(picture: np.ndarray, skin: Skin, strength: float) -> np.ndarray:
    result = picture.copy()
    thin = 255.0 * _LINE_SHADE * np.array(parse_color(skin.lips), np.float32)
    for strokes, color in ((_STROKES, thin), (_LID_STROKES, np.array(_LID_COLOR, np.float32))):
        mask = _drawn(strokes)
        rows, columns = _window(mask)
        below = result[rows, columns].astype(np.float32)
        cover = strength * mask[rows, columns, None].astype(np.float32) / 255.0
        result[rows, columns] = below + (color - below) * cover + 0.5
    return result


@cache
def _drawn(strokes: tuple[_Stroke, ...]) -> np.ndarray:
    """(2048, 2048) uint8."""
    image = np.zeros((HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), np.uint8)
    for stroke in strokes:
        points = load_landmark_table().uvs(0.0, 0.0)[list(stroke.landmarks)] * HEAD_DETAIL_SIZE
        places = np.linspace(0.0, len(points) - 1.0, 24)
        points = np.stack([np.interp(places, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], axis=1)
        profile = np.sin(np.linspace(0.12, np.pi - 0.12, len(points))) ** stroke.taper
        half = 0.5 * stroke.width_px * profile[:, None] * [[0.0, 1.0]]
        outline = np.round(np.concatenate([points - half, (points + half)[::-1]]) * 2**_SHIFT).astype(np.int32)
        cv2.fillPoly(image, [outline], (round(255 * stroke.strength),), cv2.LINE_AA, _SHIFT)
    return cv2.GaussianBlur(image, (0, 0), 0.8)
