"""Makeup: colours laid over the skin's picture, each where it belongs on every face.

The places are drawn in the head's texture layout, between MediaPipe's landmarks, whose texture coordinates are the same on
everybody; so makeup follows every slider, every style and a photo's own skin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import MakeupLayer
from avatarkit.body.body import load_body
from avatarkit.errors import unknown_name
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.render.color import to_linear, to_srgb

MASK_SIZE = 1024
_BROADER = 4  # so much coarser a picture is all that a broad blur needs
_HAIR_DARKER, _HAIR_FROM = 26.0, 0.3  # sRGB of 255 against the skin around: no foundation covers brows
_DEW = 0.35  # all of a face would look wet with more
_UNSEEN = 1.0 / 512.0  # thinner makeup changes no pixel
_GREY = np.array([[0.299, 0.587, 0.114]])
_MEDIAN_OF = 4  # one pixel in so many, each way
_NAIL_FROM, _FINE, _FLAT_PX2 = 0.5, 8, 1e-6
_DRAWN, _SHIFT = 2048, 4  # outlines are drawn larger than kept, at a sixteenth of a pixel

UPPER_LIDS = {"right": (33, 246, 161, 160, 159, 158, 157, 173, 133), "left": (263, 466, 388, 387, 386, 385, 384, 398, 362)}
LOWER_LIDS = {"right": (33, 7, 163, 144, 145, 153, 154, 155, 133), "left": (263, 249, 390, 373, 374, 380, 381, 382, 362)}
CREASES = {"right": (130, 247, 30, 29, 27, 28, 56, 190, 243), "left": (359, 467, 260, 259, 257, 258, 286, 414, 463)}
BROW_EDGES = {"right": (46, 53, 52, 65, 55), "left": (276, 283, 282, 295, 285)}
"""MediaPipe's landmarks from the outer to the inner corner of each eye, and below each brow."""

Mask = Callable[[], np.ndarray]


@dataclass(frozen=True)
class MakeupItem:
    """One thing that can be put on the skin.

    Attributes:
        mask: makes (1024, 1024) float32 0..1, where it lies and how thickly.
        color: as designed, "#rrggbb".
        strength: as designed.
        finishes: how it can shine, the usual one first.
        mixing: "cover" lays the colour over the skin, "tint" multiplies the skin by it, "even" makes the skin alike.
    """

    mask: Mask
    color: str
    strength: float = 0.6
    finishes: tuple[str, ...] = ("matt",)
    mixing: str = "cover"


def made_up(picture: np.ndarray, makeup: Mapping[str, MakeupLayer], tone: str) -> np.ndarray:
    """A face with makeup on.

    Args:
        picture: (S, S, 3) uint8 sRGB in the head's texture layout.
        makeup: item -> layer.
        tone: of the skin.

    Returns:
        (S, S, 3) uint8; the picture itself where there is no makeup.

    Raises:
        UsageError: an unknown item.
    """
    for name in makeup:
        _item(name)
    put_on = [name for name in MAKEUP if name in makeup and name not in ELSEWHERE]  # in that order
    result = picture.copy() if put_on else picture
    for name in put_on:
        _lay(result, MAKEUP[name], makeup[name], tone)
    return result


def made_up_material(material: Material, makeup: Mapping[str, MakeupLayer], tone: str) -> Material:
    """The face's material with makeup on its picture."""
    if not set(makeup) - set(ELSEWHERE):
        return material
    return _repainted(material, lambda pixels: made_up(pixels, makeup, tone))


def with_nail_polish(material: Material, layer: MakeupLayer | None) -> Material:
    """The body's material with painted nails."""
    if layer is None:
        return material

    def polished(pixels: np.ndarray) -> np.ndarray:
        _lay(result := pixels.copy(), MAKEUP["nail-polish"], layer, layer.color)
        return result

    return _repainted(material, polished)


