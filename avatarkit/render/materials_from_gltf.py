"""The materials and textures of a glTF document, as what is drawn."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from avatarkit.errors import InputError
from avatarkit.gltf.document import Document, Material, Primitive, TextureUse
from avatarkit.render.scene import AlphaMode, RenderMaterial, RenderMesh, Wrap
from avatarkit.render.toon_from_gltf import share, stored_toon

MAX_TEXTURE_PIXELS = 8192 * 8192
"""Largest texture that is decoded: the side that every WebGPU device takes."""

_WRAPS: dict[int, Wrap] = {33071: "clamp"}
_ALPHA_MODES: dict[str, AlphaMode] = {"MASK": "MASK", "BLEND": "BLEND"}


class Materials:
    """The document's materials and textures, each decoded once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._pixels: dict[int, np.ndarray] = {}
        self._made: dict[int, RenderMaterial] = {}

    def dressed(self, primitive: Primitive, positions: np.ndarray, normals: np.ndarray, triangles: np.ndarray) -> RenderMesh:
        """The triangles of a primitive in its material."""
        stored, material = Material(), RenderMaterial()
        if (index := primitive.material) is not None:
            stored = self._document.materials[index]
            if index not in self._made:
                self._made[index] = self._material(index)
            material = self._made[index]
        return RenderMesh(positions, normals, triangles, _uvs(primitive, stored), primitive.attributes.get("COLOR_0"), material)

    def _material(self, index: int) -> RenderMaterial:
        stored = self._document.materials[index]
        toon = stored_toon(self._document, index, self._texture)
        extensions = stored.extensions
        coat = _dict(extensions.get("KHR_materials_clearcoat"))
        return RenderMaterial(
            base_color=_four(stored.base_color),
            texture=self._texture(stored.base_color_texture),
            normal_texture=self._texture(stored.normal_texture),
            roughness=stored.roughness,
            metallic=stored.metallic,
            roughness_texture=self._texture(stored.metallic_roughness_texture),
            occlusion_texture=self._texture(stored.occlusion_texture),
            normal_scale=1.0 if stored.normal_texture is None else stored.normal_texture.strength,
            specular=share(_dict(extensions.get("KHR_materials_specular")).get("specularFactor"), 1.0),
            clearcoat=share(coat.get("clearcoatFactor"), 0.0),
            clearcoat_roughness=share(coat.get("clearcoatRoughnessFactor"), 0.0),
            emissive=_four(stored.emissive)[:3],
            emissive_texture=self._texture(stored.emissive_texture),
            alpha_mode=_ALPHA_MODES.get(stored.alpha_mode, "OPAQUE"),
            alpha_cutoff=stored.alpha_cutoff,
            double_sided=stored.double_sided,
            wrap=self._wrap(stored.base_color_texture or stored.normal_texture or stored.emissive_texture),
            shading="unlit" if toon is None and "KHR_materials_unlit" in extensions else "lit",
            toon=toon,
        )

    def _wrap(self, use: TextureUse | None) -> tuple[Wrap, Wrap]:
        """Other textures of a material are taken to share it."""
        sampler = {} if use is None else self._document.textures[use.texture].sampler
        u, v = (_WRAPS.get(sampler.get(axis, 0), "repeat") for axis in ("wrapS", "wrapT"))
        return u, v

    def _texture(self, use: TextureUse | None) -> np.ndarray | None:
        image = None if use is None else self._document.textures[use.texture].image
        if image is None:
            return None
        if image not in self._pixels:
            self._pixels[image] = decoded_picture(self._document.images[image].data, image)
        return self._pixels[image]


def decoded_picture(data: bytes, index: int) -> np.ndarray:
    """(H, W, 3 or 4) uint8."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MAX_TEXTURE_PIXELS:
                raise InputError(f"texture {index} has {image.width}x{image.height} pixels; at most 8192x8192 are drawn")
            see_through = "A" in image.getbands() or "transparency" in image.info
            return np.asarray(image.convert("RGBA" if see_through else "RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"texture {index} is damaged or no PNG, JPEG or WebP picture") from error


def _uvs(primitive: Primitive, material: Material) -> np.ndarray | None:
    """(V, 2) of the base colour's UV set, moved as KHR_texture_transform says. Other textures are taken to share it."""
    use = material.base_color_texture or material.normal_texture or material.emissive_texture
    uvs = primitive.attributes.get(f"TEXCOORD_{use.uv_set if use else 0}")
    transform = _dict(use.extensions.get("KHR_texture_transform")) if use and uvs is not None else {}
    if not transform or uvs is None:
        return uvs
    scale, offset = (np.asarray(transform.get(key, default), float) for key, default in (("scale", (1, 1)), ("offset", (0, 0))))
    angle = float(transform.get("rotation", 0.0))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (uvs * scale) @ turn.T + offset


def _four(color: tuple[float, ...]) -> tuple[float, float, float, float]:
    red, green, blue, alpha = (*color, 1.0)[:4]
    return red, green, blue, alpha


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
