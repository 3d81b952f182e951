"""The clothes of the wardrobe: each a cut, what is sewn on, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.outfit.bottoms import BottomCut
from avatarkit.avatar.outfit.cloths import DENIM, FLEECE, HORN, JERSEY, LEATHER, METAL, POPLIN, RIB, SATIN, TWILL
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.flaps import Collar, Strip
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.layers import DRESS, LEGWEAR
from avatarkit.avatar.outfit.over_wear import OUTERWEAR, OVER_WEAR
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.skirts import SkirtCut
from avatarkit.avatar.outfit.tops import TopCut
from avatarkit.avatar.outfit.tops_to_wear import SCOOP, SHIRT_NECK, TOPS, buttons
from avatarkit.avatar.outfit.trims import Buttons, Patch, Trim


def _trouser_trims(band_m: float = 0.036) -> tuple[Trim, ...]:
    """Waistband, fly and back pockets."""
    return (
        Patch("hips", None, (0.0, band_m), 0.0022),
        Patch("hips", (0.0, 0.026), (band_m, 0.105), 0.0016),
        Patch("hips", (0.335, 0.435), (0.058, 0.129), 0.0018, mirrored=True),
    )


def _leg_patches(u: tuple[float, float], v: tuple[float, float], height_m: float = 0.004) -> tuple[Trim, ...]:
    """The same on both legs."""
    return (Patch("leg", u, v, height_m), Patch("right-leg", (_LEG_M - u[1], _LEG_M - u[0]), v, height_m))


def _line(panel: str, v: float, width_m: float = 0.004) -> Patch:
    """A double row of stitches all round."""
    return Patch(panel, None, (v, v + width_m), 0.0006)


def _seams(part: str = "fabric") -> tuple[Trim, ...]:
    """Seams down the outside of both legs, stitches above their hems."""
    outside = Patch("leg", (_OUTSIDE_M, _OUTSIDE_M + 0.0022), (0.0, 0.0), 0.0007, part=part)
    mirrored = Patch("right-leg", (_LEG_M - _OUTSIDE_M - 0.0022, _LEG_M - _OUTSIDE_M), (0.0, 0.0), 0.0007, part=part)
    hems = tuple(Patch(leg, None, (-0.0205, -0.0185), 0.0007, part=part) for leg in ("leg", "right-leg"))
    return (outside, mirrored, *hems)


def _stitched_pockets() -> tuple[Trim, ...]:
    """Rows of stitches on the pockets behind, the waistband, the fly and the pockets before."""
    lines = (
        ((0.339, 0.431), (0.066, 0.068)),
        ((0.339, 0.3408), (0.066, 0.124)),
        ((0.4292, 0.431), (0.066, 0.124)),
        ((0.072, 0.142), (0.072, 0.0738)),
        ((0.142, 0.1438), (0.036, 0.0738)),
        ((0.072, 0.0738), (0.050, 0.0738)),
    )
    sewn = tuple(Patch("hips", u, v, 0.0024, part="thread", mirrored=True) for u, v in lines)
    fly = Patch("hips", (0.0205, 0.0222), (0.036, 0.100), 0.0022, part="thread")
    return (*sewn, fly, Patch("hips", None, (0.0325, 0.0343), 0.0028, part="thread"))


_LOOPS = tuple(Patch("hips", (u, u + 0.010), (0.0, 0.041), 0.0042, mirrored=True) for u in (0.085, 0.225, 0.365))
_OUTSIDE_M = 0.140  # from a leg's first column to its outer side
_LEG_M = 0.382  # mean girth of a pattern's leg
_WAIST_BUTTON = Buttons("hips", ((0.010, 0.018),), 0.0075, 0.004)

BOTTOMS: Mapping[str, WardrobePiece] = {
    "jeans": WardrobePiece(
        ("bottom",),
        {"fabric": "#465a80", "buttons": "#b08a4c", "thread": "#b5803f"},
        LEGWEAR,
        Garment(BottomCut(), (*_trouser_trims(), *_seams("thread"), *_stitched_pockets(), *_LOOPS, _WAIST_BUTTON), faded=0.42),
        {"fabric": DENIM, "buttons": METAL, "thread": POPLIN},
    ),
    "chinos": WardrobePiece(
        ("bottom",),
        {"fabric": "#a58f6c", "buttons": "#4d3f2c"},
        LEGWEAR,
        Garment(
            BottomCut(end_share=0.52, taper=0.36, drop_m=0.040, folds=0.7, crease_m=0.004), (*_trouser_trims(), _WAIST_BUTTON)
        ),
        {"fabric": TWILL, "buttons": HORN},
    ),
    "suit-trousers": WardrobePiece(
        ("bottom",),
        {"fabric": "#262c3d"},
        LEGWEAR,
        Garment(BottomCut(end_share=0.55, taper=0.34, drop_m=0.048, folds=0.35, crease_m=0.006), _trouser_trims()),
        {"fabric": TWILL},
    ),
    "slim-trousers": WardrobePiece(
        ("bottom",),
        {"fabric": "#1f2125"},
        LEGWEAR,
        Garment(
            BottomCut(end_share=None, taper=0.9, drop_m=0.012, ease_m=0.006, end_ease_m=0.004, folds=0.6), _trouser_trims()
        ),
        {"fabric": TWILL},
    ),
    "sweatpants": WardrobePiece(
        ("bottom",),
        {"fabric": "#4b5058", "ribs": "#4b5058"},
        LEGWEAR,
        Garment(
            BottomCut(end_y=-0.715, drop_m=0.0, ease_m=0.013, waist_ease_m=0.006, taper=0.28, end_share=0.55, folds=1.2),
            (
                Patch("hips", None, (0.0, 0.045), 0.003, part="ribs"),
                *(Patch(leg, None, (-0.050, 0.0), 0.003, part="ribs") for leg in ("leg", "right-leg")),
            ),
        ),
        {"fabric": FLEECE, "ribs": RIB},
    ),
    "cargo-trousers": WardrobePiece(
        ("bottom",),
        {"fabric": "#5f6148"},
        LEGWEAR,
        Garment(
            BottomCut(ease_m=0.009, end_share=0.60, folds=1.2),
            (
                *_trouser_trims(),
                *_leg_patches((0.065, 0.185), (0.19, 0.34)),
                *_leg_patches((0.060, 0.190), (0.175, 0.215), 0.007),
            ),
        ),
        {"fabric": TWILL},
    ),
    "shorts": WardrobePiece(
        ("bottom",),
        {"fabric": "#b9a27c"},
        LEGWEAR,
        Garment(BottomCut(end_y=-0.27, drop_m=0.0, ease_m=0.009, end_share=0.92, taper=0.1), _trouser_trims()),
        {"fabric": TWILL},
    ),
    "leggings": WardrobePiece(
        ("bottom",),
        {"fabric": "#24262c"},
        LEGWEAR,
        Garment(BottomCut(drop_m=0.0, end_y=-0.70, ease_m=0.0022, waist_ease_m=0.002, taper=2.0, end_share=None, folds=0.0)),
        {"fabric": JERSEY},
    ),
    "mini-skirt": WardrobePiece(
        ("bottom",), {"fabric": "#3d2c36"}, LEGWEAR, Garment(SkirtCut(hang=0.24, flare=0.05)), {"fabric": TWILL}
    ),
    "pleated-skirt": WardrobePiece(
        ("bottom",),
        {"fabric": "#27344f"},
        LEGWEAR,
        Garment(SkirtCut(hang=0.34, flare=0.25, pleats=(14, 0.012))),
        {"fabric": TWILL},
    ),
    "long-skirt": WardrobePiece(
        ("bottom",),
        {"fabric": "#6b4a3a"},
        LEGWEAR,
        Garment(SkirtCut(hang=0.86, flare=0.16, waves=(7, 0.03))),
        {"fabric": POPLIN},
    ),
}

DRESSES: Mapping[str, WardrobePiece] = {
    "summer-dress": WardrobePiece(
        ("dress", "top", "bottom"),
        {"fabric": "#f2e3c4", "print": "#c8503c"},
        DRESS,
        Garment(
            TopCut(
                sleeve_m=0.0,
                neck=SCOOP,
                collar_m=0.012,
                tilt_deg=19.0,
                ease_m=0.006,
                taper=0.55,
                hang=0.45,
                flare=0.3,
                waves=(7, 0.03),
                folds=0.3,
            )
        ),
        {"fabric": Finish("poplin", 0.85, print="flowers")},
    ),
    "evening-gown": WardrobePiece(
        ("dress", "top", "bottom"),
        {"fabric": "#7a1526"},
        DRESS,
        Garment(
            TopCut(
                sleeve_m=0.0,
                neck=SCOOP,
                collar_m=0.010,
                collar_ease_m=0.003,
                tilt_deg=20.0,
                ease_m=0.006,
                taper=0.9,
                hang=0.92,
                flare=0.20,
                waves=(8, 0.030),
                folds=0.15,
            )
        ),
        {"fabric": SATIN},
    ),
    "ball-gown": WardrobePiece(
        ("dress", "top", "bottom"),
        {"fabric": "#3b4f8f", "sash": "#e3c77a"},
        DRESS,
        Garment(
            TopCut(
                sleeve_m=0.10,
                sleeve_ease_m=(0.018, 0.016),
                neck=SCOOP,
                collar_m=0.012,
                tilt_deg=16.0,
                ease_m=0.006,
                taper=0.9,
                hang=0.94,
                flare=0.42,
                waves=(11, 0.035),
                folds=0.15,
            ),
            (Patch("trunk", None, (0.235, 0.285), 0.003, part="sash"),),
        ),
        {"fabric": SATIN, "sash": SATIN},
    ),
    "shirt-dress": WardrobePiece(
        ("dress", "top", "bottom"),
        {"fabric": "#4f6f8f", "belt": "#6b4628", "buttons": "#e8e4da"},
        DRESS,
        Garment(
            TopCut(
                sleeve_m=0.155,
                sleeve_ease_m=(0.008, 0.007),
                neck=SHIRT_NECK,
                collar_m=0.022,
                ease_m=0.007,
                taper=0.6,
                hang=0.42,
                flare=0.24,
                waves=(7, 0.022),
                folds=0.4,
            ),
            (Collar(), Strip(0.02, -0.004), buttons(0.05, 0.085, 7), Patch("trunk", None, (0.240, 0.275), 0.004, part="belt")),
        ),
        {"fabric": POPLIN, "belt": LEATHER, "buttons": HORN},
    ),
}

CLOTHES: Mapping[str, WardrobePiece] = {**TOPS, **BOTTOMS, **DRESSES, **OVER_WEAR, **OUTERWEAR}
