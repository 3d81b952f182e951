"""Shapes of eyebrows: short hairs drawn along a line above each eye, in the head's texture layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.recipe import MOST_BROW_LIFT, Brows
from avatarkit.avatar.skin_fields import HEAD_DETAIL_SIZE, head_fields
from avatarkit.errors import unknown_name
from avatarkit.face_fit.brow_look import BROW_ENDS, BrowLine

NATURAL_LINE, NATURAL_HEIGHT = (0.3623, 0.3511, 0.3692), 0.01356
"""The brow that is stored with the skin: where its middle lies, as in `BrowLook`, and its mean height, parts of the layout's
side; known without loading the skin. A test compares them with it."""
SIDES = ("right", "left")
"""Halves of the head's picture, from its left."""

_COVERED = 60  # of 255: fainter hairs are strays
_ARCHING = 0.65  # heights of a brow that its middle rises for an arch of 1
_BENT_TO = 0.6  # of a brow's length from its middle: beyond it is not bent farther
_BENDS = 3  # degree of the curve that a brow's middle follows: over the bone and down to the temple
_STEPS = 24
_DIMMEST, _DIM_PER_HAIR, _DIM_PX = 0.42, 0.00055, 9.0
_STRENGTH_PER_PX, _HAIR_BLUR_PX = 0.38, 0.55
_ROOM_PX = 60  # around a brow for hairs that stand off it
_BEND = 0.14
_PAINT_BEGINS = 0.15  # of its length from the nose: painted brows on large eyes would meet when they frown
_PAINT_DROP = 0.026  # of the picture, towards eyes that have grown upwards less than the forehead above them
_PAINT_TILT = 0.8  # heights of a brow that outer ends rise: what widens eyes lifts foreheads in the middle, which looks sad
_PAINT_HEIGHT = 1.3  # of a hairy one's: seen from as far as drawn figures are, thinner ones are threads
_PAINT_ARCH, _PAINT_ANGLE = (0.1, 2.2), 1.5  # what becomes of a shape's arch, of it and beside it, and of its angle
_PAINT_CALM, _PAINT_TAPER = 0.65, 0.65  # how much of its own thickness is kept, and how thin it ends at least
_PAINT_START, _PAINT_FULL = 0.45, 0.25  # how thick a painted brow begins, and from where on it has all of its thickness
_ROUND_PX, _ROUND_EDGE = 7.0, 6.0  # of the corners of painted brows; their edge is as much steeper than that
_SHIFT = 4  # lines are drawn at a sixteenth of a pixel


@dataclass(frozen=True)
class BrowShape:
    """How a brow runs.

    Attributes:
        height: from its lower to its upper edge, over that of an average brow.
        arch: how much its middle rises, in heights of an average brow; below 0 it sags.
        angle: how much its outer end rises, likewise.
        taper: 0..1, how thin it is at the outer end.
        length: over an average brow's.
        hairs: how many.
        thickness_px: of the thickest, at its root: thinner ones are fainter.
        unruly: 0..1, how much they differ in direction.
    """

    height: float = 1.0
    arch: float = 0.25
    angle: float = 0.0
    taper: float = 0.7
    length: float = 1.0
    hairs: int = 620
    thickness_px: float = 2.2
    unruly: float = 0.25


BROW_SHAPES: Mapping[str, BrowShape | None] = {
    "natural": None,
    "arched": BrowShape(height=0.8, arch=0.85, angle=0.2, taper=0.85),
    "bushy": BrowShape(height=1.7, arch=0.2, taper=0.4, hairs=1300, thickness_px=2.3, unruly=0.8),
    "drawn": BrowShape(height=0.62, arch=0.5, angle=0.15, taper=0.9, hairs=1500, thickness_px=2.4, unruly=0.05),
    "flat": BrowShape(height=0.95, arch=-0.1, angle=-0.1, taper=0.55),
    "rounded": BrowShape(height=0.8, arch=0.7, angle=-0.45, taper=0.75),
    "short": BrowShape(height=1.2, arch=0.2, taper=0.5, length=0.62, hairs=480),
    "sharp": BrowShape(height=1.0, arch=0.45, angle=0.9, taper=0.9, hairs=700),
    "sparse": BrowShape(height=0.95, arch=0.25, taper=0.6, hairs=170, thickness_px=1.8, unruly=0.5),
    "thick": BrowShape(height=1.45, arch=0.25, angle=0.1, taper=0.6, hairs=1050, thickness_px=2.2),
    "thin": BrowShape(height=0.45, arch=0.45, taper=0.85, hairs=380, thickness_px=1.8, unruly=0.1),
}
"""All there is; the natural one is stored with the skin."""
_ANYWHERE = BrowShape(height=2.6, arch=0.25, taper=0.3, length=1.1, hairs=1100, thickness_px=2.5, unruly=0.3)


