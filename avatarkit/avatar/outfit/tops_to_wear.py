"""Tops of the wardrobe: each a cut, what is sewn on, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avatarkit.avatar.outfit.cloths import FLEECE, HORN, JERSEY, KNIT, POPLIN, RIB, SATIN
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.flaps import Collar, Hood, Strip
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.layers import TOP, TUCKED
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.tops import Table, TopCut
from avatarkit.avatar.outfit.trims import FRONT, Buttons, Patch, Trim

SCOOP: Table = ((0.0, 0.472), (0.14, 0.478), (0.30, 0.525), (0.48, 0.580), (0.68, 0.583), (0.85, 0.572), (1.0, 0.566))
SHIRT_NECK: Table = ((0.0, 0.545), (0.30, 0.566), (0.55, 0.592), (1.0, 0.600))
V_NECK: Table = ((0.0, 0.485), (0.22, 0.530), (0.42, 0.570), (0.60, 0.586), (1.0, 0.592))
_HIGH_NECK: Table = ((0.0, 0.560), (0.30, 0.575), (0.55, 0.598), (1.0, 0.604))

_LONG_M, _CUFF_M = 0.485, 0.055


def cuffs(part: str = "fabric", deep_m: float = _CUFF_M, thick_m: float = 0.0022) -> tuple[Trim, ...]:
    """Bands at the ends of both sleeves."""
    return tuple(Patch(sleeve, None, (-deep_m, 0.0), thick_m, part=part) for sleeve in ("sleeve", "right-sleeve"))


def stitched(*, sleeves: bool = True) -> tuple[Trim, ...]:
    """Double rows of stitches above the hems, and a band about the neck."""
    ends = ("trunk", "sleeve", "right-sleeve") if sleeves else ("trunk",)
    rows = tuple(Patch(end, None, (-0.0225, -0.0185), 0.0006) for end in ends)
    return (Patch("collar", None, (0.0, 0.0), 0.0014), *rows)


def ribbed(deep_m: float = 0.055, thick_m: float = 0.003) -> tuple[Trim, ...]:
    """Ribs at cuffs and hem."""
    return (*cuffs("ribs", deep_m, thick_m), Patch("trunk", None, (-deep_m, 0.0), thick_m, part="ribs"))


def buttons(
    first_m: float, step_m: float, count: int, across_m: float = 0.0, *, mirrored: bool = False, radius_m: float = 0.0055
) -> Buttons:
    """Buttons down the front."""
    at = tuple((across_m, first_m + step_m * k) for k in range(count))
    return Buttons(FRONT, at, radius_m, mirrored=mirrored)


_SWEATER = TopCut(
    sleeve_m=_LONG_M,
    sleeve_ease_m=(0.011, 0.009),
    ease_m=0.014,
    shoulder_ease_m=0.006,
    taper=0.1,
    collar_m=0.022,
    folds=0.7,
    hem_m=0.004,
)
_HOODIE = replace(_SWEATER, ease_m=0.017, shoulder_ease_m=0.007, sleeve_ease_m=(0.014, 0.011), folds=1.1, collar_m=0.014)
_SHIRT = TopCut(
    sleeve_m=_LONG_M,
    sleeve_ease_m=(0.007, 0.004),
    ease_m=0.009,
    neck=SHIRT_NECK,
    collar_m=0.028,
    collar_ease_m=0.004,
    taper=0.3,
    folds=0.8,
    tucked=True,
)
_SHIRT_TRIMS = (
    Collar(),
    Strip(0.030, -0.004),
    *cuffs(thick_m=0.0018),
    buttons(0.050, 0.085, 6),
    Patch(FRONT, (0.045, 0.125), (0.185, 0.275), 0.0014, 0.012),
)
_CORDS = tuple(Patch(FRONT, (0.040, 0.0455), (0.035, end), 0.004, part="cords", mirrored=True) for end in (0.19,))

TOPS: Mapping[str, WardrobePiece] = {
    "t-shirt": WardrobePiece(("top",), {"fabric": "#c9ccd1"}, TOP, Garment(TopCut(), stitched()), {"fabric": JERSEY}),
    "striped-t-shirt": WardrobePiece(
        ("top",),
        {"fabric": "#f1efe9", "print": "#27345c"},
        TOP,
        Garment(TopCut(), stitched()),
        {"fabric": Finish("jersey", 0.92, print="stripes")},
    ),
    "polo-shirt": WardrobePiece(
        ("top",),
        {"fabric": "#2f5d50", "buttons": "#e8e4da"},
        TOP,
        Garment(
            TopCut(neck=SHIRT_NECK, collar_m=0.018, collar_ease_m=0.004, sleeve_m=0.15, sleeve_ease_m=(0.007, 0.004)),
            (Collar(0.038, 0.020), Strip(0.02, 0.17, 0.013), buttons(0.045, 0.05, 3), *cuffs(deep_m=0.018, thick_m=0.0012)),
        ),
        {"fabric": JERSEY, "buttons": HORN},
    ),
    "long-sleeve": WardrobePiece(
        ("top",),
        {"fabric": "#7d8c7a"},
        TOP,
        Garment(TopCut(sleeve_m=0.445, sleeve_ease_m=(0.006, 0.001), ease_m=0.009), stitched()),
        {"fabric": JERSEY},
    ),
    "tank-top": WardrobePiece(
        ("top",),
        {"fabric": "#e8e6e0"},
        TOP,
        Garment(TopCut(sleeve_m=0.0, neck=SCOOP, collar_m=0.012, collar_ease_m=0.004, tilt_deg=19.0, ease_m=0.006, taper=0.5)),
        {"fabric": RIB},
    ),
    "turtleneck": WardrobePiece(
        ("top",),
        {"fabric": "#2b2b30"},
        TOP,
        Garment(
            TopCut(
                sleeve_m=_LONG_M,
                sleeve_ease_m=(0.003, 0.001),
                ease_m=0.006,
                taper=0.6,
                neck=_HIGH_NECK,
                collar_m=0.045,
                folds=0.5,
            )
        ),
        {"fabric": RIB},
    ),
    "crop-top": WardrobePiece(
        ("top",),
        {"fabric": "#d9737f"},
        TOP,
        Garment(TopCut(hem_y=0.225, ease_m=0.007, taper=0.7, sleeve_m=0.09, sleeve_ease_m=(0.004, 0.004), folds=0.4)),
        {"fabric": JERSEY},
    ),
    "sweater": WardrobePiece(
        ("top",),
        {"fabric": "#8a5a44", "ribs": "#8a5a44"},
        TOP,
        Garment(_SWEATER, (*ribbed(), Patch("collar", None, (0.0, 0.0), 0.002, part="ribs"))),
        {"fabric": KNIT, "ribs": RIB},
    ),
    "hoodie": WardrobePiece(
        ("top",),
        {"fabric": "#6f7780", "ribs": "#6f7780", "cords": "#e6e4de"},
        TOP,
        Garment(_HOODIE, (*ribbed(), Hood(), Patch(FRONT, (0.0, 0.115), (-0.215, -0.065), 0.0022, mirrored=True), *_CORDS)),
        {"fabric": FLEECE, "ribs": RIB, "cords": RIB},
    ),
    "shirt": WardrobePiece(
        ("top",),
        {"fabric": "#eef0f2", "buttons": "#d8d6cf"},
        TUCKED,
        Garment(_SHIRT, _SHIRT_TRIMS),
        {"fabric": POPLIN, "buttons": HORN},
    ),
    "checked-shirt": WardrobePiece(
        ("top",),
        {"fabric": "#a3312c", "print": "#1f1c1d", "buttons": "#2a2523"},
        TOP,
        Garment(replace(_SHIRT, tucked=False, ease_m=0.013, folds=1.0), _SHIRT_TRIMS),
        {"fabric": Finish("twill", 0.9, print="plaid"), "buttons": HORN},
    ),
    "blouse": WardrobePiece(
        ("top",),
        {"fabric": "#ead7d0", "buttons": "#f4ece6"},
        TUCKED,
        Garment(
            replace(_SHIRT, neck=V_NECK, pointed=True, collar_m=0.016, sleeve_m=0.40, sleeve_ease_m=(0.008, 0.020), folds=1.2),
            (Collar(0.040, 0.030, spread_m=0.035, gap_m=0.012), Strip(0.02, -0.004, 0.012), buttons(0.06, 0.08, 5)),
        ),
        {"fabric": SATIN, "buttons": HORN},
    ),
}
