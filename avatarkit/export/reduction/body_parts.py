"""A figure cut into Roblox's fifteen parts: each a closed mesh of its own, on a skeleton of one joint a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from avatarkit.errors import InputError
from avatarkit.export.reduction.bones import summed
from avatarkit.export.reduction.decode import world_matrices
from avatarkit.export.reduction.detail import with_most_triangles
from avatarkit.export.reduction.human import triangle_weights
from avatarkit.export.reduction.references import with_nodes
from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry.vertex_moves import VertexMoves
from avatarkit.gltf.document import Document, Node, Scene
from avatarkit.vocabulary.r15 import (
    ABOVE,
    ATTACHMENTS,
    BELOW_ROOT,
    JOINT_AT,
    MOST_TRIANGLES,
    ONE_SIDED,
    PARTS,
    ROOT,
    mesh_name,
    part_of_bone,
)

WELD_M = 1e-6
"""Vertices nearer than this are one corner of a closed surface."""

HELD = 1e6
"""How much rather other limbs' triangles stay while one limb gets fewer."""

FIRST_SHARE, ROUNDS, SPARE = 1.6, 24, 8
"""Of all triangles allowed, what stays before limbs are looked at one by one: enough that each has a choice. How often one
gets fewer, and how many more than it has too many: rims change."""

FADE_M = 0.008
"""From the middle line, over which a brow's raising goes over from one side to the other."""

_GROUPS = [[PARTS.index(part) for part in parts] for _, parts in MOST_TRIANGLES.values()]


def with_body_parts(document: Document, surface: Surface, bones: Mapping[str, int]) -> tuple[Document, Surface]:
    """The document on Roblox's skeleton, and the surface as its fifteen closed parts, the joint of the lower torso at 0, 0, 0.

    Args:
        document: whose nodes the surface's joints are; what it shows is replaced.
        surface: with Roblox's face poses among its morphs.
        bones: human bone -> node.

    Raises:
        InputError: a bone that one of the parts needs is missing, or nothing hangs on it.
    """
    lacking = [part for part, names in JOINT_AT.items() if not any(name in bones for name in names)]
    if lacking:
        raise InputError(f"it has no bone for Roblox's {', '.join(lacking[:3])}")
    part_of_joint = _part_of_joint(document, surface, bones)
    surface = _with_one_sided(surface)
    surface = _within_limits(document, surface, bones, part_of_joint)
    label = _labels(surface, part_of_joint)
    empty = [part for number, part in enumerate(PARTS) if not (label == number).any()]
    if empty:
        raise InputError(f"nothing of it hangs on the bone for Roblox's {', '.join(empty[:3])}")
    worlds = world_matrices(document)[:, :3, 3]
    joints = {part: worlds[next(bones[name] for name in names if name in bones)] for part, names in JOINT_AT.items()}
    made, skin = _skeleton(document, joints, _attachments(surface, label, joints))
    joint_places, weights = summed(part_of_joint[surface.joints], surface.weights)
    surface = replace(
        surface,
        positions=surface.positions - joints["LowerTorso"],
        joints=joint_places,
        weights=weights,
        skin=skin,
        piece=label,
        pieces=tuple(mesh_name(part) for part in PARTS),
        piece_morphs=tuple(() for _ in PARTS),
    )
    return made, capped(surface)


def _part_of_joint(document: Document, surface: Surface, bones: Mapping[str, int]) -> np.ndarray:
    """(J,) the part that each joint of the surface's skin goes with: that of the human bone above it."""
    human, parents = {node: bone for bone, node in bones.items()}, document.parents

    def part(node: int) -> int:
        while node >= 0 and node not in human:
            node = parents[node]
        return PARTS.index("LowerTorso" if node < 0 else part_of_bone(human[node]))

    return np.array([part(node) for node in surface.skin])


def _labels(surface: Surface, part_of_joint: np.ndarray) -> np.ndarray:
    """(T,) the part that carries most of each triangle."""
    shares = np.zeros((surface.count, len(PARTS)))
    np.add.at(shares, (np.arange(surface.count)[:, None], part_of_joint[surface.joints]), surface.weights)
    label: np.ndarray = np.argmax(shares[surface.triangles].sum(axis=1), axis=1)
    return label