@cache
def brow_cover(shape: str) -> np.ndarray:
    """(2048, 2048) uint8 over the head's picture: how much hair covers the skin.

    Raises:
        UsageError: there is no such shape.
    """
    if shape not in BROW_SHAPES:
        raise unknown_name("shape of brows", shape, BROW_SHAPES)
    settings = BROW_SHAPES[shape]
    return head_fields().brows if settings is None else _drawn(settings)


@cache
def brow_hairs() -> np.ndarray:
    """(2048, 2048) uint8: hairs that lie as brows' do all over where brows can grow, for brows of any outline."""
    return _drawn(_ANYWHERE, dimmest=0.0)


def _drawn(settings: BrowShape, dimmest: float = _DIMMEST) -> np.ndarray:
    image: np.ndarray = np.zeros((HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), np.uint8)
    for number, side in enumerate(SIDES):
        cover, (left, top) = _brow(side, settings, np.random.default_rng(number), dimmest)
        image[top : top + len(cover), left : left + cover.shape[1]] = np.round(255.0 * np.clip(cover, 0.0, 1.0))
    return image


def laid_brows(brows: Brows, line: BrowLine) -> Brows:
    """The brows, lying along a line that a photo shows.

    Args:
        line: as in `BrowLook`.
    """
    shape = BROW_SHAPES[brows.shape]
    own = _ARCHING * shape.arch if shape else 0.0  # the shape rises so much by itself
    inner, middle, outer = (np.array(NATURAL_LINE) - np.array(line)) / NATURAL_HEIGHT
    lift, tilt, arch = (
        round(float(np.clip(value, -MOST_BROW_LIFT, MOST_BROW_LIFT)), 3)
        for value in (0.5 * (inner + outer), outer - inner, middle - 0.5 * (inner + outer) - own)
    )
    return replace(brows, lift=lift, tilt=tilt, arch=arch)


def lifted_cover(cover: np.ndarray, lift: float, tilt: float, arch: float) -> np.ndarray:
    """A picture (2048, 2048) of brows with these moved up, tilted and bent, as `Brows` says."""
    if not (lift or tilt or arch):
        return cover
    height = HEAD_DETAIL_SIZE * NATURAL_HEIGHT
    filled, columns = (np.flatnonzero(cover.any(axis=axis)) for axis in (1, 0))
    reach = int(np.ceil(height * (abs(lift) + abs(tilt) + abs(arch)))) + 1
    first, last = max(filled[0] - reach, 0), min(filled[-1] + reach + 1, HEAD_DETAIL_SIZE)
    across = slice(columns[0], columns[-1] + 1)
    column = np.arange(columns[-1] + 1 - columns[0], dtype=np.float32)
    share = _length_share((columns[0] + column + 0.5) / HEAD_DETAIL_SIZE) - 0.5
    down = height * (lift + tilt * share + arch * (1.0 - 4.0 * np.minimum(np.abs(share), _BENT_TO) ** 2))
    rows = (np.arange(first, last)[:, None] + down).astype(np.float32)
    moved = np.zeros_like(cover)
    moved[first:last, across] = cv2.remap(
        np.ascontiguousarray(cover[:, across]), np.broadcast_to(column, rows.shape).copy(), rows, cv2.INTER_LINEAR
    )
    return moved


@cache
def painted_brow_cover(shape: str) -> np.ndarray:
    """The same as one painted shape a side instead of single hairs, thin where it begins and ends."""
    if shape not in BROW_SHAPES:
        raise unknown_name("shape of brows", shape, BROW_SHAPES)
    image: np.ndarray = np.zeros((HEAD_DETAIL_SIZE, HEAD_DETAIL_SIZE), np.uint8)
    for side in SIDES:
        low, high = _edges(side, _as_painted(BROW_SHAPES[shape] or BrowShape()))
        low, high = (_from(edge, _PAINT_BEGINS) for edge in (low, high))
        share = np.linspace(0.0, 1.0, _STEPS)[:, None]
        swell = _PAINT_START + (1.0 - _PAINT_START) * np.sqrt(np.clip(share / _PAINT_FULL, 0.0, 1.0))
        middle, half = 0.5 * (low + high), 0.5 * _PAINT_HEIGHT * swell * (high - low)
        middle[:, 1] += _PAINT_DROP - _PAINT_TILT * NATURAL_HEIGHT * (_length_share(middle[:, 0]) - 0.5)
        outline = np.concatenate([middle + half, (middle - half)[::-1]]) * HEAD_DETAIL_SIZE
        cv2.fillPoly(image, [np.round(outline * 2**_SHIFT).astype(np.int32)], (255,), cv2.LINE_AA, _SHIFT)
    rounded = cv2.GaussianBlur(image, (0, 0), _ROUND_PX)
    steep = np.clip(127.5 + _ROUND_EDGE * (np.arange(256) - 127.5), 0, 255)
    return cv2.LUT(rounded, steep.astype(np.uint8))


