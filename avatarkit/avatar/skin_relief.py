"""The skin's relief and shine: pores, fine bumps, furrows of lips and a photo's own creases as normals; oily and wet places.

Everything is in the head's texture layout, placed by MediaPipe's landmarks, the same on everybody but for the creases.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.look import Look
from avatarkit.avatar.photo_skin import photo_alpha, photo_picture
from avatarkit.avatar.recipe import Skin
from avatarkit.avatar.skin_fields import HEAD_DETAIL_SIZE, HEAD_SIZE, head_fields
from avatarkit.avatar.wrinkles import place_of_lines, wrinkle_slopes
from avatarkit.face_fit.landmark_table import load_landmark_table

Spots = tuple[tuple[int, float, float], ...]

_TILE = 512  # pores repeat; what is larger does not
_ZONE_SIZE = 256
_PORES: Spots = ((1, 0.05, 1.0), (195, 0.03, 0.8), (50, 0.05, 0.9), (280, 0.05, 0.9), (205, 0.05, 0.6), (425, 0.05, 0.6))
_PORES += ((151, 0.07, 0.5), (199, 0.04, 0.7))
_OIL: Spots = ((151, 0.075, 0.8), (9, 0.04, 0.7), (5, 0.03, 1.0), (4, 0.022, 1.0), (199, 0.03, 0.55))
_OIL += ((117, 0.04, 0.5), (346, 0.04, 0.5))
"""MediaPipe's landmark, radius over the picture's width, strength. Judged by eye on photos."""

_COARSE = 0.5  # so faint a relief needs half of the picture's width
_LEAST_PORES = 0.35  # everywhere
_PORE_APART, _PORE_PX = 5.5, 0.9  # texels between them, and of one's radius, of a tile
_WRAP_PX = 16
_INSIDE_WRAP = (slice(_WRAP_PX, -_WRAP_PX),) * 2
_LIPS_AT = slice(0.636, 0.736), slice(0.427, 0.570)  # rows and columns of the picture
_PORE_SLOPE, _LINE_SLOPE, _BUMP_SLOPE, _LIP_SLOPE, _CREASE_SLOPE = 0.10, 0.05, 0.010, 0.28, 0.5  # a slope of 1 is 45 degrees
_AGE_SLOPE = 0.9
_STEEPEST = 0.9
_CREASE_PX = (1.3, 7.0)  # finer is noise, broader is light
_NOISE = 0.016  # of the tone's brightness
_HAIR_RANGE = 0.45  # of the tone's brightness: what is darker is hair and no crease
_OILY, _WET_LIPS, _WET_LIDS, _INSIDE = -0.07, -0.20, -0.34, -0.22  # added to the roughness where `gloss` is 1
_ROUGH_GRAIN, _GRAIN_UNIT = 0.05, 24.0
_GLOSSY = 0.16  # roughness of gloss from a tube
_LID_RIMS = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362))
"""MediaPipe's landmarks along the lower lids, where tears stand."""


def with_relief(material: Material, skin: Skin, look: Look, age: float = 0.0) -> Material:
    """A face's material with its normals and its shine, as far as the look has them."""
    normals = Texture("face-normals", _normals(skin, look, age)) if look.relief else None
    if not look.gloss:
        return replace(material, normal_texture=normals)
    return replace(material, normal_texture=normals, roughness_texture=_gloss(look.skin_roughness, look.gloss), roughness=1.0)


def with_gloss(material: Material, shining: np.ndarray | None) -> Material:
    """A face's material that shines where makeup does, (1024, 1024) 0..1 or None."""
    if shining is None:
        return material
    old = material.roughness_texture
    start = np.full((HEAD_SIZE, HEAD_SIZE), 255.0 * material.roughness, np.float32)
    rough = start if old is None else material.roughness * old.pixels[..., 1].astype(np.float32)
    rough += (255.0 * _GLOSSY - rough) * shining
    return replace(material, roughness=1.0, roughness_texture=_roughness_texture(rough))


@lru_cache(maxsize=2)
def _gloss(roughness: float, gloss: float) -> Texture:
    return _roughness_texture(255.0 * np.clip(roughness + gloss * _shine(), 0.05, 1.0))


def _roughness_texture(rough: np.ndarray) -> Texture:
    """glTF's packing: roughness in green; in blue no metal, in red all light."""
    green = np.clip(rough + 0.5, 0, 255).astype(np.uint8)
    return Texture("face-roughness", cv2.merge([np.full_like(green, 255), green, np.zeros_like(green)]))


