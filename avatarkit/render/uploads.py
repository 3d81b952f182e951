"""Meshes, materials and textures as pygfx objects, kept from picture to picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from avatarkit.render.camera import PinholeCamera
from avatarkit.render.color import to_srgb
from avatarkit.render.environment import SIDE_PX, brightest, cube_picture
from avatarkit.render.outline import line_positions
from avatarkit.render.scene import Lighting, RenderMaterial, RenderMesh, Toon
from avatarkit.render.toon_shader import light_toon, set_toon, toon_material_class

_MAX_TEXTURE_SIDE_PX = 8192
_INVISIBLE_ALPHA = 0.02
_Key = tuple[int, ...]


@dataclass(frozen=True)
class _Drawable:
    """A mesh and its pygfx objects: the surface, and the line around it if it has one."""

    mesh: RenderMesh
    surface: Any
    line: Any = None

    @property
    def objects(self) -> tuple[Any, ...]:
        return (self.surface,) if self.line is None else (self.surface, self.line)


class Uploads:
    """pygfx objects of the meshes and textures of the last picture, by identity. What only moved is moved, not made anew."""

    def __init__(self, gfx: Any) -> None:
        self._gfx = gfx
        self._meshes: dict[_Key, _Drawable] = {}
        self._textures: dict[int, tuple[np.ndarray, Any]] = {}
        self._room: tuple[Any, Any] = (None, None)

    def objects(self, meshes: Sequence[RenderMesh], camera: PinholeCamera, lighting: Lighting) -> list[Any]:
        """What to draw of a picture, up to date; what the last picture had and this one has not is forgotten."""
        drawn = [mesh for mesh in meshes if len(mesh.triangles)]
        self._meshes = {key: self._drawable(key, mesh) for key, mesh in _keyed(drawn)}
        shown = {id(picture) for mesh in drawn for picture in _pictures(mesh.material)}
        self._textures = {key: kept for key, kept in self._textures.items() if key in shown}
        room = self._room_map(camera, lighting)
        for kept in self._meshes.values():
            _prepare(kept, camera, lighting)
            _mirror(kept, room, lighting)
        return [each for kept in self._meshes.values() for each in kept.objects]

    def _drawable(self, key: _Key, mesh: RenderMesh) -> _Drawable:
        if key not in self._meshes:
            return _Drawable(mesh, self._mesh_object(mesh), self._line_object(mesh))
        before = self._meshes[key]
        for name in ("positions", "normals"):
            values = getattr(mesh, name)
            if values is not getattr(before.mesh, name):
                for drawable in before.objects:
                    _overwrite(getattr(drawable.geometry, name), values)
        return replace(before, mesh=mesh)

    def _mesh_object(self, mesh: RenderMesh) -> Any:
        drawable = self._gfx.Mesh(self._geometry(mesh), self._material(mesh))
        drawable.receive_shadow = True
        drawable.cast_shadow = mesh.material.blocks_light
        return drawable

    def _line_object(self, mesh: RenderMesh) -> Any:
        """The surface turned inside out, for `_prepare` to blow up: what looks out behind the surface is a line around it."""
        toon = mesh.material.toon
        if toon is None or toon.outline is None or mesh.material.alpha_mode == "BLEND":
            return None
        material = self._toon_material(mesh, toon, outline=True)
        material.side = "back"
        drawable = self._gfx.Mesh(self._geometry(mesh), material)
        drawable.receive_shadow = drawable.cast_shadow = False
        return drawable

    def _geometry(self, mesh: RenderMesh) -> Any:
        # The arrays are read-only and pygfx wants to own them; the triangles are sorted in place.
        parts = {"positions": mesh.positions, "normals": mesh.normals, "indices": mesh.triangles}
        if mesh.uvs is not None:
            parts["texcoords"] = mesh.uvs
        if mesh.colors is not None:
            parts["colors"] = np.ascontiguousarray(_rgba(mesh.colors, 1.0))
        return self._gfx.Geometry(**{name: part.copy() for name, part in parts.items()})

    def _material(self, mesh: RenderMesh) -> Any:
        material, textured = mesh.material, mesh.uvs is not None
        if material.toon is not None:
            return self._toon_material(mesh, material.toon, outline=False)
        if material.shading == "unlit":
            return self._gfx.MeshBasicMaterial(**self._look(material, textured))
        made = self._glossy_class(material)(
            **self._look(material, textured),
            roughness=material.roughness,
            metalness=material.metallic,
            **self._emission(material, textured),
        )
        if material.specular < 1 or material.clearcoat > 0:
            made.specular_intensity = material.specular
            made.clearcoat, made.clearcoat_roughness = material.clearcoat, material.clearcoat_roughness
        if textured:
            made.normal_map = self._map(material, material.normal_texture, "physical")
            made.normal_scale = (material.normal_scale,) * 2
            made.roughness_map = made.metalness_map = self._map(material, material.roughness_texture, "physical")
            made.ao_map = self._map(material, material.occlusion_texture, "physical")
        return made

    def _glossy_class(self, material: RenderMaterial) -> Any:
        plain = material.specular == 1 and material.clearcoat == 0
        return self._gfx.MeshStandardMaterial if plain else self._gfx.MeshPhysicalMaterial

    def _look(self, material: RenderMaterial, textured: bool) -> dict[str, Any]:
        return {
            "color": rgba_color(material.base_color),
            "map": self._map(material, material.texture, "srgb") if textured else None,
            "side": "both" if material.double_sided else "front",
            **_alpha(material),
        }

    def _toon_material(self, mesh: RenderMesh, toon: Toon, *, outline: bool) -> Any:
        material, textured = mesh.material, mesh.uvs is not None
        made = toon_material_class(self._gfx)(**self._look(material, textured), **self._emission(material, textured))
        if textured:
            made.normal_map = self._map(material, material.normal_texture, "physical")
            # the one spare place for a texture that pygfx has
            made.gradient_map = self._map(material, toon.shade_texture, "srgb")
        set_toon(made, toon, outline=outline)
        return made

    def _emission(self, material: RenderMaterial, textured: bool) -> dict[str, Any]:
        emission: dict[str, Any] = {"emissive": (*srgb(material.emissive), 1.0)}
        if textured and material.emissive_texture is not None:
            emission["emissive_map"] = self._map(material, material.emissive_texture, "srgb")
        return emission

    def _room_map(self, camera: PinholeCamera, lighting: Lighting) -> Any:
        """The cube map of what surfaces mirror, made anew when the camera has turned; None without reflections."""
        reflections = lighting.reflections
        if reflections is None:
            return None
        key = reflections, camera.camera_to_world[:3, :3].tobytes()
        if self._room[0] != key:
            cube = self._gfx.Texture(
                cube_picture(reflections, camera.camera_to_world), dim=2, size=(SIDE_PX, SIDE_PX, 6), generate_mipmaps=True
            )
            self._room = key, self._gfx.TextureMap(cube, filter="linear", mipmap_filter="linear", wrap="clamp")
        return self._room[1]

    def _map(self, material: RenderMaterial, pixels: np.ndarray | None, colorspace: str) -> Any:
        if pixels is None:
            return None
        if id(pixels) not in self._textures:
            rgba = _rgba(_within(pixels, _MAX_TEXTURE_SIDE_PX), 255)
            texture = self._gfx.Texture(rgba, dim=2, colorspace=colorspace, generate_mipmaps=True)
            self._textures[id(pixels)] = (pixels, texture)
        wrap_u, wrap_v = material.wrap
        wrap = {"wrap_s": wrap_u, "wrap_t": wrap_v}
        return self._gfx.TextureMap(self._textures[id(pixels)][1], **wrap, filter="linear", mipmap_filter="linear")


def _keyed(meshes: Sequence[RenderMesh]) -> Iterator[tuple[_Key, RenderMesh]]:
    """Each mesh under what it shares with its moved copies; two copies in one picture are told apart by a number."""
    seen: Counter[tuple[int, ...]] = Counter()
    for mesh in meshes:
        shared = id(mesh.triangles), id(mesh.uvs), id(mesh.colors), id(mesh.material)
        yield (*shared, seen[shared]), mesh
        seen[shared] += 1


def _pictures(material: RenderMaterial) -> tuple[np.ndarray | None, ...]:
    shade = None if material.toon is None else material.toon.shade_texture
    relief = material.normal_texture, material.roughness_texture, material.occlusion_texture
    return material.texture, *relief, material.emissive_texture, shade


def _prepare(kept: _Drawable, camera: PinholeCamera, lighting: Lighting) -> None:
    """Fit a drawable to a picture's camera and light."""
    material = kept.mesh.material
    if material.toon is not None:
        for drawable in kept.objects:
            light_toon(drawable.material, lighting, camera.camera_to_world)
    _expose(material, kept.surface, 1.0 / lighting.headroom)
    if kept.line is not None and material.toon is not None and material.toon.outline is not None:
        _overwrite(kept.line.geometry.positions, line_positions(kept.mesh, material.toon.outline, camera))
    if material.alpha_mode == "BLEND":
        _sort_back_to_front(kept.mesh, kept.surface, camera)


def _mirror(kept: _Drawable, room: Any, lighting: Lighting) -> None:
    """Let a physically based surface mirror the room."""
    material = kept.surface.material
    if kept.mesh.material.toon is not None or kept.mesh.material.shading == "unlit":
        return
    if material.env_map is not room:
        material.env_map = room
    if lighting.reflections is not None:
        material.env_map_intensity = brightest(lighting.reflections) / lighting.headroom


def _overwrite(buffer: Any, values: np.ndarray) -> None:
    buffer.data[:] = values
    buffer.update_full()


def _expose(material: RenderMaterial, drawable: Any, exposure: float) -> None:
    """Scale the light that a surface gives off by itself, which the lights' exposure does not reach."""
    if material.shading == "unlit" and material.toon is None:
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
