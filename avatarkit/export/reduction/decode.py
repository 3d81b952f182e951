"""A document's meshes as one surface in the scene's space at rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry import quaternions
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.gltf.document import TRIANGLES, Document, Node, Primitive, SparseRows

MOST_INFLUENCES = 4
"""Joints that one vertex may follow. Source: what every engine reads."""

_STRIP, _FAN = 5, 6


@dataclass(frozen=True)
class _Piece:
    """One primitive as a node shows it, in the scene's space."""

    arrays: Mapping[str, np.ndarray]
    triangles: np.ndarray
    material: int
    morphs: Mapping[str, VertexMoves]


def surface_of(document: Document) -> Surface:
    """Every triangle that a node shows, baked into the rest pose and bound to one skin.

    A mesh without a skin is bound to its own node. Points and lines are left out, and so are all influences of a vertex but the
    four strongest.

    Raises:
        InputError: it has no triangles.
    """
    shown = [index for index, node in enumerate(document.nodes) if node.mesh is not None]
    worlds = world_matrices(document)
    skin = _joints(document, shown)
    place = {node: number for number, node in enumerate(skin)}
    pieces: list[_Piece] = []
    numbers: list[int] = []
    for number, index in enumerate(shown):
        made = list(_pieces(document, index, worlds, place))
        pieces += made
        numbers += [number] * len(made)
    if not pieces:
        raise InputError("it has no triangles")
    names = tuple(_mesh_name(document, index) for index in shown)
    return _joined(pieces, numbers, names, tuple(_morph_names(document, index) for index in shown), skin)


def rest_positions(document: Document) -> np.ndarray:
    """(V, 3) where every vertex that a node shows is at rest, in the scene; (0, 3) without any."""
    shown = [index for index, node in enumerate(document.nodes) if node.mesh is not None]
    worlds, skin = world_matrices(document), _joints(document, shown)
    place = {node: number for number, node in enumerate(skin)}
    found = [np.empty((0, 3))]
    for index in shown:
        for part in document.meshes[document.nodes[index].mesh or 0].primitives:
            if part.vertex_count:
                matrices = _bound(document, index, part, worlds, place)[2]
                found.append(_moved(part.attributes["POSITION"].astype(np.float64), matrices))
    return np.concatenate(found)


def world_matrices(document: Document) -> np.ndarray:
    """(N, 4, 4) where each node is at rest, acting on columns."""
    worlds = np.tile(np.eye(4), (len(document.nodes), 1, 1))
    parents = document.parents
    for index in document.top_down:
        local = local_matrix(document.nodes[index])
        worlds[index] = local if parents[index] < 0 else worlds[parents[index]] @ local
    return worlds


def local_matrix(node: Node) -> np.ndarray:
    """(4, 4) of a node relative to its parent."""
    matrix = np.eye(4)
    rotation = np.array(node.rotation) / max(float(np.linalg.norm(node.rotation)), 1e-12)
    matrix[:3, :3] = quaternions.to_matrix(rotation) * np.array(node.scale)
    matrix[:3, 3] = node.translation
    return matrix


def unique_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that differ: a second "smile" becomes "smile_2"; one that is empty gets its number."""
    seen: dict[str, int] = {}
    made: list[str] = []
    for number, name in enumerate(names):
        plain = name or f"morph_{number}"
        seen[plain] = seen.get(plain, 0) + 1
        made.append(plain if seen[plain] == 1 else f"{plain}_{seen[plain]}")
    return tuple(made)


def _mesh_name(document: Document, node: int) -> str:
    mesh = document.nodes[node].mesh
    assert mesh is not None
    return document.meshes[mesh].name or document.nodes[node].name


def _morph_names(document: Document, node: int) -> tuple[str, ...]:
    """Unique names of all morphs of a node's mesh, also of those that the file names not."""
    mesh = document.meshes[document.nodes[node].mesh or 0]
    count = max((len(part.targets) for part in mesh.primitives), default=0)
    return unique_names((*mesh.target_names, *("" for _ in range(count)))[: max(count, len(mesh.target_names))])


