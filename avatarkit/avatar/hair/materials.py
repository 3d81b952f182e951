"""How hair looks: its materials in one colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from zlib import crc32

import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.hair.dye import GREY, Color, HairColor, Slope, colored, gloss
from avatarkit.avatar.hair.textures import Strands, cap_strands, lock_strands, solid_strands, strand_normals
from avatarkit.avatar.hair.thick_picture import clump_picture, drawn_picture, ring_of_light
from avatarkit.avatar.once import kept
from avatarkit.render.color import to_linear, to_srgb

_CAP, _LOCKS, _SOLID = Slope(0.85, 1.0, 0.92), Slope(0.72, 1.1), Slope(0.85, 1.05)
"""The cap is seen between the locks, in their shadow; locks are darker where they lie under others."""
_UNDER, _OVER = Slope(1.0, 1.0, 0.9), Slope(1.0, 1.0)

_LEAST_INK, _INK_TINT = 0.014, np.array([0.92, 0.98, 1.1])
"""Mean of the darkest drawn hair, linear, and the cool grey that lightens what is darker."""
_RING_GAIN, _RING_LIGHT = 1.35, np.array([0.022, 0.026, 0.034])
"""What the ring of light makes of hair, linear: so much brighter, and so much lighter."""

_CALM = 0.35  # of the strands' contrast, on painted-looking locks
_ROUGHNESS = {"straight": 0.5, "frizz": 0.62, "coils": 0.72}
_CLUMP_ROUGHNESS = 0.5
_WHITE = (1.0, 1.0, 1.0, 1.0)


@kept(4)
def hair_materials(dye: HairColor, strands: str, shape: str, cap_kind: str, contrast: float) -> Mapping[str, Material]:
    """By the names of the meshes; `contrast` is between their hairs."""
    cap = colored(_calmed(cap_strands(cap_kind), contrast), dye, _CAP, at_scalp=True)
    whole = _whole(dye, shape, contrast)
    rim = Material("hair-cap", _WHITE, Texture("hair-cap", cap, "png"), _relief("cap", cap_kind), 0.65, alpha_mode="BLEND")
    locks = _ribbons(dye, strands, contrast) if shape == "card" else replace(whole, name="hair-locks")
    lying = replace(locks, name="hair-lying", double_sided=False)
    return {material.name: replace(material, specular=gloss(dye.color)) for material in (rim, lying, locks, whole)}


@kept(4)
def beard_material(dye: HairColor, strands: str, contrast: float, solid: bool) -> Material:
    """Of a beard's locks."""
    material = _whole(dye, "wedge", contrast) if solid else _ribbons(dye, strands, contrast)
    return replace(material, specular=gloss(dye.color))


@kept(4)
def _whole(dye: HairColor, shape: str, contrast: float) -> Material:
    calm = _CALM if shape == "wedge" else contrast
    solid = _opaque(_named("hair-solid", dye, "", calm), solid_strands(calm), dye, _SOLID)
    relief = None if shape == "wedge" else _relief("solid", "")
    return Material("hair-solid", _WHITE, solid, relief, roughness=_ROUGHNESS["straight"])


def _calmed(strands: Strands, contrast: float) -> Strands:
    if contrast == 1.0:
        return strands
    mean = float(np.average(strands.light, weights=strands.alpha))
    return strands._replace(light=np.maximum(mean + contrast * (strands.light - mean), 0.0))


@kept(4)
def _ribbons(dye: HairColor, strands: str, contrast: float) -> Material:
    picture = colored(_calmed(lock_strands(strands), contrast), dye, _LOCKS)
    texture = Texture(_named("hair-locks", dye, strands, contrast), picture, "png")
    return Material(
        "hair-locks",
        _WHITE,
        texture,
        _relief("locks", strands),
        roughness=_ROUGHNESS[strands],
        alpha_mode="MASK",
        alpha_cutoff=0.4,
        double_sided=True,
    )


