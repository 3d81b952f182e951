"""An avatar's materials as glTF ones: physically based for every reader, drawn (MToon) for those of VRM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from avatarkit.avatar.avatar import Material, MToon, Texture
from avatarkit.gltf import document as gltf

MTOON = "VRMC_materials_mtoon"
SPECULAR, CLEARCOAT = "KHR_materials_specular", "KHR_materials_clearcoat"

_OWN_LIGHT = 0.45
"""Of a drawn surface's colour, how much it gives off by itself where MToon is unknown: flatter than paint, not quite flat."""


def lit_material(material: Material, textures: Mapping[str, int]) -> gltf.Material:
    """A material for readers of plain glTF; a drawn one comes out matt and half luminous.

    Args:
        material: of an avatar.
        textures: name -> index in the document.
    """
    shown = without_drawing(material)
    return _material(shown, textures, _extensions(shown))


def without_drawing(material: Material) -> Material:
    """What is nearest to a drawn material without MToon; any other as it is."""
    if material.mtoon is None:
        return material
    # What gives off light knows no alpha: see-through surfaces would glow where they are not.
    share = _OWN_LIGHT if material.alpha_mode == "OPAQUE" else 0.0
    red, green, blue, alpha = material.base_color
    return replace(
        material,
        base_color=(red * (1 - share), green * (1 - share), blue * (1 - share), alpha),
        emissive=(red * share, green * share, blue * share),
        emissive_texture=material.base_color_texture if share else None,
        roughness=1.0,
        specular=0.0,
        clearcoat=0.0,
        mtoon=None,
    )


def drawn_material(material: Material, textures: Mapping[str, int]) -> gltf.Material:
    """A material with `mtoon` for readers of VRM 1.0; those that know no MToon see a matt one.

    VRM allows KHR_materials_unlit beside MToon for these; the Khronos validator warns of the pair, so there is none.

    Args:
        material: of an avatar.
        textures: name -> index in the document.
    """
    assert material.mtoon is not None
    return _material(replace(material, roughness=1.0), textures, {MTOON: _mtoon(material.mtoon, textures)})


def extensions_of(materials: tuple[gltf.Material, ...]) -> tuple[str, ...]:
    """Names of all extensions that materials use, sorted."""
    return tuple(sorted({name for material in materials for name in material.extensions}))


def _material(material: Material, textures: Mapping[str, int], extensions: Mapping[str, Any]) -> gltf.Material:
    def use(texture: Texture | None, strength: float = 1.0) -> gltf.TextureUse | None:
        return None if texture is None else gltf.TextureUse(textures[texture.name], strength=strength)

    return gltf.Material(
        name=material.name,
        base_color=material.base_color,
        base_color_texture=use(material.base_color_texture),
        metallic=material.metallic,
        roughness=material.roughness,
        metallic_roughness_texture=use(material.roughness_texture),
        normal_texture=use(material.normal_texture, material.normal_scale),
        occlusion_texture=use(material.occlusion_texture),
        emissive=material.emissive,
        emissive_texture=use(material.emissive_texture),
        alpha_mode=material.alpha_mode,
        alpha_cutoff=material.alpha_cutoff,
        double_sided=material.double_sided,
        extensions=extensions,
    )


def _extensions(material: Material) -> dict[str, Any]:
    extensions: dict[str, Any] = {}
    if material.specular < 1:
        extensions[SPECULAR] = {"specularFactor": material.specular}
    if material.clearcoat > 0:
        varnish = {"clearcoatFactor": material.clearcoat, "clearcoatRoughnessFactor": material.clearcoat_roughness}
        extensions[CLEARCOAT] = varnish
    return extensions


def _mtoon(mtoon: MToon, textures: Mapping[str, int]) -> dict[str, Any]:
    """The extension's fields. Source: vrm-c/vrm-specification, VRMC_materials_mtoon-1.0."""
    stated = {
        "specVersion": "1.0",
        "transparentWithZWrite": mtoon.depth_written,
        "renderQueueOffsetNumber": mtoon.render_queue_offset,
        "shadeColorFactor": list(mtoon.shade_color),
        "shadeMultiplyTexture": _index(mtoon.shade_texture, textures),
        "shadingShiftFactor": mtoon.shading_shift,
        "shadingToonyFactor": mtoon.shading_toony,
        "giEqualizationFactor": mtoon.gi_equalization,
        "parametricRimColorFactor": list(mtoon.rim_color),
        "parametricRimFresnelPowerFactor": mtoon.rim_fresnel_power,
        "parametricRimLiftFactor": mtoon.rim_lift,
        "rimLightingMixFactor": mtoon.rim_lighting_mix,
        "outlineWidthMode": mtoon.outline,
        "outlineWidthFactor": mtoon.outline_width,
        "outlineWidthMultiplyTexture": _index(mtoon.outline_width_texture, textures),
        "outlineColorFactor": list(mtoon.outline_color),
        "outlineLightingMixFactor": mtoon.outline_lighting_mix,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _index(texture: Texture | None, textures: Mapping[str, int]) -> dict[str, int] | None:
    return None if texture is None else {"index": textures[texture.name]}
