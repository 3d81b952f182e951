"""How VRM files say that a surface is drawn: MToon of VRM 1.0 and of VRM 0.x.

Sources: vrm-c/vrm-specification, VRMC_materials_mtoon-1.0 and the properties of VRM 0.x's shader VRM/MToon.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from avatarkit.gltf.document import Document, TextureUse
from avatarkit.render.color import to_linear
from avatarkit.render.scene import Outline, OutlineUnit, Toon

Picture = Callable[[TextureUse | None], np.ndarray | None]

_EXTENSION, _VRM0_SHADER = "VRMC_materials_mtoon", "VRM/MToon"
_UNITS: Mapping[Any, OutlineUnit] = {"worldCoordinates": "world", "screenCoordinates": "screen"}
_VRM0_UNITS: Mapping[Any, OutlineUnit] = {1: "world", 2: "screen"}
_CENTIMETRE = 0.01
_WIDEST = 0.05  # a line wider than this, of metres or of the picture, is a damaged file's
_STEEPEST = 100.0


def stored_toon(document: Document, index: int, picture: Picture) -> Toon | None:
    """How the document's material `index` is drawn, or None when it is not.

    Args:
        picture: gives the pixels of a texture of the document.
    """
    extensions = document.materials[index].extensions
    if _EXTENSION in extensions:
        return _vrm1(_dict(extensions[_EXTENSION]), document, picture)
    listed = _dict(document.extensions.get("VRM")).get("materialProperties")
    old = _dict(listed[index]) if isinstance(listed, list) and index < len(listed) else {}
    return _vrm0(old, document, picture) if old.get("shader") == _VRM0_SHADER else None


def share(value: Any, default: float, low: float = 0.0, high: float = 1.0) -> float:
    """A number of a file, within its range; the default where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return min(max(float(value), low), high)


def _vrm1(stored: Mapping[str, Any], document: Document, picture: Picture) -> Toon:
    unit = _UNITS.get(stored.get("outlineWidthMode"))
    width = share(stored.get("outlineWidthFactor"), 0.0, 0.0, _WIDEST)
    outline = None
    if unit is not None and width > 0:
        outline = Outline(
            width,
            unit,
            _rgb(stored.get("outlineColorFactor"), 0.0),
            share(stored.get("outlineLightingMixFactor"), 1.0),
            picture(_use(_dict(stored.get("outlineWidthMultiplyTexture")).get("index"), document)),
        )
    return Toon(
        shade_color=_rgb(stored.get("shadeColorFactor"), 0.0),
        shade_texture=picture(_use(_dict(stored.get("shadeMultiplyTexture")).get("index"), document)),
        shift=share(stored.get("shadingShiftFactor"), 0.0, -1.0),
        toony=share(stored.get("shadingToonyFactor"), 0.9),
        rim_color=_rgb(stored.get("parametricRimColorFactor"), 0.0),
        rim_power=share(stored.get("parametricRimFresnelPowerFactor"), 5.0, 0.0, _STEEPEST),
        rim_lift=share(stored.get("parametricRimLiftFactor"), 0.0, -1.0),
        outline=outline,
    )


def _vrm0(stored: Mapping[str, Any], document: Document, picture: Picture) -> Toon:
    numbers, colors = _dict(stored.get("floatProperties")), _dict(stored.get("vectorProperties"))
    textures = _dict(stored.get("textureProperties"))
    low = share(numbers.get("_ShadeShift"), 0.0, -1.0)
    high = 1.0 + (low - 1.0) * share(numbers.get("_ShadeToony"), 0.9)
    unit = _VRM0_UNITS.get(numbers.get("_OutlineWidthMode"))
    width = share(numbers.get("_OutlineWidth"), 0.0, 0.0, _WIDEST / _CENTIMETRE) * _CENTIMETRE
    outline = None
    if unit is not None and width > 0:
        mix = share(numbers.get("_OutlineLightingMix"), 1.0) if numbers.get("_OutlineColorMode") == 1 else 0.0
        texture = picture(_use(textures.get("_OutlineWidthTexture"), document))
        outline = Outline(width, unit, _from_srgb(colors.get("_OutlineColor"), 0.0), mix, texture)
    return Toon(
        shade_color=_from_srgb(colors.get("_ShadeColor"), 1.0),
        shade_texture=picture(_use(textures.get("_ShadeTexture"), document)),
        # The shade's edge lay between two cosines; now it is their middle and how near they are.
        shift=-(low + high) / 2.0,
        toony=min(max(1.0 - (high - low) / 2.0, 0.0), 1.0),
        rim_color=_from_srgb(colors.get("_RimColor"), 0.0),
        rim_power=share(numbers.get("_RimFresnelPower"), 1.0, 0.0, _STEEPEST),
        rim_lift=share(numbers.get("_RimLift"), 0.0, -1.0),
        outline=outline,
    )


def _use(index: Any, document: Document) -> TextureUse | None:
    there = isinstance(index, int) and 0 <= index < len(document.textures)
    return TextureUse(index) if there else None


def _rgb(value: Any, default: float) -> tuple[float, float, float]:
    listed = value if isinstance(value, list) and len(value) >= 3 else [default] * 3
    red, green, blue = (share(number, default) for number in listed[:3])
    return red, green, blue


def _from_srgb(value: Any, default: float) -> tuple[float, float, float]:
    red, green, blue = (float(part) for part in to_linear(np.array(_rgb(value, default))))
    return red, green, blue


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
