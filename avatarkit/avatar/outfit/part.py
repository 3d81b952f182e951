"""Triangles that are worn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.outfit.pattern import grid_triangles
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import cross, face_normals, vertex_normals

_NO_AREA_M2 = 1e-14
_SAME_M = 1e-6


@dataclass(frozen=True)
class Part:
    """What one part of a piece (its fabric, its buttons) consists of.

    Attributes:
        name: the part.
        positions, normals, uvs: (V, 3), (V, 3), (V, 2) metres.
        triangles: (T, 3).
        joints, weights: (V, 4) skin binding.
        places: (V, 3) where it lies on the average body, for what may be left out under other pieces; None never is.
        light: (V,) share of the light that reaches it; None for all.
        sewn: (V,) bool, what lies flat on the piece's cloth; None: nothing.
    """

    name: str
    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    places: np.ndarray | None = None
    light: np.ndarray | None = None
    sewn: np.ndarray | None = None

    def without(self, hidden: np.ndarray) -> Part:
        """What remains when triangles between three hidden vertices, (V,) bool, are gone."""
        kept = self.triangles[~hidden[self.triangles].all(axis=1)]
        used = np.zeros(len(self.positions), bool)
        used[kept] = True
        arrays = {n: getattr(self, n)[used] for n in ("positions", "normals", "uvs", "joints", "weights")}
        known = {n: values[used] for n in ("places", "light", "sewn") if (values := getattr(self, n)) is not None}
        return replace(self, **arrays, **known, triangles=(np.cumsum(used) - 1)[kept])


def joined_parts(parts: Sequence[Part]) -> list[Part]:
    """Parts of one name as one, in the order of their first."""
    return [_joined([p for p in parts if p.name == name]) for name in dict.fromkeys(p.name for p in parts)]


def _joined(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(p.positions) for p in parts)])[:-1]
    names = ("positions", "normals", "uvs", "joints", "weights")
    arrays = {n: np.concatenate([getattr(p, n) for p in parts]) for n in names}
    triangles = np.concatenate([p.triangles + start for p, start in zip(parts, starts, strict=True)])
    places = [p.places for p in parts if p.places is not None]
    known = np.concatenate(places) if len(places) == len(parts) else None
    lit = [np.ones(len(p.positions)) if p.light is None else p.light for p in parts]
    light = None if all(p.light is None for p in parts) else np.concatenate(lit)
    flat = [np.zeros(len(p.positions), bool) if p.sewn is None else p.sewn for p in parts]
    sewn = None if all(p.sewn is None for p in parts) else np.concatenate(flat)
    return replace(parts[0], **arrays, triangles=triangles, places=known, light=light, sewn=sewn)


def carried(bones: dict[str, float], rest: RestBody, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Joints and weights (count, 4) of what up to four bones, bone -> share, carry together."""
    names = list(rest.skeleton.names)
    joints, weights = np.zeros((count, 4), int), np.zeros((count, 4))
    for k, (bone, share) in enumerate(bones.items()):
        joints[:, k], weights[:, k] = names.index(bone), share
    return joints, weights


def solid(name: str, grid: np.ndarray, bones: dict[str, float], rest: RestBody, *, crease: bool = False) -> Part:
    """A surface (R, C, 3) about a solid that some bones carry, turned so that its volume is positive.

    Args:
        name: of the part.
        grid: metres; a last column, or row, that is the first one closes it smoothly; a row of one point is a pole.
        bones: bone -> share.
        rest: whose bones.
        crease: edges between rows are sharp.
    """
    own = np.arange(grid[..., 0].size).reshape(grid.shape[:2])
    triangles = grid_triangles(own)
    flat = grid.reshape(-1, 3)
    a, b, c = ((flat - flat.mean(axis=0))[triangles[:, k]] for k in range(3))
    turned = (a * cross(b, c)).sum() < 0
    bands = [own[k : k + 2] for k in range(len(own) - 1)] if crease else [own]
    joints, weights = carried(bones, rest, own.size)
    across = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(axis=0))])
    down = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(axis=1))])
    uvs = np.stack(np.meshgrid(across, down), axis=-1)
    parts = []
    for band in bands:
        count, rows = band.size, slice(band[0, 0] // own.shape[1], band[-1, 0] // own.shape[1] + 1)
        faces = grid_triangles(np.arange(count).reshape(band.shape))
        normals = _smooth_normals(grid[rows], turned=bool(turned))
        faces = faces[:, ::-1] if turned else faces
        chosen = band.reshape(-1)
        parts.append(Part(name, flat[chosen], normals, uvs[rows].reshape(-1, 2), faces, joints[chosen], weights[chosen]))
    return _joined(parts)


def _smooth_normals(grid: np.ndarray, *, turned: bool) -> np.ndarray:
    """(R * C, 3) normals without a seam where the grid closes or comes to a pole."""
    corners = np.arange(grid[..., 0].size).reshape(grid.shape[:2])
    if _same(grid[:, 0], grid[:, -1]):
        corners[:, -1] = corners[:, 0]
    if len(grid) > 2 and _same(grid[0], grid[-1]):
        corners[-1] = corners[0]
    for row in (0, -1):
        if _same(grid[row], grid[row, :1]):
            corners[row] = corners[row, 0]
    triangles = grid_triangles(corners)
    flat = grid.reshape(-1, 3)
    areas = face_normals(flat, triangles)
    real = np.einsum("ij,ij->i", areas, areas) > _NO_AREA_M2**2
    normals = vertex_normals(flat, triangles[real][:, ::-1] if turned else triangles[real])
    return normals[corners.reshape(-1)]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether points lie in the same places."""
    return bool(np.abs(one - other).max() < _SAME_M)
