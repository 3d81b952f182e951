"""Drawn materials: VRM 0.x's list of Unity's properties beside glTF's materials, and VRM 1.0's VRMC_materials_mtoon in them.

Source: vrm-c/vrm-specification, 0.0 (materialProperties), VRMC_materials_mtoon-1.0; UniVRM's migration of MToon 0 to 1.0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document, Material, TextureUse
from avatarkit.render.color import to_linear, to_srgb

MTOON, UNLIT, TRANSFORM = "VRMC_materials_mtoon", "KHR_materials_unlit", "KHR_texture_transform"
_CENTIMETRES = 100.0
_MODES = ("OPAQUE", "MASK", "BLEND", "BLEND")
_QUEUES = {"OPAQUE": 2000, "MASK": 2450, "BLEND": 3000}
"""Unity's render queues."""

_WRITTEN_QUEUE = 2501  # see-through and depth written
_OUTLINES = ("none", "worldCoordinates", "screenCoordinates")
_UNLIT_MODES = {"VRM/UnlitTexture": "OPAQUE", "VRM/UnlitCutout": "MASK", "VRM/UnlitTransparent": "BLEND",
                "VRM/UnlitTransparentZWrite": "BLEND"}  # fmt: skip


def materials_for_vrm1(document: Document, properties: tuple[CheckedObject, ...]) -> Document:
    """The document with its materials as VRM 1.0 draws them; `properties` are VRM 0.x's, one a material."""
    queues = _queue_offsets(properties)
    materials = list(document.materials)
    for number, (material, own) in enumerate(zip(document.materials, properties, strict=False)):
        shader = own.text("shader")
        if shader == "VRM/MToon":
            materials[number] = _drawn(material, own, queues.get(own.integer("renderQueue", -1, least=-(2**31)), 0), document)
        elif shader in _UNLIT_MODES:
            materials[number] = replace(
                material, alpha_mode=_UNLIT_MODES[shader], extensions={**material.extensions, UNLIT: {}}
            )
    return _with_names(replace(document, materials=tuple(materials)))


def _with_names(document: Document) -> Document:
    """The document with all extensions of its materials among those it uses."""
    found = {name for material in document.materials for name in material.extensions}
    uses = [use for m in document.materials for use in (m.base_color_texture, m.emissive_texture, m.normal_texture) if use]
    found |= {name for use in uses for name in use.extensions}
    used = dict.fromkeys((*document.extensions_used, *sorted(found)))
    return replace(document, extensions_used=tuple(used))


def _queue_offsets(properties: tuple[CheckedObject, ...]) -> dict[int, int]:
    """Unity's render queue -> VRM 1.0's offset, in their order: those that write depth from 0 up, others up to 0."""
    offsets: dict[int, int] = {}
    for written in (False, True):
        mode = 3 if written else 2
        drawn = [own for own in properties if own.text("shader") == "VRM/MToon"]
        seen_through = [own for own in drawn if own.child("floatProperties").number("_BlendMode", 0.0) == mode]
        queues = sorted({own.integer("renderQueue", -1, least=-(2**31)) for own in seen_through})
        for place, queue in enumerate(queues):
            offsets[queue] = min(place, 9) if written else max(place - len(queues) + 1, -9)
    return offsets


