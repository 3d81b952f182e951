"""A glTF document to meshes in world space: expression and pose are applied here, on the CPU."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from avatarkit.errors import InputError, unknown_name
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.gltf.document import TRIANGLES, Document, Material, Primitive, SparseRows, TextureUse
from avatarkit.render.humanoid import Humanoid, find_humanoid, world_matrices
from avatarkit.render.scene import AlphaMode, RenderMaterial, RenderMesh, Shading

MAX_TEXTURE_PIXELS = 8192 * 8192
"""Largest texture that is decoded: the side that every WebGPU device takes."""

_ALPHA_MODES: dict[str, AlphaMode] = {"MASK": "MASK", "BLEND": "BLEND"}
_STRIP, _FAN = 5, 6  # glTF's modes


def posed_meshes(
    document: Document,
    expression_weights: Mapping[str, float] | None = None,
    joint_rotations: Mapping[str, np.ndarray] | None = None,
) -> list[RenderMesh]:
    """The document's triangles in world space, the subject facing +Z.

    Args:
        document: a glTF or VRM file.
        expression_weights: morph target name, or name of a VRM expression -> weight; what is not named keeps the file's weight.
        joint_rotations: human bone or node name -> rotation (4,) from the normalized rest pose, local to the parent.

    Returns:
        one mesh per primitive and place it is shown at.

    Raises:
        UsageError: a name that the document does not have.
        InputError: a damaged texture.
    """
    humanoid = find_humanoid(document)
    rotations = {_node_named(document, humanoid, name): value for name, value in (joint_rotations or {}).items()}
    matrices = world_matrices(document, humanoid, rotations)
    weights = _morph_weights(document, expression_weights or {})
    materials = _Materials(document)
    with _damage_named(), np.errstate(all="ignore"):
        return [_placed(document, matrices, part, weights, materials) for part in _shown(document, matrices)]


def vertices_under(document: Document, top: int) -> list[np.ndarray]:
    """For each mesh of `posed_meshes` (V,) bool: which vertices a node and the nodes below it carry for the most part."""
    below = _descendants(document, top)
    masks = []
    for part in _shown(document, world_matrices(document, find_humanoid(document))):
        skin = document.nodes[part.node].skin
        share = np.full(part.primitive.vertex_count, float(skin is None and part.node in below))
        if skin is not None:
            carried = np.array([joint in below for joint in document.skins[skin].joints], float)
            for indices, weights in _influences(part.primitive, len(carried)):
                share += weights * carried[indices]
        masks.append(share > 0.5)
    return masks


@dataclass(frozen=True)
class _Part:
    """A primitive at a node: indices of the node and of its mesh, and the triangles (T, 3)."""

    node: int
    mesh: int
    primitive: Primitive
    triangles: np.ndarray


def _shown(document: Document, nodes: Iterable[int]) -> Iterator[_Part]:
    """Everything with triangles at the given nodes."""
    for node in nodes:
        mesh = document.nodes[node].mesh
        if mesh is None:
            continue
        for primitive in document.meshes[mesh].primitives:
            triangles = _triangles(primitive)
            if len(triangles):
                yield _Part(node, mesh, primitive, triangles)


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn what numpy finds wrong with a file's arrays into an error of ours."""
    try:
        yield
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise InputError(f"damaged glTF: a mesh cannot be drawn ({str(error)[:80]})") from error


def _placed(
    document: Document,
    matrices: Mapping[int, np.ndarray],
    part: _Part,
    weights: Mapping[tuple[int, int], float],
    materials: _Materials,
) -> RenderMesh:
    positions, normals = _morphed(part, weights)
    skin, own = document.nodes[part.node].skin, matrices[part.node]
    transforms = own if skin is None else _blended(part.primitive, _joint_matrices(document, skin, matrices), own)
    return materials.dressed(part.primitive, *_transformed(positions, normals, part.triangles, transforms))


def _descendants(document: Document, top: int) -> set[int]:
    """`top` and all nodes below it."""
    found, waiting = set(), [top]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += document.nodes[node].children
    return found


