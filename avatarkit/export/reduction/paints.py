"""What a material paints with: a picture and a factor for each thing that an atlas can hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from avatarkit.gltf.document import Document, Material, TextureUse
from avatarkit.gltf.image_size import image_size
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.render.materials_from_gltf import decoded_picture

MTOON = "VRMC_materials_mtoon"

SPECULAR = "KHR_materials_specular"

CHANNELS = ("base", "normal", "orm", "emissive", "shade", "outline")
"""Colour and alpha; bumps; occlusion, roughness and metal; light given off; MToon's shade and width of its line."""

_PLAIN = {"base": (255, 255, 255, 255), "normal": (128, 128, 255, 255), "orm": (255, 255, 0, 255),
          "emissive": (0, 0, 0, 255), "shade": (255, 255, 255, 255), "outline": (0, 0, 0, 255)}  # fmt: skip

_OPAQUE_CUT, _CUT = 0.0, 0.5


@dataclass(frozen=True)
class Paint:
    """One channel of a material: an index of a texture (None for an even colour) and what changes its pixels."""

    texture: int | None
    changed: Callable[[np.ndarray], np.ndarray]


def paint(document: Document, number: int, channel: str) -> Paint:
    """How a material (its number, -1 for none) fills a channel."""
    if number < 0:
        return Paint(None, lambda pixels: pixels)
    material = document.materials[number]
    makers: Mapping[str, Callable[[], Paint]] = {
        "base": lambda: Paint(_texture(material.base_color_texture), _base(material)),
        "normal": lambda: Paint(_texture(material.normal_texture), _bumps(material.normal_texture)),
        "orm": lambda: Paint(_texture(material.metallic_roughness_texture), _orm(material)),
        "emissive": lambda: Paint(_texture(material.emissive_texture), _tinted(material.emissive)),
        "shade": lambda: _shade(document, number),
        "outline": lambda: _outline(document, number),
    }
    return makers[channel]()


def is_painted(document: Document, numbers: list[int], channel: str) -> bool:
    """Whether a channel says more than the same even value for all of these materials."""
    if channel == "base":
        return True
    if channel in ("shade", "outline"):
        return any(drawn(document, number) for number in numbers)
    wanted = [document.materials[number] for number in numbers if number >= 0]
    if channel == "normal":
        return any(material.normal_texture is not None for material in wanted)
    if channel == "emissive":
        return any(any(material.emissive) for material in wanted)
    factors = {(dulled(material), material.metallic) for material in wanted}
    return any(material.metallic_roughness_texture is not None for material in wanted) or len(factors) > 1


def plain_pixels(channel: str) -> np.ndarray:
    """(1, 1, 4) uint8: what a channel is where nothing is painted."""
    return np.array(_PLAIN[channel], np.uint8).reshape(1, 1, 4)


def source_pixels(document: Document, texture: int | None, channel: str) -> np.ndarray:
    """(H, W, 4) uint8 of a texture, white where there is none, bumps flat. Raises InputError when it is damaged."""
    image = None if texture is None else document.textures[texture].image
    if image is None:
        return plain_pixels("normal") if channel == "normal" else np.full((1, 1, 4), 255, np.uint8)
    pixels = decoded_picture(document.images[image].data, image)
    alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    return pixels if pixels.shape[2] == 4 else np.concatenate([pixels, alpha], axis=2)


def source_size(document: Document, texture: int | None) -> tuple[int, int]:
    """Width and height of a texture's picture, one pixel where there is none or its kind is not known."""
    image = None if texture is None else document.textures[texture].image
    width, height = (image_size(document.images[image].data) if image is not None else None) or (1, 1)
    return max(width, 1), max(height, 1)


def drawn(document: Document, number: int) -> Mapping[str, Any]:
    """A material's MToon, of VRM 1.0 or 0.x as the file has it; empty without one."""
    if number < 0:
        return {}
    stored = document.materials[number].extensions.get(MTOON)
    if isinstance(stored, Mapping):
        return stored
    entry = old_properties(document, number)
    return entry if entry.get("shader") == "VRM/MToon" else {}


def old_properties(document: Document, number: int) -> Mapping[str, Any]:
    """VRM 0.x's properties of a material; empty without them."""
    vrm = document.extensions.get("VRM")
    listed = vrm.get("materialProperties") if isinstance(vrm, Mapping) else None
    entry = listed[number] if isinstance(listed, list) and number < len(listed) else None
    return entry if isinstance(entry, Mapping) else {}


def line_width(document: Document, number: int) -> float:
    """Width of MToon's drawn line, in the unit that the file has; 0 without one."""
    toon = drawn(document, number)
    if "shader" in toon:
        return _number(_child(toon, "floatProperties"), "_OutlineWidth") if _mode(toon) else 0.0
    return _number(toon, "outlineWidthFactor") if toon.get("outlineWidthMode", "none") != "none" else 0.0


