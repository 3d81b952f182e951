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

PASSES = 3
"""How often a round looks for more collapses apart from those it has found: fewer rounds, for the same surface."""

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
        self.places = corners.poses[0].astype(np.float64)
        self.point_of = corners.point_of
        self.points = corners.poses.shape[1]
        self.triangles = corners.triangles.astype(np.int64)
        self.origin = np.arange(len(self.triangles))
        self.quadrics = _quadrics(corners.poses, self.point_of[self.triangles], corners.importance)
        self.squares = np.concatenate([_squares(places) for places in corners.poses.astype(np.float64)], axis=1)
        self.weight = _point_weight(self.places, self.point_of[self.triangles], corners.importance)
        self.changed = False
        self.banned = np.empty(0, np.int64)
        self.known = _Costs.none(self.points)
        self._drop_degenerate()

    def collapse_some(self, surplus: int) -> bool:
        """Do one round; False when nothing is left to do."""
        pairs = _Pairs(self.triangles, self.point_of, self.points)
        self.known = self._costs(pairs)
        allowed = pairs.allowed & ~_among(pairs.key, self.banned)
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
        costs, gone = self.known.costs[candidates], pairs.gone[candidates]  # gone rises, as keys do
        starts = np.flatnonzero(np.concatenate([[True], gone[1:] != gone[:-1]]))
        least = np.minimum.reduceat(costs, starts)
        is_least = np.flatnonzero(costs == np.repeat(least, np.diff([*starts, len(costs)])))
        best = candidates[is_least[_firsts(gone[is_least])]]
        return best[np.argsort(least, kind="stable")[: max(1, int(len(best) * SHARE_PER_ROUND))]]

    def _costs(self, pairs: _Pairs) -> _Costs:
        """Of all pairs: those of the round before, but where a quadric has grown or the pair is new."""
        costs = self.known.of(pairs)
        new = np.flatnonzero(np.isnan(costs))
        gone, stays = pairs.gone[new], pairs.stays[new]
        lengths = ((self.places[gone] - self.places[stays]) ** 2).sum(axis=1)
        distances = np.einsum("nk,nk->n", self.quadrics[gone], self.squares[stays])
        costs[new] = distances + LENGTH_WEIGHT * self.weight[gone] * lengths
        return _Costs(pairs.key, costs, np.zeros(self.points, bool))

    def _folds(self, pairs: _Pairs, chosen: np.ndarray) -> np.ndarray:
        """(N,) whether a pair would turn a triangle over; no two of them may have the same point go."""
        target = np.full(self.points, -1)
        target[pairs.gone[chosen]] = pairs.stays[chosen]
        corners = self.point_of[self.triangles]
        bad = np.zeros(self.points, bool)
        places = self.places
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
        corners = self.point_of[self.triangles]
        free, chosen = np.arange(len(best)), np.empty(0, np.int64)
        for _ in range(PASSES):
            chosen = np.append(chosen, free[_lowest_around(pairs.ends(best[free]), corners, self.points)])
            touched = np.zeros(self.points, bool)
            touched[pairs.ends(best[chosen])] = True
            touched[corners[touched[corners].any(axis=1)]] = True
            free = free[~touched[pairs.ends(best[free])].any(axis=0)]
        chosen = best[np.sort(chosen)]
        vanishing = np.cumsum(pairs.shared[chosen])
        return chosen[: max(1, int(np.searchsorted(vanishing, surplus)) + 1)]

    def _apply(self, pairs: _Pairs, chosen: np.ndarray) -> None:
        moved = pairs.vertex_moves(chosen)
        places = np.arange(len(self.point_of))
        places[moved[0]] = moved[1]
        self.triangles = places[self.triangles]
        gone, stays = pairs.gone[chosen], pairs.stays[chosen]
        self.quadrics[stays] += self.quadrics[gone]  # each stays once: the chosen are apart from each other
        self.weight[stays] += self.weight[gone]
        self.known.stale[stays] = True
        self.changed = True
        self._drop_degenerate()

    def _drop_degenerate(self) -> None:
        corners = self.point_of[self.triangles]
        proper = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
        self.triangles, self.origin = self.triangles[proper], self.origin[proper]


@dataclass(frozen=True)
class _Costs:
    """What collapses cost.

    Attributes:
        key: (N,) rising keys of pairs.
        costs: (N,).
        stale: (P,) points whose collapses cost something else by now.
    """

    key: np.ndarray
    costs: np.ndarray
    stale: np.ndarray

    @staticmethod
    def none(points: int) -> _Costs:
        return _Costs(np.array([-1]), np.array([np.nan]), np.zeros(points, bool))

    def of(self, pairs: _Pairs) -> np.ndarray:
        """(N,) for other pairs; NaN where it is not known."""
        places = np.minimum(np.searchsorted(self.key, pairs.key), len(self.key) - 1)
        fresh = (self.key[places] == pairs.key) & ~self.stale[pairs.gone]
        return np.where(fresh, self.costs[places], np.nan)


