"""Sewing patterns: grids of points laid out once on the average body, carried by everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit.skirt_binding import skirt_weights
from avatarkit.avatar.surface_points import Walls, joined, points_along, walls
from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.geometry.nearest import tree_of

SHELL = "tights-shell"  # the body without its small forms: what cloth can touch
LEG_M = 0.80  # from hip to ankle, on the average body
_REACH_M = 0.32
_MIDLINE_M = 1e-4
_WEIGHT_SMOOTHING = 6
_LEAST_WEIGHT = 0.01
_SKIN_SEEN_M = (0.055, 0.10)  # so near to a hem, or one that hangs, skin is left under cloth, which there moves as it does
_MIDDLE_M = 0.02  # between the legs, half
_UNDER_M, _AT_HEM_M, _NEAR_HEM_M, _BESIDE_M = 0.03, 0.006, 0.12, 0.010
INFLUENCES = 4
HEM_M = 0.0022
"""Thickness of a hem of ordinary cloth."""

Edge = Literal["top", "bottom", "first", "last"]
"""A side of a grid: its first or last row, its first or last column."""


@dataclass(frozen=True)
class Fall:
    """How a tube of cloth hangs from what is above it.

    Attributes:
        taper: how much the tube may narrow while it falls, metres per metre.
        start: share of its height that still follows the body before it falls.
        end_share: its lower end's radius against its upper one's, for a tube cut straight; None follows the body.
        forked: its lower end goes over into two legs, so that it follows what is between them.
    """

    taper: float
    start: float = 0.0
    end_share: float | None = None
    forked: bool = False


@dataclass(frozen=True)
class Hang:
    """How the lower rows of a tube hang about both legs, from the hips.

    Attributes:
        from_row: the last row that lies on the body.
        flare: how much its radius grows, metres per metre.
        ease_m: least distance from the legs' hull.
    """

    from_row: int
    flare: float
    ease_m: float = 0.012


@dataclass(frozen=True)
class Panel:
    """A piece of cloth: a grid of points, columns to the right and rows downward seen from outside.

    Attributes:
        corners: (R, C) point numbers; a tube's last column is its first.
        uvs: (R, C, 2) metres on the average body.
        hems: which of its sides are free edges.
        fall: how it hangs, if it does.
        side: 1 or -1 for a piece that must stay on the body's left or right half.
        hang: how its lower rows hang about the legs, if they do.
        name: unique within the garment.
    """

    corners: np.ndarray
    uvs: np.ndarray
    hems: tuple[Edge, ...] = ()
    fall: Fall | None = None
    side: int = 0
    hang: Hang | None = None
    name: str = ""

    @property
    def closed(self) -> bool:
        """Whether it is a tube."""
        return bool((self.corners[:, 0] == self.corners[:, -1]).all())


def at_edge(grid: np.ndarray, edge: Edge) -> np.ndarray:
    """(3, K, ...) of a grid (R, C, ...): one of its sides and the next two lines inward."""
    along = grid if edge in ("top", "bottom") else np.swapaxes(grid, 0, 1)
    return along[:3] if edge in ("top", "first") else along[:-4:-1]


@dataclass(frozen=True, eq=False)
class Pattern:
    """A garment before it is worn; laid out once, and known by its identity.

    Attributes:
        points: N points of the shell.
        panels: what is sewn of them.
        ease_m: (N,) least distance from the shell.
        drop_m: (N,) how far below its point of the shell a point hangs freely.
        fallen: (N,) the same, as a share of the leg's length.
        fold_m: (N,) height of the folds.
        from_hem_m: (N,) distance to the nearest hem on the average body.
        places: (N, 3) metres on the average body.
        joints, weights: (N, 4) skin binding.
        around: (N, N) mean of the neighbours; a hem only follows itself.
        skin, over_skin: (K,) body vertices near the hems, where skin is left to be seen, and the point over each.
        with_skin: (N,) 0..1, how much a point moves as the skin under it does, where that is near.
        carriers: (V, J) shares of the joints in body vertices, as the garment follows them.
        sides: (N,) 1 or -1 for points of the left or the right leg's cloth, else 0.
        hem_m: thickness of the hems.
    """

    points: SurfacePoints
    panels: tuple[Panel, ...]
    ease_m: np.ndarray
    drop_m: np.ndarray
    fallen: np.ndarray
    fold_m: np.ndarray
    from_hem_m: np.ndarray
    places: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    around: sparse.csr_matrix
    skin: np.ndarray
    over_skin: np.ndarray
    with_skin: np.ndarray
    carriers: np.ndarray
    sides: np.ndarray
    hem_m: float = HEM_M

    @cached_property
    def triangles(self) -> np.ndarray:
        """(T, 3) point numbers of all panels."""
        return np.concatenate([grid_triangles(panel.corners) for panel in self.panels])

    @cached_property
    def tree(self) -> cKDTree:
        """Of its places."""
        return tree_of(self.places)


@cache
def _shell() -> Walls:
    return walls(load_body().parts[SHELL].triangles)


class PatternMaker:
    """Collects points on the average body; left halves are laid out, right halves mirrored."""

    def __init__(self) -> None:
        self._body = load_body()
        self._points: list[SurfacePoints] = []
        self._opposite = np.zeros(0, int)  # of each point, -1 where none is known
        self.positions = np.zeros((0, 3))
        self.fallen = np.zeros(0)

    def cast(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Numbers (...) of new points where rays (..., 3) from inside leave the shell."""
        origins = np.broadcast_to(origins, directions.shape)
        found = points_along(origins.reshape(-1, 3), directions.reshape(-1, 3), _shell(), _REACH_M)
        return self._add(found, np.zeros(len(found.vertices))).reshape(directions.shape[:-1])

    def again(self, numbers: np.ndarray, fallen: float = 0.0) -> np.ndarray:
        """Numbers of new points at the places of old ones, or hanging below them by a share of the leg's length."""
        flat = np.asarray(numbers).reshape(-1)
        points = joined(*self._points)
        chosen = SurfacePoints(points.vertices[flat], points.weights[flat])
        return self._add(chosen, self.fallen[flat] + fallen).reshape(np.shape(numbers))

    def mirrored(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers of the points opposite; those on the midline are their own."""
        flat = np.asarray(numbers).reshape(-1)
        unknown, first = np.unique(flat[self._opposite[flat] < 0], return_index=True)
        unknown = unknown[np.argsort(first)]  # in the order in which they are asked for
        in_middle = np.abs(self.positions[unknown, 0]) < _MIDLINE_M
        self._opposite[unknown[in_middle]] = unknown[in_middle]
        new = unknown[~in_middle]
        if len(new):
            points = joined(*self._points)
            opposite = SurfacePoints(points.vertices[new], points.weights[new]).mirrored()
            made = self._add(opposite, self.fallen[new])
            self._opposite[new], self._opposite[made] = made, new
        return self._opposite[flat].reshape(np.shape(numbers))

    def whole(self, half: np.ndarray) -> np.ndarray:
        """A left half (R, C), front to back, with its mirror image; it closes into a tube if it begins on the midline."""
        return np.concatenate([half, self.mirrored(half)[:, -2::-1]], axis=1)

    def _add(self, points: SurfacePoints, fallen: np.ndarray) -> np.ndarray:
        start = len(self.positions)
        self._points.append(points)
        places = points.on(self._body.positions) - LEG_M * fallen[:, None] * [0.0, 1.0, 0.0]
        self.positions = np.concatenate([self.positions, places])
        self.fallen = np.concatenate([self.fallen, fallen])
        self._opposite = np.concatenate([self._opposite, np.full(len(places), -1)])
        return np.arange(start, len(self.positions))

    def pattern(
        self,
        panels: Iterable[Panel],
        ease_m: np.ndarray,
        *,
        drop_m: np.ndarray | float = 0.0,
        fold_m: np.ndarray | float = 0.0,
        rename_joints: dict[str, str] | None = None,
        hem_m: float = HEM_M,
    ) -> Pattern:
        """The finished pattern; per-point arrays (N,) as in `Pattern`. `rename_joints` gives a joint's share to another."""
        panels, points, count = tuple(panels), joined(*self._points), len(self.positions)
        around = _around(panels, count)
        spread = [np.broadcast_to(np.asarray(a, float), (count,)).copy() for a in (ease_m, drop_m, fold_m)]
        places = self.positions - spread[1][:, None] * [0.0, 1.0, 0.0]
        hung = self.fallen > 0
        from_hem = np.asarray(tree_of(places[_on_hems(panels)]).query(places)[0])
        carriers = _renamed_weights(tuple((rename_joints or {}).items()))
        joints, weights = _binding(points, around, carriers, hung=hung, places=places)
        skin = _skin_near_hems(panels, places, from_hem)
        return Pattern(
            points,
            panels,
            spread[0],
            spread[1],
            self.fallen,
            spread[2],
            from_hem,
            places,
            joints,
            weights,
            around,
            *skin,
            _with_skin(from_hem, hung, places),
            carriers,
            _sides(panels, count),
            hem_m,
        )


def tube_uvs(positions: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(R, C, 2) metres along the columns and rows of a grid of points."""
    grid = positions[corners]
    u = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(axis=0))])
    v = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(axis=1))])
    return np.stack(np.meshgrid(u, v), axis=-1)


def grid_triangles(corners: np.ndarray) -> np.ndarray:
    """Triangles (T, 3) of point numbers (R, C) in a grid, counter-clockwise with columns to the right and rows downward."""
    return np.asarray(corners.reshape(-1)[_plain_grid(corners.shape)])


@lru_cache(maxsize=256)
def _plain_grid(shape: tuple[int, int]) -> np.ndarray:
    """The same of points that are numbered row after row."""
    own = np.arange(shape[0] * shape[1]).reshape(shape)
    a, b, c, d = own[:-1, :-1], own[1:, :-1], own[1:, 1:], own[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)])


def _on_hems(panels: tuple[Panel, ...]) -> np.ndarray:
    """Numbers of all points on free edges."""
    return np.concatenate([at_edge(p.corners, edge)[0] for p in panels for edge in p.hems])


def _sides(panels: tuple[Panel, ...], count: int) -> np.ndarray:
    """(N,) 1 or -1 for points of panels that stay on the body's left or right half, else 0."""
    sides = np.zeros(count, int)
    for panel in panels:
        if panel.side:
            sides[panel.corners[1:]] = panel.side
    return sides


def _skin_near_hems(panels: tuple[Panel, ...], places: np.ndarray, from_hem_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Skin (K,) under a garment's points near its hems, and the point (K,) over each."""
    body = load_body()
    skin = np.unique(body.parts["body"].quads)
    distance, nearest = map(np.asarray, tree_of(places).query(body.positions[skin], distance_upper_bound=_UNDER_M))
    near = np.flatnonzero(np.isfinite(distance))
    near = near[(from_hem_m[nearest[near]] > _AT_HEM_M) & (from_hem_m[nearest[near]] < _NEAR_HEM_M)]
    normals = vertex_normals(places, np.concatenate([grid_triangles(p.corners) for p in panels]))[nearest[near]]
    way = body.positions[skin[near]] - places[nearest[near]]
    beside = np.linalg.norm(way - (way * normals).sum(axis=1, keepdims=True) * normals, axis=1)
    near = near[beside < _BESIDE_M]
    return skin[near], nearest[near]


def _around(panels: tuple[Panel, ...], count: int) -> sparse.csr_matrix:
    along_rows = np.concatenate([_pairs(p.corners, 1) for p in panels])
    along_columns = np.concatenate([_pairs(p.corners, 0) for p in panels])
    hems = np.zeros(count, bool)
    hems[_on_hems(panels)] = True
    pairs = np.concatenate([along_rows, along_columns])
    kept = ~hems[pairs[:, 0]] | hems[pairs[:, 1]]
    first, second = pairs[kept].T
    matrix = sparse.csr_matrix((np.ones(len(first)), (first, second)), shape=(count, count))
    matrix.sort_indices()
    matrix.data[:] = 1.0  # neighbours in two panels are neighbours once
    degree = np.asarray(matrix.sum(axis=1)).ravel()
    lonely = sparse.diags((degree == 0).astype(float))
    return (sparse.diags(1.0 / np.maximum(degree, 1.0)) @ matrix + lonely).tocsr()


def _pairs(corners: np.ndarray, axis: int) -> np.ndarray:
    """(E, 2) neighbours along an axis of a grid, both ways."""
    a, b = (corners[:-1], corners[1:]) if axis == 0 else (corners[:, :-1], corners[:, 1:])
    one_way = np.stack([a.reshape(-1), b.reshape(-1)], axis=1)
    return np.concatenate([one_way, one_way[:, ::-1]])


def _binding(
    points: SurfacePoints,
    around: sparse.csr_matrix,
    of_vertices: np.ndarray,
    *,
    hung: np.ndarray,
    places: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """(N, 4) joints and weights: the shell's, evened out; what hangs about the legs follows both."""
    dense = points.on(of_vertices)
    dense[hung] = skirt_weights(places[hung], SHELL)
    used = np.flatnonzero(dense.any(axis=0))
    shares = dense[:, used]
    for _ in range(_WEIGHT_SMOOTHING):
        shares = 0.5 * shares + 0.5 * (around @ shares)
    dense[:, used] = shares
    return strongest(dense)


def _with_skin(from_hem_m: np.ndarray, hung: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,) 0..1: how much points move as the skin does: near hems, but not between the legs."""
    near = np.clip(2.0 - from_hem_m / _SKIN_SEEN_M[int(hung.any())], 0.0, 1.0)
    beside = np.clip(np.abs(places[:, 0]) / _MIDDLE_M - 1.0, 0.0, 1.0)
    return near * np.where(hung, beside, 1.0)


@cache
def _renamed_weights(rename_joints: tuple[tuple[str, str], ...]) -> np.ndarray:
    """(V, J) of all body vertices, some joints' shares given to others."""
    body, names = load_body(), load_body().joint_names
    new = dict(rename_joints)
    renamed = np.array([names.index(new.get(name, name)) for name in names])
    weights = np.zeros((len(body.positions), len(names)))
    np.add.at(weights, (np.arange(len(weights))[:, None], renamed[body.joint_indices]), body.joint_weights)
    return weights


def strongest(dense: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The four strongest joints (N, 4) of weights (N, J) and their weights (N, 4)."""
    left, rows = dense.copy(), np.arange(len(dense))
    joints, weights = np.zeros((len(dense), INFLUENCES), int), np.zeros((len(dense), INFLUENCES))
    for number in range(INFLUENCES):  # sorting all of them takes ten times as long
        joints[:, number] = left.argmax(axis=1)
        weights[:, number] = left[rows, joints[:, number]]
        left[rows, joints[:, number]] = -np.inf
    weights = np.where(weights < _LEAST_WEIGHT, 0.0, weights)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.where(weights > 0, joints, 0), weights