def _as_painted(shape: BrowShape) -> BrowShape:
    """A shape as one sees it painted: bows and slopes show less over wide eyes, thickness shows more without its hairs."""
    height = 1.0 + _PAINT_CALM * (shape.height - 1.0)
    arch, angle = _PAINT_ARCH[0] + _PAINT_ARCH[1] * shape.arch, _PAINT_ANGLE * shape.angle
    return replace(shape, height=height, arch=arch, angle=angle, taper=max(shape.taper, _PAINT_TAPER))


def _length_share(u: np.ndarray) -> np.ndarray:
    """(N,) 0 at a brow's inner end, 1 at its outer, and a little beyond; of places from the picture's left, 0..1."""
    away = np.abs(u - 0.5)
    return np.asarray(np.clip((away - BROW_ENDS[0]) / (BROW_ENDS[1] - BROW_ENDS[0]), -0.5, 1.5))


def _from(line: np.ndarray, begin: float) -> np.ndarray:
    """A line (24, 2) without its first part."""
    return np.stack([_at(line, place) for place in np.linspace(begin, 1.0, _STEPS)])


def _brow(side: str, shape: BrowShape, random: np.random.Generator, dimmest: float) -> tuple[np.ndarray, np.ndarray]:
    """One brow, hair by hair over the dimness that the finest of them make: 0..1, and the upper left pixel of where it lies."""
    edges = _edges(side, shape)
    corner = np.floor(np.min(edges, axis=(0, 1)) * HEAD_DETAIL_SIZE).astype(int) - _ROOM_PX
    width, height = np.ceil(np.max(edges, axis=(0, 1)) * HEAD_DETAIL_SIZE).astype(int) + _ROOM_PX - corner
    hairs, below = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    along, level = random.random(shape.hairs) ** 0.9, np.clip(random.normal(0.0, 0.48, shape.hairs), -1.0, 1.0)
    turns = _steepness(along, level) + (0.06 + 0.4 * shape.unruly) * random.normal(size=shape.hairs)
    lengths = 0.0125 * random.uniform(0.7, 1.2, shape.hairs) * (1.0 - 0.35 * along) * min(1.2, 0.6 + 0.4 * shape.height)
    strengths = _STRENGTH_PER_PX * shape.thickness_px * random.uniform(0.5, 1.0, shape.hairs)
    _lay(hairs, _subpixels(_hairs(edges, along, level, turns, lengths), corner), np.minimum(strengths, 1.0))
    low, high = edges
    area = np.concatenate([0.8 * low + 0.2 * high, (0.2 * low + 0.8 * high)[::-1]])
    cv2.fillPoly(below, [_subpixels(area, corner)], (1.0,), cv2.LINE_AA, _SHIFT)
    dimness = min(dimmest, _DIM_PER_HAIR * shape.hairs) * cv2.GaussianBlur(below, (0, 0), _DIM_PX)
    return 1.0 - (1.0 - dimness) * (1.0 - cv2.GaussianBlur(hairs, (0, 0), _HAIR_BLUR_PX)), corner


def _steepness(along: np.ndarray, level: np.ndarray) -> np.ndarray:
    """(N,) radians by which hairs stand off the brow's line: upright beside the nose, and all towards the brow's middle."""
    upright = np.interp(along, [0.0, 0.14, 0.36, 0.64, 1.0], [1.0, 0.7, 0.45, 0.15, 0.0])
    return np.asarray(upright - 0.35 * level * (along > 0.2))


