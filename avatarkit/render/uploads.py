"""Meshes, materials and textures as pygfx objects, kept from picture to picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from avatarkit.render.camera import PinholeCamera
from avatarkit.render.color import to_srgb
from avatarkit.render.scene import RenderMaterial, RenderMesh

_MAX_TEXTURE_SIDE_PX = 8192
_INVISIBLE_ALPHA = 0.02
_TOON_FLAT_SHARE = 0.5
_Key = tuple[int, ...]


class Uploads:
    """pygfx objects of the meshes and textures of the last picture, by identity. What only moved is moved, not made anew."""

    def __init__(self, gfx: Any) -> None:
        self._gfx = gfx
        self._meshes: dict[_Key, tuple[RenderMesh, Any]] = {}
        self._textures: dict[int, tuple[np.ndarray, Any]] = {}

    def objects(self, meshes: Sequence[RenderMesh], camera: PinholeCamera, exposure: float) -> list[Any]:
        """What to draw of a picture, up to date; what the last picture had and this one has not is forgotten."""
        drawn = [mesh for mesh in meshes if len(mesh.triangles)]
        self._meshes = {key: (mesh, self._object(key, mesh)) for key, mesh in _keyed(drawn)}
        shown = {id(picture) for mesh in drawn for picture in _pictures(mesh.material)}
        self._textures = {key: kept for key, kept in self._textures.items() if key in shown}
        for mesh, drawable in self._meshes.values():
            _expose(mesh.material, drawable, exposure)
            if mesh.material.alpha_mode == "BLEND":
                _sort_back_to_front(mesh, drawable, camera)
        return [drawable for _, drawable in self._meshes.values()]

    def _object(self, key: _Key, mesh: RenderMesh) -> Any:
        if key not in self._meshes:
            return self._mesh_object(mesh)
        before, drawable = self._meshes[key]
        for name in ("positions", "normals"):
            values = getattr(mesh, name)
            if values is not getattr(before, name):
                buffer = getattr(drawable.geometry, name)
                buffer.data[:] = values
                buffer.update_full()
        return drawable

    def _mesh_object(self, mesh: RenderMesh) -> Any:
        gfx = self._gfx
        # The arrays are read-only and pygfx wants to own them; the triangles are sorted in place.
        parts = {"positions": mesh.positions, "normals": mesh.normals, "indices": mesh.triangles}
        if mesh.uvs is not None:
            parts["texcoords"] = mesh.uvs
        if mesh.colors is not None:
            parts["colors"] = np.ascontiguousarray(_rgba(mesh.colors, 1.0))
        drawable = gfx.Mesh(gfx.Geometry(**{name: part.copy() for name, part in parts.items()}), self._material(mesh))
        drawable.receive_shadow = True
        # pygfx's shadows know no alpha: a lash would darken the eye as the rectangle it is drawn on.
        drawable.cast_shadow = _casts_shadow(mesh)
        return drawable

    def _material(self, mesh: RenderMesh) -> Any:
        material, textured = mesh.material, mesh.uvs is not None
        look = {
            "color": rgba_color(material.base_color),
            "map": self._map(material.texture, "srgb") if textured else None,
            "side": "both" if material.double_sided else "front",
            **_alpha(material),
        }
        if material.shading == "unlit":
            return self._gfx.MeshBasicMaterial(**look)
        standard = self._gfx.MeshStandardMaterial(
            **look, roughness=material.roughness, metalness=material.metallic, **self._emission(material, textured)
        )
        if textured:
            standard.normal_map = self._map(material.normal_texture, "physical")
            standard.roughness_map = standard.metalness_map = self._map(material.roughness_texture, "physical")
        if material.shading == "toon":
            self._flatten(standard, material, textured)
        return standard

    def _emission(self, material: RenderMaterial, textured: bool) -> dict[str, Any]:
        emission: dict[str, Any] = {"emissive": (*srgb(material.emissive), 1.0)}
        if textured and material.emissive_texture is not None:
            emission["emissive_map"] = self._map(material.emissive_texture, "srgb")
        return emission

    def _flatten(self, standard: Any, material: RenderMaterial, textured: bool) -> None:
        """Give half of the colour off by itself: the soft, bright look that toon shaders are after."""
        base = np.asarray(material.base_color[:3])
        standard.color = (*srgb(base * (1.0 - _TOON_FLAT_SHARE)), float(material.base_color[3]))
        standard.emissive = (*srgb(base * _TOON_FLAT_SHARE), 1.0)
        standard.emissive_map = self._map(material.texture, "srgb") if textured else None
        standard.roughness, standard.metalness = 1.0, 0.0

    def _map(self, pixels: np.ndarray | None, colorspace: str) -> Any:
        if pixels is None:
            return None
        if id(pixels) not in self._textures:
            rgba = _rgba(_within(pixels, _MAX_TEXTURE_SIDE_PX), 255)
            texture = self._gfx.Texture(rgba, dim=2, colorspace=colorspace, generate_mipmaps=True)
            self._textures[id(pixels)] = (pixels, texture)
        return self._gfx.TextureMap(self._textures[id(pixels)][1], wrap="repeat", filter="linear", mipmap_filter="linear")


def _keyed(meshes: Sequence[RenderMesh]) -> Iterator[tuple[_Key, RenderMesh]]:
    """Each mesh under what it shares with its moved copies; two copies in one picture are told apart by a number."""
    seen: Counter[tuple[int, ...]] = Counter()
    for mesh in meshes:
        shared = id(mesh.triangles), id(mesh.uvs), id(mesh.colors), id(mesh.material)
        yield (*shared, seen[shared]), mesh
        seen[shared] += 1


def _casts_shadow(mesh: RenderMesh) -> bool:
    return mesh.material.casts_shadow and mesh.material.alpha_mode == "OPAQUE"


def _pictures(material: RenderMaterial) -> tuple[np.ndarray | None, ...]:
    return material.texture, material.normal_texture, material.roughness_texture, material.emissive_texture


def _expose(material: RenderMaterial, drawable: Any, exposure: float) -> None:
    """Scale the light that a surface gives off by itself, which the lights' exposure does not reach."""
    if material.shading == "unlit":
        drawable.material.color = rgba_color(np.asarray(material.base_color) * [exposure, exposure, exposure, 1.0])
    else:
        drawable.material.emissive_intensity = exposure