class _Pairs:
    """All directed edges between points: which could go, and what that does to the vertices.

    A pair is allowed if every vertex of the point that goes shares a triangle with exactly one vertex of the point that stays
    (so seams only shrink along themselves), and a point on an open border goes along the border only.
    """

    def __init__(self, triangles: np.ndarray, point_of: np.ndarray, points: int) -> None:
        self._from, self._to, triangles_of_move = _directed_edges(triangles, len(point_of))
        keys = point_of[self._from] * points + point_of[self._to]
        self.key, self._pair_of = np.unique(keys, return_inverse=True)
        self.gone, self.stays = self.key // points, self.key % points
        self.shared = np.bincount(self._pair_of, triangles_of_move, len(self.key)).astype(np.int64)
        copies = np.unique(self._pair_of * len(point_of) + self._from) // len(point_of)
        moves_of_pair = np.bincount(self._pair_of, minlength=len(self.key))
        copies_of_pair = np.bincount(copies, minlength=len(self.key))
        copies_of_point = np.bincount(point_of[self._from[_firsts(self._from)]], minlength=points)
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
        starts = np.searchsorted(self.gone, np.arange(points + 1))
        self._neighbours = sparse.csr_matrix((np.ones(len(self.key), np.int32), self.stays, starts), shape=(points, points))

    def ends(self, chosen: np.ndarray) -> np.ndarray:
        """(2, N) points that go, and those that stay."""
        return np.stack([self.gone[chosen], self.stays[chosen]])

    def links(self, chosen: np.ndarray) -> np.ndarray:
        """(N,) whether both ends have no common neighbour but those of their triangles: else surfaces would touch."""
        common = self._neighbours[self.gone[chosen]].multiply(self._neighbours[self.stays[chosen]])
        return np.asarray(common.sum(axis=1)).reshape(-1) == self.shared[chosen]

    def vertex_moves(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertices of the points that go, and what each becomes."""
        wanted = np.zeros(len(self.key), bool)
        wanted[chosen] = True
        rows = wanted[self._pair_of]
        return self._from[rows], self._to[rows]


def _directed_edges(triangles: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each edge of (T, 3) triangles, both ways: its two ends, the first rising, and how many of the triangles have it."""
    start, end = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1), triangles[:, [1, 0, 2, 1, 0, 2]].reshape(-1)
    edges = np.sort(start * count + end)
    first = _firsts(edges)
    return edges[first] // count, edges[first] % count, np.diff([*first, len(edges)])


def _lowest_around(ends: np.ndarray, corners: np.ndarray, points: int) -> np.ndarray:
    """(N,) whether no pair of points (2, N) that comes before has an end at, or next to, one of its own."""
    rank = np.arange(ends.shape[1])
    lowest = np.full(points, len(rank))
    for end in ends:
        np.minimum.at(lowest, end, rank)
    around = lowest.copy()
    nearest = lowest[corners].min(axis=1)
    for corner in corners.T:
        np.minimum.at(around, corner, nearest)
    return np.asarray((around[ends] >= rank).all(axis=0))


def _firsts(rising: np.ndarray) -> np.ndarray:
    """Where each value of a rising array comes first."""
    return np.flatnonzero(np.concatenate([[True], rising[1:] != rising[:-1]]))


def _among(values: np.ndarray, rising: np.ndarray) -> np.ndarray:
    """(N,) whether each value is one of the rising ones."""
    if not len(rising):
        return np.zeros(len(values), bool)
    return np.asarray(rising[np.minimum(np.searchsorted(rising, values), len(rising) - 1)] == values)


def _quadrics(poses: np.ndarray, corners: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """(P, 10 K): for each point and pose the sum of squared distances to the planes around it, weighted by area."""
    return np.concatenate([_pose_quadrics(places, corners, importance) for places in poses.astype(np.float64)], axis=1)


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


def _squares(points: np.ndarray) -> np.ndarray:
    """(P, 10): what a quadric's entries are multiplied with to give the distance of a point."""
    four = np.column_stack([points, np.ones(len(points))])
    rows, columns = np.triu_indices(4)
    return four[:, rows] * four[:, columns] * np.where(rows == columns, 1.0, 2.0)


def _turned(places: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    old, new = (np.cross(places[t[:, 1]] - places[t[:, 0]], places[t[:, 2]] - places[t[:, 0]]) for t in (before, after))
    lengths = np.linalg.norm(old, axis=1) * np.linalg.norm(new, axis=1)
    return (old * new).sum(axis=1) <= LEAST_TURN * lengths


def _point_weight(places: np.ndarray, corners: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """(P,) area around each point times its importance: the scale of its quadric."""
    a, b, c = (places[corners[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
    return np.bincount(corners.reshape(-1), np.repeat(importance * areas, 3), len(places))
