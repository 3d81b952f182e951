"""Where directions from a point inside meet the average body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.nearest import tree_of

_CANDIDATES = (6, 24)  # triangles nearest to a direction, among which the one that it meets is found: mostly, and at most
_WITHIN = 0.02  # so far inside one of the first, no other can be the one
_LEAST_VOLUME_M3 = 1e-12  # of a triangle with the centre: what is seen from its edge or from behind is left out


@dataclass(frozen=True)
class Shell:
    """Triangles (T, 3) that face away from a point inside, matrices (T, 3, 3) that express a direction by their corners, and a
    tree of the directions in which they lie."""

    triangles: np.ndarray
    inverses: np.ndarray
    tree: cKDTree


def shell_around(centre: np.ndarray, triangles: np.ndarray) -> Shell:
    """Those of the triangles (T, 3) of the average body that are seen from `centre` (3,), metres."""
    corners = load_body().positions[triangles].astype(float) - centre
    seen = np.linalg.det(corners) > _LEAST_VOLUME_M3
    middle = corners[seen].mean(axis=1)
    directions = middle / np.linalg.norm(middle, axis=1, keepdims=True)
    return Shell(triangles[seen], np.linalg.inv(corners[seen].transpose(0, 2, 1)), tree_of(directions))


def points_met(shell: Shell, directions: np.ndarray) -> SurfacePoints:
    """Where unit directions (N, 3) leave the shell; through a hole, the nearest place beside it."""
    met, shares = _best(shell, directions, _CANDIDATES[0])
    unsure = np.flatnonzero(shares.min(axis=1) < _WITHIN)
    met[unsure], shares[unsure] = _best(shell, directions[unsure], _CANDIDATES[1])
    weights = np.maximum(shares, 0.0)
    return SurfacePoints(shell.triangles[met], weights / weights.sum(axis=1, keepdims=True))


def _best(shell: Shell, directions: np.ndarray, candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """Which triangle (N,) each direction (N, 3) meets, or misses by least, and the shares (N, 3) of its corners."""
    near = np.asarray(shell.tree.query(directions, candidates)[1])
    shares = np.einsum("nkij,nj->nki", shell.inverses[near], directions)
    shares /= np.maximum(np.abs(shares).sum(axis=2, keepdims=True), 1e-12)
    rows = np.arange(len(directions))
    best = shares.min(axis=2).argmax(axis=1)
    return near[rows, best], shares[rows, best]