def with_mascara(material: Material, layer: MakeupLayer | None) -> Material:
    """The lashes' material with lashes that are darker and show more."""
    if layer is None:
        return material

    def painted(pixels: np.ndarray) -> np.ndarray:
        color = pixels[..., :3] + (255.0 * np.array(parse_color(layer.color)) - pixels[..., :3]) * layer.strength
        alpha = 255.0 * (pixels[..., 3:] / 255.0) ** (1.0 - 0.6 * layer.strength)
        return np.concatenate([color, alpha], axis=2).astype(np.uint8)

    return _repainted(material, painted)


def _repainted(material: Material, paint: Callable[[np.ndarray], np.ndarray]) -> Material:
    texture = material.base_color_texture
    return material if texture is None else replace(material, base_color_texture=replace(texture, pixels=paint(texture.pixels)))


def glossiness(makeup: Mapping[str, MakeupLayer]) -> np.ndarray | None:
    """(1024, 1024) 0..1 where makeup shines, or None where none does."""
    shining = [(_item(name), layer) for name, layer in makeup.items() if layer.finish == "gloss" and name not in ELSEWHERE]
    if not shining:
        return None
    shine = [_DEW if item.mixing == "even" else min(1.0, 1.5 * layer.strength) for item, layer in shining]
    return np.max([item.mask() * np.float32(share) for (item, _), share in zip(shining, shine, strict=True)], axis=0)


