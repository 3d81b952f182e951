"""Belts, ties, scarves, gloves, socks, capes."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.outfit.cloths import KNIT, LEATHER, METAL, RIB, SATIN, WOOL
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Garment
from avatarkit.avatar.outfit.layers import BELT, CLOAK, NECK, OUTER, UNDERWEAR
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.second_skin import SecondSkin
from avatarkit.avatar.outfit.strips import BeltCut, CapeCut, ScarfCut, TieCut
from avatarkit.avatar.outfit.trims import Buttons, Patch

_KNOT = Patch("tie", None, (0.0, 0.038), 0.009, 0.005)
_BUCKLE = (
    Patch("belt", (0.0, 0.024), (-0.002, 0.036), 0.0040, part="buckle", mirrored=True),
    Patch("belt", (0.0, 0.017), (0.006, 0.028), 0.0046, mirrored=True),
)

ACCESSORIES: Mapping[str, WardrobePiece] = {
    "belt": WardrobePiece(
        ("belt",),
        {"fabric": "#4a2f1d", "buckle": "#c7b07a"},
        BELT,
        Garment(BeltCut(), _BUCKLE),
        {"fabric": LEATHER, "buckle": METAL},
    ),
    "wide-belt": WardrobePiece(
        ("belt",),
        {"fabric": "#3a2418", "buckle": "#b9924a"},
        OUTER + 1,
        Garment(
            BeltCut(0.185, 0.056, 0.007),
            (
                Patch("belt", (0.0, 0.030), (0.002, 0.054), 0.0045, part="buckle", mirrored=True),
                Patch("belt", (0.0, 0.021), (0.011, 0.045), 0.0052, mirrored=True),
            ),
        ),
        {"fabric": LEATHER, "buckle": METAL},
    ),
    "tie": WardrobePiece(("tie",), {"fabric": "#6d1f2e"}, NECK, Garment(TieCut(), (_KNOT,)), {"fabric": SATIN}),
    "striped-tie": WardrobePiece(
        ("tie",),
        {"fabric": "#22345c", "print": "#b8924f"},
        NECK,
        Garment(TieCut(), (_KNOT,)),
        {"fabric": Finish("satin", 0.42, print="diagonal")},
    ),
    "scarf": WardrobePiece(("scarf",), {"fabric": "#a83c32"}, CLOAK + 5, Garment(ScarfCut()), {"fabric": KNIT}),
    "checked-scarf": WardrobePiece(
        ("scarf",),
        {"fabric": "#c2a878", "print": "#3b2f2a"},
        CLOAK + 5,
        Garment(ScarfCut()),
        {"fabric": Finish("felt", 0.95, print="plaid")},
    ),
    "gloves": WardrobePiece(
        ("gloves",), {"fabric": "#2c2523"}, UNDERWEAR, SecondSkin("LowerArm", "Hand", 0.16), {"fabric": LEATHER}
    ),
    "long-gloves": WardrobePiece(
        ("gloves",), {"fabric": "#f0ece4"}, UNDERWEAR, SecondSkin("LowerArm", "Hand", 0.80, 0.0010, 0.001), {"fabric": SATIN}
    ),
    "socks": WardrobePiece(("socks",), {"fabric": "#e9e7e2"}, UNDERWEAR, SecondSkin("LowerLeg", "Foot", 0.26), {"fabric": RIB}),
    "knee-socks": WardrobePiece(
        ("socks",), {"fabric": "#2b3350"}, UNDERWEAR, SecondSkin("LowerLeg", "Foot", 0.80), {"fabric": RIB}
    ),
    "cape": WardrobePiece(
        ("cape",),
        {"fabric": "#5c1f2b", "clasp": "#cfa954"},
        CLOAK,
        Garment(CapeCut(), (Buttons("shoulders", ((0.016, 0.012),), 0.015, 0.007, "clasp", mirrored=True),)),
        {"fabric": WOOL, "clasp": METAL},
    ),
    "short-cape": WardrobePiece(
        ("cape",),
        {"fabric": "#2c4a3b", "clasp": "#b9b4a8"},
        CLOAK,
        Garment(
            CapeCut(hang=0.0, end_y=0.17, hip_m=0.034, waves=(4, 0.007), collar_m=0.035, lean_m=0.014),
            (Buttons("shoulders", ((0.016, 0.012),), 0.015, 0.007, "clasp", mirrored=True),),
        ),
        {"fabric": WOOL, "clasp": METAL},
    ),
}
"""All of them."""
