"""Strips turned in behind hems, which come through the cloth before them when few triangles are left of both."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry.meshes import face_normals
from avatarkit.geometry.nearest import tree_of

FEW = 0.5
"""Where less than this share of the triangles may stay, linings come through. Source: looked at."""

_NEAR_M = 0.02
"""A lining lies millimetres behind its cloth; middles of triangles lie farther from each other."""

_FACING_AWAY = -0.5
"""Cosine between a lining's normal and its cloth's, at most."""

_LINED_SHARE, _SMALLER = 0.8, 0.8
"""Of a strip's area so much lies behind cloth that it faces away from; and it is smaller than that cloth by so much."""

_AROUND, _LARGER = 0.3, 2.0
"""Mean cosine between a strip's normals and the ways from its middle, from which on it goes around something: bands outside,
their linings, which may then be so many times as large as they, inside."""


MOST_SHEETS = 64
"""A mesh of more sheets than this is hair, grass or the like, not something sewn."""


def without_linings(surface: Surface) -> Surface:
    """The surface without strips that lie wholly behind a larger sheet of the same mesh, facing away from it.

    What hides behind faces (teeth, eyeballs) stays: of meshes that morphs move nothing is taken.
    """
    kept = np.flatnonzero(~lining(surface))
    return surface if len(kept) == len(surface.triangles) else surface.with_triangles(surface.triangles[kept], kept)


def lining(surface: Surface) -> np.ndarray:
    """(T,) bool: the triangles of such strips."""
    found = np.zeros(len(surface.triangles), bool)
    for number in np.flatnonzero(~moved_pieces(surface)):
        own = np.flatnonzero(surface.piece == number)
        if len(own):
            found[own] = _behind_own_cloth(surface.positions, surface.triangles[own])
    return found


def moved_pieces(surface: Surface) -> np.ndarray:
    """(pieces,) whether any morph moves a mesh."""
    moved = np.zeros(surface.count, bool)
    for moves in surface.morphs.values():
        moved[moves.vertices] = True
    return np.bincount(surface.piece, moved[surface.triangles].any(axis=1), len(surface.pieces)) > 0


def _behind_own_cloth(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(T,) bool: triangles of one mesh whose sheet lies behind a larger one."""
    sheet = sheets(triangles, len(positions))
    if sheet.max() >= MOST_SHEETS:
        return np.zeros(len(triangles), bool)
    across, middles = face_normals(positions, triangles), positions[triangles].mean(axis=1)
    areas = np.linalg.norm(across, axis=1) / 2.0
    normals = across / np.maximum(2.0 * areas, 1e-12)[:, None]
    sheet_areas = np.bincount(sheet, areas)
    lined = np.zeros(len(sheet_areas))
    for strip in range(len(sheet_areas)):
        own = np.flatnonzero(sheet == strip)
        facing = _outward(middles[own], normals[own], areas[own])
        most = _LARGER if facing < -_AROUND else _SMALLER  # of what may be its cloth
        cloth = np.flatnonzero((sheet != strip) & (sheet_areas[sheet] * most > sheet_areas[strip]))
        if len(cloth) and facing < _AROUND:
            distance, nearest = tree_of(middles[cloth]).query(middles[own])
            other = cloth[nearest]
            away = (normals[own] * normals[other]).sum(axis=1) < _FACING_AWAY
            behind = ((middles[other] - middles[own]) * normals[own]).sum(axis=1) < 0.0
            lined[strip] = areas[own][away & behind & (distance < _NEAR_M)].sum() / max(float(sheet_areas[strip]), 1e-12)
    return np.asarray(lined[sheet] > _LINED_SHARE)


def _outward(middles: np.ndarray, normals: np.ndarray, areas: np.ndarray) -> float:
    """Mean cosine between normals (N, 3) of triangles and the ways to them from the middle of them all."""
    weights = np.maximum(areas, 1e-12)
    ways = middles - np.average(middles, axis=0, weights=weights)
    cosines = (ways * normals).sum(axis=1) / np.maximum(np.linalg.norm(ways, axis=1), 1e-12)
    return float(np.average(cosines, weights=weights))


def sheets(triangles: np.ndarray, count: int) -> np.ndarray:
    """(T,) which connected piece each triangle belongs to."""
    corners = triangles.reshape(-1)
    links = sparse.csr_matrix(
        (np.ones(len(corners)), (corners, np.roll(triangles, 1, axis=1).reshape(-1))), shape=(count, count)
    )
    _, label = connected_components(links, directed=False)
    return np.unique(label[triangles[:, 0]], return_inverse=True)[1]
