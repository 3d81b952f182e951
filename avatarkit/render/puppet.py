"""A glTF document's triangles, made ready once, to be posed again and again on the CPU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from avatarkit.errors import InputError
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.gltf.document import TRIANGLES, Document, Primitive
from avatarkit.render.materials_from_gltf import Materials
from avatarkit.render.scene import RenderMesh

_STRIP, _FAN = 5, 6  # glTF's modes
_LEAST_WEIGHT = 1e-6
"""A vertex with less than this of all joints together stays with its node."""

_FACE_FROM = 0.25
"""A face's expressions move at least so much of its vertices; a body's move the throat."""

_UNMOVED = np.eye(4)
_ANY_NORMAL = np.array([0.0, 1.0, 0.0], np.float32)


@dataclass(frozen=True)
class Part:
    """A primitive at a node: indices of the node and of its mesh, and the triangles (T, 3)."""

    node: int
    mesh: int
    primitive: Primitive
    triangles: np.ndarray


class Puppet:
    """What a document shows. Its meshes share what does not move from pose to pose: a renderer uploads that once."""

    def __init__(self, document: Document, nodes: Iterable[int]) -> None:
        """Prepare what is shown at `nodes`.

        Raises:
            InputError: a damaged mesh or texture.
        """
        materials = Materials(document)
        self._document = document
        with damage_named():
            self._limbs = [_Limb(document, part, materials) for part in shown_parts(document, nodes)]

    def meshes(self, matrices: Mapping[int, np.ndarray], weights: Mapping[int, np.ndarray]) -> list[RenderMesh]:
        """Everything in one pose, world space.

        Args:
            matrices: node index -> (4, 4) to the world; a joint that is not named stays where it was bound.
            weights: node index of a mesh -> (M,) weights of its morph targets; none where it is not named.

        Returns:
            one mesh per primitive and place it is shown at.

        Raises:
            InputError: a damaged mesh.
        """
        with damage_named(), np.errstate(all="ignore"):
            return [limb.posed(self._document, matrices, weights.get(limb.part.node)) for limb in self._limbs]


class _Limb:
    """One part: its mesh at rest, and how joints and morph targets move its vertices."""

    def __init__(self, document: Document, part: Part, materials: Materials) -> None:
        self.part = part
        attributes = part.primitive.attributes
        positions = np.asarray(attributes["POSITION"], np.float32)
        given = attributes.get("NORMAL")
        normals = vertex_normals(positions, part.triangles) if given is None else np.asarray(given, np.float32)
        dressed = materials.dressed(part.primitive, positions, normals, part.triangles)
        self._rest = _without_shadow(dressed) if _is_drawn_face(dressed, part.primitive) else dressed
        self._skin = document.nodes[part.node].skin
        self._morphs = {name: _morph_operator(part.primitive, name) for name in ("POSITION", "NORMAL")}
        if self._skin is not None:
            self._carriers = _carriers(part.primitive, len(document.skins[self._skin].joints))

    def posed(self, document: Document, matrices: Mapping[int, np.ndarray], weights: np.ndarray | None) -> RenderMesh:
        positions, normals = (
            _morphed(rest, self._morphs[name], weights)
            for name, rest in (("POSITION", self._rest.positions), ("NORMAL", self._rest.normals))
        )
        own = matrices[self.part.node]
        if self._skin is None:
            return self._placed(positions, normals, own[None], None)
        joints = np.concatenate([_joint_matrices(document, self._skin, matrices), own[None]])
        return self._placed(positions, normals, joints, self._carriers)

    def _placed(
        self, positions: np.ndarray, normals: np.ndarray, transforms: np.ndarray, carriers: sparse.csr_matrix | None
    ) -> RenderMesh:
        placed = _applied(transforms[:, :3, :], positions, carriers)
        turned = _applied(_cofactors(transforms[:, :3, :3]), normals, carriers)
        lengths = np.linalg.norm(turned, axis=-1, keepdims=True)
        turned = np.where(lengths > 1e-12, turned / np.maximum(lengths, 1e-12), _ANY_NORMAL)
        mirrored = np.linalg.det(transforms[:, :3, :3]) < 0
        if not mirrored.any():
            return self._rest.moved(placed, turned)
        of_vertices = np.broadcast_to(mirrored, len(placed)) if carriers is None else (carriers @ (2.0 * mirrored - 1.0)) > 0
        if of_vertices.all():
            return self._inside_out.moved(placed, turned)
        given, flipped = self.part.triangles, of_vertices[self.part.triangles[:, 0]][:, None]
        return _with_triangles(self._rest, np.where(flipped, given[:, ::-1], given)).moved(placed, turned)

    @cached_property
    def _inside_out(self) -> RenderMesh:
        return _with_triangles(self._rest, self.part.triangles[:, ::-1])


def _with_triangles(mesh: RenderMesh, triangles: np.ndarray) -> RenderMesh:
    return RenderMesh(mesh.positions, mesh.normals, triangles, mesh.uvs, mesh.colors, mesh.material)


def _without_shadow(mesh: RenderMesh) -> RenderMesh:
    return replace(mesh, material=replace(mesh.material, casts_shadow=False))


def _is_drawn_face(mesh: RenderMesh, primitive: Primitive) -> bool:
    """Whether a surface is drawn and moved by expressions: its nose's shadow would stand as a spot on the cheek."""
    if mesh.material.toon is None:
        return False
    moved = [target["POSITION"].rows for target in primitive.targets if "POSITION" in target]
    return bool(moved) and len(np.unique(np.concatenate(moved))) > _FACE_FROM * primitive.vertex_count


