"""A surface with fewer triangles: what is where, and how much each part counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from avatarkit.export.reduction.collapse import Corners, collapsed
from avatarkit.export.reduction.surface import Surface, dense
from avatarkit.geometry.vertex_moves import VertexMoves

POSES = 4
"""Poses beside the rest: the directions in which morphs move the surface most, together."""

POSE_REACH_M = 0.01
"""How far the farthest vertex moves in such a pose; lips and lids move so much."""

WELD_M = 1e-5
"""Vertices nearer than this in all poses are one point."""

MOVED_WEIGHT, MOVED_M = 20.0, 0.004
"""What a morph moves by `MOVED_M` or more counts so much: lids, lips, brows. Source: looked at, and the distances measured."""


def with_most_triangles(surface: Surface, most: int, weights: np.ndarray) -> Surface:
    """The surface with at most `most` triangles if that can be done without folds and cracks.

    Args:
        surface: any.
        most: triangles that may stay.
        weights: (T,) how much each triangle counts; what morphs move counts more beside.
    """
    if len(surface.triangles) <= most:
        return surface
    surface = surface.with_layers(_layers(surface.triangles))
    poses = morph_poses(surface)
    corners = Corners(
        poses=poses[0],
        triangles=surface.triangles,
        point_of=poses[1],
        importance=weights * (1.0 + MOVED_WEIGHT * moved_share(surface))[surface.triangles].mean(axis=1),
    )
    return surface.with_triangles(*collapsed(corners, most))


def moved_share(surface: Surface) -> np.ndarray:
    """(V,) 0..1: how far the strongest morph moves each vertex, of `MOVED_M`."""
    farthest = np.zeros(surface.count)
    for moves in surface.morphs.values():
        np.maximum.at(farthest, moves.vertices, np.linalg.norm(moves.positions, axis=1))
    return np.minimum(farthest / MOVED_M, 1.0)


def morph_poses(surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Points in several poses (1 + K, P, 3), and the point of each vertex (V,).

    Vertices at one place in all poses are one point: the two sides of a texture seam, the rim that two meshes share. Lips that
    touch at rest are parted by the poses, and sheets that lie in each other, a second head, by what holds each together.
    """
    shifts = principal_moves(surface)
    posed = surface.positions + np.concatenate([np.zeros((1, surface.count, 3)), shifts])
    keys = np.round(posed.transpose(1, 0, 2).reshape(surface.count, -1) / WELD_M).astype(np.int64)
    places = np.unique(_hashes(keys), return_inverse=True)[1].reshape(-1)
    _, first, point_of = np.unique(_parted(surface, places), return_index=True, return_inverse=True)
    return posed[:, first], point_of.reshape(-1)


def _parted(surface: Surface, places: np.ndarray) -> np.ndarray:
    """(V,) places numbered anew, so that sheets which lie in each other have points of their own.

    Of sheets whose points are one, none could lose a triangle. A sheet is held together by its vertices, and at seams and rims
    by edges of which it has two triangles; of triangles with the same corners, each belongs to another sheet.
    """
    corners = places[surface.triangles]
    layer = _layers(corners)
    apart = np.zeros(len(places), bool)
    apart[corners[layer > 0]] = True
    if not apart.any():
        return places
    start, end = surface.triangles.reshape(-1), np.roll(surface.triangles, -1, axis=1).reshape(-1)
    turned = places[start] > places[end]
    low, high = np.where(turned, end, start), np.where(turned, start, end)
    edge = np.unique(places[low] * len(places) + places[high], return_inverse=True)[1].reshape(-1)
    sheet_edge = edge * (int(layer.max()) + 1) + np.repeat(layer, 3)
    ends = np.concatenate([_chain(low, sheet_edge), _chain(high, sheet_edge)], axis=1)
    graph = sparse.csr_matrix((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(len(places), len(places)))
    sheets = connected_components(graph, directed=False)[1]
    return np.where(apart[places], len(places) + sheets, places)


def _layers(corners: np.ndarray) -> np.ndarray:
    """(T,) how many triangles of the same three places come before each; those of fewer places count for nothing."""
    found = np.unique(_hashes(np.sort(corners, axis=1)), return_inverse=True)[1].reshape(-1)
    order = np.argsort(found, kind="stable")
    firsts = np.flatnonzero(np.concatenate([[True], np.diff(found[order]) > 0]))
    layers = np.empty(len(corners), np.int64)
    layers[order] = np.arange(len(corners)) - np.repeat(firsts, np.diff([*firsts, len(corners)]))
    proper = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
    return np.where(proper, layers, 0)


def _chain(vertices: np.ndarray, group: np.ndarray) -> np.ndarray:
    """(2, N) links between the vertices of each group, one after the other."""
    order = np.argsort(group, kind="stable")
    same = group[order[1:]] == group[order[:-1]]
    return np.stack([vertices[order[:-1][same]], vertices[order[1:][same]]])


def principal_moves(surface: Surface) -> np.ndarray:
    """(K, V, 3) the few movements that hold most of what all morphs do, each scaled to `POSE_REACH_M`."""
    names = list(surface.morphs)
    if not names:
        return np.zeros((0, surface.count, 3))
    gram = _products(surface.morphs, names, surface.count)
    values, vectors = np.linalg.eigh(gram)
    kept = [k for k in np.argsort(-values)[:POSES] if values[k] > 1e-9 * values.max()]
    return np.array([_pose(surface, names, vectors[:, k]) for k in kept]).reshape(-1, surface.count, 3)


def _products(morphs: Mapping[str, VertexMoves], names: list[str], count: int) -> np.ndarray:
    """(M, M) how much each two morphs move alike."""
    rows, columns, values = [], [], []
    for number, name in enumerate(names):
        moves = morphs[name]
        flat = (moves.vertices[:, None] * 3 + np.arange(3)).reshape(-1)
        rows.append(np.full(len(flat), number))
        columns.append(flat)
        values.append(moves.positions.reshape(-1))
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(names), 3 * count)
    )
    return np.asarray((matrix @ matrix.T).todense())


def _pose(surface: Surface, names: list[str], shares: np.ndarray) -> np.ndarray:
    total = np.zeros((surface.count, 3))
    for name, share in zip(names, shares, strict=True):
        total += share * dense(surface.morphs[name], surface.count)
    return total * (POSE_REACH_M / max(float(np.linalg.norm(total, axis=1).max()), 1e-12))


def _hashes(keys: np.ndarray) -> np.ndarray:
    """One number for each row (V, n); rows that differ get the same one about never."""
    factors = np.random.default_rng(0).integers(1, 2**62, keys.shape[1], dtype=np.int64) | 1
    with np.errstate(over="ignore"):
        return (keys * factors).sum(axis=1)
