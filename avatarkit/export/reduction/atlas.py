"""One picture for several materials: where each lies on it, and its pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from avatarkit.export.reduction.paints import paint, source_pixels, source_size
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document

GUTTER = 1 / 128
"""Share of an atlas' side that is repeated around each picture: mipmaps of 128 pixels and more do not mix neighbours."""

LEAST_PX = 8
"""No material gets fewer pixels than this on a side."""

_CLAMPED = 33071
"""glTF's sampler: the picture's edge goes on."""

_MOST_TILES = 64.0
"""Of a picture repeated more often than this along a side, only so many are drawn."""

_STEPS = 24
"""Halvings in the search for the largest scale that fits."""


@dataclass(frozen=True)
class Place:
    """Where a material lies: its pixels' corner and size without gutter, and the window of its own UVs that is shown there."""

    corner: tuple[int, int]
    size: tuple[int, int]
    low: np.ndarray
    span: np.ndarray


@dataclass(frozen=True)
class Layout:
    """An atlas of a square's `side` pixels: material number -> its place, and the surface's UVs (V, 2) on it."""

    side: int
    places: dict[int, Place]
    uvs: np.ndarray


def lay_out(document: Document, surface: Surface, materials: list[int], side: int, weights: np.ndarray) -> Layout:
    """Give each material a place by the area that it covers.

    Args:
        document: for the pictures' proportions and samplers.
        surface: no vertex may be used by two materials.
        materials: numbers, -1 for none.
        side: of the atlas, pixels.
        weights: (T,) how much each triangle's area counts.
    """
    uvs = surface.uvs.copy()
    wishes, windows = [], []
    for material in materials:
        own = surface.material == material
        chosen, corners = np.unique(surface.triangles[own], return_inverse=True)
        triangles = corners.reshape(-1, 3)
        uvs[chosen] = _brought_near(document, material, surface.uvs[chosen], triangles)
        low, high = uvs[chosen].min(axis=0), uvs[chosen].max(axis=0)
        span = np.maximum(high - low, 1e-4)
        windows.append((low, span))
        area = float((_areas(surface.positions[chosen], triangles) * weights[own]).sum())
        flat = float(_areas(np.column_stack([uvs[chosen], np.zeros(len(chosen))]), triangles).sum())
        wishes.append(_wish(document, material, area, flat, span))
    sizes, corners = _packed(wishes, side)
    places = {
        material: Place(corner, size, low, span)
        for material, corner, size, (low, span) in zip(materials, corners, sizes, windows, strict=True)
    }
    for material, place in places.items():
        chosen = np.unique(surface.triangles[surface.material == material])
        inside = (uvs[chosen] - place.low) / place.span
        uvs[chosen] = (np.array(place.corner) + 0.5 + inside * (np.array(place.size) - 1.0)) / side
    return Layout(side, places, uvs)


def composed(document: Document, layout: Layout, channel: str, side: int, background: np.ndarray) -> np.ndarray:
    """(side, side, 4) uint8: one channel of all materials on a layout, at this size."""
    picture = np.broadcast_to(background, (side, side, 4)).copy()
    bare = np.ones((side, side), np.uint8)
    share = side / layout.side

    @cache
    def source(texture: int | None) -> np.ndarray:
        return source_pixels(document, texture, channel)

    for material, place in layout.places.items():
        corner = [round(c * share) for c in place.corner]
        size = [max(1, round((c + s) * share) - k) for c, s, k in zip(place.corner, place.size, corner, strict=True)]
        gutter = _gutter(side)
        brush = paint(document, material, channel)
        seen, spot = _cropped(source(brush.texture), place)
        window = _window(brush.changed(seen), spot, (size[0], size[1]))
        _paste(picture, window, corner, gutter)
        _paste(bare[..., None], np.zeros((*window.shape[:2], 1), np.uint8), corner, gutter)
    return filled(picture, bare)


