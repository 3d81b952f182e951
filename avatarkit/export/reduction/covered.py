"""Cloth under what is sewn onto it: of two sheets so near, one comes through the other when few triangles are left of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.export.reduction.linings import MOST_SHEETS, moved_pieces, sheets
from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry.meshes import face_normals
from avatarkit.geometry.nearest import tree_of

_LOW_M, _HIGH_M = 0.0005, 0.006
"""What is sewn on lies so high above its cloth: panels that meet in a seam lie at one height, jackets farther off shirts."""

_SUNK_M = 0.006
"""Sunk by so much it stays below. Source: looked at; bands stand two to four millimetres above their cloth."""

_ALIKE, _CARRIED_ALIKE = 0.7, 0.9
"""Least cosines of a cover and its cloth: between their normals, and between the shares of the bones that carry them."""

_CANDIDATES, _REACH_M = 12, 0.04
"""Triangles that are asked whether they cover a point: those whose middles are nearest, and none farther away."""


def with_sunk_cloth(surface: Surface) -> Surface:
    """The surface with cloth sunk where another sheet of the same garment lies on it and goes along with it.

    Only clothes are looked at: sheets that no morph moves, of meshes that have few. Cloth without what is covered would have
    holes beside narrow covers, which shrink as their triangles get fewer.
    """
    return replace(surface, positions=surface.positions - _SUNK_M * covered(surface)[:, None] * surface.normals)


def covered(surface: Surface) -> np.ndarray:
    """(V,) bool: which vertices of clothes lie under another sheet."""
    sheet, garment = _clothes(surface), _garments(surface)[surface.piece]
    under = np.zeros(surface.count, bool)
    own = np.flatnonzero(sheet >= 0)
    if not len(own):
        return under
    corners = surface.positions[surface.triangles[own]]
    across = face_normals(surface.positions, surface.triangles[own])
    normals = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    vertices, first = np.unique(surface.triangles[own], return_index=True)
    sheet_of = sheet[own[first // 3]]
    points = surface.positions[vertices]
    tree = tree_of(corners.mean(axis=1))
    near = map(np.asarray, tree.query(points, _CANDIDATES, distance_upper_bound=_REACH_M))
    for distance, nearest in zip(*(found.T for found in near), strict=True):
        rows = np.flatnonzero(np.isfinite(distance))
        above = nearest[rows]
        sewn = (sheet[own[above]] != sheet_of[rows]) & (garment[own[above]] == garment[own[first[rows] // 3]])
        rows, above = rows[sewn], above[sewn]
        found = _inside(points[rows], surface.normals[vertices[rows]], corners[above], normals[above])
        found &= _together(surface, vertices[rows], surface.triangles[own[above], 0])
        under[vertices[rows[found]]] = True
    return under


def _clothes(surface: Surface) -> np.ndarray:
    """(T,) which sheet of clothes each triangle belongs to; -1 where it is of none."""
    found = np.full(len(surface.triangles), -1)
    for number in np.flatnonzero(~moved_pieces(surface)):
        own = np.flatnonzero(surface.piece == number)
        if not len(own):
            continue
        sheet = sheets(surface.triangles[own], surface.count)
        if sheet.max() < MOST_SHEETS:
            found[own] = sheet + found.max() + 1
    return found


def _garments(surface: Surface) -> np.ndarray:
    """(pieces,) which pieces are parts of one garment: of meshes that are named alike up to the last word."""
    return np.unique([name.rsplit("-", 1)[0] for name in surface.pieces], return_inverse=True)[1].reshape(-1)


def _inside(points: np.ndarray, facing: np.ndarray, corners: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(N,) bool: whether points (N, 3) with normals (N, 3) lie close under triangles (N, 3, 3) that face the same way."""
    a = corners[:, 0]
    height = ((a - points) * normals).sum(axis=1)
    one, two, way = corners[:, 1] - a, corners[:, 2] - a, points - a
    oo, ot, tt, wo, wt = ((x * y).sum(axis=1) for x, y in ((one, one), (one, two), (two, two), (way, one), (way, two)))
    size = np.maximum(oo * tt - ot * ot, 1e-18)
    first, second = (tt * wo - ot * wt) / size, (oo * wt - ot * wo) / size
    within = (first >= 0.0) & (second >= 0.0) & (first + second <= 1.0)
    return within & (height > _LOW_M) & (height < _HIGH_M) & ((facing * normals).sum(axis=1) > _ALIKE)


def _together(surface: Surface, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(N,) bool: whether vertices (N,) are carried by the same bones as others (N,)."""
    same = surface.joints[one][:, :, None] == surface.joints[other][:, None, :]
    mine, theirs = surface.weights[one], surface.weights[other]
    shared = (same * mine[:, :, None] * theirs[:, None, :]).sum(axis=(1, 2))
    return np.asarray(shared > _CARRIED_ALIKE * np.linalg.norm(mine, axis=1) * np.linalg.norm(theirs, axis=1))