def _drawn(material: Material, own: CheckedObject, queue: int, document: Document) -> Material:
    numbers, vectors, pictures = (own.child(f"{kind}Properties") for kind in ("float", "vector", "texture"))

    def color(name: str, usual: tuple[float, float, float, float]) -> list[float]:
        values = vectors.numbers(name, usual)
        return [*to_linear(np.clip(values[:3], 0.0, None)).tolist(), values[3]]

    def picture(name: str) -> dict[str, Any] | None:
        number = pictures.index(name, len(document.textures))
        return None if number is None else {"index": number, **({"extensions": place} if place else {})}

    place = _place(vectors)
    mode = int(np.clip(numbers.number("_BlendMode", 0.0), 0, 3))
    shift, toony = numbers.number("_ShadeShift", 0.0), numbers.number("_ShadeToony", 0.9)
    low, high = shift, 1.0 + (shift - 1.0) * toony
    outline = _OUTLINES[int(np.clip(numbers.number("_OutlineWidthMode", 0.0), 0, 2))]
    width = numbers.number("_OutlineWidth", 0.0) / _CENTIMETRES
    lit_lines = numbers.number("_OutlineColorMode", 0.0) == 1.0
    stated = {
        "specVersion": "1.0",
        "transparentWithZWrite": mode == 3,
        "renderQueueOffsetNumber": queue if mode >= 2 else 0,
        "shadeColorFactor": color("_ShadeColor", (0.97, 0.81, 0.86, 1.0))[:3],
        "shadeMultiplyTexture": picture("_ShadeTexture"),
        "shadingShiftFactor": float(np.clip(-0.5 * (high + low), -1.0, 1.0)),
        "shadingToonyFactor": float(np.clip(1.0 - 0.5 * (high - low), 0.0, 1.0)),
        "giEqualizationFactor": float(np.clip(1.0 - numbers.number("_IndirectLightIntensity", 0.1), 0.0, 1.0)),
        "matcapTexture": picture("_SphereAdd"),
        "parametricRimColorFactor": color("_RimColor", (0.0, 0.0, 0.0, 1.0))[:3],
        "rimMultiplyTexture": picture("_RimTexture"),
        "rimLightingMixFactor": numbers.number("_RimLightingMix", 0.0),
        "parametricRimFresnelPowerFactor": max(numbers.number("_RimFresnelPower", 1.0), 0.0),
        "parametricRimLiftFactor": numbers.number("_RimLift", 0.0),
        "outlineWidthMode": outline,
        # On the screen VRM 0.x counts percents of half the height, VRM 1.0 shares of the whole.
        "outlineWidthFactor": max(0.5 * width if outline == "screenCoordinates" else width, 0.0),
        "outlineWidthMultiplyTexture": picture("_OutlineWidthTexture"),
        "outlineColorFactor": color("_OutlineColor", (0.0, 0.0, 0.0, 1.0))[:3],
        "outlineLightingMixFactor": numbers.number("_OutlineLightingMix", 1.0) if lit_lines else 0.0,
        "uvAnimationMaskTexture": picture("_UvAnimMaskTexture"),
        "uvAnimationScrollXSpeedFactor": numbers.number("_UvAnimScrollX", 0.0),
        "uvAnimationScrollYSpeedFactor": -numbers.number("_UvAnimScrollY", 0.0) + 0.0,
        "uvAnimationRotationSpeedFactor": numbers.number("_UvAnimRotation", 0.0),
    }
    main = pictures.index("_MainTex", len(document.textures))
    emissive = color("_EmissionColor", (0.0, 0.0, 0.0, 1.0))[:3]
    glow, bumps = (pictures.index(name, len(document.textures)) for name in ("_EmissionMap", "_BumpMap"))
    kept = {name: value for name, value in material.extensions.items() if name != UNLIT}
    return replace(
        material,
        base_color=tuple(np.clip(color("_Color", (1.0, 1.0, 1.0, 1.0)), 0.0, 1.0).tolist()),
        base_color_texture=None if main is None else TextureUse(main, extensions=place),
        emissive=tuple(np.clip(emissive, 0.0, 1.0).tolist()),
        emissive_texture=None if glow is None else TextureUse(glow, extensions=place),
        normal_texture=None
        if bumps is None
        else TextureUse(bumps, strength=numbers.number("_BumpScale", 1.0), extensions=place),
        alpha_mode=_MODES[mode],
        alpha_cutoff=numbers.number("_Cutoff", 0.5) if mode == 1 else material.alpha_cutoff,
        double_sided=numbers.number("_CullMode", 2.0) == 0.0,
        extensions={**kept, MTOON: {name: value for name, value in stated.items() if value is not None}},
    )


def _place(vectors: CheckedObject) -> dict[str, Any]:
    """Where the textures lie, as KHR_texture_transform; Unity counts from the lower edge, glTF from the upper."""
    x, y, wide, high = vectors.numbers("_MainTex", (0.0, 0.0, 1.0, 1.0))
    if (x, y, wide, high) == (0.0, 0.0, 1.0, 1.0):
        return {}
    return {TRANSFORM: {"offset": [x, 1.0 - high - y], "scale": [wide, high]}}


def properties_for_vrm0(document: Document) -> tuple[Document, list[dict[str, Any]]]:
    """VRM 0.x's materialProperties of a document, and the document without VRM 1.0's own materials."""
    properties = [_properties(material, len(document.textures)) for material in document.materials]
    plain = tuple(
        replace(material, extensions={name: value for name, value in material.extensions.items() if name != MTOON})
        for material in document.materials
    )
    used = tuple(name for name in document.extensions_used if name != MTOON)
    return replace(document, materials=plain, extensions_used=used), properties


def _properties(material: Material, textures: int) -> dict[str, Any]:
    drawn = CheckedObject(dict(material.extensions), "extensions").child(MTOON)
    written = drawn.flag("transparentWithZWrite")
    seen_through = material.alpha_mode == "BLEND"
    plain = {
        "name": material.name,
        "shader": "VRM_USE_GLTFSHADER",
        "renderQueue": _WRITTEN_QUEUE if written and seen_through else _QUEUES[material.alpha_mode],
        "floatProperties": {},
        "vectorProperties": {},
        "textureProperties": {},
        "keywordMap": {},
        "tagMap": {},
    }
    if MTOON not in material.extensions:
        return plain
    return plain | _mtoon(material, drawn, textures, written=written)


