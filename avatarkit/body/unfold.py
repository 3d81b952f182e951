"""Changes of shape evened out where they would fold the skin: sliders that are harmless alone can be too much together."""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body
from avatarkit.geometry.compiled import NUMBER, compiled, packed_floats, packed_indices, packed_places
from avatarkit.geometry.meshes import NO_NORMAL, checked_triangles, triangle_area
from avatarkit.geometry.nearest import tree_of
from avatarkit.geometry.plain_vectors import dot, length, minus, put_row, row_of

SKIN = ("head", "body", "socket-left", "socket-right", "mouth")
OPEN, FOLDED = -0.5, -0.9
"""Cosines between the normals of neighbours: what stays above the one is no fold, what is below the other certainly is."""

_CLEAR = -0.75  # how far folds are opened: what comes after must not close them again at once
_EVENED = 0.7  # how far a change is taken to its own mean round about, at a fold, in each round
_ROUNDS, _GENTLE_ROUNDS = 300, 16
_LESS = 0.6  # of the mean, where evening out was not enough
_REACH_M, _WIDER = 0.012, 0.08  # over which that fades around a fold, and how much farther in each round
_NEIGHBOURS = 40  # vertices that a mean is taken over: about 7 mm around each


def new_folds(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(E,) which edges of the skin of a body (V, 3) are folds after a change and were none before."""
    folds = np.zeros(len(_skin()[1]), bool)
    folds[_folds(before, after, FOLDED)] = True
    return folds


def unfolded(before: np.ndarray, after: np.ndarray, smooth: np.ndarray | None = None) -> np.ndarray:
    """Positions (V, 3) like `after`, the change towards it evened out around folds, as far as it takes for there to be none.

    What moves as a whole goes on doing so: only differences to what lies round about become less.

    Args:
        before, after: (V, 3) metres, of the body; the one has no folds.
        smooth: (V, 3) of the same, whose folds are meant to be there; `before` without it.
    """
    open_before, made = before if smooth is None else smooth, after
    folds = _folds(open_before, after, _CLEAR)
    if not (_bends(after, folds) < FOLDED).any():
        return after
    change = after - before
    for number in range(_ROUNDS):
        if not len(folds):
            break
        rows, share = _around(folds, _REACH_M * (1.0 + _WIDER * number))
        calm = change[_neighbours(rows)].mean(axis=1) * (1.0 if number < _GENTLE_ROUNDS else _LESS)
        change[rows] += _EVENED * share[:, None] * (calm - change[rows])
        made = before + change
        folds = _folds(open_before, made, _CLEAR)
    return made


def _folds(before: np.ndarray, after: np.ndarray, limit: float) -> np.ndarray:
    """(F,) which edges of the skin of a body (V, 3) are bent beyond a cosine, and were open before."""
    triangles, pairs = _skin()
    bent: np.ndarray = _bent(np.ascontiguousarray(after, float), triangles, pairs, limit)
    return bent[_bends(before, bent) > OPEN]


def _around(edges: np.ndarray, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices near the given edges of the skin, and 1 at these, 0 from `reach_m` on."""
    positions, (triangles, pairs) = load_body().positions, _skin()
    rows, distance = _reached(positions, positions[np.unique(triangles[pairs[edges]])], reach_m)
    return rows, (1.0 - (distance / reach_m) ** 2) ** 2


@compiled(packed_floats(2, 32), packed_floats(2, 32), NUMBER)
def _reached(points: np.ndarray, ends: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Which points (N, 3) lie nearer than a reach to any of some ends (M, 3), and how far from it: few, at few ends."""
    found, distances, count = np.empty(len(points), np.int64), np.empty(len(points)), 0
    low, high = np.min(ends[:, 1]) - reach, np.max(ends[:, 1]) + reach
    for number in range(len(points)):
        if not low <= points[number, 1] <= high:
            continue
        nearest = reach * reach
        for end in range(len(ends)):
            way = minus(row_of(points, number), row_of(ends, end))
            nearest = min(nearest, dot(way, way))
        if nearest < reach * reach:
            found[count], distances[count] = number, sqrt(nearest)
            count += 1
    return found[:count].copy(), distances[:count].copy()


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
    return np.full((len(positions), _NEIGHBOURS), -1, np.int32), tree_of(positions)


def _bends(positions: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(F,) cosines between the normals on both sides of some edges."""
    cosines: np.ndarray = _cosines(np.ascontiguousarray(positions, float), *_skin(), np.ascontiguousarray(edges, np.int64))
    return cosines


@compiled(packed_floats(2), packed_places(2), packed_places(2), packed_indices(1))
def _cosines(positions: np.ndarray, triangles: np.ndarray, pairs: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """See `_bends`."""
    cosines = np.empty(len(edges))
    for place in range(len(edges)):
        one, other = pairs[edges[place], 0], pairs[edges[place], 1]
        first = triangle_area(positions, triangles[one, 0], triangles[one, 1], triangles[one, 2])
        second = triangle_area(positions, triangles[other, 0], triangles[other, 1], triangles[other, 2])
        cosines[place] = dot(first, second) / max(length(first) * length(second), NO_NORMAL**2)
    return cosines


@compiled(packed_floats(2), packed_places(2), packed_places(2), NUMBER)
def _bent(positions: np.ndarray, triangles: np.ndarray, pairs: np.ndarray, limit: float) -> np.ndarray:
    """(F,) which pairs (E, 2) of triangles have normals between which the cosine is below a limit, which is below 0."""
    normals, found, count = np.empty((len(triangles), 3)), np.empty(len(pairs), np.int64), 0
    for t in range(len(triangles)):
        put_row(normals, t, triangle_area(positions, triangles[t, 0], triangles[t, 1], triangles[t, 2]))
    for pair in range(len(pairs)):
        one, other = row_of(normals, pairs[pair, 0]), row_of(normals, pairs[pair, 1])
        along = dot(one, other)
        if along < 0.0 and along * along > limit * limit * dot(one, one) * dot(other, other):
            found[count] = pair
            count += 1
    return found[:count].copy()


@cache
def _skin() -> tuple[np.ndarray, np.ndarray]:
    """Corners (T, 3) of the skin's triangles, and pairs (E, 2) of those that share an edge."""
    triangles = np.concatenate([load_body().parts[part].triangles for part in SKIN])
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    of = np.tile(np.arange(len(triangles)), 3)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    edges, of = edges[order], of[order]
    shared = (edges[1:] == edges[:-1]).all(axis=1)
    corners = checked_triangles(triangles, len(load_body().positions)).astype(np.uint32)
    return corners, np.stack([of[:-1][shared], of[1:][shared]], axis=1).astype(np.uint32)