def _within_limits(document: Document, surface: Surface, bones: Mapping[str, int], part_of_joint: np.ndarray) -> Surface:
    """Fewer triangles, until every limb with its caps has as few as it may."""
    total = sum(most for most, _ in MOST_TRIANGLES.values())
    surface = with_most_triangles(surface, int(FIRST_SHARE * total), triangle_weights(document, surface, bones))
    for _ in range(ROUNDS):
        label = _labels(surface, part_of_joint)
        counts = np.bincount(label, minlength=len(PARTS)) + [
            len(open_edges(surface, np.flatnonzero(label == part))) for part in range(len(PARTS))
        ]
        over = [counts[group].sum() - most for (most, _), group in zip(MOST_TRIANGLES.values(), _GROUPS, strict=True)]
        worst = int(np.argmax(over))
        if over[worst] <= 0:
            break
        weights = triangle_weights(document, surface, bones) * np.where(np.isin(label, _GROUPS[worst]), 1.0, HELD)
        surface = with_most_triangles(surface, len(surface.triangles) - int(over[worst]) - SPARE, weights)
    return surface


def _with_one_sided(surface: Surface) -> Surface:
    """Poses of one side without what they do on the other."""
    morphs = dict(surface.morphs)
    for name, side in ONE_SIDED.items():
        if name in morphs:
            moves = morphs[name]
            share = np.clip(0.5 + side * surface.positions[moves.vertices, 0] / FADE_M, 0.0, 1.0).astype(np.float32)[:, None]
            kept = share[:, 0] > 0.0
            shared = (share[kept] * array[kept] for array in (moves.positions, moves.normals))
            morphs[name] = VertexMoves(moves.vertices[kept], *shared)
    return replace(surface, morphs=morphs)


def open_edges(surface: Surface, rows: np.ndarray) -> np.ndarray:
    """(E, 2) vertices of directed edges, of the triangles `rows`, that no other of them runs back along.

    Vertices at one place count as one; an edge stands as often as it lacks a partner.
    """
    triangles = surface.triangles[rows]
    edges = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    points = _welded(surface.positions)[edges]
    edges, points = edges[points[:, 0] != points[:, 1]], points[points[:, 0] != points[:, 1]]
    forth = points[:, 0] < points[:, 1]
    key = np.sort(points, axis=1) @ [surface.count, 1]
    order = np.lexsort((forth, key))
    kinds, first, place = np.unique(key[order], return_index=True, return_inverse=True)
    balance = np.bincount(place.reshape(-1), np.where(forth[order], 1, -1), len(kinds)).astype(int)
    many = np.bincount(place.reshape(-1), minlength=len(kinds))
    # within one key those that run back come first, then those that run forth
    start = np.where(balance > 0, first + many - balance, first)
    chosen = np.concatenate([np.arange(at, at + abs(more)) for at, more in zip(start, balance, strict=True)] or [order[:0]])
    return edges[order[chosen.astype(int)]]


def _welded(positions: np.ndarray) -> np.ndarray:
    """(V,) number of the place of each vertex."""
    _, places = np.unique(np.round(positions / WELD_M).astype(np.int64), axis=0, return_inverse=True)
    return places.reshape(-1)


def capped(surface: Surface) -> Surface:
    """The surface with each piece closed: a fan from the middle of every hole to its rim."""
    places = _welded(surface.positions)
    for piece in range(len(surface.pieces)):
        edges = open_edges(surface, np.flatnonzero(surface.piece == piece))
        if len(edges):
            surface = _with_caps(surface, piece, edges, places)
    return surface