def _morphed(part: _Part, weights: Mapping[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray]:
    attributes = part.primitive.attributes
    positions = np.array(attributes["POSITION"], np.float32)
    normals = (
        np.array(attributes["NORMAL"], np.float32) if "NORMAL" in attributes else vertex_normals(positions, part.triangles)
    )
    for number, target in enumerate(part.primitive.targets):
        weight = weights.get((part.mesh, number), 0.0)
        if weight:
            _add(positions, target.get("POSITION"), weight)
            _add(normals, target.get("NORMAL"), weight)
    return positions, normals


def _add(array: np.ndarray, offsets: SparseRows | None, weight: float) -> None:
    if offsets is not None:
        array[offsets.rows] += weight * offsets.values


def _joint_matrices(document: Document, index: int, matrices: Mapping[int, np.ndarray]) -> np.ndarray:
    """(J, 4, 4) from the mesh at rest to the world; a joint outside the shown scene stays where it was bound."""
    skin = document.skins[index]
    inverse_bind = np.tile(np.eye(4), (len(skin.joints), 1, 1)) if skin.inverse_bind is None else skin.inverse_bind
    return np.stack([matrices.get(joint, np.eye(4)) @ bind for joint, bind in zip(skin.joints, inverse_bind, strict=True)])


def _blended(primitive: Primitive, joints: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """(V, 4, 4) each vertex's own transform; the node's (4, 4) where a vertex carries no weight."""
    total, blended = np.zeros(primitive.vertex_count), np.zeros((primitive.vertex_count, 4, 4))
    for indices, weights in _influences(primitive, len(joints)):
        blended += weights[:, None, None] * joints[indices]
        total += weights
    return np.where(total[:, None, None] > 1e-6, blended / np.maximum(total, 1e-6)[:, None, None], fallback)


def _influences(primitive: Primitive, joint_count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(V,) joint indices and (V,) weights, one pair per influence that a vertex can have."""
    number = 0
    while f"JOINTS_{number}" in primitive.attributes and f"WEIGHTS_{number}" in primitive.attributes:
        indices = np.minimum(primitive.attributes[f"JOINTS_{number}"].astype(int), joint_count - 1)
        yield from zip(indices.T, primitive.attributes[f"WEIGHTS_{number}"].T, strict=True)
        number += 1


def _transformed(
    positions: np.ndarray, normals: np.ndarray, triangles: np.ndarray, transforms: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """World positions and unit normals; triangles keep their outside where a transform mirrors."""
    linear = transforms[..., :3, :3]
    placed = np.einsum("...ij,...j->...i", linear, positions) + transforms[..., :3, 3]
    mirrored = np.linalg.det(linear) < 0
    # The cofactor matrix turns normals rightly under any scale.
    columns = np.moveaxis(linear, -1, 0)
    cofactor = np.stack([np.cross(columns[(k + 1) % 3], columns[(k + 2) % 3]) for k in range(3)], axis=-1)
    turned = np.einsum("...ij,...j->...i", cofactor, normals) * np.where(mirrored, -1.0, 1.0)[..., None]
    lengths = np.linalg.norm(turned, axis=-1, keepdims=True)
    turned = np.where(lengths > 1e-12, turned / np.maximum(lengths, 1e-12), [0.0, 1.0, 0.0])
    flipped = mirrored if mirrored.ndim == 0 else mirrored[triangles[:, 0]][:, None]
    return placed, turned, np.where(flipped, triangles[:, ::-1], triangles)


def _triangles(primitive: Primitive) -> np.ndarray:
    """(T, 3); none for points and lines."""
    if "POSITION" not in primitive.attributes:
        return np.zeros((0, 3), int)
    corners = np.arange(primitive.vertex_count) if primitive.indices is None else primitive.indices.astype(int)
    if primitive.mode == TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if len(corners) < 3 or primitive.mode not in (_STRIP, _FAN):
        return np.zeros((0, 3), int)
    if primitive.mode == _FAN:
        return np.stack([np.full(len(corners) - 2, corners[0]), corners[1:-1], corners[2:]], axis=1)
    strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    strip[1::2] = strip[1::2, [1, 0, 2]]
    return strip


def _morph_weights(document: Document, named: Mapping[str, float]) -> dict[tuple[int, int], float]:
    """(mesh, target) -> weight."""
    weights = {(m, t): float(w) for m, mesh in enumerate(document.meshes) for t, w in enumerate(mesh.weights)}
    morphs, expressions = _morph_names(document), vrm_expressions(document)
    for name, weight in named.items():
        if name in expressions:
            for key, share in expressions[name].items():
                weights[key] = weights.get(key, 0.0) + share * float(weight)
        elif name in morphs:
            weights.update(dict.fromkeys(morphs[name], float(weight)))
        else:
            raise unknown_name("expression", name, {*morphs, *expressions})
    return weights


def _morph_names(document: Document) -> dict[str, list[tuple[int, int]]]:
    names: dict[str, list[tuple[int, int]]] = {}
    for m, mesh in enumerate(document.meshes):
        for t, name in enumerate(mesh.target_names):
            names.setdefault(name, []).append((m, t))
    return names


def vrm_expressions(document: Document) -> dict[str, dict[tuple[int, int], float]]:
    """The morphs of VRM expressions by name, as the file spells it: (mesh, morph target) -> weight at full expression."""
    stated = _dict(_dict(document.extensions.get("VRMC_vrm")).get("expressions"))
    expressions = {
        name: dict(_bound(document, _dict(bind), "node", 1.0) for bind in _entries(expression, "morphTargetBinds"))
        for name, expression in {**_dict(stated.get("custom")), **_dict(stated.get("preset"))}.items()
    }
    for group in _entries(_dict(document.extensions.get("VRM")).get("blendShapeMaster"), "blendShapeGroups"):
        binds = (_bound(document, _dict(bind), "mesh", 100.0) for bind in _entries(group, "binds"))
        expressions[str(_dict(group).get("name"))] = dict(binds)
    return {name: {key: weight for key, weight in binds.items() if weight} for name, binds in expressions.items()}


def _bound(document: Document, bind: Mapping[str, Any], kind: str, full: float) -> tuple[tuple[int, int], float]:
    """(mesh, morph target), weight 0..1 of one bind; `kind` says what it points at, `full` what it writes for 1. Damaged: 0."""
    place, target, weight = bind.get(kind), bind.get("index"), bind.get("weight", full)
    count = len(document.nodes if kind == "node" else document.meshes)
    if not (isinstance(place, int) and isinstance(target, int) and isinstance(weight, int | float) and 0 <= place < count):
        return (-1, 0), 0.0
    mesh = document.nodes[place].mesh if kind == "node" else place
    return ((-1, 0), 0.0) if mesh is None else ((mesh, target), weight / full)


def _entries(value: Any, name: str) -> list[Any]:
    entries = _dict(value).get(name)
    return entries if isinstance(entries, list) else []


def _node_named(document: Document, humanoid: Humanoid, name: str) -> int:
    if name in humanoid.bones:
        return humanoid.bones[name]
    names = [node.name for node in document.nodes]
    if name not in names:
        raise unknown_name("bone", name, {*humanoid.bones, *names})
    return names.index(name)


class _Materials:
    """The document's materials and textures, each decoded once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._pixels: dict[int, np.ndarray] = {}
        self._made: dict[int, RenderMaterial] = {}

    def dressed(self, primitive: Primitive, positions: np.ndarray, normals: np.ndarray, triangles: np.ndarray) -> RenderMesh:
        stored, material = Material(), RenderMaterial()
        if (index := primitive.material) is not None:
            stored = self._document.materials[index]
            if index not in self._made:
                self._made[index] = self._material(index)
            material = self._made[index]
        return RenderMesh(positions, normals, triangles, _uvs(primitive, stored), primitive.attributes.get("COLOR_0"), material)

    def _material(self, index: int) -> RenderMaterial:
        stored = self._document.materials[index]
        shading = _shading(self._document, index)
        return RenderMaterial(
            base_color=_four(stored.base_color),
            texture=self._texture(stored.base_color_texture),
            normal_texture=self._texture(stored.normal_texture),
            roughness=stored.roughness,
            metallic=stored.metallic,
            roughness_texture=self._texture(stored.metallic_roughness_texture),
            emissive=_four(stored.emissive)[:3],
            emissive_texture=self._texture(stored.emissive_texture),
            alpha_mode=_ALPHA_MODES.get(stored.alpha_mode, "OPAQUE"),
            alpha_cutoff=stored.alpha_cutoff,
            double_sided=stored.double_sided,
            shading=shading,
        )

    def _texture(self, use: TextureUse | None) -> np.ndarray | None:
        image = None if use is None else self._document.textures[use.texture].image
        if image is None:
            return None
        if image not in self._pixels:
            self._pixels[image] = _decoded(self._document.images[image].data, image)
        return self._pixels[image]


def _decoded(data: bytes, index: int) -> np.ndarray:
    """(H, W, 3 or 4) uint8."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MAX_TEXTURE_PIXELS:
                raise InputError(f"texture {index} has {image.width}x{image.height} pixels; at most 8192x8192 are drawn")
            see_through = "A" in image.getbands() or "transparency" in image.info
            return np.asarray(image.convert("RGBA" if see_through else "RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"texture {index} is damaged or no PNG, JPEG or WebP picture") from error


def _shading(document: Document, index: int) -> Shading:
    extensions = document.materials[index].extensions
    if "VRMC_materials_mtoon" in extensions or _vrm0_shader(document, index) == "VRM/MToon":
        return "toon"
    return "unlit" if "KHR_materials_unlit" in extensions else "lit"


def _vrm0_shader(document: Document, index: int) -> Any:
    listed = _entries(document.extensions.get("VRM"), "materialProperties")
    return _dict(listed[index]).get("shader") if index < len(listed) else None


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
