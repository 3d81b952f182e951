"""A person's photo as the skin of a family: in the recipe's tone, evened out, and as smooth as the family wants it."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import Skin
from avatarkit.avatar.skin_fields import HEAD_SIZE, head_fields
from avatarkit.face_fit.face_regions import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE, polygon
from avatarkit.face_fit.projection import front_texels
from avatarkit.render.color import to_linear, to_srgb

_SEAM = 0.6  # from this much of the way to the neck's seam a photo has faded
_SKIN_RANGE = 0.35  # of the tone's brightness: what differs more is hair, lips or shadow and says nothing about the light
_BROAD_PX, _BROAD_STEP = 44.0, 4  # what varies more slowly than this is light that was left, or a beard's shadow
_STRONGEST = 1.5  # correction
_FOLD_PX = 7.0  # what is broader than this is light in folds, flush or shadow; pores, lines and moles are finer
_KEPT_LIGHT = (-0.10, 0.06)  # logarithms: what is darker or brighter than the skin around is a fold's shadow or its shine
_EXCESS_TAKEN, _COLOR_TAKEN = 0.85, 0.6
_OWN_LIPS = 0.25  # of a photo's lips: laughing ones are stretched thin, and lie elsewhere than closed ones
_SMOOTH_PX, _SMOOTH_COLOR = 4.0, 26.0  # sRGB 0..255: pores and noise are below, brows and creases above


@lru_cache(maxsize=2)
def photo_alpha(skin: Skin) -> np.ndarray:
    """(1024, 1024) float32 0..1: how much of the photo shows; of its lips hardly anything."""
    assert skin.photo is not None
    _, alpha = skin.photo.pixels()
    large = cv2.resize(alpha, (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255.0
    t = np.clip(head_fields().skin / _SEAM, 0.0, 1.0)
    lips = np.clip(1.5 * head_fields().lips, 0.0, 1.0)
    return large * t * t * (3.0 - 2.0 * t) * (1.0 - (1.0 - _OWN_LIPS) * lips)


def photo_picture(skin: Skin, evening: float, smoothing: float) -> np.ndarray:
    """The photo in the recipe's tone.

    Args:
        skin: with a photo.
        evening: 0..1, how far broad differences from the tone are taken back.
        smoothing: 0..1, how much of pores and noise is taken away.

    Returns:
        (1024, 1024, 3) float32 sRGB 0..255.
    """
    picture = _shifted(skin)
    rows, columns = _window(photo_alpha(skin))
    shown = picture[rows, columns]
    if smoothing:
        smooth = cv2.bilateralFilter(shown, 0, _SMOOTH_COLOR, _SMOOTH_PX)
        shown = cv2.addWeighted(smooth, smoothing, shown, 1.0 - smoothing, 0.0)
    even = shown.astype(np.float32)
    if evening:
        even *= _evening(even, photo_alpha(skin)[rows, columns], skin.tone) ** np.float32(evening)
    result = picture.astype(np.float32)
    result[rows, columns] = np.minimum(even, 255.0)
    return result


def _window(alpha: np.ndarray) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _shifted(skin: Skin) -> np.ndarray:
    """(1024, 1024, 3) uint8: the photo, its light scaled channel by channel from its own tone to the recipe's."""
    assert skin.photo is not None
    picture, _ = skin.photo.pixels()
    if parse_color(skin.photo.tone) == parse_color(skin.tone):
        return picture
    own, wanted = (to_linear(np.array(parse_color(tone))) for tone in (skin.photo.tone, skin.tone))
    ratio = wanted / np.maximum(own, 1e-3)
    levels = to_linear(np.arange(256) / 255.0)[:, None] * ratio
    table = np.clip(255.0 * to_srgb(np.minimum(levels, 1.0)) + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table.reshape(256, 1, 3)))


def _evening(picture: np.ndarray, alpha: np.ndarray, tone: str) -> np.ndarray:
    """(H, W, 3) float32 factors that bring the picture's broad colour to the tone."""
    small_size = (max(picture.shape[1] // _BROAD_STEP, 1), max(picture.shape[0] // _BROAD_STEP, 1))
    small = cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA)
    wanted = 255.0 * np.array(parse_color(tone), np.float32)
    brightness = small.mean(axis=2) / wanted.mean()
    like_skin = np.clip(1.0 - np.abs(brightness - 1.0) / _SKIN_RANGE, 0.0, 1.0)
    weight = cv2.resize(alpha, small_size, interpolation=cv2.INTER_AREA) * like_skin + np.float32(1e-3)
    sigma = _BROAD_PX / _BROAD_STEP
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    broad = cv2.GaussianBlur(small * weight[..., None], (0, 0), sigma) / total[..., None]
    factor = np.clip(wanted / np.maximum(broad, 1.0), 1.0 / _STRONGEST, _STRONGEST)
    return np.asarray(cv2.resize(factor, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def lifted(photo: np.ndarray, below: np.ndarray, alpha: np.ndarray, lifting: float) -> np.ndarray:
    """A photo whose folds, flush and small shadows are those of the skin below it; lines, pores, brows and eyes stay.

    Args:
        photo, below: (1024, 1024, 3) sRGB 0..255, the second the skin as it is generated.
        alpha: (1024, 1024) how much of the photo shows.
        lifting: 0..1, how far.

    Returns:
        (1024, 1024, 3) float32.
    """
    rows, columns = _window(alpha)
    share = lifting * _plain()[rows, columns, None]
    generated, weight = np.maximum(below[rows, columns], 1.0), alpha[rows, columns] + np.float32(1e-3)
    departure = np.log(np.maximum(photo[rows, columns], 1.0) / generated)
    broad = cv2.GaussianBlur(departure * weight[..., None], (0, 0), _FOLD_PX)
    departure -= share * broad / cv2.GaussianBlur(weight, (0, 0), _FOLD_PX)[..., None]
    light = departure.mean(axis=2, keepdims=True)
    excess = light - np.clip(light, *_KEPT_LIGHT)
    result = photo.copy()
    colors = departure - share * (_COLOR_TAKEN * (departure - light) + _EXCESS_TAKEN * excess)
    result[rows, columns] = np.minimum(generated * np.exp(colors), 255.0)
    return result


@cache
def _plain() -> np.ndarray:
    """(1024, 1024) float32: 0 on brows, lids and lashes, 1 on skin away from them."""
    brows = polygon(RIGHT_BROW, LEFT_BROW, grow=0.012, soft=0.007)
    eyes = polygon(RIGHT_EYE, LEFT_EYE, grow=0.010, soft=0.006)
    return 1.0 - front_texels().picture(np.maximum(brows, eyes))
