"""A glTF file as plain data: arrays where the file has accessors, bytes where it has image views.

Nodes, meshes, skins, materials, textures and images keep the order of the file, so indices inside extensions (VRM) stay valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TRIANGLES = 4
"""glTF's `mode` of a primitive made of separate triangles."""

_TRIANGLE_STRIPS = (5, 6)


@dataclass(frozen=True)
class SparseRows:
    """An array of zeros with some rows set: how a morph target moves a mesh.

    Attributes:
        count: how many rows the whole array has.
        rows: (K,) uint32, rising: the rows that are set.
        values: (K, 3) float32.
    """

    count: int
    rows: np.ndarray
    values: np.ndarray

    def dense(self) -> np.ndarray:
        """The whole array, (count, 3) float32."""
        array = np.zeros((self.count, self.values.shape[1]), np.float32)
        array[self.rows] = self.values
        return array


def sparse_rows(array: np.ndarray) -> SparseRows:
    """The rows of `array` (N, 3) that are not all zero."""
    rows = np.flatnonzero(array.any(axis=1)).astype(np.uint32)
    return SparseRows(len(array), rows, np.ascontiguousarray(array[rows], np.float32))


@dataclass(frozen=True)
class Primitive:
    """A part of a mesh with one material.

    Attributes:
        attributes: glTF's attribute names -> (V,) or (V, n) arrays; float32, or unsigned integers for joints.
        indices: (I,) vertex indices, or None when vertices are taken in order.
        material: index into the document's materials, or None.
        targets: one mapping per morph target: attribute name -> offsets.
        mode: glTF's topology; `TRIANGLES` unless told.
        extensions, extras: as in the file.
    """

    attributes: Mapping[str, np.ndarray]
    indices: np.ndarray | None = None
    material: int | None = None
    targets: tuple[Mapping[str, SparseRows], ...] = ()
    mode: int = TRIANGLES
    extensions: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return len(self.attributes["POSITION"]) if "POSITION" in self.attributes else 0

    @property
    def triangle_count(self) -> int:
        """Number of triangles; points and lines have none."""
        corners = self.vertex_count if self.indices is None else len(self.indices)
        if self.mode in _TRIANGLE_STRIPS:
            return max(corners - 2, 0)
        return corners // 3 if self.mode == TRIANGLES else 0


@dataclass(frozen=True)
class Mesh:
    """Primitives that move together. `target_names` names the morph targets, as `extras.targetNames` does in the file."""

    name: str
    primitives: tuple[Primitive, ...]
    target_names: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A place in the scene: translation in metres, rotation xyzw, scale, all relative to the parent.

    `mesh`, `skin`, `camera` and `children` are indices into the document's tuples.
    """

    name: str
    translation: tuple[float, ...] = (0.0, 0.0, 0.0)
    rotation: tuple[float, ...] = (0.0, 0.0, 0.0, 1.0)
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)
    children: tuple[int, ...] = ()
    mesh: int | None = None
    skin: int | None = None
    camera: int | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Skin:
    """Joints (node indices) and their (J, 4, 4) inverse bind matrices, which act on column vectors; None means identities."""

    joints: tuple[int, ...]
    inverse_bind: np.ndarray | None = None
    skeleton: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Image:
    """An encoded picture, as in the file."""

    data: bytes
    mime_type: str
    name: str = ""


@dataclass(frozen=True)
class Texture:
    """An image (index) and how it is sampled: glTF's sampler fields."""

    image: int | None
    sampler: Mapping[str, int] = field(default_factory=dict)
    name: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TextureUse:
    """A texture (index) on a material. `strength` is a normal map's scale or an occlusion map's strength."""

    texture: int
    uv_set: int = 0
    strength: float = 1.0
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """glTF's metallic-roughness material: colours linear, factors 0..1, glTF's defaults."""

    name: str = ""
    base_color: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureUse | None = None
    metallic: float = 1.0
    roughness: float = 1.0
    metallic_roughness_texture: TextureUse | None = None
    normal_texture: TextureUse | None = None
    occlusion_texture: TextureUse | None = None
    emissive: tuple[float, ...] = (0.0, 0.0, 0.0)
    emissive_texture: TextureUse | None = None
    alpha_mode: str = "OPAQUE"
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    extensions: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Channel:
    """What one node does over time.

    Attributes:
        node: index of the node.
        path: "translation", "rotation", "scale" or "weights".
        times_s: (K,) seconds, rising.
        values: (K, n) float32; three rows per key (in-tangent, value, out-tangent) when cubic.
        interpolation: "LINEAR", "STEP" or "CUBICSPLINE".
    """

    node: int
    path: str
    times_s: np.ndarray
    values: np.ndarray
    interpolation: str = "LINEAR"


@dataclass(frozen=True)
class Animation:
    """Channels that play together."""

    name: str
    channels: tuple[Channel, ...]

    @property
    def seconds(self) -> float:
        """Time of the last key."""
        return max((float(channel.times_s[-1]) for channel in self.channels), default=0.0)


@dataclass(frozen=True)
class Scene:
    """Root nodes (indices) shown together."""

    nodes: tuple[int, ...]
    name: str = ""


@dataclass(frozen=True)
class Document:
    """A whole glTF file.

    Attributes:
        nodes ... animations: the file's lists, in the file's order.
        scenes, scene: what is shown; `scene` is the one shown first, or None.
        cameras, extensions, extras: as in the file.
        extensions_used, extensions_required: names, in the file's order.
        generator, copyright: the file's `asset` entries.
    """

    nodes: tuple[Node, ...] = ()
    meshes: tuple[Mesh, ...] = ()
    skins: tuple[Skin, ...] = ()
    materials: tuple[Material, ...] = ()
    textures: tuple[Texture, ...] = ()
    images: tuple[Image, ...] = ()
    animations: tuple[Animation, ...] = ()
    cameras: tuple[Mapping[str, Any], ...] = ()
    scenes: tuple[Scene, ...] = ()
    scene: int | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    extensions_used: tuple[str, ...] = ()
    extensions_required: tuple[str, ...] = ()
    generator: str = ""
    copyright: str = ""

    @property
    def parents(self) -> tuple[int, ...]:
        """Each node's parent, -1 for a root."""
        parents = [-1] * len(self.nodes)
        for index, node in enumerate(self.nodes):
            for child in node.children:
                parents[child] = index
        return tuple(parents)

    @property
    def top_down(self) -> tuple[int, ...]:
        """All nodes (indices), parents before their children."""
        order = [index for index, parent in enumerate(self.parents) if parent < 0]
        for index in order:  # grows while it is walked
            order.extend(self.nodes[index].children)
        return tuple(order)
