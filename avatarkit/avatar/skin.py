"""The skin's pictures: made from the tone, with a photo laid over the face where there is one."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.brows import brow_cover, lifted_cover, painted_brow_cover
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.look import Look
from avatarkit.avatar.painted_face import painted
from avatarkit.avatar.photo_brows import drawn_brows
from avatarkit.avatar.photo_skin import lifted, photo_alpha, photo_picture
from avatarkit.avatar.recipe import Brows, Skin
from avatarkit.avatar.skin_fields import FACTOR_UNIT, HEAD_DETAIL_SIZE, HEAD_SIZE, body_factor, head_fields
from avatarkit.avatar.skin_relief import with_relief
from avatarkit.avatar.skin_scatter import scattered
from avatarkit.avatar.skin_zones import lively
from avatarkit.avatar.wrinkles import shaded
from avatarkit.face_fit.light import to_lab
from avatarkit.render.color import to_linear, to_srgb

FACE_MATERIAL, BODY_MATERIAL = "Face", "Body"

_LIP_VARIATION = 0.65  # of the skin's
_LIP_RED = np.array([1.30, 0.70, 0.78])  # what drawn lips' colour is multiplied with, linear light
_GRAIN_STEP = 0.1 / 127.0  # the grain field's unit, of the colour
_ONE = 128.0  # 8-bit factors of the grain: what stands for 1
_HAIR_DEPTH = 0.76  # single hairs are so much darker than a photo shows them, mixed with skin
_PAINT_DEPTH = 0.35  # painted brows are so much darker than hairs of their colour
_PAINT_TILTED = 0.5  # of a photo's tilt: it sets right what sliders do to brows, of which drawn families keep as much
_PHOTO_GRAIN = 0.45  # a photo brings pores of its own
_SOCKETS = slice(888, HEAD_SIZE), slice(238, 532)  # rows and columns of the head's picture
_SOCKET_WHITES = {"clean": (214.0, 212.0, 216.0), "painted": (205.0, 200.0, 212.0)}
"""sRGB of what shows beside drawn eyeballs where lids are wide: flesh would be a red speck in the corner."""
_SHINE_BY_LIGHTNESS = ((20.0, 45.0, 65.0), (0.45, 0.7, 1.0))
"""How much of a skin's reflections shows, by its lightness L*: the same reflection stands out ten times as much on dark skin,
where it makes no skin look wet. By eye."""


@lru_cache(maxsize=2)
def face_material(skin: Skin, brows: Brows, look: Look, age: float = 0.0) -> Material:
    """Face, neck, mouth's inside and eye sockets; `age` 0..1 is how much of all wrinkles there is."""
    material = _skin_material(FACE_MATERIAL, Texture("face", face_picture(skin, brows, look, age)), skin.tone, look)
    return with_relief(material, skin, look, age)


def body_material(skin: Skin, look: Look) -> Material:
    """The skin below the neck."""
    texture = _body_texture(skin.tone, look.skin_variation)
    return _skin_material(BODY_MATERIAL, texture, skin.tone, look)


def _skin_material(name: str, texture: Texture, tone: str, look: Look) -> Material:
    specular = look.skin_specular * shine_share(tone)
    return Material(name, base_color_texture=texture, roughness=look.skin_roughness, specular=specular)


def shine_share(tone: str) -> float:
    """How much of its reflections a skin of that tone shows, 0..1."""
    return float(np.interp(to_lab(np.array([parse_color(tone)]))[0, 0], *_SHINE_BY_LIGHTNESS))


def face_picture(skin: Skin, brows: Brows, look: Look, age: float = 0.0) -> np.ndarray:
    """(2048, 2048, 3) uint8 sRGB in the head's texture layout."""
    fields = head_fields()
    picture = _generated(skin, look)
    if look.skin_life:
        picture = lively(picture, look.skin_life, age)
    if look.scatter:
        picture = scattered(picture, look.scatter)
    if age and look.ageing:
        picture = shaded(picture, age * look.ageing)
    alpha, hairs = None, None
    if skin.photo is not None and look.photo > 0:
        alpha = look.photo * photo_alpha(skin)
        photo = photo_picture(skin, look.photo_evening, look.photo_smoothing)
        photo = lifted(photo, picture, alpha, look.photo_lifting) if look.photo_lifting else photo
        if not look.brow_paint:
            place, photo[place], hairs = drawn_brows(photo, alpha, brows)
        picture += (photo - picture) * alpha[..., None]
    place = _place_of("inside")
    picture[place] += (fields.inside_color[place] - picture[place]) * fields.inside[place][..., None]
    if look.eyes in _SOCKET_WHITES:
        picture[_SOCKETS] = _SOCKET_WHITES[look.eyes]
    large = _detailed(picture, alpha, look)
    if hairs is None:
        _lay_brows(large, _brow_cover(brows, look.brow_paint), brows.color, 1.0 - _PAINT_DEPTH * look.brow_paint)
    else:
        _lay_brows(large, hairs, brows.color, _HAIR_DEPTH)
    return painted(large, skin, look)


