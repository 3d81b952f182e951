"""Levels of detail: edges collapse, the cheapest first, onto vertices that stay as they are.

A vertex that stays keeps its texture coordinates, skin weights and morphs exactly, so nothing has to be guessed anew: lips do
not stick to each other and lids close. The cost of a collapse is the distance of what vanishes to the planes around it (Garland
and Heckbert's quadrics), summed over several poses of the surface, of which the first is its rest and the others are how morphs
move it. Many collapses far enough from each other are done at once, which is what makes this quick in arrays.

No library with a wheel does this: pyfqmr and fast-simplification move vertices and know neither poses, weights nor seams.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

SHARE_PER_ROUND = 0.4
"""Of all vertices that could vanish, the cheapest so many are looked at together: more is quicker and less careful."""

LEAST_TURN = 0.25
"""Cosine between a triangle's normal before and after: below it, it would fold over."""

BORDER_WEIGHT = 4.0
"""How much an open border is held, beside the planes of the triangles along it."""

LENGTH_WEIGHT = 2e-3
"""Share of the plain distance in a cost: among flat collapses the shorter one, for weights and morphs change along surfaces."""

MOST_ROUNDS = 400


@dataclass(frozen=True)
class Corners:
    """What is to be simplified.

    Attributes:
        poses: (K, P, 3) the points in every pose, metres.
        triangles: (T, 3) vertices.
        point_of: (V,) the point at which each vertex lies: vertices of one point differ in texture coordinates or mesh.
        importance: (T,) factor of a triangle's planes in every cost.
    """

    poses: np.ndarray
    triangles: np.ndarray
    point_of: np.ndarray
    importance: np.ndarray


