"""The colour, thickness and place of somebody's brows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from avatarkit.face_fit import face_regions
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.light import hex_color, to_lab
from avatarkit.face_fit.projection import PICTURE_SIZE, front_texels

BrowShapeName = Literal["thin", "natural", "thick"]

HAIR_AB_LOW, HAIR_AB_HIGH = np.array([-5.0, -9.0]), np.array([40.0, 50.0])  # beyond are hats, skies and trees, and dyes
_LEAST_TEXELS = 50
_DARKEST = 15  # per cent of the brows' texels: on all others skin shows between the hairs
_PER_SKIN = 0.45  # sRGB: brows that are not seen, neither black nor blond
_SKIN_STRAYS_L, _LEAST_CONTRAST_L = 6.0, 8.0  # CIELAB
_THIN, _THICK, _THICK_CONTRAST_L = (
    6.5,
    17.0,
    35.0,
)  # texels of hair over the brow, median along it; thin ones have 3, bushy ones 20

BROW_ENDS = (0.045, 0.165)
"""From the layout's middle, parts of its side: between these all brows have hairs."""
BrowLine = tuple[float, float, float]
"""Heights in the layout (0 its top, 1 its bottom) of a brow's middle at its inner end, halfway, and at its outer end."""
_STATIONS = 22
_BROW_HEIGHT = 0.0134  # of the layout's side: an average brow's
_BELOW, _ABOVE, _EXPECTED = 2.3, 2.6, 0.8  # of these heights: how far hairs are looked for, and how far they usually stray
_SKIN_PERCENTILE, _HAIR_L = 85, 5.0  # CIELAB below the skin around: what is less dark is not hair
_SURE_L = 60.0  # summed over a column: enough hair to be sure
_USUAL_LINE, _USUAL_COUNTS = np.array([0.4, 0.4, -0.15]), np.array([3.0, 2.0, 2.0])
"""How far below the landmarks' own line hairs lie, how much more at the outer ends, and in the middle, in heights of a brow;
measured on 36 photos. How many sure columns that counts for."""
_ROUNDS = 3


@dataclass(frozen=True)
class BrowLook:
    """Brows as a photo shows them.

    Attributes:
        color: "#rrggbb" of their hairs.
        shape: how thick they are.
        line: where they lie.
    """

    color: str
    shape: BrowShapeName
    line: BrowLine


def assumed_brows(tone: np.ndarray) -> BrowLook:
    """Brows that go with a skin (3,) sRGB, where landmarks expect them."""
    return BrowLook(hex_color(tone * _PER_SKIN), "natural", usual_line())


def read_brows(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray, framed: bool = False) -> BrowLook:
    """The brows, or assumed ones where they are hidden or painted.

    Args:
        colors: (N, 3) sRGB on the layout's front, without the photo's light.
        seen: (N,) 0..1; tone: (3,) sRGB of the skin.
        framed: whether glasses are worn, whose rims would be taken for the brows' line.
    """
    inside = (seen > 0.4) & (face_regions.brows() > 0.8)
    if inside.sum() < _LEAST_TEXELS:
        return assumed_brows(tone)
    chosen = colors[inside]
    dark = chosen.sum(axis=1)
    found = np.median(chosen[dark <= np.percentile(dark, _DARKEST)], axis=0)
    lab = to_lab(found[None])[0]
    if not ((lab[1:] > HAIR_AB_LOW) & (lab[1:] < HAIR_AB_HIGH)).all():  # eye shadow
        return assumed_brows(tone)
    line = usual_line() if framed else _line(colors, seen)
    return BrowLook(hex_color(found), _shape(colors, seen, float(to_lab(tone[None])[0, 0]), float(lab[0])), line)


def usual_line() -> BrowLine:
    """Where landmarks let expect brows, for a `BrowLook`."""
    return _raised(*map(float, _USUAL_LINE))


def _raised(drop: float, tilt: float, sag: float) -> BrowLine:
    """The landmarks' line, so many heights of a brow lower, its outer ends lower still, and its middle."""
    places = np.linspace(*BROW_ENDS, 3)
    inner, middle, outer = np.interp(places, *_landmarks_line()) + _BROW_HEIGHT * (
        _basis(np.array([-0.5, 0.0, 0.5])) @ [drop, tilt, sag]
    )
    return float(inner), float(middle), float(outer)