@cache
def _shine() -> np.ndarray:
    """(1024, 1024) float32: what is added to the roughness."""
    fields = head_fields()
    oil = cv2.resize(_zones(_OIL), (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_LINEAR)
    grain = cv2.resize(fields.grain.astype(np.float32), (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_AREA) / _GRAIN_UNIT
    shine = _OILY * oil + _ROUGH_GRAIN * grain
    lips = np.clip(1.6 * fields.lips, 0.0, 1.0)
    shine += (_WET_LIPS - shine) * lips
    shine += (_WET_LIDS - shine) * _lid_rims()
    return np.asarray(shine + (_INSIDE - shine) * fields.inside, np.float32)


def _lid_rims() -> np.ndarray:
    image = np.zeros((HEAD_SIZE, HEAD_SIZE), np.uint8)
    for rim in _LID_RIMS:
        points = np.round(_uvs()[list(rim)] * HEAD_SIZE * 16).astype(np.int32)
        cv2.polylines(image, [points], False, (255,), 3, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(image, (0, 0), 1.0).astype(np.float32) / 255.0


def _normals(skin: Skin, look: Look, age: float) -> np.ndarray:
    """(S, S, 3) uint8 normals in tangent space."""
    size, steepness = _size(look.relief), _AGE_SLOPE * age * look.ageing
    if skin.photo is None or not look.photo:
        return _lined_normals(look.relief, steepness) if steepness else _plain_normals(look.relief)
    slopes = [look.relief * slope for slope in _generic_slopes(size)]
    own = (cv2.resize(slope, (size, size), interpolation=cv2.INTER_LINEAR) for slope in _creases(skin, look))
    slopes = [slope + look.relief * crease for slope, crease in zip(slopes, own, strict=True)]
    if steepness:
        slopes = [slope + steepness * line for slope, line in zip(slopes, wrinkle_slopes(size), strict=True)]
    return _packed(slopes)


def _lined_normals(relief: float, steepness: float) -> np.ndarray:
    """The same of skin with lines that age draws, and no photo."""
    size, normals = _size(relief), _plain_normals(relief).copy()
    place = place_of_lines(size)
    slopes = zip(_generic_slopes(size), wrinkle_slopes(size), strict=True)
    normals[place] = _packed([relief * slope[place] + steepness * line[place] for slope, line in slopes])
    return normals


@lru_cache(maxsize=2)
def _plain_normals(relief: float) -> np.ndarray:
    """The same of skin without lines or a photo."""
    normals = _packed([relief * slope for slope in _generic_slopes(_size(relief))])
    normals.setflags(write=False)
    return normals


def _size(relief: float) -> int:
    return HEAD_DETAIL_SIZE if relief > _COARSE else HEAD_SIZE


def _packed(slopes: list[np.ndarray]) -> np.ndarray:
    """Not of unit length, but in the right direction: every reader makes them so."""
    right, up = (cv2.convertScaleAbs(np.clip(slope, -_STEEPEST, _STEEPEST) + 1.0, alpha=127.5) for slope in slopes)
    return np.asarray(cv2.merge([right, up, np.full_like(up, 255)]))


@cache
def _generic_slopes(size: int) -> tuple[np.ndarray, np.ndarray]:
    """(size, size) float32 each: how much everybody's surface turns to the right and up."""
    fields = head_fields()
    there = cv2.resize(fields.skin * (1.0 - fields.inside), (size, size), interpolation=cv2.INTER_LINEAR)
    lips = cv2.resize(np.clip(1.4 * fields.lips, 0.0, 1.0), (size, size), interpolation=cv2.INTER_LINEAR)
    pores = cv2.resize(_LEAST_PORES + (1.0 - _LEAST_PORES) * _zones(_PORES), (size, size), interpolation=cv2.INTER_LINEAR)
    random = np.random.default_rng(8)
    bumps = cv2.resize(random.standard_normal((200, 200)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    found = []
    for pore, line, bump, furrow in zip(*_tiled(size), _slopes(bumps), _slopes(_furrows(size)), strict=True):
        skin = _PORE_SLOPE * pores * pore + _LINE_SLOPE * line + _BUMP_SLOPE * bump / bump.std()
        found.append(np.asarray(there * (skin + (_LIP_SLOPE * furrow - skin) * lips), np.float32))
    return found[0], found[1]


def _tiled(size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Slopes of pores and of the fine net of lines between them, of unit strength, repeated over a picture."""
    tile, random = min(_TILE, size // 2), np.random.default_rng(9)
    pits = np.zeros((tile, tile), np.float32)
    cells = np.arange(0, tile, _PORE_APART * tile / _TILE)
    places = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2)
    places = (places + random.uniform(0.0, _PORE_APART * tile / _TILE, places.shape)).astype(int) % tile
    np.minimum.at(pits, (places[:, 1], places[:, 0]), -(random.random(len(places)) ** 1.5).astype(np.float32))
    nets = [_ridged(random, tile, stretch) for stretch in ((3.4, 1.1), (1.1, 3.4))]
    return _repeated(pits, _PORE_PX * tile / _TILE, size), _repeated(np.minimum(*nets), 0.6, size)


def _ridged(random: np.random.Generator, tile: int, stretch: tuple[float, float]) -> np.ndarray:
    """(tile, tile) 0 along lines that mostly run one way, more beside them."""
    white = random.standard_normal((tile, tile)).astype(np.float32)
    soft = cv2.GaussianBlur(np.pad(white, _WRAP_PX, "wrap"), (0, 0), stretch[0], sigmaY=stretch[1])[_INSIDE_WRAP]
    return np.minimum(np.abs(soft) / soft.std(), 0.8)


def _repeated(height: np.ndarray, blur_px: float, size: int) -> list[np.ndarray]:
    soft = cv2.GaussianBlur(np.pad(height, _WRAP_PX, "wrap"), (0, 0), blur_px)
    slopes = [slope[_INSIDE_WRAP] for slope in _slopes(soft)]
    return [np.tile(slope / slope.std(), (size // len(height), size // len(height))) for slope in slopes]


def _furrows(size: int) -> np.ndarray:
    """(size, size) float32: the height of lips' upright furrows, no two alike, and shallow towards the skin."""
    random = np.random.default_rng(8)
    field = np.zeros((size, size), np.float32)
    rows, columns = (slice(int(at.start * size), int(at.stop * size)) for at in _LIPS_AT)
    shape = (columns.stop - columns.start, rows.stop - rows.start)
    for across, along, depth in ((26, 3, 1.6), (60, 4, 1.2), (120, 7, 0.5)):
        noise = cv2.resize(random.standard_normal((along, across)).astype(np.float32), shape, interpolation=cv2.INTER_CUBIC)
        field[rows, columns] += depth * (1.0 - np.abs(noise)) * (shape[0] / across) * 0.25
    shallow = cv2.resize(np.clip((head_fields().lips - 0.15) / 0.45, 0.0, 1.0), (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(field * shallow)


def _slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much the normals of a height (H, W), in pixels, lean to the right and up."""
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return -across, down


def _creases(skin: Skin, look: Look) -> tuple[np.ndarray, np.ndarray]:
    """(1024, 1024) each: slopes of what is darker than its surroundings in the photo, as creases are."""
    grey = photo_picture(skin, look.photo_evening, look.photo_smoothing) @ np.array([0.30, 0.59, 0.11], np.float32)
    light = grey / max(float(np.median(grey)), 1.0)
    fine, broad = (cv2.GaussianBlur(light, (0, 0), px) for px in _CREASE_PX)
    hair = np.clip((1.0 - _HAIR_RANGE - cv2.GaussianBlur(light, (0, 0), 4.0)) / 0.15, 0.0, 1.0)
    strength = photo_alpha(skin) * (1.0 - hair) * (_CREASE_SLOPE * 12.0)
    right, up = _slopes(_cored(fine - broad))
    return right * strength, up * strength


def _cored(difference: np.ndarray) -> np.ndarray:
    """What is more than a photo's noise and pores, whose place in the relief is taken."""
    return np.asarray(np.sign(difference) * np.maximum(np.abs(difference) - _NOISE, 0.0), np.float32)


@cache
def _uvs() -> np.ndarray:
    return load_landmark_table().uvs(0.0, 0.0)


def _zones(spots: Spots) -> np.ndarray:
    """(256, 256) float32 0..1: soft spots around landmarks."""
    axis = (np.arange(_ZONE_SIZE, dtype=np.float32) + 0.5) / _ZONE_SIZE
    image = np.zeros((_ZONE_SIZE, _ZONE_SIZE), np.float32)
    for landmark, radius, strength in spots:
        u, v = _uvs()[landmark]
        image = np.maximum(image, strength * np.exp(-((axis[None] - u) ** 2 + (axis[:, None] - v) ** 2) / (2.0 * radius**2)))
    return image