def _mode(toon: Mapping[str, Any]) -> float:
    return _number(_child(toon, "floatProperties"), "_OutlineWidthMode")


def _shade(document: Document, number: int) -> Paint:
    toon, material = drawn(document, number), document.materials[number]
    if not toon:
        return paint(document, number, "base")
    if "shader" in toon:
        tint = np.array(_list(_child(toon, "vectorProperties").get("_ShadeColor"), 4, 1.0)[:3])
        own = _child(toon, "textureProperties").get("_ShadeTexture")
        return Paint(own if isinstance(own, int) else _texture(material.base_color_texture), _tinted(to_linear(tint)))
    shade = toon.get("shadeMultiplyTexture")
    index = shade.get("index") if isinstance(shade, Mapping) else None
    return Paint(index if isinstance(index, int) else None, _tinted(_list(toon.get("shadeColorFactor"), 3, 0.0)))


def _outline(document: Document, number: int) -> Paint:
    toon = drawn(document, number)
    widest = max((line_width(document, other) for other in range(len(document.materials))), default=0.0)
    share = line_width(document, number) / widest if widest else 0.0
    if "shader" in toon:
        index = _child(toon, "textureProperties").get("_OutlineWidthTexture")
    else:
        index = _child(toon, "outlineWidthMultiplyTexture").get("index")
    return Paint(index if isinstance(index, int) else None, lambda pixels: _scaled(pixels, (share, share, share, 1.0)))


def _texture(use: TextureUse | None) -> int | None:
    return None if use is None else use.texture


def _base(material: Material) -> Callable[[np.ndarray], np.ndarray]:
    """The picture times the factor, opaque where the material is, its cut at one half."""
    cut = {"OPAQUE": _OPAQUE_CUT, "BLEND": _CUT}.get(material.alpha_mode, material.alpha_cutoff)
    red, green, blue, alpha = (*material.base_color, 1.0)[:4]

    def changed(pixels: np.ndarray) -> np.ndarray:
        made = _tinted((red, green, blue))(pixels)
        scale = alpha * _CUT / max(cut, 1e-3)
        see_through = np.clip(pixels[..., 3] * scale, 0, 255) if cut else np.full(pixels.shape[:2], 255)
        return np.concatenate([made[..., :3], see_through[..., None].astype(np.uint8)], axis=2)

    return changed


def _tinted(factor: Any) -> Callable[[np.ndarray], np.ndarray]:
    """sRGB pixels times a linear factor."""
    tables = [np.round(255.0 * to_srgb(float(one) * to_linear(np.arange(256) / 255.0))).clip(0, 255).astype(np.uint8)
              for one in tuple(factor)[:3]]  # fmt: skip
    return lambda pixels: np.stack([*(table[pixels[..., k]] for k, table in enumerate(tables)), pixels[..., 3]], axis=2)


def _bumps(use: TextureUse | None) -> Callable[[np.ndarray], np.ndarray]:
    strength = 1.0 if use is None else use.strength

    def changed(pixels: np.ndarray) -> np.ndarray:
        slopes = (pixels[..., :2].astype(float) - 127.5) * strength + 127.5
        return np.concatenate([np.clip(slopes, 0, 255).astype(np.uint8), pixels[..., 2:]], axis=2)

    return changed


def dulled(material: Material) -> float:
    """Roughness under which a material without its own strength of reflection has highlights as bright as with it.

    Source: the peak of GGX, which falls with the fourth power of glTF's roughness (glTF 2.0, appendix B).
    """
    strength = _child(material.extensions, SPECULAR).get("specularFactor", 1.0)
    known = isinstance(strength, int | float) and 0.0 < strength < 1.0
    return min(1.0, material.roughness * float(strength) ** -0.25) if known else material.roughness


def _orm(material: Material) -> Callable[[np.ndarray], np.ndarray]:
    shaded = material.occlusion_texture is not None and material.metallic_roughness_texture is not None and (
        material.occlusion_texture.texture == material.metallic_roughness_texture.texture)  # fmt: skip

    def changed(pixels: np.ndarray) -> np.ndarray:
        made = _scaled(pixels, (1.0, dulled(material), material.metallic, 1.0))
        if not shaded:
            made[..., 0] = 255
        return made

    return changed


def _scaled(pixels: np.ndarray, factors: tuple[float, ...]) -> np.ndarray:
    return np.clip(np.round(pixels * np.array(factors)), 0, 255).astype(np.uint8)


def _child(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    child = value.get(key)
    return child if isinstance(child, Mapping) else {}


def _number(value: Mapping[str, Any], key: str) -> float:
    number = value.get(key)
    return float(number) if isinstance(number, int | float) else 0.0


def _list(value: Any, length: int, missing: float) -> list[float]:
    given = [float(one) for one in value if isinstance(one, int | float)] if isinstance(value, list) else []
    return (given + [missing] * length)[:length]