def filled(picture: np.ndarray, bare: np.ndarray) -> np.ndarray:
    """The picture with each pixel that is `bare` (not 0) like the nearest that is not: far off, mipmaps mix them all."""
    if not bare.any() or bare.all():
        return picture
    _, nearest = cv2.distanceTransformWithLabels(bare, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    painted = bare == 0
    colors = np.empty((nearest.max() + 1, picture.shape[2]), picture.dtype)
    colors[nearest[painted]] = picture[painted]
    filled: np.ndarray = colors[nearest]
    return filled


def _brought_near(document: Document, material: int, uvs: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """UVs, along axes of repeated pictures each connected piece moved by whole pictures to where it begins in the first."""
    clamped = _clamped_axes(document, material)
    if all(clamped):
        return np.clip(uvs, 0.0, 1.0)
    corners = triangles.reshape(-1)
    links = sparse.csr_matrix(
        (np.ones(len(corners)), (corners, np.roll(triangles, 1, axis=1).reshape(-1))), shape=(len(uvs), len(uvs))
    )
    _, piece = connected_components(links, directed=False)
    lowest = np.full((piece.max() + 1, 2), np.inf)
    np.minimum.at(lowest, piece[corners], uvs[corners])
    moved = uvs - np.floor(np.where(np.isfinite(lowest), lowest, 0.0) + 1e-6)[piece]
    return np.where(clamped, np.clip(uvs, 0.0, 1.0), moved)


def _clamped_axes(document: Document, material: int) -> tuple[bool, bool]:
    use = document.materials[material].base_color_texture if material >= 0 else None
    sampler = {} if use is None else document.textures[use.texture].sampler
    return sampler.get("wrapS") == _CLAMPED, sampler.get("wrapT") == _CLAMPED


def _wish(document: Document, material: int, area: float, flat: float, span: np.ndarray) -> tuple[float, float, float, float]:
    """Width and height at the same scale, by weighed area on the figure, and the most pixels that the picture itself has."""
    used = float(np.clip(flat / float(np.prod(span)), 0.2, 1.0))
    texture = paint(document, material, "base").texture
    width, height = source_size(document, texture)
    width_px, height_px = width * span[0], height * span[1]
    scale = np.sqrt(max(area, 1e-8) / used / (width_px * height_px))
    if texture is None:
        return LEAST_PX / 2, LEAST_PX / 2, float(LEAST_PX), float(LEAST_PX)
    return width_px * scale, height_px * scale, width_px, height_px


def _areas(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    lengths: np.ndarray = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
    return lengths


def _packed(wishes: list[tuple[float, float, float, float]], side: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Sizes and corners at the largest common scale at which all fit."""
    low, high = 0.0, side / min(max(wish[0] for wish in wishes), max(wish[1] for wish in wishes)) * 2.0
    found = None
    for _ in range(_STEPS):
        scale = (low + high) / 2.0
        sizes = [_size(wish, scale, side) for wish in wishes]
        corners = _shelves(sizes, side)
        if corners is None:
            high = scale
        else:
            low, found = scale, (sizes, corners)
    if found is None:
        tiny = max(1, side // (int(np.ceil(np.sqrt(len(wishes)))) + 1) - 2 * _gutter(side))
        sizes = [(tiny, tiny)] * len(wishes)
        corners = _shelves(sizes, side)
        assert corners is not None, "an atlas holds as many squares as fit into a grid"
        return sizes, corners
    return found


def _gutter(side: int) -> int:
    return max(1, round(GUTTER * side))


def _size(wish: tuple[float, float, float, float], scale: float, side: int) -> tuple[int, int]:
    """In proportion, no larger than the picture itself and the atlas, no smaller than can be seen."""
    width, height, most_width, most_height = wish
    shrink = min(1.0, most_width / (width * scale), most_height / (height * scale))
    room = side - 2 * _gutter(side)
    return (int(np.clip(width * scale * shrink, LEAST_PX, room)), int(np.clip(height * scale * shrink, LEAST_PX, room)))


def _shelves(sizes: list[tuple[int, int]], side: int) -> list[tuple[int, int]] | None:
    """Corners of rectangles in rows, the highest first; None if they do not fit."""
    corners: list[tuple[int, int]] = [(0, 0)] * len(sizes)
    x = y = shelf = 0
    gutter = _gutter(side)
    for number in sorted(range(len(sizes)), key=lambda k: (-sizes[k][1], k)):
        width, height = (extent + 2 * gutter for extent in sizes[number])
        if x + width > side:
            x, y, shelf = 0, y + shelf, 0
        if width > side or y + height > side:
            return None
        corners[number] = (x + gutter, y + gutter)
        x, shelf = x + width, max(shelf, height)
    return corners


def _cropped(source: np.ndarray, place: Place) -> tuple[np.ndarray, Place]:
    """The pixels of a window that lies within the picture, and the same place on them."""
    sides = np.array(source.shape[1::-1])
    first = np.floor(place.low * sides).astype(int)
    last = np.ceil((place.low + place.span) * sides).astype(int)
    if (first < 0).any() or (last > sides).any() or (last <= first).any():
        return source, place
    kept = last - first
    window = source[first[1] : last[1], first[0] : last[0]]
    return window, replace(place, low=(place.low * sides - first) / kept, span=place.span * sides / kept)


def _window(source: np.ndarray, place: Place, size: tuple[int, int]) -> np.ndarray:
    """(h, w, 4) uint8: what a picture shows in a window, at a size."""
    if source.shape[:2] == (1, 1):
        return np.broadcast_to(source, (size[1], size[0], 4)).copy()
    span = np.minimum(place.span, _MOST_TILES)
    height, width = source.shape[:2]
    fine = [min(source.shape[1 - k], max(1, round(2 * size[k] / span[k]))) for k in range(2)]
    small = _shrunk(source, (fine[0], fine[1])) if fine[0] < width or fine[1] < height else source
    across, down = (np.floor((place.low[k] + span[k] * _steps(size[k])) * fine[k]).astype(int) % fine[k] for k in range(2))
    if span[0] * fine[0] > 1.01 * size[0] or span[1] * fine[1] > 1.01 * size[1]:
        wide, high = (max(1, round(span[k] * fine[k])) for k in range(2))
        across, down = (
            np.floor((place.low[k] + span[k] * _steps(n)) * fine[k]).astype(int) % fine[k] for k, n in ((0, wide), (1, high))
        )
        return _shrunk(small[down][:, across], size)
    return small[down][:, across]


def _steps(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def _shrunk(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Averaged over areas; what cannot be seen does not colour its neighbours."""
    alpha = pixels[..., 3:].astype(np.float32) / 255.0
    if alpha.min() == 1.0:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)).reshape(size[1], size[0], 4)
    shown = cv2.resize(pixels[..., :3] * alpha, size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)[..., None]
    plain = cv2.resize(pixels[..., :3], size, interpolation=cv2.INTER_AREA)
    color = np.where(cover > 1e-3, shown / np.maximum(cover, 1e-3), plain)
    return np.concatenate([np.clip(np.round(color), 0, 255), np.round(255 * cover)], axis=2).astype(np.uint8)


def _paste(picture: np.ndarray, window: np.ndarray, corner: list[int], gutter: int) -> None:
    """The window with its edge repeated around it, as far as the picture goes."""
    framed = cv2.copyMakeBorder(window, gutter, gutter, gutter, gutter, cv2.BORDER_REPLICATE)
    framed = framed.reshape(*framed.shape[:2], -1)
    x, y = corner[0] - gutter, corner[1] - gutter
    left, top = max(0, -x), max(0, -y)
    target = picture[max(0, y) : y + framed.shape[0], max(0, x) : x + framed.shape[1]]
    target[:] = framed[top : top + target.shape[0], left : left + target.shape[1]]