def collapsed(corners: Corners, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` triangles, if collapses that fold nothing and open no seam allow it.

    Returns:
        (T', 3) vertices and (T',) the triangles that they were.
    """
    state = _State(corners)
    for _ in range(MOST_ROUNDS):
        surplus = len(state.triangles) - most
        if surplus <= 0 or not state.collapse_some(surplus):
            break
    return state.triangles, state.origin


class _State:
    """Triangles that become fewer."""

    def __init__(self, corners: Corners) -> None:
        self.poses = corners.poses.astype(np.float64)
        self.point_of = corners.point_of
        self.points = corners.poses.shape[1]
        self.triangles = corners.triangles.astype(np.int64)
        self.origin = np.arange(len(self.triangles))
        self.quadrics = _quadrics(self.poses, self.point_of[self.triangles], corners.importance)
        self.weight = _point_weight(self.poses[0], self.point_of[self.triangles], corners.importance)
        self.changed = False
        self.banned = np.empty(0, np.int64)
        self._drop_degenerate()

    def collapse_some(self, surplus: int) -> bool:
        """Do one round; False when nothing is left to do."""
        pairs = _Pairs(self.triangles, self.point_of, self.points)
        allowed = pairs.allowed & ~np.isin(pairs.key, self.banned)
        if not allowed.any():
            return self._forgave()
        best = self._best(pairs, np.flatnonzero(allowed))
        folding = self._folds(pairs, best)
        unlinked = ~pairs.links(best)
        self.banned = np.union1d(self.banned, pairs.key[best[folding | unlinked]])
        best = best[~(folding | unlinked)]
        if not len(best):
            return True  # others are tried next time; the bans make this end
        chosen = self._independent(pairs, best, surplus)
        self._apply(pairs, chosen)
        return True

    def _forgave(self) -> bool:
        """What would have folded may not any more once the neighbourhood has changed: then it is tried again."""
        again, self.changed = self.changed, False
        self.banned = np.empty(0, np.int64)
        return again

    def _best(self, pairs: _Pairs, candidates: np.ndarray) -> np.ndarray:
        """For each point its cheapest pair; the cheapest of them first, only a share of all."""
        costs = self._costs(pairs.gone[candidates], pairs.stays[candidates])
        order = np.lexsort((costs, pairs.gone[candidates]))
        gone = pairs.gone[candidates][order]
        first = np.concatenate([[True], gone[1:] != gone[:-1]])
        best, costs = candidates[order[first]], costs[order[first]]
        by_cost = np.argsort(costs, kind="stable")
        return best[by_cost[: max(1, int(len(best) * SHARE_PER_ROUND))]]

    def _costs(self, gone: np.ndarray, stays: np.ndarray) -> np.ndarray:
        total = np.zeros(len(gone))
        for quadrics, places in zip(self.quadrics, self.poses, strict=True):
            total += _distance(quadrics[gone], places[stays])
        lengths = ((self.poses[0][gone] - self.poses[0][stays]) ** 2).sum(axis=1)
        return total + LENGTH_WEIGHT * self.weight[gone] * lengths

    def _folds(self, pairs: _Pairs, chosen: np.ndarray) -> np.ndarray:
        """(N,) whether a pair would turn a triangle over; no two of them may have the same point go."""
        target = np.full(self.points, -1)
        target[pairs.gone[chosen]] = pairs.stays[chosen]
        corners = self.point_of[self.triangles]
        bad = np.zeros(self.points, bool)
        places = self.poses[0]
        for corner in range(3):
            goal = target[corners[:, corner]]
            rows = np.flatnonzero((goal >= 0) & (corners != goal[:, None]).all(axis=1))
            before = corners[rows]
            after = before.copy()
            after[:, corner] = goal[rows]
            bad[before[_turned(places, before, after), corner]] = True
        return bad[pairs.gone[chosen]]

    def _independent(self, pairs: _Pairs, best: np.ndarray, surplus: int) -> np.ndarray:
        """Pairs, cheapest first, none within the neighbourhood of a cheaper one."""
        rank = np.arange(len(best))
        lowest = np.full(self.points, len(best))
        np.minimum.at(lowest, pairs.gone[best], rank)
        np.minimum.at(lowest, pairs.stays[best], rank)
        corners = self.point_of[self.triangles]
        around = lowest.copy()
        nearest = lowest[corners].min(axis=1)
        for corner in range(3):
            np.minimum.at(around, corners[:, corner], nearest)
        free = (around[pairs.gone[best]] >= rank) & (around[pairs.stays[best]] >= rank)
        chosen = best[free]
        vanishing = np.cumsum(pairs.shared[chosen])
        return chosen[: max(1, int(np.searchsorted(vanishing, surplus)) + 1)]

    def _apply(self, pairs: _Pairs, chosen: np.ndarray) -> None:
        moved = pairs.vertex_moves(chosen)
        places = np.arange(len(self.point_of))
        places[moved[0]] = moved[1]
        self.triangles = places[self.triangles]
        gone, stays = pairs.gone[chosen], pairs.stays[chosen]
        for quadrics in self.quadrics:
            np.add.at(quadrics, stays, quadrics[gone])
        np.add.at(self.weight, stays, self.weight[gone])
        self.changed = True
        self._drop_degenerate()

    def _drop_degenerate(self) -> None:
        corners = self.point_of[self.triangles]
        proper = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
        self.triangles, self.origin = self.triangles[proper], self.origin[proper]


class _Pairs:
    """All directed edges between points: which could go, and what that does to the vertices.

    A pair is allowed if every vertex of the point that goes shares a triangle with exactly one vertex of the point that stays
    (so seams only shrink along themselves), and a point on an open border goes along the border only.
    """

    def __init__(self, triangles: np.ndarray, point_of: np.ndarray, points: int) -> None:
        gone_vertex = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1)
        stay_vertex = triangles[:, [1, 0, 2, 1, 0, 2]].reshape(-1)
        keys = point_of[gone_vertex] * points + point_of[stay_vertex]
        self.key, self._pair_of, self.shared = np.unique(keys, return_inverse=True, return_counts=True)
        self.gone, self.stays = self.key // points, self.key % points
        self._moves = _distinct(self._pair_of, gone_vertex, stay_vertex)
        copies = _distinct(self._pair_of, gone_vertex)
        moves_of_pair = np.bincount(self._moves[0], minlength=len(self.key))
        copies_of_pair = np.bincount(copies[0], minlength=len(self.key))
        used = np.unique(triangles)
        copies_of_point = np.bincount(point_of[used], minlength=points)
        border = np.zeros(points, bool)
        border[self.gone[self.shared == 1]] = True
        crossed = np.zeros(points, bool)
        crossed[self.gone[self.shared > 2]] = True
        self.allowed = (
            (moves_of_pair == copies_of_pair)
            & (copies_of_pair == copies_of_point[self.gone])
            & (~border[self.gone] | (self.shared == 1))
            & ~crossed[self.gone]
        )
        self._neighbours = sparse.csr_matrix(
            (np.ones(len(self.key), np.int32), (self.gone, self.stays)), shape=(points, points)
        )

    def links(self, chosen: np.ndarray) -> np.ndarray:
        """(N,) whether both ends have no common neighbour but those of their triangles: else surfaces would touch."""
        common = self._neighbours[self.gone[chosen]].multiply(self._neighbours[self.stays[chosen]])
        return np.asarray(common.sum(axis=1)).reshape(-1) == self.shared[chosen]

    def vertex_moves(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertices of the points that go, and what each becomes."""
        wanted = np.zeros(len(self.key), bool)
        wanted[chosen] = True
        rows = wanted[self._moves[0]]
        return self._moves[1][rows], self._moves[2][rows]


def _distinct(*columns: np.ndarray) -> list[np.ndarray]:
    """The columns without repeated rows."""
    order = np.lexsort(columns[::-1])
    sorted_columns = [column[order] for column in columns]
    new = np.zeros(len(order), bool)
    new[:1] = True
    for column in sorted_columns:
        new[1:] |= column[1:] != column[:-1]
    return [column[new] for column in sorted_columns]


def _quadrics(poses: np.ndarray, corners: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """(K, P, 10): for each pose and point the sum of squared distances to the planes around it, weighted by area."""
    return np.stack([_pose_quadrics(places, corners, importance) for places in poses])


def _pose_quadrics(places: np.ndarray, corners: np.ndarray, importance: np.ndarray) -> np.ndarray:
    a, b, c = (places[corners[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    doubled = np.linalg.norm(normals, axis=1)
    unit = normals / np.maximum(doubled, 1e-20)[:, None]
    total = np.zeros((len(places), 10))
    planes = _plane_rows(unit, a) * (importance * doubled / 2.0)[:, None]
    for corner in range(3):
        _add_rows(total, corners[:, corner], planes)
    start, end, across, weight = _border_planes(places, corners, unit, importance)
    walls = _plane_rows(across, places[start]) * (BORDER_WEIGHT * weight)[:, None]
    _add_rows(total, start, walls)
    _add_rows(total, end, walls)
    return total


def _border_planes(
    places: np.ndarray, corners: np.ndarray, unit: np.ndarray, importance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Edges of one triangle only: their ends, the plane through each that stands on the triangle, and its weight."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, first, counts = np.unique(low * len(places) + high, return_index=True, return_counts=True)
    open_edges = first[counts == 1]
    start, end, owner = start[open_edges], end[open_edges], open_edges // 3
    along = places[end] - places[start]
    across = np.cross(along, unit[owner])
    length = np.linalg.norm(across, axis=1)
    return start, end, across / np.maximum(length, 1e-20)[:, None], importance[owner] * length**2


def _plane_rows(normals: np.ndarray, through: np.ndarray) -> np.ndarray:
    """(N, 10): the upper half of the symmetric 4x4 of each plane."""
    four = np.column_stack([normals, -(normals * through).sum(axis=1)])
    rows, columns = np.triu_indices(4)
    return four[:, rows] * four[:, columns]


def _add_rows(total: np.ndarray, at: np.ndarray, rows: np.ndarray) -> None:
    for column in range(rows.shape[1]):
        total[:, column] += np.bincount(at, rows[:, column], len(total))


def _distance(quadrics: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y, z = points.T
    aa, ab, ac, ad, bb, bc, bd, cc, cd, dd = quadrics.T
    return (
        aa * x * x + bb * y * y + cc * z * z + dd
        + 2.0 * (ab * x * y + ac * x * z + bc * y * z + ad * x + bd * y + cd * z)
    )  # fmt: skip


def _turned(places: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    old, new = (np.cross(places[t[:, 1]] - places[t[:, 0]], places[t[:, 2]] - places[t[:, 0]]) for t in (before, after))
    lengths = np.linalg.norm(old, axis=1) * np.linalg.norm(new, axis=1)
    return (old * new).sum(axis=1) <= LEAST_TURN * lengths


def _point_weight(places: np.ndarray, corners: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """(P,) area around each point times its importance: the scale of its quadric."""
    a, b, c = (places[corners[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
    return np.bincount(corners.reshape(-1), np.repeat(importance * areas, 3), len(places))
