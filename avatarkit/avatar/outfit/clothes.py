"""The clothes of the wardrobe: each a cut, what is sewn on, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.outfit.bottoms import BottomCut
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.skirts import SkirtCut
from avatarkit.avatar.outfit.tops import Table, TopCut

UNDERWEAR, TUCKED, LEGWEAR, TOP, DRESS, OVER, OUTER = 0, 10, 20, 30, 30, 35, 40
"""Layers, inmost first."""

_JERSEY, _RIB, _KNIT = Finish("jersey", 0.92), Finish("rib", 0.95), Finish("knit", 0.95)
_DENIM, _TWILL, _POPLIN = Finish("denim", 0.88), Finish("twill", 0.88), Finish("poplin", 0.8)
_FELT, _LEATHER, _SATIN = Finish("felt", 0.95), Finish("leather", 0.5), Finish("satin", 0.38)
_HORN, METAL = Finish("satin", 0.35), Finish("satin", 0.3, 1.0)

_V_NECK: Table = ((0.0, 0.455), (0.42, 0.566), (0.60, 0.586), (1.0, 0.592))
_SCOOP: Table = ((0.0, 0.472), (0.14, 0.478), (0.30, 0.525), (0.48, 0.580), (0.68, 0.583), (0.85, 0.572), (1.0, 0.566))
_SHIRT_NECK: Table = ((0.0, 0.545), (0.30, 0.566), (0.55, 0.592), (1.0, 0.600))
_HIGH_NECK: Table = ((0.0, 0.560), (0.30, 0.575), (0.55, 0.598), (1.0, 0.604))

TOPS: Mapping[str, WardrobePiece] = {
    "t-shirt": WardrobePiece(("top",), {"fabric": "#c9ccd1"}, TOP, Garment(TopCut()), {"fabric": _JERSEY}),
    "long-sleeve": WardrobePiece(
        ("top",),
        {"fabric": "#7d8c7a"},
        TOP,
        Garment(TopCut(sleeve_m=0.445, sleeve_ease_m=(0.006, 0.001), ease_m=0.009)),
        {"fabric": _JERSEY},
    ),
    "tank-top": WardrobePiece(
        ("top",),
        {"fabric": "#e8e6e0"},
        TOP,
        Garment(TopCut(sleeve_m=0.0, neck=_SCOOP, collar_m=0.012, collar_ease_m=0.004, tilt_deg=19.0, ease_m=0.006, taper=0.5)),
        {"fabric": _RIB},
    ),
    "turtleneck": WardrobePiece(
        ("top",),
        {"fabric": "#2b2b30"},
        TOP,
        Garment(
            TopCut(
                sleeve_m=0.455,
                sleeve_ease_m=(0.003, 0.001),
                ease_m=0.006,
                taper=0.6,
                neck=_HIGH_NECK,
                collar_m=0.045,
                folds=0.5,
            )
        ),
        {"fabric": _RIB},
    ),
    "crop-top": WardrobePiece(
        ("top",),
        {"fabric": "#d9737f"},
        TOP,
        Garment(TopCut(hem_y=0.225, ease_m=0.007, taper=0.7, sleeve_m=0.09, sleeve_ease_m=(0.004, 0.004), folds=0.4)),
        {"fabric": _JERSEY},
    ),
}

BOTTOMS: Mapping[str, WardrobePiece] = {
    "jeans": WardrobePiece(("bottom",), {"fabric": "#2f3b55"}, LEGWEAR, Garment(BottomCut()), {"fabric": _DENIM}),
    "shorts": WardrobePiece(
        ("bottom",),
        {"fabric": "#b9a27c"},
        LEGWEAR,
        Garment(BottomCut(end_y=-0.27, drop_m=0.0, ease_m=0.009, end_share=0.92, taper=0.1)),
        {"fabric": _TWILL},
    ),
    "leggings": WardrobePiece(
        ("bottom",),
        {"fabric": "#24262c"},
        LEGWEAR,
        Garment(BottomCut(drop_m=0.0, end_y=-0.70, ease_m=0.0022, waist_ease_m=0.002, taper=2.0, end_share=None, folds=0.0)),
        {"fabric": _JERSEY},
    ),
    "mini-skirt": WardrobePiece(
        ("bottom",), {"fabric": "#3d2c36"}, LEGWEAR, Garment(SkirtCut(hang=0.24, flare=0.05)), {"fabric": _TWILL}
    ),
    "pleated-skirt": WardrobePiece(
        ("bottom",),
        {"fabric": "#27344f"},
        LEGWEAR,
        Garment(SkirtCut(hang=0.34, flare=0.25, pleats=(14, 0.012))),
        {"fabric": _TWILL},
    ),
    "long-skirt": WardrobePiece(
        ("bottom",),
        {"fabric": "#6b4a3a"},
        LEGWEAR,
        Garment(SkirtCut(hang=0.86, flare=0.16, waves=(7, 0.03))),
        {"fabric": _POPLIN},
    ),
}

DRESSES: Mapping[str, WardrobePiece] = {
    "summer-dress": WardrobePiece(
        ("dress", "top", "bottom"),
        {"fabric": "#f2e3c4", "print": "#c8503c"},
        DRESS,
        Garment(
            TopCut(
                sleeve_m=0.0, neck=_SCOOP, collar_m=0.012, tilt_deg=19.0, ease_m=0.006, taper=0.55, hang=0.45, flare=0.3,
                waves=(7, 0.03), folds=0.3
            )
        ),
        {"fabric": Finish("poplin", 0.85, print="flowers")},
    ),
}  # fmt: skip

OUTERWEAR: Mapping[str, WardrobePiece] = {
    "coat": WardrobePiece(
        ("outer",),
        {"fabric": "#b08d5b"},
        OUTER,
        Garment(
            TopCut(
                sleeve_m=0.465, sleeve_ease_m=(0.012, 0.012), ease_m=0.016, shoulder_ease_m=0.010, hang=0.52, flare=0.10,
                neck=_SHIRT_NECK, opening=((-0.1, 0.05), (0.2, 0.03), (0.5, 0.04), (0.6, 0.04)), hem_m=0.005, waves=(4, 0.008)
            )
        ),
        {"fabric": _FELT},
    ),
}  # fmt: skip

CLOTHES: Mapping[str, WardrobePiece] = {**TOPS, **BOTTOMS, **DRESSES, **OUTERWEAR}
