"""What is worn over tops: vests, blazers, jackets, coats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avatarkit.avatar.outfit.cloths import DENIM, HORN, LEATHER, METAL, NYLON, RIB, TWILL, WOOL
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.flaps import Collar, Hood, Lapel, Strip
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.layers import OUTER, OVER
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.tops import Table, TopCut
from avatarkit.avatar.outfit.tops_to_wear import SHIRT_NECK, buttons, cuffs, ribbed
from avatarkit.avatar.outfit.trims import FRONT, Patch

_WIDE_NECK: Table = ((0.0, 0.520), (0.25, 0.556), (0.50, 0.590), (1.0, 0.600))
_VEST_NECK: Table = ((0.0, 0.500), (0.25, 0.536), (0.50, 0.570), (1.0, 0.582))
_ONE_BUTTON: Table = ((-0.02, 0.035), (0.12, 0.010), (0.17, 0.003), (0.20, 0.003), (0.42, 0.056), (0.60, 0.056))
_V_FRONT: Table = ((-0.02, 0.012), (0.06, 0.002), (0.27, 0.002), (0.42, 0.036), (0.60, 0.052))
_OPEN: Table = ((-0.1, 0.030), (0.3, 0.028), (0.6, 0.034))

_BLAZER = TopCut(
    sleeve_m=0.475,
    sleeve_ease_m=(0.002, 0.005),
    ease_m=0.011,
    shoulder_ease_m=0.008,
    taper=0.35,
    neck=_WIDE_NECK,
    opening=_ONE_BUTTON,
    collar_m=0.022,
    collar_ease_m=0.007,
    folds=0.35,
    hem_m=0.004,
)
_JACKET = TopCut(
    sleeve_m=0.485,
    sleeve_ease_m=(0.004, 0.006),
    ease_m=0.013,
    shoulder_ease_m=0.008,
    taper=0.15,
    neck=SHIRT_NECK,
    opening=_OPEN,
    collar_m=0.030,
    collar_ease_m=0.009,
    folds=0.8,
    hem_m=0.004,
)
_COAT = TopCut(
    sleeve_m=0.49,
    sleeve_ease_m=(0.003, 0.008),
    ease_m=0.017,
    shoulder_ease_m=0.009,
    hang=0.52,
    flare=0.10,
    neck=_WIDE_NECK,
    opening=((-0.1, 0.05), (0.2, 0.02), (0.45, 0.04), (0.6, 0.05)),
    collar_ease_m=0.008,
    hem_m=0.005,
    waves=(4, 0.008),
    folds=0.6,
)
_LAPELS = (
    Collar(0.044, 0.012, gap_m=0.016, spread_m=0.012, over_m=0.002, thick_m=0.0028),
    Lapel(0.045, 0.365, 0.074, -0.020, 0.0045),
)
_FLAP_POCKETS = Patch(FRONT, (0.070, 0.185), (-0.190, -0.145), 0.0035, mirrored=True)
_CHEST_POCKETS = Patch(FRONT, (0.055, 0.145), (0.20, 0.29), 0.0022, 0.010, mirrored=True)

OVER_WEAR: Mapping[str, WardrobePiece] = {
    "vest": WardrobePiece(
        ("vest",),
        {"fabric": "#3a3f4b", "buttons": "#1d1c1e"},
        OVER - 1,
        Garment(
            TopCut(
                sleeve_m=0.0,
                tilt_deg=10.0,
                ease_m=0.009,
                shoulder_ease_m=0.008,
                taper=0.55,
                neck=_WIDE_NECK,
                opening=_V_FRONT,
                collar_m=0.012,
                collar_ease_m=0.006,
                folds=0.25,
                hem_m=0.003,
                hem_y=0.06,
            ),
            (buttons(0.34, 0.055, 4, 0.008), Patch(FRONT, (0.06, 0.15), (-0.085, -0.070), 0.0022, mirrored=True)),
        ),
        {"fabric": WOOL, "buttons": HORN},
    ),
    "cardigan": WardrobePiece(
        ("jacket",),
        {"fabric": "#c2a878", "ribs": "#c2a878", "buttons": "#5b4630"},
        OVER,
        Garment(
            replace(_JACKET, neck=_WIDE_NECK, opening=((-0.1, 0.03), (0.15, 0.022), (0.42, 0.04), (0.6, 0.05)), collar_m=0.012),
            (*ribbed(), Strip(0.0, -0.003, 0.030, 0.003, "ribs"), buttons(0.26, 0.075, 4, 0.015)),
        ),
        {"fabric": Finish("knit", 0.95), "ribs": RIB, "buttons": HORN},
    ),
    "blazer": WardrobePiece(
        ("jacket",),
        {"fabric": "#262c3d", "buttons": "#15161b"},
        OVER,
        Garment(
            _BLAZER,
            (
                *_LAPELS,
                _FLAP_POCKETS,
                buttons(0.375, 0.09, 2, 0.012, radius_m=0.009),
                Patch(FRONT, (0.085, 0.165), (0.235, 0.257), 0.002),
            ),
        ),
        {"fabric": TWILL, "buttons": HORN},
    ),
    "checked-blazer": WardrobePiece(
        ("jacket",),
        {"fabric": "#8a7a5f", "print": "#5b4a36", "buttons": "#3a2a1c"},
        OVER,
        Garment(_BLAZER, (*_LAPELS, _FLAP_POCKETS, buttons(0.375, 0.09, 2, 0.012, radius_m=0.009))),
        {"fabric": Finish("felt", 0.95, print="plaid"), "buttons": HORN},
    ),
    "denim-jacket": WardrobePiece(
        ("jacket",),
        {"fabric": "#4d6a8d", "buttons": "#b08a4c"},
        OVER,
        Garment(
            replace(_JACKET, hem_y=0.045),
            (
                Collar(0.052, 0.022, gap_m=0.004),
                Strip(0.02, -0.002, 0.030, 0.002),
                *cuffs(thick_m=0.0022),
                Patch("trunk", None, (-0.038, 0.0), 0.0022),
                _CHEST_POCKETS,
                Patch(FRONT, (0.050, 0.150), (0.185, 0.215), 0.004, 0.010, mirrored=True),
                buttons(0.09, 0.07, 5, 0.015, mirrored=True),
            ),
        ),
        {"fabric": DENIM, "buttons": METAL},
    ),
    "leather-jacket": WardrobePiece(
        ("jacket",),
        {"fabric": "#211e1f", "zip": "#b9bcc2"},
        OVER,
        Garment(
            replace(
                _JACKET, hem_y=0.03, opening=((-0.1, 0.02), (0.2, 0.02), (0.45, 0.045), (0.6, 0.05)), neck=_WIDE_NECK, folds=1.2
            ),
            (
                Collar(0.045, 0.012, gap_m=0.016, spread_m=0.012),
                Lapel(0.045, 0.33, 0.075, -0.03),
                Strip(0.30, -0.004, 0.006, 0.0030, "zip"),
                *cuffs(thick_m=0.0022),
                Patch("trunk", None, (-0.04, 0.0), 0.0025),
                Patch(FRONT, (0.075, 0.165), (-0.135, -0.127), 0.003, part="zip", mirrored=True),
            ),
        ),
        {"fabric": LEATHER, "zip": METAL},
    ),
    "bomber-jacket": WardrobePiece(
        ("jacket",),
        {"fabric": "#39463a", "ribs": "#20261f", "zip": "#a9acb2"},
        OVER,
        Garment(
            replace(_JACKET, hem_y=0.03, ease_m=0.019, folds=1.2, collar_m=0.026),
            (
                *ribbed(),
                Patch("collar", None, (0.0, 0.0), 0.002, part="ribs"),
                Strip(0.0, -0.003, 0.007, 0.003, "zip"),
                Patch(FRONT, (0.075, 0.165), (-0.165, -0.150), 0.003, mirrored=True),
            ),
        ),
        {"fabric": NYLON, "ribs": RIB, "zip": METAL},
    ),
}

OUTERWEAR: Mapping[str, WardrobePiece] = {
    "coat": WardrobePiece(
        ("outer",),
        {"fabric": "#b08d5b", "buttons": "#4a3826"},
        OUTER,
        Garment(
            _COAT,
            (
                Collar(0.060, 0.014, gap_m=0.016, spread_m=0.012, over_m=0.009),
                Lapel(0.045, 0.36, 0.080, -0.020, 0.0055),
                _FLAP_POCKETS,
                *cuffs(thick_m=0.003),
                buttons(0.38, 0.11, 3, 0.02, radius_m=0.011),
            ),
        ),
        {"fabric": WOOL, "buttons": HORN},
    ),
    "puffer-jacket": WardrobePiece(
        ("outer",),
        {"fabric": "#b5402f", "zip": "#22252b"},
        OUTER,
        Garment(
            replace(
                _JACKET,
                ease_m=0.020,
                shoulder_ease_m=0.012,
                sleeve_ease_m=(0.014, 0.010),
                quilt=(0.062, 0.014),
                folds=0.3,
                collar_m=0.045,
                opening=None,
            ),
            (Strip(0.0, -0.003, 0.007, 0.004, "zip"), Hood(0.14, 0.05, 0.045)),
        ),
        {"fabric": NYLON, "zip": METAL},
    ),
}