def _lay(picture: np.ndarray, item: MakeupItem, layer: MakeupLayer, tone: str) -> None:
    """Put one thing on a face, in place."""
    rows, columns = _window(item.mask())
    scale = len(picture) // MASK_SIZE
    place = slice(rows.start * scale, rows.stop * scale), slice(columns.start * scale, columns.stop * scale)
    below = picture[place].astype(np.float32)
    mask = cv2.resize(item.mask()[rows, columns], below.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    cover = np.clip(layer.strength * mask, 0.0, 1.0)
    shown = _above(item.mixing, below, np.array(parse_color(layer.color), np.float32), tone)
    shown -= below
    shown *= cv2.merge([cover, cover, cover])
    shown += below
    shown += 0.5
    picture[place] = shown


def _above(mixing: str, below: np.ndarray, color: np.ndarray, tone: str) -> np.ndarray:
    """What shows at full strength, sRGB 0..255."""
    if mixing == "tint":
        shown = 255.0 * to_srgb(to_linear(np.arange(256)[:, None] / 255.0) * to_linear(color))
        return np.asarray(cv2.LUT(below.astype(np.uint8), shown.astype(np.float32).reshape(256, 1, 3)))
    if mixing == "even":  # foundation: the colour, with a little of the skin's own relief
        small = cv2.resize(below, None, fx=1 / _BROADER, fy=1 / _BROADER, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), (0.02 * len(below) + 1.0) / _BROADER)
        broad = cv2.resize(small, below.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        wanted = 255.0 * (0.5 * color + 0.5 * np.array(parse_color(tone), np.float32))
        shown = np.clip(wanted + 0.45 * (below - broad), 0, 255)
        darker = cv2.transform(broad - below, np.full((1, 3), 1 / 3))
        hairs = np.clip(darker / _HAIR_DARKER - _HAIR_FROM, 0.0, 1.0)
        return np.asarray(shown + cv2.merge([hairs, hairs, hairs]) * (below - shown), np.float32)
    # Covering colour keeps half of the light and shade of what it lies on.
    grey = cv2.transform(below, _GREY)
    shade = 0.5 + 0.5 * grey / max(float(np.median(grey[::_MEDIAN_OF, ::_MEDIAN_OF])), 1.0)
    return cv2.merge([np.minimum(255.0 * part * shade, 255.0) for part in color])


def _window(mask: np.ndarray) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero((mask > _UNSEEN).any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _item(name: str) -> MakeupItem:
    if name not in MAKEUP:
        raise unknown_name("makeup", name, MAKEUP)
    return MAKEUP[name]


@cache
def _uvs() -> np.ndarray:
    return load_landmark_table().uvs(0.0, 0.0)


def _drawn(soft_px: float, *shapes: np.ndarray, closed: bool = True, width_px: float = 0.0) -> np.ndarray:
    """(1024, 1024) float32 0..1 with outlines (P, 2) of texture coordinates filled, or drawn as lines of some width."""
    image: np.ndarray = np.zeros((_DRAWN, _DRAWN), np.uint8)
    for shape in shapes:
        corners = np.round((shape * _DRAWN - 0.5) * 2**_SHIFT).astype(np.int32)
        if width_px:
            thickness = max(1, round(width_px * _DRAWN / MASK_SIZE))
            cv2.polylines(image, [corners], closed, (255,), thickness, cv2.LINE_AA, _SHIFT)
        else:
            cv2.fillPoly(image, [corners], (255,), lineType=cv2.LINE_AA, shift=_SHIFT)
    small = cv2.resize(image, (MASK_SIZE, MASK_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    return cv2.GaussianBlur(small, (0, 0), soft_px) if soft_px else small


def _lines(names: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
    return {side: _uvs()[list(points)] for side, points in names.items()}


@cache
def _eye_openings() -> np.ndarray:
    upper, lower = _lines(UPPER_LIDS), _lines(LOWER_LIDS)
    return _drawn(1.0, *(np.concatenate([upper[side], lower[side][::-1]]) for side in upper))


@cache
def _lips() -> np.ndarray:
    from avatarkit.avatar.skin_fields import head_fields

    lips = head_fields().lips
    return np.asarray(np.clip(lips / lips.max(), 0.0, 1.0), np.float32)


@cache
def _blush() -> np.ndarray:
    """On the cheeks' apples, drawn out towards the temples."""
    uvs, image = _uvs(), np.zeros((MASK_SIZE, MASK_SIZE), np.float32)
    for apple, back in ((205, 116), (425, 345)):
        start, end = uvs[apple] * MASK_SIZE, uvs[back] * MASK_SIZE
        for share in np.linspace(-0.1, 0.75, 12):
            image = np.maximum(image, _blob(start + share * (end - start), 34.0 * (1.0 - 0.35 * max(share, 0.0))))
    return cv2.GaussianBlur(image, (0, 0), 12.0) * (1.0 - _lips())


def _blob(center: np.ndarray, radius_px: float) -> np.ndarray:
    line, wide = np.arange(MASK_SIZE, dtype=np.float32), 2.0 * (0.6 * radius_px) ** 2
    across, down = (np.exp(-((line - middle) ** 2) / wide).astype(np.float32) for middle in center)
    return np.outer(down, across)


@cache
def _eye_shadow() -> np.ndarray:
    """From the lashes up, over the crease, thinner towards the brow."""
    upper, crease, brow = _lines(UPPER_LIDS), _lines(CREASES), _lines(BROW_EDGES)
    lid = _drawn(2.0, *(np.concatenate([upper[side], crease[side][::-1]]) for side in upper))
    half = {side: crease[side][1:-1] + 0.3 * (_resampled(brow[side], 7) - crease[side][1:-1]) for side in brow}
    over = _drawn(5.0, *(np.concatenate([upper[side], half[side][::-1]]) for side in upper))
    return np.clip(np.maximum(lid, 0.6 * over), 0.0, 1.0) * (1.0 - _eye_openings())


def _resampled(line: np.ndarray, count: int) -> np.ndarray:
    places = np.linspace(0.0, len(line) - 1.0, count)
    return np.stack([np.interp(places, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], axis=1)


@cache
def _eyeliner() -> np.ndarray:
    """Along the upper lashes, thickening outwards into a small wing."""
    upper, lower = _lines(UPPER_LIDS), _lines(LOWER_LIDS)
    shapes = []
    for side in upper:
        lid = upper[side]
        outward = lid[0] - lid[-1]
        wing = lid[0] + 0.20 * outward + np.array([0.0, -0.11 * np.linalg.norm(outward)])
        up = np.array([0.0, -1.0]) * np.linalg.norm(outward)
        thick = np.linspace(0.085, 0.02, len(lid))[:, None] * up
        shapes.append(np.concatenate([[wing], lid + thick, lid[::-1] - 0.015 * up]))
    return np.clip(
        _drawn(0.9, *shapes) + 0.35 * _drawn(0.8, *(lower[side][:5] for side in lower), closed=False, width_px=1.5), 0, 1
    )


@cache
def _freckles() -> np.ndarray:
    """Spots of many sizes over nose and cheeks, denser in the middle."""
    random, uvs = np.random.default_rng(5), _uvs()
    image = np.zeros((MASK_SIZE, MASK_SIZE), np.float32)
    middle, spread = uvs[4] * MASK_SIZE + np.array([0.0, -22.0]), np.array([96.0, 38.0])
    for _ in range(560):
        x, y = middle + spread * random.normal(size=2)
        radius, depth = random.uniform(0.6, 2.0) ** 1.25, random.uniform(0.35, 1.0)
        cv2.circle(image, (round(16 * x), round(16 * y)), round(16 * radius), (float(depth),), -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(image, (0, 0), 0.7) * (1.0 - _eye_openings()) * (1.0 - _lips())


@cache
def _beauty_mark() -> np.ndarray:
    return np.clip(1.6 * _blob(_uvs()[[206, 207]].mean(axis=0) * MASK_SIZE, 5.0), 0.0, 1.0)


@cache
def _foundation() -> np.ndarray:
    """The whole face, faded out over its border, lips and eyes left free."""
    from avatarkit.face_fit.face_regions import OVAL

    face = _drawn(16.0, _uvs()[list(OVAL)])
    return np.clip(1.3 * face - 0.15, 0.0, 1.0) * (1.0 - _lips()) * (1.0 - _eye_openings())


@cache
def _contour() -> np.ndarray:
    """Below the cheekbones."""
    lines = [_uvs()[list(points)] for points in ((127, 227, 123, 187, 205), (356, 447, 352, 411, 425))]
    return np.clip(1.3 * _drawn(20.0, *lines, closed=False, width_px=26.0), 0.0, 1.0)


@cache
def _highlighter() -> np.ndarray:
    """On the cheekbones, the nose's ridge and the bow of the upper lip."""
    uvs = _uvs()
    bones = [uvs[list(points)] for points in ((116, 117, 118), (345, 346, 347))]
    ridge, bow = uvs[[168, 6, 197, 195, 5]], uvs[[37, 0, 267]] + (0.0, -0.006)
    return np.clip(
        1.3 * _drawn(11.0, *bones, closed=False, width_px=14.0)
        + 1.2 * _drawn(4.0, ridge, closed=False, width_px=6.0)
        + 1.0 * _drawn(3.0, bow, closed=False, width_px=4.0),
        0.0,
        1.0,
    )


@cache
def _stripes() -> np.ndarray:
    """Two stripes on each cheek."""
    uvs = _uvs()
    lines = []
    for front, back in ((100, 116), (329, 345)):
        for step in (0.0, 0.032):
            lines.append(np.stack([uvs[front], uvs[back]]) + np.array([0.0, step + 0.01]))
    return _drawn(0.8, *lines, closed=False, width_px=13.0)


@cache
def _band() -> np.ndarray:
    """A band across both eyes, from temple to temple."""
    uvs = _uvs()
    top = uvs[[162, 70, 105, 107, 9, 336, 334, 300, 389]]
    bottom = uvs[[127, 116, 118, 119, 197, 348, 347, 345, 356]]
    return _drawn(1.0, np.concatenate([top, bottom[::-1]])) * (1.0 - _eye_openings())


@cache
def _whiskers() -> np.ndarray:
    """A cat's nose and whiskers."""
    uvs = _uvs()
    lines = []
    for start, sign in ((206, -1.0), (426, 1.0)):
        for rise in (-0.03, 0.0, 0.03):
            lines.append(np.stack([uvs[start], uvs[start] + (sign * 0.085, rise - 0.004)]))
    nose = np.clip(1.5 * _blob(uvs[1] * MASK_SIZE, 15.0), 0.0, 1.0)
    return np.maximum(_drawn(0.7, *lines, closed=False, width_px=3.0), nose)


@cache
def _star() -> np.ndarray:
    """A star around one eye."""
    center = _uvs()[[159, 145]].mean(axis=0)
    angles = np.arange(10) * np.pi / 5.0 - np.pi / 2.0
    radii = np.where(np.arange(10) % 2, 0.032, 0.085)
    star = center + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _drawn(0.8, star) * (1.0 - _eye_openings())


@cache
def fingernails() -> np.ndarray:
    """(1024, 1024) float32 0..1 over the body's picture: the nails of fingers and toes.

    They are a few pixels wide: they end where the region's weight, between vertices too, is a half, not where triangles do.
    """
    body = load_body()
    weight = np.maximum(body.regions["fingernails"], body.regions["toenails"])
    triangles = body.parts["body"].uv_triangles
    mask = np.zeros((MASK_SIZE, MASK_SIZE), np.float32)
    for triangle in triangles[(weight[triangles] > _NAIL_FROM).any(axis=1)]:
        corners = body.uvs[triangle].astype(float) * MASK_SIZE
        low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
        axes = [start + (np.arange((end - start) * _FINE) + 0.5) / _FINE for start, end in zip(low, high, strict=True)]
        places = np.stack(np.meshgrid(*axes), axis=-1)
        sides = np.column_stack([corners[1] - corners[0], corners[2] - corners[0]])
        if abs(np.linalg.det(sides)) < _FLAT_PX2:
            continue
        second, third = np.moveaxis((places - corners[0]) @ np.linalg.inv(sides).T, -1, 0)
        first = 1.0 - second - third
        nail = (np.minimum(np.minimum(first, second), third) >= 0.0) & (
            first * weight[triangle[0]] + second * weight[triangle[1]] + third * weight[triangle[2]] > _NAIL_FROM
        )
        whole = nail.reshape(high[1] - low[1], _FINE, high[0] - low[0], _FINE).mean(axis=(1, 3))
        mask[low[1] : high[1], low[0] : high[0]] += whole
    return np.minimum(mask, 1.0)


MAKEUP: Mapping[str, MakeupItem] = {
    "foundation": MakeupItem(_foundation, "#d8ab8d", 0.6, ("matt", "gloss"), "even"),
    "contour": MakeupItem(_contour, "#c09a86", 0.4, mixing="tint"),
    "blush": MakeupItem(_blush, "#d9707a", 0.35),
    "highlighter": MakeupItem(_highlighter, "#ffe9d6", 0.35, ("gloss", "matt")),
    "freckles": MakeupItem(_freckles, "#7d4a2c", 0.6),
    "beauty-mark": MakeupItem(_beauty_mark, "#3a241a", 0.9),
    "eye-shadow": MakeupItem(_eye_shadow, "#7a5a6a", 0.6, ("matt", "gloss")),
    "eyeliner": MakeupItem(_eyeliner, "#17120f", 0.9),
    "lipstick": MakeupItem(_lips, "#a8323f", 0.75, ("matt", "gloss")),
    "paint-stripes": MakeupItem(_stripes, "#b3261e", 0.85),
    "paint-band": MakeupItem(_band, "#22262b", 0.85),
    "paint-whiskers": MakeupItem(_whiskers, "#1c1715", 0.9),
    "paint-star": MakeupItem(_star, "#2b5fc4", 0.85),
    "nail-polish": MakeupItem(fingernails, "#a8323f", 0.95, ("gloss", "matt")),
    "mascara": MakeupItem(_eye_openings, "#0c0908", 0.8),
}
"""What there is, in the order in which it is put on."""

ELSEWHERE = ("nail-polish", "mascara")
"""Items that are not on the face's skin."""
