"""Changes of shape evened out where they would fold the skin: sliders that are harmless alone can be too much together."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body

SKIN = ("head", "body", "socket-left", "socket-right", "mouth")
OPEN, FOLDED = -0.5, -0.9
"""Cosines between the normals of neighbours: what stays above the one is no fold, what is below the other certainly is."""

_CLEAR = -0.75  # how far folds are opened: what comes after must not close them again at once
_EVENED = 0.7  # how far a change is taken to its own mean round about, at a fold, in each round
_ROUNDS, _GENTLE_ROUNDS = 130, 16
_LESS = 0.6  # of the mean, where evening out was not enough
_REACH_M, _WIDER = 0.012, 0.08  # over which that fades around a fold, and how much farther in each round
_NEIGHBOURS = 40  # vertices that a mean is taken over: about 7 mm around each


def new_folds(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(E,) which edges of the skin of a body (V, 3) are folds after a change and were none before."""
    return (_bends(after) < FOLDED) & (_bends(before) > OPEN)


def unfolded(before: np.ndarray, after: np.ndarray, smooth: np.ndarray | None = None) -> np.ndarray:
    """Positions (V, 3) like `after`, the change towards it evened out around folds, as far as it takes for there to be none.

    What moves as a whole goes on doing so: only differences to what lies round about become less.

    Args:
        before, after: (V, 3) metres, of the body; the one has no folds.
        smooth: (V, 3) of the same, whose folds are meant to be there; `before` without it.
    """
    bends, open_before = _bends(after), before if smooth is None else smooth
    folded = np.flatnonzero(bends < FOLDED)
    if not (len(folded) and (_bends(open_before, folded) > OPEN).any()):
        return after
    wrong = _bends(open_before) > OPEN
    change = after - before
    for number in range(_ROUNDS):
        folds = np.flatnonzero(wrong & (bends < _CLEAR))
        if not len(folds):
            break
        rows, share = _around(folds, _REACH_M * (1.0 + _WIDER * number))
        calm = change[_neighbours(rows)].mean(axis=1) * (1.0 if number < _GENTLE_ROUNDS else _LESS)
        change[rows] += _EVENED * share[:, None] * (calm - change[rows])
        bends = _bends(before + change)
    return before + change


def _around(edges: np.ndarray, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices near the given edges of the skin, and 1 at these, 0 from `reach_m` on."""
    positions, (triangles, pairs) = load_body().positions, _skin()
    corners = np.unique(triangles[:, pairs[:, edges]])
    distance = np.asarray(cKDTree(positions[corners]).query(positions, distance_upper_bound=reach_m)[0])
    rows = np.flatnonzero(distance < reach_m)
    return rows, (1.0 - (distance[rows] / reach_m) ** 2) ** 2


def _neighbours(rows: np.ndarray) -> np.ndarray:
    """(N, K) vertices (N,) and those that lie nearest to each on the average body, whatever they belong to."""
    known, tree = _found_neighbours()
    new = rows[known[rows, 0] < 0]
    if len(new):
        known[new] = tree.query(load_body().positions[new], k=_NEIGHBOURS)[1]
    return known[rows]


@cache
def _found_neighbours() -> tuple[np.ndarray, cKDTree]:
    """(V, K) what has been asked for so far, -1 elsewhere, and what tells the rest: few vertices ever lie at a fold."""
    positions = load_body().positions
    return np.full((len(positions), _NEIGHBOURS), -1, np.int32), cKDTree(positions)


def _bends(positions: np.ndarray, edges: np.ndarray | None = None) -> np.ndarray:
    """(E,) cosines between the normals on both sides of each edge, or of those asked for."""
    triangles, pairs = _skin()
    if edges is not None:
        triangles, pairs = triangles[:, pairs[:, edges].reshape(-1)], np.arange(2 * len(edges)).reshape(2, -1)
    # coordinate by coordinate and in single precision: several times as quick
    a, b, c = ([np.ascontiguousarray(axis, np.float32).take(corner) for axis in positions.T] for corner in triangles)
    ux, uy, uz = (end - start for end, start in zip(b, a, strict=True))
    vx, vy, vz = (end - start for end, start in zip(c, a, strict=True))
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    size = 1.0 / np.maximum(np.sqrt(x * x + y * y + z * z), 1e-20)
    one, other = pairs
    return np.asarray(sum((axis := part * size).take(one) * axis.take(other) for part in (x, y, z)))


@cache
def _skin() -> tuple[np.ndarray, np.ndarray]:
    """Corners (3, T) of the skin's triangles, and pairs (2, E) of those that share an edge."""
    triangles = np.concatenate([load_body().parts[part].triangles for part in SKIN])
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    of = np.tile(np.arange(len(triangles)), 3)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    edges, of = edges[order], of[order]
    shared = (edges[1:] == edges[:-1]).all(axis=1)
    return np.ascontiguousarray(triangles.T), np.stack([of[:-1][shared], of[1:][shared]])