def _hairs(
    edges: tuple[np.ndarray, np.ndarray], along: np.ndarray, level: np.ndarray, turns: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """(N, 4, 2) texture coordinates of hairs on a brow.

    Args:
        edges: (24, 2) each, the lower and the upper one.
        along, level: (N,) where each grows: 0..1 from the nose outwards, -1..1 from the lower edge to the upper.
        turns: (N,) radians, up from the brow's line.
        lengths: (N,) of the picture's width.
    """
    low, high = edges
    steps, middle = np.arange(_STEPS) / (_STEPS - 1.0), 0.5 * (low + high)
    lines = np.concatenate([middle, 0.5 * (high - low), np.gradient(middle, axis=0)], axis=1)
    place = np.stack([np.interp(along, steps, lines[:, k]) for k in range(6)], axis=1)
    ahead = place[:, 4:] / np.linalg.norm(place[:, 4:], axis=1, keepdims=True)
    up = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1) * np.sign(ahead[:, :1])
    heading = np.cos(turns)[:, None] * ahead + np.sin(turns)[:, None] * up
    bend = np.cos(turns)[:, None] * up - np.sin(turns)[:, None] * ahead
    t = np.linspace(-0.4, 0.6, 4)[:, None]
    roots = place[:, :2] + level[:, None] * place[:, 2:4]
    return np.asarray(roots[:, None] + lengths[:, None, None] * (t * heading[:, None] - _BEND * t**2 * bend[:, None]))


def _lay(picture: np.ndarray, hairs: np.ndarray, strengths: np.ndarray) -> None:
    """Draw hairs (N, 4, 2) that are fainter at their tips; where they cross, the darker one shows."""
    low = np.maximum(hairs.min(axis=1) // 2**_SHIFT - 2, 0)
    high = hairs.max(axis=1) // 2**_SHIFT + 3
    windows = np.concatenate([low, high], axis=1).tolist()
    for hair, (left, top, right, bottom), strength in zip(
        hairs - low[:, None] * 2**_SHIFT, windows, strengths.tolist(), strict=True
    ):
        window = picture[top:bottom, left:right]
        drawn = np.zeros(window.shape, np.float32)
        for end, share in ((4, 0.7), (3, 1.0)):
            cv2.polylines(drawn, [hair[:end]], False, (share * strength,), 1, cv2.LINE_AA, _SHIFT)
        np.maximum(window, drawn, out=window)


def _subpixels(uvs: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Texture coordinates in sixteenths of a pixel from a corner."""
    return np.round((uvs * HEAD_DETAIL_SIZE - 0.5 - corner) * 2**_SHIFT).astype(np.int32)


def _edges(side: str, shape: BrowShape) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edge (24, 2) of a brow, texture coordinates, from the nose outwards."""
    natural, thick = _natural_brow(side)
    share = np.linspace(0.0, 1.0, _STEPS)
    middle = np.stack([_at(natural, place) for place in shape.length * share])
    middle[:, 1] -= thick * (_ARCHING * shape.arch * np.sin(np.pi * share**1.3) + shape.angle * share)
    half = 0.52 * thick * shape.height * np.minimum(1.0, 0.75 + 2.0 * share) * (1.0 - shape.taper * share**2.2)
    offset = np.stack([np.zeros_like(half), half], axis=1)
    return middle + offset, middle - offset


@cache
def _natural_brow(side: str) -> tuple[np.ndarray, float]:
    """The middle line (24, 2) of the brow that is stored with the skin, from the nose outwards, and its mean height."""
    stored = head_fields().brows
    lines = np.flatnonzero((stored > _COVERED).any(axis=1))
    lines = np.arange(lines[0], lines[-1] + 1)
    cover = np.where(stored[lines] > _COVERED, stored[lines], 0).astype(float)
    half = HEAD_DETAIL_SIZE // 2
    columns = np.flatnonzero(cover.sum(axis=0))
    columns = columns[columns < half][::-1] if side == "right" else columns[columns >= half]
    weights = cover[:, columns]
    rows = lines @ weights / weights.sum(axis=0)
    curve = np.polynomial.Polynomial.fit(columns, rows, _BENDS, w=np.sqrt(weights.sum(axis=0)))
    places = np.linspace(columns[0], columns[-1], _STEPS)
    return np.column_stack([places, curve(places)]) / HEAD_DETAIL_SIZE, float(
        (weights > 0).sum(axis=0).mean()
    ) / HEAD_DETAIL_SIZE


def _at(line: np.ndarray, place: float) -> np.ndarray:
    """The point at 0..1 of a line (P, 2), a little beyond its ends too."""
    steps = np.arange(len(line)) / (len(line) - 1)
    inner = np.array([np.interp(place, steps, line[:, axis]) for axis in (0, 1)])
    beyond = max(place - 1.0, 0.0) * (line[-1] - line[-2]) + min(place, 0.0) * (line[1] - line[0])
    return np.asarray(inner + beyond * (len(line) - 1))