def _applied(transforms: np.ndarray, vectors: np.ndarray, carriers: sparse.csr_matrix | None) -> np.ndarray:
    """Vectors (V, 3) under (J, 3, 3 or 4) transforms, blended by (V, J) weights; without these all under the first."""
    flat = np.ascontiguousarray(transforms.reshape(len(transforms), -1), np.float32)
    blended = flat[:1] if carriers is None else carriers @ flat
    blended = blended.reshape(len(blended), 3, -1)
    # Sums of products by column are several times as fast as einsum over small matrices.
    moved = sum(blended[:, :, axis] * vectors[:, axis, None] for axis in range(3))
    return moved + blended[:, :, 3] if blended.shape[2] > 3 else np.asarray(moved)


def _cofactors(linear: np.ndarray) -> np.ndarray:
    """The matrices (J, 3, 3) that turn normals rightly under any scale, outward also where (J, 3, 3) mirrors."""
    columns = np.moveaxis(linear, -1, 0)
    cofactors = np.stack([np.cross(columns[(k + 1) % 3], columns[(k + 2) % 3]) for k in range(3)], axis=-1)
    return cofactors * np.where(np.linalg.det(linear) < 0, -1.0, 1.0)[:, None, None]


def _morphed(rest: np.ndarray, operator: sparse.csr_matrix | None, weights: np.ndarray | None) -> np.ndarray:
    if operator is None or weights is None or not np.any(weights):
        return rest
    used = np.zeros(operator.shape[1], np.float32)
    used[: len(weights)] = weights[: len(used)]
    return rest + (operator @ used).reshape(rest.shape)


def _morph_operator(primitive: Primitive, attribute: str) -> sparse.csr_matrix | None:
    """(3V, M): weights of the morph targets to offsets."""
    offsets = [(number, target[attribute]) for number, target in enumerate(primitive.targets) if attribute in target]
    if not offsets:
        return None
    rows = np.concatenate([(3 * np.asarray(part.rows, np.int64)[:, None] + np.arange(3)).reshape(-1) for _, part in offsets])
    columns = np.concatenate([np.full(3 * len(part.rows), number) for number, part in offsets])
    values = np.concatenate([np.asarray(part.values, np.float32).reshape(-1) for _, part in offsets])
    return sparse.csr_matrix((values, (rows, columns)), shape=(3 * primitive.vertex_count, len(primitive.targets)))


def _carriers(primitive: Primitive, joint_count: int) -> sparse.csr_matrix:
    """(V, J + 1) how much each joint, and last the node itself, carries each vertex; rows sum to 1."""
    count = primitive.vertex_count
    every, node_alone = np.arange(count), np.full(count, joint_count)
    parts = [(every, joints, np.asarray(weights, float)) for joints, weights in influences(primitive, joint_count)]
    total = sum((weights for _, _, weights in parts), np.zeros(count))
    alone = ~(total > _LEAST_WEIGHT)
    parts = [(rows, joints, np.where(alone, 0.0, weights / np.where(alone, 1.0, total))) for rows, joints, weights in parts]
    rows, joints, weights = (
        np.concatenate(column) for column in zip(*parts, (every, node_alone, alone.astype(float)), strict=True)
    )
    return sparse.csr_matrix((weights.astype(np.float32), (rows, joints)), shape=(count, joint_count + 1))


def _joint_matrices(document: Document, index: int, matrices: Mapping[int, np.ndarray]) -> np.ndarray:
    """(J, 4, 4) from the mesh at rest to the world; a joint outside the shown scene stays where it was bound."""
    skin = document.skins[index]
    places = np.stack([matrices.get(joint, _UNMOVED) for joint in skin.joints])
    return places if skin.inverse_bind is None else places @ skin.inverse_bind


def vertices_under(document: Document, nodes: Iterable[int], top: int) -> list[np.ndarray]:
    """For each mesh of a puppet (V,) bool: which vertices a node and the nodes below it carry for the most part."""
    below = _descendants(document, top)
    masks = []
    for part in shown_parts(document, nodes):
        skin = document.nodes[part.node].skin
        share = np.full(part.primitive.vertex_count, float(skin is None and part.node in below))
        if skin is not None:
            carried = np.array([joint in below for joint in document.skins[skin].joints], float)
            for indices, weights in influences(part.primitive, len(carried)):
                share += weights * carried[indices]
        masks.append(share > 0.5)
    return masks


def _descendants(document: Document, top: int) -> set[int]:
    """`top` and all nodes below it."""
    found: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += document.nodes[node].children
    return found


def shown_parts(document: Document, nodes: Iterable[int]) -> Iterator[Part]:
    """Everything with triangles at the given nodes."""
    for node in nodes:
        mesh = document.nodes[node].mesh
        if mesh is None:
            continue
        for primitive in document.meshes[mesh].primitives:
            triangles = _triangles(primitive)
            if len(triangles):
                yield Part(node, mesh, primitive, triangles)


@contextmanager
def damage_named() -> Iterator[None]:
    """Turn what numpy finds wrong with a file's arrays into an error of ours."""
    try:
        yield
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise InputError(f"damaged glTF: a mesh cannot be drawn ({str(error)[:80]})") from error


def influences(primitive: Primitive, joint_count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(V,) joint indices and (V,) weights, one pair per influence that a vertex can have."""
    number = 0
    while f"JOINTS_{number}" in primitive.attributes and f"WEIGHTS_{number}" in primitive.attributes:
        indices = np.minimum(primitive.attributes[f"JOINTS_{number}"].astype(int), joint_count - 1)
        yield from zip(indices.T, primitive.attributes[f"WEIGHTS_{number}"].T, strict=True)
        number += 1


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