def _basis(share: np.ndarray) -> np.ndarray:
    """(N, 3) what a drop, a tilt and a sag move brows down at places from -0.5, the inner end, to 0.5."""
    return np.column_stack([np.ones_like(share), share, 1.0 - 4.0 * share**2])


@cache
def _landmarks_line() -> tuple[np.ndarray, np.ndarray]:
    """The middle of both brows' outlines, folded onto one side: distances from the layout's middle (22,), heights (22,)."""
    uvs = load_landmark_table().uvs(0.0, 0.0)
    columns, rows = np.linspace(*BROW_ENDS, _STATIONS), []
    for outline in (face_regions.RIGHT_BROW, face_regions.LEFT_BROW):
        for edge in (outline[:5], outline[5:]):
            points = uvs[list(edge)]
            away = np.abs(points[:, 0] - 0.5)
            order = np.argsort(away)
            rows.append(np.interp(columns, away[order], points[order, 1]))
    return columns, np.mean(rows, axis=0)


def _line(colors: np.ndarray, seen: np.ndarray) -> BrowLine:
    """The correction of the landmarks' line that lays it along the middle of the dark hairs, both sides alike."""
    lightness = front_texels().picture(np.ascontiguousarray(to_lab(colors)[:, 0]))
    shown = front_texels().picture(np.asarray(seen, np.float32))
    off, dark = _darkness(lightness, shown)
    share = np.tile(np.linspace(-0.5, 0.5, _STATIONS), 2)
    basis, line = _basis(share), _USUAL_LINE
    for _ in range(_ROUNDS):
        hairs = dark * np.exp(-0.5 * ((off - (basis @ line)[:, None]) / _EXPECTED) ** 2)
        total = hairs.sum(axis=1)
        found, weights = hairs @ off / np.maximum(total, 1e-6), np.minimum(total / _SURE_L, 1.0)
        counted = basis * weights[:, None]
        line = np.linalg.solve(basis.T @ counted + np.diag(_USUAL_COUNTS), counted.T @ found + _USUAL_COUNTS * _USUAL_LINE)
    return _raised(*map(float, line))


def _darkness(lightness: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances below the landmarks' line (R,), in heights of a brow, and how much darker than skin it is there (44, R)."""
    height = _BROW_HEIGHT * PICTURE_SIZE
    away, line = _landmarks_line()
    columns = np.round(PICTURE_SIZE * (0.5 + np.concatenate([-away, away]))).astype(int)[:, None]
    steps = np.arange(-round(_ABOVE * height), round(_BELOW * height))
    rows = np.round(PICTURE_SIZE * np.tile(line, 2)).astype(int)[:, None] + steps
    strips = np.mean([lightness[rows, columns + beside] for beside in range(-2, 3)], axis=0)
    dark = np.clip(np.percentile(strips, _SKIN_PERCENTILE, axis=1, keepdims=True) - strips - _HAIR_L, 0.0, None)
    return steps / height, dark * shown[rows, columns]


def _shape(colors: np.ndarray, seen: np.ndarray, skin_l: float, brow_l: float) -> BrowShapeName:
    """By how much hair lies one above another, in the middle of a brow's length."""
    inside = (seen > 0.4) & (face_regions.around_brows() > 0.5)
    lightest = skin_l - _SKIN_STRAYS_L
    hair = np.clip((lightest - to_lab(colors[inside])[:, 0]) / max(lightest - brow_l, _LEAST_CONTRAST_L), 0.0, 1.0)
    columns = front_texels().texels[inside] % PICTURE_SIZE
    counts = np.bincount(columns, minlength=PICTURE_SIZE)
    thickness = float(np.median(np.bincount(columns, hair, PICTURE_SIZE)[counts > 0]))
    if thickness < _THIN:
        return "thin"
    return "thick" if thickness > _THICK and skin_l - brow_l > _THICK_CONTRAST_L else "natural"