def _joints(document: Document, shown: list[int]) -> tuple[int, ...]:
    used: dict[int, None] = {}
    for skin in document.skins:
        used |= dict.fromkeys(skin.joints)
    used |= dict.fromkeys(index for index in shown if document.nodes[index].skin is None)
    return tuple(used)


def _pieces(document: Document, index: int, worlds: np.ndarray, place: Mapping[int, int]) -> Iterator[_Piece]:
    mesh = document.meshes[document.nodes[index].mesh or 0]
    names = _morph_names(document, index)
    for part in mesh.primitives:
        triangles = _triangles(part)
        if len(triangles):
            yield _baked(part, triangles, _bound(document, index, part, worlds, place), names)


def _triangles(part: Primitive) -> np.ndarray:
    """(T, 3) of triangles, strips and fans, without those that have no area by their corners."""
    corners = np.arange(part.vertex_count) if part.indices is None else part.indices.astype(np.int64)
    if part.mode == TRIANGLES:
        triangles = corners[: len(corners) // 3 * 3].reshape(-1, 3)
    elif part.mode == _STRIP and len(corners) > 2:
        triangles = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
        triangles[1::2] = triangles[1::2, ::-1]
    elif part.mode == _FAN and len(corners) > 2:
        triangles = np.stack([np.full(len(corners) - 2, corners[0]), corners[1:-1], corners[2:]], axis=1)
    else:
        triangles = np.empty((0, 3), np.int64)
    return triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)]


