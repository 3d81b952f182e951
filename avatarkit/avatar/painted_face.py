"""What stylised families paint on everybody's face: blush, and lines along the upper lids, between the lips, under the nose."""

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
_UNDER_NOSE = (97, 2, 326)
"""MediaPipe's landmarks where the nose meets the lip."""
_MOUTH_LINE_PX, _NOSE_LINE_PX, _LINE_SHADE = 7.0, 6.0, 0.42  # of the picture, and of the lips' colour
_SHIFT = 4


def painted(picture: np.ndarray, skin: Skin, look: Look) -> np.ndarray:
    """A face (2048, 2048, 3) uint8 sRGB with what the look paints on it."""
    layers = {}
    if look.blush:
        layers["blush"] = MakeupLayer(_blush_color(skin.tone), look.blush)
    if look.lines:
        layers["eyeliner"] = MakeupLayer(LINE_COLOR, look.lines)
    shown = made_up(picture, layers, skin.tone) if layers else picture
    return _with_lines(shown, skin, look.lines) if look.lines else shown


def _blush_color(tone: str) -> str:
    red, green, blue = (255 * np.array(parse_color(tone)) * np.sqrt(_BLUSH)).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _with_lines(picture: np.ndarray, skin: Skin, strength: float) -> np.ndarray:
    """The lines between the lips and under the nose."""
    mask = _lines()
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    color = 255.0 * _LINE_SHADE * np.array(parse_color(skin.lips), np.float32)
    result, below = picture.copy(), picture[place].astype(np.float32)
    cover = strength * mask[place][..., None].astype(np.float32) / 255.0
    result[place] = below + (color - below) * cover + 0.5
    return result


@cache
def _lines() -> np.ndarray:
    """(2048, 2048) uint8, thin at their ends."""
    image = np.zeros((HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), np.uint8)
    for landmarks, width_px in ((_MOUTH_LINE, _MOUTH_LINE_PX), (_UNDER_NOSE, _NOSE_LINE_PX)):
        points = load_landmark_table().uvs(0.0, 0.0)[list(landmarks)] * HEAD_DETAIL_SIZE
        places = np.linspace(0.0, len(points) - 1.0, 24)
        points = np.stack([np.interp(places, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], axis=1)
        half = 0.5 * width_px * np.sin(np.linspace(0.12, np.pi - 0.12, len(points)))[:, None] * [[0.0, 1.0]]
        outline = np.round(np.concatenate([points - half, (points + half)[::-1]]) * 2**_SHIFT).astype(np.int32)
        cv2.fillPoly(image, [outline], (255,), cv2.LINE_AA, _SHIFT)
    return cv2.GaussianBlur(image, (0, 0), 0.8)