def _with_caps(surface: Surface, piece: int, edges: np.ndarray, places: np.ndarray) -> Surface:
    rim, at = np.unique(places[edges], return_inverse=True)
    at = at.reshape(-1, 2)
    graph = sparse.coo_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(rim), len(rim)))
    count, hole = connected_components(graph, directed=False)
    hole_of_edge = hole[at[:, 0]]
    first = surface.count
    fans = np.stack([edges[:, 1], edges[:, 0], first + hole_of_edge], axis=1)
    middles = np.array([edges[hole_of_edge == number, 0][0] for number in range(count)])
    sizes = np.bincount(hole_of_edge, minlength=count)[:, None]

    def mean(values: np.ndarray) -> np.ndarray:
        return np.stack([np.bincount(hole_of_edge, values[edges[:, 0], k], count) for k in range(3)], axis=1) / sizes

    arrays = {name: np.concatenate([getattr(surface, name), getattr(surface, name)[middles]])
              for name in ("uvs", "colors", "joints", "weights", "normals")}  # fmt: skip
    material = surface.material[np.argmax(surface.piece == piece)]
    return replace(
        surface,
        positions=np.concatenate([surface.positions, mean(surface.positions)]),
        triangles=np.concatenate([surface.triangles, fans]),
        piece=np.concatenate([surface.piece, np.full(len(fans), piece)]),
        material=np.concatenate([surface.material, np.full(len(fans), material)]),
        morphs={name: _with_middles(moves, surface.count, mean) for name, moves in surface.morphs.items()},
        **arrays,
    )


def _with_middles(moves: VertexMoves, vertices: int, mean: Callable[[np.ndarray], np.ndarray]) -> VertexMoves:
    whole = np.zeros((vertices, 3))
    whole[moves.vertices] = moves.positions
    shifts = mean(whole).astype(np.float32)
    moved = np.flatnonzero(shifts.any(axis=1))
    return VertexMoves(
        np.concatenate([moves.vertices, vertices + moved]),
        np.concatenate([moves.positions, shifts[moved]]),
        np.concatenate([moves.normals, np.zeros_like(shifts[moved])]),
    )


def _attachments(surface: Surface, label: np.ndarray, joints: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Attachment -> where it is, metres."""
    head = surface.positions[np.unique(surface.triangles[label == PARTS.index("Head")])]
    low, high = head.min(axis=0), head.max(axis=0)
    middle = 0.5 * (np.maximum(low, joints["Head"]) + high) * [0.0, 1.0, 1.0]
    top, front = middle * [1.0, 0.0, 1.0] + [0.0, high[1], 0.0], middle * [1.0, 1.0, 0.0] + [0.0, 0.0, high[2]]
    places = {"Hat_Att": top, "Hair_Att": top, "FaceCenter_Att": middle, "FaceFront_Att": front, "Neck_Att": joints["Head"],
              "Root_Att": joints["LowerTorso"]}  # fmt: skip
    for side in ("Left", "Right"):
        places[f"{side}Collar_Att"] = 0.5 * (joints["Head"] + joints[f"{side}UpperArm"])
    return places


def _skeleton(
    document: Document, joints: Mapping[str, np.ndarray], attached: Mapping[str, np.ndarray]
) -> tuple[Document, tuple[int, ...]]:
    """The document with Roblox's nodes alone, in their places about the lower torso's joint, and the parts' nodes."""
    names = (ROOT, BELOW_ROOT, *PARTS, *ATTACHMENTS)
    above = {BELOW_ROOT: ROOT, **ABOVE, **ATTACHMENTS}
    at = {ROOT: joints["LowerTorso"], BELOW_ROOT: joints["LowerTorso"], **joints, **attached}
    numbers = {name: number for number, name in enumerate(names)}
    nodes = tuple(
        Node(
            name,
            translation=_shift(at[name] - at[above[name]]) if name in above else (0.0, 0.0, 0.0),
            children=tuple(numbers[child] for child, parent in above.items() if parent == name),
        )
        for name in names
    )
    bare = with_nodes(replace(document, skins=()), [])
    name = document.scenes[document.scene or 0].name if document.scenes else ""
    return replace(bare, nodes=nodes, scenes=(Scene((0,), name),), scene=0), tuple(numbers[part] for part in PARTS)


def _shift(offset: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in offset)
    return x, y, z