def _bound(
    document: Document, index: int, part: Primitive, worlds: np.ndarray, place: Mapping[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joints (V, 4) in the common skin, weights (V, 4), and the (V, 4, 4) that bring each vertex to its place at rest."""
    skin = document.nodes[index].skin
    count = part.vertex_count
    if skin is None or "JOINTS_0" not in part.attributes or "WEIGHTS_0" not in part.attributes:
        joints = np.zeros((count, MOST_INFLUENCES), np.int64)
        weights = np.zeros((count, MOST_INFLUENCES))
        joint = index if skin is None else document.skins[skin].joints[0]
        joints[:, 0], weights[:, 0] = place[joint], 1.0
        return joints, weights, np.broadcast_to(worlds[index], (count, 4, 4))
    bound = document.skins[skin]
    local, weights = strongest(part)
    local = np.minimum(local, len(bound.joints) - 1)
    inverse = np.tile(np.eye(4), (len(bound.joints), 1, 1)) if bound.inverse_bind is None else bound.inverse_bind
    posed = worlds[list(bound.joints)] @ inverse[: len(bound.joints)]
    matrices = np.einsum("vj,vjab->vab", weights, posed[local])
    common = np.array([place[joint] for joint in bound.joints])
    return common[local], weights, matrices


def strongest(part: Primitive) -> tuple[np.ndarray, np.ndarray]:
    """The four strongest influences of each vertex: joints (V, 4) and weights (V, 4) whose rows sum to 1."""
    sets = [
        number for number in range(len(part.attributes)) if {f"JOINTS_{number}", f"WEIGHTS_{number}"} <= set(part.attributes)
    ]
    joints = np.concatenate([part.attributes[f"JOINTS_{number}"] for number in sets], axis=1).astype(np.int64)
    weights = np.concatenate([part.attributes[f"WEIGHTS_{number}"] for number in sets], axis=1).astype(np.float64)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :MOST_INFLUENCES]
    joints, weights = np.take_along_axis(joints, order, axis=1), np.maximum(np.take_along_axis(weights, order, axis=1), 0.0)
    weights[weights.sum(axis=1) <= 0, 0] = 1.0
    return np.where(weights > 0, joints, 0), weights / weights.sum(axis=1, keepdims=True)


def _baked(
    part: Primitive, triangles: np.ndarray, bound: tuple[np.ndarray, np.ndarray, np.ndarray], names: tuple[str, ...]
) -> _Piece:
    joints, weights, matrices = bound
    positions = part.attributes["POSITION"].astype(np.float64)
    normals = part.attributes.get("NORMAL")
    if normals is None:
        normals = vertex_normals(positions, triangles)
    turns = matrices[:, :3, :3]
    mirrored = float(np.linalg.det(turns[0])) < 0
    arrays = {
        "positions": _moved(positions, matrices),
        "normals": _unit(np.einsum("vab,vb->va", turns, normals)),
        "uvs": _uvs(part),
        "colors": _colors(part),
        "joints": joints,
        "weights": weights,
    }
    morphs = {name: moves for name, target in zip(names, part.targets, strict=False) if (moves := _moves(target, turns))}
    material = -1 if part.material is None else part.material
    return _Piece(arrays, triangles[:, ::-1] if mirrored else triangles, material, morphs)


def _moved(positions: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    moved: np.ndarray = np.einsum("vab,vb->va", matrices[:, :3, :3], positions) + matrices[:, :3, 3]
    return moved


def _moves(target: Mapping[str, SparseRows], turns: np.ndarray) -> VertexMoves | None:
    """A target's offsets, turned as its mesh is; None where nothing moves."""
    shifts, bends = target.get("POSITION"), target.get("NORMAL")
    if shifts is None or not len(shifts.rows):
        return None
    moved = shifts.rows.astype(np.int64)
    normals = np.zeros((len(moved), 3)) if bends is None else _at_rows(bends, moved)
    return VertexMoves(
        moved,
        np.einsum("vab,vb->va", turns[moved], shifts.values).astype(np.float32),
        np.einsum("vab,vb->va", turns[moved], normals).astype(np.float32),
    )


def _at_rows(rows: SparseRows, wanted: np.ndarray) -> np.ndarray:
    if len(rows.rows) == len(wanted) and (rows.rows == wanted).all():
        return rows.values
    return rows.dense()[wanted]


def _uvs(part: Primitive) -> np.ndarray:
    uvs = part.attributes.get("TEXCOORD_0")
    return np.zeros((part.vertex_count, 2)) if uvs is None else uvs.astype(np.float64)


def _colors(part: Primitive) -> np.ndarray:
    colors = np.ones((part.vertex_count, 4))
    given = part.attributes.get("COLOR_0")
    if given is not None:
        scale = 1.0 if given.dtype.kind == "f" else float(np.iinfo(given.dtype).max)
        colors[:, : given.shape[1]] = given / scale
    return colors


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 1e-12, vectors / np.maximum(lengths, 1e-12), [0.0, 1.0, 0.0])


def _joined(
    pieces: list[_Piece],
    numbers: list[int],
    names: tuple[str, ...],
    piece_morphs: tuple[tuple[str, ...], ...],
    skin: tuple[int, ...],
) -> Surface:
    starts = np.cumsum([0, *(len(piece.arrays["positions"]) for piece in pieces)])
    arrays = {key: np.concatenate([piece.arrays[key] for piece in pieces]) for key in pieces[0].arrays}
    morph_names = dict.fromkeys(name for names in piece_morphs for name in names)
    joined = {name: _joined_moves(name, pieces, starts) for name in morph_names}
    surface = Surface(
        triangles=np.concatenate([piece.triangles + start for piece, start in zip(pieces, starts, strict=False)]),
        piece=np.repeat(numbers, [len(piece.triangles) for piece in pieces]),
        material=np.repeat([piece.material for piece in pieces], [len(piece.triangles) for piece in pieces]),
        morphs={name: moves for name, moves in joined.items() if moves is not None},
        pieces=names,
        piece_morphs=piece_morphs,
        skin=skin,
        **arrays,
    )
    return surface.with_triangles(surface.triangles, np.arange(len(surface.triangles)))


def _joined_moves(name: str, pieces: list[_Piece], starts: np.ndarray) -> VertexMoves | None:
    found = [(piece.morphs[name], start) for piece, start in zip(pieces, starts, strict=False) if name in piece.morphs]
    if not found:
        return None
    return VertexMoves(
        np.concatenate([moves.vertices + start for moves, start in found]),
        np.concatenate([moves.positions for moves, _ in found]),
        np.concatenate([moves.normals for moves, _ in found]),
    )