def rgba_color(linear: Sequence[float] | np.ndarray) -> tuple[float, ...]:
    """RGBA sRGB of a linear RGBA colour."""
    return (*srgb(linear[:3]), float(np.clip(linear[3], 0.0, 1.0)))


def _sort_back_to_front(mesh: RenderMesh, drawable: Any, camera: PinholeCamera) -> None:
    """Order a see-through mesh's triangles, and the mesh among its kind, so that the farther is drawn first."""
    depths = camera.depth(mesh.positions)
    of_triangles = depths[mesh.triangles].mean(axis=1)
    drawable.geometry.indices.data[:] = mesh.triangles[np.argsort(-of_triangles, kind="stable")]
    drawable.geometry.indices.update_full()
    drawable.render_order = -float(of_triangles.mean())


def _alpha(material: RenderMaterial) -> dict[str, Any]:
    if material.alpha_mode == "MASK":
        return {"alpha_mode": "solid", "alpha_test": float(np.clip(material.alpha_cutoff, 0.0, 1.0))}
    if material.alpha_mode == "BLEND":
        return {"alpha_mode": "blend", "alpha_test": _INVISIBLE_ALPHA, "depth_write": True}
    return {"alpha_mode": "solid"}


def srgb(linear: Sequence[float] | np.ndarray) -> tuple[float, ...]:
    """The sRGB colour of a linear one."""
    return tuple(float(value) for value in to_srgb(np.clip(linear, 0.0, 1.0)))


def _rgba(values: np.ndarray, opaque: float) -> np.ndarray:
    """(..., 4): `values` (..., 3 or 4) with a full alpha where there is none."""
    if values.shape[-1] == 4:
        return np.ascontiguousarray(values)
    return np.concatenate([values, np.full((*values.shape[:-1], 1), opaque, values.dtype)], axis=-1)


def _within(pixels: np.ndarray, side: int) -> np.ndarray:
    """`pixels` (H, W, C) thinned out until no side is longer than `side`."""
    step = -(-max(pixels.shape[:2]) // side)
    return pixels[::step, ::step]