def _mtoon(material: Material, drawn: CheckedObject, textures: int, *, written: bool) -> dict[str, Any]:
    mode = ("OPAQUE", "MASK", "BLEND").index(material.alpha_mode)
    shift, toony = mtoon0_shading(drawn.number("shadingToonyFactor", 0.9), drawn.number("shadingShiftFactor", 0.0))
    outline = _OUTLINES.index(drawn.text("outlineWidthMode")) if drawn.text("outlineWidthMode") in _OUTLINES else 0
    width = _CENTIMETRES * drawn.number("outlineWidthFactor", 0.0) * (2.0 if outline == 2 else 1.0)
    numbers = {
        "_Cutoff": material.alpha_cutoff,
        "_BumpScale": material.normal_texture.strength if material.normal_texture else 1.0,
        "_ReceiveShadowRate": 1.0,
        "_ShadingGradeRate": 1.0,
        "_ShadeShift": shift,
        "_ShadeToony": toony,
        "_LightColorAttenuation": 0.0,
        "_IndirectLightIntensity": 1.0 - drawn.number("giEqualizationFactor", 0.9),
        "_RimLightingMix": drawn.number("rimLightingMixFactor", 1.0),
        "_RimFresnelPower": drawn.number("parametricRimFresnelPowerFactor", 5.0),
        "_RimLift": drawn.number("parametricRimLiftFactor", 0.0),
        "_OutlineWidth": width,
        "_OutlineScaledMaxDistance": 1.0,
        "_OutlineLightingMix": drawn.number("outlineLightingMixFactor", 1.0),
        "_UvAnimScrollX": drawn.number("uvAnimationScrollXSpeedFactor", 0.0),
        "_UvAnimScrollY": -drawn.number("uvAnimationScrollYSpeedFactor", 0.0) + 0.0,
        "_UvAnimRotation": drawn.number("uvAnimationRotationSpeedFactor", 0.0),
        "_DebugMode": 0,
        "_BlendMode": 3 if mode == 2 and written else mode,
        "_OutlineWidthMode": outline,
        "_OutlineColorMode": 1,
        "_CullMode": 0 if material.double_sided else 2,
        "_OutlineCullMode": 1,
        "_SrcBlend": 5 if mode == 2 else 1,
        "_DstBlend": 10 if mode == 2 else 0,
        "_ZWrite": 0 if mode == 2 and not written else 1,
        "_AlphaToMask": 1 if mode == 1 else 0,
    }
    colors = {
        "_Color": material.base_color,
        "_ShadeColor": (*drawn.numbers("shadeColorFactor", (0.0, 0.0, 0.0)), 1.0),
        "_RimColor": (*drawn.numbers("parametricRimColorFactor", (0.0, 0.0, 0.0)), 1.0),
        "_OutlineColor": (*drawn.numbers("outlineColorFactor", (0.0, 0.0, 0.0)), 1.0),
        "_EmissionColor": (*material.emissive, 1.0),
    }
    pictures = {
        "_MainTex": material.base_color_texture and material.base_color_texture.texture,
        "_BumpMap": material.normal_texture and material.normal_texture.texture,
        "_EmissionMap": material.emissive_texture and material.emissive_texture.texture,
        "_ShadeTexture": _number(drawn, "shadeMultiplyTexture", textures),
        "_SphereAdd": _number(drawn, "matcapTexture", textures),
        "_RimTexture": _number(drawn, "rimMultiplyTexture", textures),
        "_OutlineWidthTexture": _number(drawn, "outlineWidthMultiplyTexture", textures),
        "_UvAnimMaskTexture": _number(drawn, "uvAnimationMaskTexture", textures),
    }
    keywords = {"_ALPHATEST_ON": mode == 1, "_ALPHABLEND_ON": mode == 2, "_NORMALMAP": material.normal_texture is not None}
    keywords |= {"MTOON_OUTLINE_WIDTH_WORLD": outline == 1, "MTOON_OUTLINE_WIDTH_SCREEN": outline == 2}
    place = _unity_place(material.base_color_texture)
    return {
        "shader": "VRM/MToon",
        "floatProperties": numbers,
        "vectorProperties": {name: _srgb(color) for name, color in colors.items()}
        | {name: place for name, number in pictures.items() if number is not None},
        "textureProperties": {name: number for name, number in pictures.items() if number is not None},
        "keywordMap": {name: True for name, on in keywords.items() if on},
        "tagMap": {"RenderType": ("Opaque", "TransparentCutout", "Transparent")[mode]},
    }


def mtoon0_shading(toony: float, shift: float) -> tuple[float, float]:
    """MToon 0's shift and toony of MToon 1.0's: both say where the shade's ramp begins and ends."""
    low, high = -shift - (1.0 - toony), -shift + (1.0 - toony)
    return float(np.clip(low, -1.0, 1.0)), float(np.clip((1.0 - high) / max(1.0 - low, 1e-6), 0.0, 1.0))


def _number(drawn: CheckedObject, key: str, textures: int) -> int | None:
    return drawn.child(key).index("index", textures)


def _unity_place(use: TextureUse | None) -> list[float]:
    told = CheckedObject(dict(use.extensions) if use else {}, "extensions").child(TRANSFORM)
    offset, scale = told.numbers("offset", (0.0, 0.0)), told.numbers("scale", (1.0, 1.0))
    return [offset[0], 1.0 - scale[1] - offset[1], *scale]


def _srgb(color: tuple[float, ...]) -> list[float]:
    """RGBA as Unity's materials have it: sRGB, since Unity makes it linear itself."""
    return [*map(float, to_srgb(np.array(color[:3]))), float(color[3])]
