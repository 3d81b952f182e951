"""A photographed person's brows: where and how thickly they grow is read from the photo, and single hairs are drawn there.

A photo's own brow has a few texels a hair at best: on an avatar's face it would be a smear.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.brows import BROW_SHAPES, NATURAL_HEIGHT, BrowShape, brow_cover, brow_hairs, lifted_cover
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import MOST_BROW_LIFT, Brows
from avatarkit.avatar.skin_fields import HEAD_DETAIL_SIZE, HEAD_SIZE

_SCALE, _COARSE = HEAD_DETAIL_SIZE // HEAD_SIZE, 2
_SOLID = 60  # of 255: fainter hairs are strays
_HEIGHT_PX = NATURAL_HEIGHT * HEAD_SIZE
_TAKEN, _SOFT = 1.1, 0.35  # of its heights around a brow: what is skin afterwards, softly ending
_SEARCHED = ((0.4, 1.5), (0.3, 1.0))  # by the chosen shape's thickness: as far around it hairs are looked for, likewise
_LONGER = 2.0  # so much farther beyond a brow's ends
_SKIN_PX, _BROAD = 22.0, 4  # skin beside a brow tells what it hides
_SEEN, _UNSEEN = 0.5, 128.0
_SKIN_RANGE = 0.35  # of the skin's brightness: what differs more is no skin
_LEAST_CONTRAST = 26.0  # sRGB 0..255, between skin and hairs
_STRAY, _FULL = 0.16, 0.72  # of that contrast: shade and single hairs; as dark as a brow gets where it is dense
_SHADE_LEFT = 0.3  # of the photo's own brow: the dimness under its hairs
_FOUND = (0.12, 0.34)  # mean density along a brow: none was seen; it was seen
_LEAST_COVER = 0.22  # of a brow's usual hairs are drawn whatever a photo shows
_BLUR_PX = 1.7  # a photo's grain is no hair
_UNDER, _HAIR = 0.3, 0.85  # cover between the hairs and by them, where a brow is dense


Window = tuple[slice, slice]


def drawn_brows(photo: np.ndarray, alpha: np.ndarray, brows: Brows) -> tuple[Window, np.ndarray, np.ndarray]:
    """What stands in a photo in the place of its brows, and the brows as single hairs.

    Args:
        photo: (1024, 1024, 3) float32 sRGB 0..255.
        alpha: (1024, 1024) float32 0..1, how much of it shows.
        brows: the person's.

    Returns:
        Rows and columns of the photo; what they hold then, (H, W, 3) float32; and (2048, 2048) uint8: how much hair covers
        the skin.
    """
    usual = lifted_cover(brow_cover(brows.shape), brows.lift, brows.tilt, brows.arch)
    window = _window()
    reach = float(np.interp((BROW_SHAPES[brows.shape] or BrowShape()).height, *_SEARCHED))
    taken, searched = (_around(usual[_large(window)], heights) for heights in (_TAKEN, reach))
    shown, seen = photo[window], alpha[window]
    skin = _skin_beside(shown, seen * (1.0 - taken))
    density = _density(shown, skin, brows.color) * searched * seen
    without = shown + (1.0 - _SHADE_LEFT) * taken[..., None] * (skin - shown)
    return window, without, _covered(usual, density, seen, brows, _large(window))


@cache
def _window() -> Window:
    """Rows and columns of the picture that hold brows wherever they lie, and the skin beside them."""
    rows, columns = (np.flatnonzero(brow_cover("natural").any(axis=axis)) // _SCALE for axis in (1, 0))
    room = round((MOST_BROW_LIFT + _TAKEN) * _HEIGHT_PX)
    return slice(int(rows[0]) - room, int(rows[-1]) + room), slice(int(columns[0]) - room, int(columns[-1]) + room)


def _large(window: Window) -> Window:
    """The same of the picture of twice the size."""
    rows, columns = (slice(part.start * _SCALE, part.stop * _SCALE) for part in window)
    return rows, columns


def _around(cover: np.ndarray, heights: float) -> np.ndarray:
    """(H, W) float32 0..1: near the brows of a cover (2 H, 2 W), softly ending so many heights beside it."""
    size = (cover.shape[1] // _SCALE, cover.shape[0] // _SCALE)
    small = cv2.resize(cover, (size[0] // _COARSE, size[1] // _COARSE), interpolation=cv2.INTER_AREA)
    solid = np.where(small > _SOLID, np.float32(1.0), np.float32(0.0))
    reach = round(heights * _HEIGHT_PX / _COARSE)
    oval = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(_LONGER * reach) + 1, 2 * reach + 1))
    soft = cv2.GaussianBlur(cv2.dilate(solid, oval), (0, 0), _SOFT * _HEIGHT_PX / _COARSE)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR))


def _skin_beside(shown: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(H, W, 3) the skin that lies under the brows, by what shows beside them."""
    size = (shown.shape[1] // _BROAD, shown.shape[0] // _BROAD)
    small, weight = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (shown, weight))
    light = _brightness(small)
    usual = np.median(light[weight > _SEEN]) if (weight > _SEEN).any() else np.float32(_UNSEEN)
    weight = weight * np.clip(1.0 - np.abs(light / max(float(usual), 1.0) - 1.0) / _SKIN_RANGE, 0.0, 1.0) + np.float32(1e-4)
    total = cv2.GaussianBlur(weight, (0, 0), _SKIN_PX / _BROAD)
    beside = cv2.GaussianBlur(small * weight[..., None], (0, 0), _SKIN_PX / _BROAD) / total[..., None]
    return np.asarray(cv2.resize(beside, shown.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def _brightness(picture: np.ndarray) -> np.ndarray:
    """(H, W) mean of the channels."""
    return np.asarray(cv2.transform(picture, np.full((1, 3), 1.0 / 3.0)))


def _density(shown: np.ndarray, skin: np.ndarray, color: str) -> np.ndarray:
    """(H, W) 0..1: how densely hairs grow."""
    beside = _brightness(skin)
    contrast = np.maximum(beside - 255.0 * np.mean(parse_color(color)), _LEAST_CONTRAST)
    dark = (beside - cv2.GaussianBlur(_brightness(shown), (0, 0), _BLUR_PX)) / contrast
    return np.asarray(np.clip((dark - _STRAY) / (_FULL - _STRAY), 0.0, 1.0))


def _covered(usual: np.ndarray, density: np.ndarray, seen: np.ndarray, brows: Brows, window: Window) -> np.ndarray:
    """(2048, 2048) uint8: hairs as densely as found; the usual brow where too little was."""
    expected = usual[window]
    core, size = expected > _SOLID, expected.shape[::-1]
    large, sight = (cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) for part in (density, seen))
    low, high = _FOUND
    found = float(np.clip((large[core].mean() - low) / (high - low), 0.0, 1.0)) if core.any() else 0.0
    hairs = lifted_cover(brow_hairs(), brows.lift, brows.tilt, brows.arch)[window] * np.float32(1.0 / 255.0)
    own = np.minimum(large * (_UNDER + _HAIR * hairs), 1.0)
    share = found * sight * (1.0 - _LEAST_COVER)
    result = np.zeros_like(usual)
    result[window] = np.maximum(255.0 * share * own, (1.0 - share) * expected) + 0.5
    return result
