"""The finished avatar as plain data: what every file format is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from avatarkit.avatar.secondary import Collider, SpringChain
from avatarkit.geometry.arrays import checked_array
from avatarkit.rig.skeleton import HumanoidRig


@dataclass(frozen=True)
class Texture:
    """A picture on a surface.

    Attributes:
        name: unique among the avatar's textures.
        pixels: (H, W, 3 or 4) uint8; sRGB for colour, linear for normals and roughness.
        encoding: "jpeg" for opaque colour, "png" where alpha or exactness counts.
    """

    name: str
    pixels: np.ndarray
    encoding: Literal["jpeg", "png"] = "jpeg"

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", checked_array(f"texture {self.name}", self.pixels, (None, None, None), np.uint8))
        if self.pixels.shape[2] not in (3, 4) or (self.encoding == "jpeg" and self.pixels.shape[2] != 3):
            raise ValueError(f"texture {self.name}: jpeg needs 3 channels, png 3 or 4, not {self.pixels.shape[2]}")


@dataclass(frozen=True)
class MToon:
    """How a drawn surface is shaded: VRM's material MToon 1.0, beside the colour that the glTF material has.

    Colours are linear RGB, 0..1. Source: vrm-c/vrm-specification, VRMC_materials_mtoon-1.0, whose defaults these are.

    Attributes:
        shade_color: of what is turned from the light; multiplies `shade_texture`.
        shade_texture: sRGB, usually the colour's own texture, or None.
        shading_shift: -1..1, moves the edge of the shade; below 0 there is more shade.
        shading_toony: 0..1, how sharp that edge is.
        gi_equalization: 0..1, how much light from everywhere is made the same on all sides.
        rim_color, rim_fresnel_power, rim_lift: the light along the outline; power 0 or more.
        rim_lighting_mix: 0..1, how much of the rim depends on the lights.
        outline: what `outline_width` counts: "worldCoordinates" metres, "screenCoordinates" shares of the picture's height.
        outline_width, outline_color: of the drawn line around the surface.
        outline_width_texture: linear, multiplies the width with its green, or None.
        outline_lighting_mix: 0..1, how much of the line's colour follows the surface's.
        render_queue_offset: order among see-through surfaces, -9..0 (0..9 if `depth_written`).
        depth_written: a see-through surface hides what lies behind it.
    """

    shade_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shade_texture: Texture | None = None
    shading_shift: float = 0.0
    shading_toony: float = 0.9
    gi_equalization: float = 0.9
    rim_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rim_fresnel_power: float = 5.0
    rim_lift: float = 0.0
    rim_lighting_mix: float = 1.0
    outline: Literal["none", "worldCoordinates", "screenCoordinates"] = "none"
    outline_width: float = 0.0
    outline_width_texture: Texture | None = None
    outline_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    outline_lighting_mix: float = 1.0
    render_queue_offset: int = 0
    depth_written: bool = False

    def __post_init__(self) -> None:
        low, high = (0, 9) if self.depth_written else (-9, 0)
        if not low <= self.render_queue_offset <= high:
            raise ValueError(f"a render queue offset is between {low} and {high}, not {self.render_queue_offset}")


@dataclass(frozen=True)
class Material:
    """A glTF metallic-roughness material.

    Attributes:
        name: unique among the avatar's materials.
        base_color: linear RGBA factor, 0..1; multiplies the texture.
        base_color_texture: sRGB texture or None.
        normal_texture: tangent-space normals (glTF's +Y up convention) or None.
        roughness, metallic: factors, 0..1.
        alpha_mode: glTF's OPAQUE, MASK (with `alpha_cutoff`) or BLEND.
        double_sided: drawn from behind too.
        roughness_texture: linear, roughness in green, metal in blue; multiplies the factors; or None.
        normal_scale: how strong the normal texture is.
        occlusion_texture: linear, in red how much of the light from everywhere arrives, or None.
        emissive: linear RGB that the surface gives off by itself; multiplies `emissive_texture` (sRGB or None).
        specular: 0..1, how strong reflections are (KHR_materials_specular); 1 is glTF's own.
        clearcoat, clearcoat_roughness: 0..1, a layer of clear varnish over it (KHR_materials_clearcoat); 0 has none.
        mtoon: how it is drawn where MToon is known, or None.
    """

    name: str
    base_color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: Texture | None = None
    normal_texture: Texture | None = None
    roughness: float = 0.8
    metallic: float = 0.0
    alpha_mode: Literal["OPAQUE", "MASK", "BLEND"] = "OPAQUE"
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    roughness_texture: Texture | None = None
    normal_scale: float = 1.0
    occlusion_texture: Texture | None = None
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: Texture | None = None
    specular: float = 1.0
    clearcoat: float = 0.0
    clearcoat_roughness: float = 0.0
    mtoon: MToon | None = None

    @property
    def textures(self) -> tuple[Texture, ...]:
        """All its textures."""
        named = self.base_color_texture, self.normal_texture, self.roughness_texture, self.occlusion_texture
        drawn = (self.mtoon.shade_texture, self.mtoon.outline_width_texture) if self.mtoon else ()
        return tuple(texture for texture in (*named, self.emissive_texture, *drawn) if texture is not None)


@dataclass(frozen=True)
class MorphTarget:
    """How an expression moves a mesh at full weight; vertices not listed stay.

    Attributes:
        name: ARKit's name.
        indices: (K,) vertices that move, rising.
        positions, normals: (K, 3) offsets, metres and unit-normal differences.
    """

    name: str
    indices: np.ndarray
    positions: np.ndarray
    normals: np.ndarray

    def __post_init__(self) -> None:
        count = len(self.indices)
        object.__setattr__(self, "indices", checked_array("indices", self.indices, (count,), np.uint32))
        for name in ("positions", "normals"):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (count, 3)))


@dataclass(frozen=True)
class AvatarMesh:
    """One skinned mesh with one material.

    Attributes:
        name: unique among the avatar's meshes.
        positions, normals: (V, 3) at rest (T-pose, facing +Z, soles at Y=0), metres.
        uvs: (V, 2), glTF's origin top left.
        triangles: (T, 3) indices, counter-clockwise from outside.
        joints: (V, 4) joint indices into the rig's skeleton; weights: (V, 4), each row sums to 1, a zero weight has joint 0.
        material: name of one of the avatar's materials.
        morphs: in the order of the avatar's expression names; a mesh that no expression moves has none.
        first_person: VRM's annotation: hidden from the wearer's own eyes ("thirdPersonOnly") or seen by all ("both").
        light: (V,) share of the material's colour that is left in hollows, or None.
        sewn: (V,) bool, what is sewn flat onto the rest of the mesh and goes first where few triangles may stay, or None;
            no file says so.
    """

    name: str
    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    material: str
    morphs: tuple[MorphTarget, ...] = ()
    first_person: Literal["both", "thirdPersonOnly"] = "both"
    light: np.ndarray | None = None
    sewn: np.ndarray | None = None

    def __post_init__(self) -> None:
        count = len(self.positions)
        if self.light is not None:
            object.__setattr__(self, "light", checked_array("light", self.light, (count,)))
        if self.sewn is not None:
            object.__setattr__(self, "sewn", checked_array("sewn", self.sewn, (count,), np.bool_))
        shapes = {"positions": 3, "normals": 3, "uvs": 2, "weights": 4}
        for name, width in shapes.items():
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (count, width)))
        object.__setattr__(self, "joints", checked_array("joints", self.joints, (count, 4), np.uint16))
        object.__setattr__(self, "triangles", checked_array("triangles", self.triangles, (None, 3), np.uint32))
        if len(self.triangles) and self.triangles.max() >= count:
            raise ValueError(f"mesh {self.name}: a triangle points past the last vertex")


@dataclass(frozen=True)
class LookAt:
    """How gaze turns the eyes.

    Attributes:
        offset_from_head: (3,) metres, from the head joint to the middle between the eyes.
        by: eye bones, or the expressions lookLeft, lookRight, lookUp and lookDown, at full weight 90 degrees aside.
        max_yaw_deg, max_pitch_deg: how far the eye bones turn when the target is 90 degrees away.
    """

    offset_from_head: tuple[float, float, float]
    max_yaw_deg: float = 12.0
    max_pitch_deg: float = 10.0
    by: Literal["bone", "expression"] = "bone"


@dataclass(frozen=True)
class AvatarMeta:
    """Who made the avatar and what may be done with it (VRM 1.0 meta, whose words these are).

    The permissions default to what fits an avatar of the user's own face: only the author wears it, may have it altered for
    wherever it goes, and opens the rest with `Avatar.licensed`.
    """

    name: str = "Avatar"
    authors: tuple[str, ...] = ("Made with avatarkit",)
    version: str = "1"
    copyright: str = ""
    licence_url: str = "https://vrm.dev/licenses/1.0/"
    third_party_licences: str = ""
    worn_by: Literal["onlyAuthor", "onlySeparatelyLicensedPerson", "everyone"] = "onlyAuthor"
    commercial_usage: Literal["personalNonProfit", "personalProfit", "corporation"] = "personalNonProfit"
    credit: Literal["required", "unnecessary"] = "required"
    modification: Literal["prohibited", "allowModification", "allowModificationRedistribution"] = "allowModification"
    redistribution: bool = False
    violent_usage: bool = False
    sexual_usage: bool = False
    political_or_religious_usage: bool = False
    antisocial_or_hate_usage: bool = False


@dataclass(frozen=True)
class Avatar:
    """A dressed, rigged, expressive figure at rest.

    Attributes:
        rig: T-pose, every joint's axes parallel to the world's.
        meshes: with unique names.
        materials: each named by at least one mesh.
        expression_names: ARKit's 52, the order of every mesh's morph targets.
        look_at: how the eyes follow.
        meta: names and licence.
        thumbnail: (N, N, 3) uint8 picture or None.
        springs: what swings by itself, the most visible first.
        colliders: what it cannot pass.
    """

    rig: HumanoidRig
    meshes: tuple[AvatarMesh, ...]
    materials: tuple[Material, ...]
    expression_names: tuple[str, ...]
    look_at: LookAt
    meta: AvatarMeta = field(default_factory=AvatarMeta)
    thumbnail: np.ndarray | None = None
    springs: tuple[SpringChain, ...] = ()
    colliders: tuple[Collider, ...] = ()

    def __post_init__(self) -> None:
        materials: Mapping[str, Material] = {m.name: m for m in self.materials}
        for mesh in self.meshes:
            if mesh.material not in materials:
                raise ValueError(f"mesh {mesh.name} wants the material {mesh.material}, which does not exist")
            if mesh.joints.max(initial=0) >= len(self.rig.skeleton.names):
                raise ValueError(f"mesh {mesh.name} is bound to a joint that does not exist")
        used = {joint for chain in self.springs for joint in chain.joints} | {collider.joint for collider in self.colliders}
        if used and not 0 <= min(used) <= max(used) < len(self.rig.skeleton.names):
            raise ValueError("a chain or a collider is at a joint that does not exist")
        if any(not 0 <= one < len(self.colliders) for chain in self.springs for one in chain.colliders):
            raise ValueError("a chain heeds a collider that does not exist")

    def licensed(self, **permissions: str | bool) -> Avatar:
        """The avatar with other permissions: `avatar.licensed(worn_by="everyone", redistribution=True, author="Ada")`.

        Args:
            permissions: fields of `AvatarMeta`, and `author`, with one of their values each.

        Raises:
            UsageError: no such permission, or no such value of it.
        """
        from avatarkit.avatar.licences import with_permissions

        return replace(self, meta=with_permissions(self.meta, permissions))

    def save(self, path: str | Path, platform: str | None = None) -> None:
        """Write the avatar to `path`, whole or not at all: GLB or VRM 1.0 by the suffix, or the kind a platform takes.

        Raises:
            UsageError: another suffix, no such platform, or a place where nothing can be written.
        """
        from avatarkit.export.files import save_avatar  # it stands to the right, and so do the formats' libraries

        save_avatar(self, path, platform)
