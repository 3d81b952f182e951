"""The shoes of the wardrobe."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.shoe_details import BALLERINA, BOOT, LOAFER, SNEAKER
from avatarkit.avatar.outfit.shoes import Shoes

_UNDER_TROUSERS, _OVER_TROUSERS = 5, 25
_CANVAS, _RUBBER, _LEATHER, _PATENT = (
    Finish("canvas", 0.85),
    Finish("rubber", 0.6),
    Finish("leather", 0.5),
    Finish("leather", 0.28),
)
_LACES = Finish("canvas", 0.85)


def _shoes(make: Shoes, colors: Mapping[str, str], upper: Finish) -> WardrobePiece:
    layer = _OVER_TROUSERS if make.over else _UNDER_TROUSERS
    finishes = {"upper": upper, "sole": _RUBBER, "laces": _LACES}
    return WardrobePiece(("shoes",), colors, layer, make, finishes)


SHOES: Mapping[str, WardrobePiece] = {
    "sneakers": _shoes(Shoes(details=SNEAKER), {"upper": "#3a3d42", "sole": "#e9e7e2", "laces": "#e9e7e2"}, _CANVAS),
    "boots": _shoes(
        Shoes(sole_m=0.026, shaft=0.22, arch_m=0.007, details=BOOT),
        {"upper": "#5b3c26", "sole": "#26211d", "laces": "#2a221c"},
        _LEATHER,
    ),
    "high-boots": _shoes(
        Shoes(sole_m=0.016, heel_m=0.016, shaft=0.82, shaft_ease_m=0.010, arch_m=0.006, over=True),
        {"upper": "#2a211d", "sole": "#171311"},
        _LEATHER,
    ),
    "sandals": _shoes(
        Shoes(sole_m=0.011, heel_m=0.011, lip_m=0.005, straps=(0.70, 0.52), ankle_strap=True),
        {"upper": "#8a5a35", "sole": "#b98d5e"},
        _LEATHER,
    ),
    "flats": _shoes(
        Shoes(sole_m=0.009, heel_m=0.009, lip_m=0.001, low=0.74, details=BALLERINA),
        {"upper": "#9a3b46", "sole": "#2b2322"},
        _LEATHER,
    ),
    "heels": _shoes(
        Shoes(sole_m=0.007, heel_m=0.034, heel_width=0.35, lip_m=0.0005, point=0.09, low=0.74),
        {"upper": "#1b191c", "sole": "#1b191c"},
        _PATENT,
    ),
    "loafers": _shoes(
        Shoes(sole_m=0.016, heel_m=0.016, lip_m=0.002, low=0.56, point=0.02, arch_m=0.007, details=LOAFER),
        {"upper": "#4a2a1c", "sole": "#1f1815"},
        _PATENT,
    ),
}
