"""The colour and thickness of somebody's brows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from avatarkit.face_fit import face_regions
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


@dataclass(frozen=True)
class BrowLook:
    """Brows as a photo shows them: "#rrggbb" of their hairs, and how thick they are."""

    color: str
    shape: BrowShapeName = "natural"


def assumed_brows(tone: np.ndarray) -> BrowLook:
    """Brows that go with a skin (3,) sRGB."""
    return BrowLook(hex_color(tone * _PER_SKIN))


def read_brows(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> BrowLook:
    """The brows, or assumed ones where they are hidden or painted.

    Args:
        colors: (N, 3) sRGB on the layout's front, without the photo's light.
        seen: (N,) 0..1; tone: (3,) sRGB of the skin.
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
    return BrowLook(hex_color(found), _shape(colors, seen, float(to_lab(tone[None])[0, 0]), float(lab[0])))


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