def _generated(skin: Skin, look: Look) -> np.ndarray:
    """(1024, 1024, 3) float32 sRGB 0..255: the tone with its pattern, and lips."""
    fields = head_fields()
    picture, place = _toned(fields.factor, skin.tone, look.skin_variation), _place_of("lips")
    lips = _toned(
        np.ascontiguousarray(fields.factor[place]), _redder(skin.lips, look.lip_red), _LIP_VARIATION * look.skin_variation
    )
    cover = fields.lips[place] * (look.lips + look.lip_red * (1.0 / fields.lips.max() - look.lips))
    picture[place] += (lips - picture[place]) * cover[..., None]
    return picture


def _redder(lips: str, share: float) -> str:
    """Lips as a drawn figure's, which are red on every skin: a person's brown ones are lost on a face of few colours."""
    if not share:
        return lips
    linear = to_linear(np.array(parse_color(lips))) * (1.0 + share * (_LIP_RED - 1.0))
    return "#" + "".join(f"{round(255.0 * float(value)):02x}" for value in to_srgb(np.clip(linear, 0.0, 1.0)))


@cache
def _place_of(field: str) -> tuple[slice, slice]:
    """Rows and columns of the head's picture outside of which a field of it is nothing."""
    rows, columns = (np.flatnonzero(getattr(head_fields(), field).any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _toned(factor: np.ndarray, tone: str, variation: float) -> np.ndarray:
    """(H, W, 3) float32 sRGB 0..255 of a tone multiplied in linear light; a factor of 1 gives the tone itself, exactly.

    Args:
        factor: (H, W, 3) uint8, in `FACTOR_UNIT`.
        tone: "#rrggbb".
        variation: how much of the factor's departure from 1 shows.
    """
    shown = 1.0 + variation * (FACTOR_UNIT * np.arange(256)[:, None] - 1.0)
    linear = np.clip(to_linear(np.array(parse_color(tone))) * shown, 0.0, 1.0)
    return np.asarray(cv2.LUT(factor, (255.0 * to_srgb(linear)).astype(np.float32).reshape(256, 1, 3)))


def _detailed(picture: np.ndarray, photo_alpha: np.ndarray | None, look: Look) -> np.ndarray:
    """(2048, 2048, 3) uint8 of a (1024, 1024, 3) float32 picture: grain is finer than it."""
    size = (HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE)
    large = cv2.resize(cv2.convertScaleAbs(picture), size, interpolation=cv2.INTER_LINEAR)
    whole = _plain_grain(look.skin_grain) if photo_alpha is None else _grain(look.skin_grain, photo_alpha)
    return np.asarray(cv2.multiply(large, cv2.merge([whole, whole, whole]), scale=1.0 / _ONE))


@lru_cache(maxsize=4)
def _plain_grain(strength: float) -> np.ndarray:
    return _grain(strength, np.float32(0.0))


def _grain(strength: float, photo_alpha: np.ndarray | np.float32) -> np.ndarray:
    """(2048, 2048) uint8 factors, in 1 / `_ONE`: less where a photo shows, (1024, 1024) 0..1 or nowhere."""
    fields = head_fields()
    shown = fields.skin * (1.0 - fields.inside) * (1.0 - (1.0 - _PHOTO_GRAIN) * photo_alpha)
    shown *= strength * _GRAIN_STEP * _ONE
    factor = cv2.resize(shown, (HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), interpolation=cv2.INTER_LINEAR)
    factor *= fields.grain
    factor += _ONE
    return cv2.convertScaleAbs(factor)


def _lay_brows(large: np.ndarray, brows: np.ndarray, color: str, depth: float) -> None:
    """Draw brows (2048, 2048) uint8 into a (2048, 2048, 3) uint8 picture, in this share of their colour's brightness."""
    rows, columns = (np.flatnonzero(brows.any(axis=axis)) for axis in (1, 0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    cover = brows[window] * np.float32(1.0 / 255.0)
    whole = cv2.merge([cover, cover, cover])
    drawn = 255.0 * depth * np.array(parse_color(color), np.float32)
    below = large[window].astype(np.float32)
    large[window] = below + (drawn - below) * whole + 0.5


def _brow_cover(chosen: Brows, paint: float) -> np.ndarray:
    """(2048, 2048) uint8: brows of single hairs as one shape, as far as `paint` (0..1) says."""
    as_hair = 1.0 - paint  # painted brows lie where the drawn face has room for them
    tilt = (as_hair + _PAINT_TILTED * paint) * chosen.tilt
    kinds = [(cover, share) for cover, share in ((brow_cover, as_hair), (painted_brow_cover, paint)) if share]
    covers = [lifted_cover(cover(chosen.shape), as_hair * chosen.lift, tilt, as_hair * chosen.arch) for cover, _ in kinds]
    return covers[0] if len(covers) == 1 else cv2.addWeighted(covers[0], as_hair, covers[1], paint, 0.0)


@lru_cache(maxsize=4)
def _body_texture(tone: str, variation: float) -> Texture:
    return Texture("body", cv2.convertScaleAbs(_toned(body_factor(), tone, variation)))