@kept(4)
def thick_materials(dye: HairColor, drawn: bool, sleek: bool, scalp: Color | None = None) -> Mapping[str, Material]:
    """The same for thick locks.

    Args:
        dye: their colour.
        drawn: in flat tones, as light as a drawing needs them.
        sleek: drawn ones have a ring of light.
        scalp: its colour, where it shows through a shorn cap.
    """
    dye = _inked(dye) if drawn else dye
    picture = drawn_picture() if drawn else clump_picture()
    over = _opaque("hair-over", picture, dye, _OVER)
    over = _ringed(over) if drawn and sleek else over
    under = _opaque("hair-under", picture, dye, _UNDER) if scalp is None else _shorn("hair-under", dye, scalp)
    relief = None if drawn else _clump_relief()
    materials = [
        Material(name, _WHITE, texture, relief, _CLUMP_ROUGHNESS, specular=gloss(dye.color))
        for name, texture in (("hair-cap", under), ("hair-locks", over), ("hair-solid", over))
    ]
    return {material.name: material for material in materials}


def _inked(dye: HairColor) -> HairColor:
    """A dye as light as a drawing needs it: on plain black neither lines nor shade nor a shape can be seen."""
    return replace(dye, color=_lifted(dye.color), roots=dye.roots and _lifted(dye.roots))


def _lifted(color: Color) -> Color:
    linear = to_linear(np.asarray(color))
    red, green, blue = to_srgb(linear + max(0.0, _LEAST_INK - float(linear.mean())) * _INK_TINT).tolist()
    return red, green, blue


def _ringed(texture: Texture) -> Texture:
    """Hair under its ring of light: that of the light's own colour, for on black hair brighter black would be none."""
    ring = ring_of_light()
    rows = ring.any(axis=1)
    pixels = texture.pixels.copy()
    lit = to_linear(pixels[rows] / 255.0) * (1.0 + (_RING_GAIN - 1.0) * ring[rows, :, None]) + ring[rows, :, None] * _RING_LIGHT
    pixels[rows] = np.rint(255.0 * to_srgb(np.clip(lit, 0.0, 1.0)))
    return replace(texture, pixels=pixels)


def _named(name: str, dye: HairColor, strands: str, contrast: float) -> str:
    """The picture's name: a beard of another colour than the hair has another picture, one of the same the same."""
    return f"{name}-{crc32(repr((dye, strands, contrast)).encode()):08x}"


def _opaque(name: str, strands: Strands, dye: HairColor, slope: Slope) -> Texture:
    return Texture(name, np.ascontiguousarray(colored(strands, dye, slope)[..., :3]), "jpeg")


def _shorn(name: str, dye: HairColor, scalp: Color) -> Texture:
    """Hair of millimetres: without locks and their light, the more of the scalp's colour the lower it grows."""
    hair = np.asarray(_mean_color(dye))  # mixed as the eye does, in sRGB: linearly, black hair would be brown at once
    share = np.interp(np.linspace(0.0, 1.0, _SHORN_ROWS), *_SCALP_SHOWS)[:, None]
    rows = hair + share * (np.asarray(scalp) - hair)
    picture = np.rint(255.0 * np.broadcast_to(rows[:, None], (_SHORN_ROWS, _SHORN_COLUMNS, 3))).astype(np.uint8)
    return Texture(name, np.ascontiguousarray(picture), "jpeg")


def _mean_color(dye: HairColor) -> Color:
    """Of all hairs at the scalp."""
    color, grey = np.asarray(dye.roots or dye.color), np.asarray(GREY)
    red, green, blue = (color + dye.grey * (grey - color)).tolist()
    return red, green, blue


_SCALP_SHOWS = ((0.12, 0.36, 0.62), (0.0, 0.25, 0.5))
"""How far down the picture of thick locks what share of a shorn cap's colour is the scalp's: as a barber fades it."""
_SHORN_ROWS, _SHORN_COLUMNS = 128, 8


@cache
def _clump_relief() -> Texture:
    return Texture("hair-clumps-normal", strand_normals(clump_picture()), "png")


@cache
def _relief(name: str, kind: str) -> Texture:
    picture = {"cap": cap_strands, "locks": lock_strands}[name](kind) if kind else solid_strands(1.0)
    return Texture(f"hair-{name}-{kind}-normal" if kind else f"hair-{name}-normal", strand_normals(picture), "png")
