"""What stylised families paint on everybody's face: blush on the cheeks, a line along the upper lids and between the lips."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.look import Look
from avatarkit.avatar.makeup import made_up
from avatarkit.avatar.recipe import MakeupLayer, Skin
from avatarkit.avatar.skin_fields import HEAD_DETAIL_SIZE
from avatarkit.face_fit.landmark_table import load_landmark_table

LINE_COLOR = "#2a1613"

_BLUSH = np.array([0.99, 0.58, 0.54])  # what it multiplies the tone with where it is strongest, linear light
_MOUTH_LINE = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
"""MediaPipe's landmarks along the lower edge of the upper lip."""
_MOUTH_LINE_PX, _MOUTH_LINE_SHADE = 5.0, 0.42
_SHIFT = 4


def painted(picture: np.ndarray, skin: Skin, look: Look) -> np.ndarray:
    """A face (2048, 2048, 3) uint8 sRGB with what the look paints on it."""
    layers = {}
    if look.blush:
        layers["blush"] = MakeupLayer(_blush_color(skin.tone), look.blush)
    if look.lines:
        layers["eyeliner"] = MakeupLayer(LINE_COLOR, look.lines)
    shown = made_up(picture, layers, skin.tone) if layers else picture
    return _with_mouth_line(shown, skin, look.lines) if look.lines else shown


def _blush_color(tone: str) -> str:
    red, green, blue = (255 * np.array(parse_color(tone)) * np.sqrt(_BLUSH)).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _with_mouth_line(picture: np.ndarray, skin: Skin, strength: float) -> np.ndarray:
    mask = _mouth_line()
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    color = 255.0 * _MOUTH_LINE_SHADE * np.array(parse_color(skin.lips), np.float32)
    result, below = picture.copy(), picture[place].astype(np.float32)
    cover = strength * mask[place][..., None].astype(np.float32) / 255.0
    result[place] = below + (color - below) * cover + 0.5
    return result


@cache
def _mouth_line() -> np.ndarray:
    """(2048, 2048) uint8: where the lips meet, thin at the corners."""
    image = np.zeros((HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), np.uint8)
    points = load_landmark_table().uvs(0.0, 0.0)[list(_MOUTH_LINE)] * HEAD_DETAIL_SIZE
    half = 0.5 * _MOUTH_LINE_PX * np.sin(np.linspace(0.15, np.pi - 0.15, len(points)))[:, None] * [[0.0, 1.0]]
    outline = np.concatenate([points - half, (points + half)[::-1]])
    cv2.fillPoly(image, [np.round(outline * 2**_SHIFT).astype(np.int32)], (255,), cv2.LINE_AA, _SHIFT)
    return cv2.GaussianBlur(image, (0, 0), 0.8)
