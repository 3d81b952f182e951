"""Sewing patterns: grids of points laid out once on the average body, carried by everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from avatarkit.avatar.surface_points import joined, points_along
from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints

SHELL = "tights-shell"  # the body without its small forms: what cloth can touch
_REACH_M = 0.32
_MIDLINE_M = 1e-4
_WEIGHT_SMOOTHING = 6
INFLUENCES = 4


@dataclass(frozen=True)
class Fall:
    """How a tube of cloth hangs from what is above it.

    Attributes:
        taper: how much the tube may narrow while it falls, metres per metre.
        start: share of its height that still follows the body before it falls.
        end_share: its lower end's radius against its upper one's, for a tube cut straight; None follows the body.
    """

    taper: float
    start: float = 0.0
    end_share: float | None = None


@dataclass(frozen=True)
class Panel:
    """A piece of cloth: a grid of points, columns to the right and rows downward seen from outside.

    Attributes:
        corners: (R, C) point numbers; a tube's last column is its first.
        uvs: (R, C, 2) metres on the average body.
        open_rows: which of its ends (0, -1) are hems.
        fall: how it hangs, if it does.
        side: 1 or -1 for a piece that must stay on the body's left or right half.
    """

    corners: np.ndarray
    uvs: np.ndarray
    open_rows: tuple[int, ...] = ()
    fall: Fall | None = None
    side: int = 0


@dataclass(frozen=True)
class Pattern:
    """A garment before it is worn.

    Attributes:
        points: N points of the shell.
        panels: what is sewn of them.
        ease_m: (N,) least distance from the shell.
        drop_m: (N,) how far below its point of the shell a point hangs freely.
        fold_m: (N,) height of the folds.
        from_hem_m: (N,) distance to the nearest hem on the average body.
        joints, weights: (N, 4) skin binding.
        around: (N, N) mean of the neighbours; a hem only follows itself.
    """

    points: SurfacePoints
    panels: tuple[Panel, ...]
    ease_m: np.ndarray
    drop_m: np.ndarray
    fold_m: np.ndarray
    from_hem_m: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    around: sparse.csr_matrix


class PatternMaker:
    """Collects points on the average body; left halves are laid out, right halves mirrored."""

    def __init__(self) -> None:
        self._body = load_body()
        self._triangles = self._body.parts[SHELL].triangles
        self._points: list[SurfacePoints] = []
        self._mirror: dict[int, int] = {}
        self.positions = np.zeros((0, 3))

    def cast(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Numbers (...) of new points where rays (..., 3) from inside leave the shell."""
        origins = np.broadcast_to(origins, directions.shape)
        found = points_along(origins.reshape(-1, 3), directions.reshape(-1, 3), self._triangles, _REACH_M)
        return self._add(found).reshape(directions.shape[:-1])

    def again(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers of new points at the places of old ones."""
        flat = np.asarray(numbers).reshape(-1)
        points = joined(*self._points)
        return self._add(SurfacePoints(points.vertices[flat], points.weights[flat])).reshape(np.shape(numbers))

    def mirrored(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers of the points opposite; those on the midline are their own."""
        flat = np.asarray(numbers).reshape(-1)
        new = list(dict.fromkeys(int(n) for n in flat if int(n) not in self._mirror))
        middle = [n for n in new if abs(self.positions[n, 0]) < _MIDLINE_M]
        self._mirror |= {n: n for n in middle}
        new = [n for n in new if n not in self._mirror]
        if new:
            points = joined(*self._points)
            made = self._add(SurfacePoints(points.vertices[new], points.weights[new]).mirrored())
            self._mirror |= dict(zip(new, map(int, made), strict=True)) | dict(zip(map(int, made), new, strict=True))
        return np.array([self._mirror[int(n)] for n in flat]).reshape(np.shape(numbers))

    def _add(self, points: SurfacePoints) -> np.ndarray:
        start = len(self.positions)
        self._points.append(points)
        self.positions = np.concatenate([self.positions, points.on(self._body.positions)])
        return np.arange(start, len(self.positions))

    def pattern(
        self,
        panels: Iterable[Panel],
        ease_m: np.ndarray,
        drop_m: np.ndarray | float = 0.0,
        fold_m: np.ndarray | float = 0.0,
        rename_joints: dict[str, str] | None = None,
    ) -> Pattern:
        """The finished pattern; per-point arrays (N,) as in `Pattern`. `rename_joints` gives a joint's share to another."""
        panels, points, count = tuple(panels), joined(*self._points), len(self.positions)
        around = _around(panels, count)
        joints, weights = _binding(points, around, rename_joints or {})
        hems = np.concatenate([p.corners[row] for p in panels for row in p.open_rows])
        places = self.positions - np.broadcast_to(drop_m, (count,))[:, None] * [0.0, 1.0, 0.0]
        from_hem = np.asarray(cKDTree(places[hems]).query(places)[0])
        spread = [np.broadcast_to(np.asarray(a, float), (count,)).copy() for a in (ease_m, drop_m, fold_m)]
        return Pattern(points, panels, spread[0], spread[1], spread[2], from_hem, joints, weights, around)


def tube_uvs(positions: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(R, C, 2) metres along the columns and rows of a grid of points."""
    grid = positions[corners]
    u = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(axis=0))])
    v = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(axis=1))])
    return np.stack(np.meshgrid(u, v), axis=-1)


def _around(panels: tuple[Panel, ...], count: int) -> sparse.csr_matrix:
    along_rows = np.concatenate([_pairs(p.corners, 1) for p in panels])
    along_columns = np.concatenate([_pairs(p.corners, 0) for p in panels])
    hems = np.zeros(count, bool)
    hems[np.concatenate([p.corners[row] for p in panels for row in p.open_rows])] = True
    pairs = np.concatenate([along_rows, along_columns])
    kept = ~hems[pairs[:, 0]] | hems[pairs[:, 1]]
    pairs = np.unique(pairs[kept], axis=0)
    ones = np.ones(len(pairs))
    matrix = sparse.csr_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    degree = np.asarray(matrix.sum(axis=1)).ravel()
    lonely = sparse.diags((degree == 0).astype(float))
    return (sparse.diags(1.0 / np.maximum(degree, 1.0)) @ matrix + lonely).tocsr()


def _pairs(corners: np.ndarray, axis: int) -> np.ndarray:
    """(E, 2) neighbours along an axis of a grid, both ways."""
    a, b = (corners[:-1], corners[1:]) if axis == 0 else (corners[:, :-1], corners[:, 1:])
    one_way = np.stack([a.reshape(-1), b.reshape(-1)], axis=1)
    return np.concatenate([one_way, one_way[:, ::-1]])


def _binding(points: SurfacePoints, around: sparse.csr_matrix, rename_joints: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """(N, 4) joints and weights: the shell's, evened out."""
    body = load_body()
    names = body.joint_names
    renamed = np.array([names.index(rename_joints.get(name, name)) for name in names])
    of_vertices = np.zeros((len(body.positions), len(names)))
    np.add.at(of_vertices, (np.arange(len(of_vertices))[:, None], renamed[body.joint_indices]), body.joint_weights)
    dense = points.on(of_vertices)
    for _ in range(_WEIGHT_SMOOTHING):
        dense = 0.5 * dense + 0.5 * (around @ dense)
    joints = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES]
    weights = np.take_along_axis(dense, joints, axis=1)
    weights = np.where(weights < 0.01, 0.0, weights)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.where(weights > 0, joints, 0), weights
