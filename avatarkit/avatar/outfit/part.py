"""Triangles that are worn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.outfit.pattern import grid_triangles
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import vertex_normals


@dataclass(frozen=True)
class Part:
    """What one part of a piece (its fabric, its buttons) consists of.

    Attributes:
        name: the part.
        positions, normals, uvs: (V, 3), (V, 3), (V, 2) metres.
        triangles: (T, 3).
        joints, weights: (V, 4) skin binding.
        places: (V, 3) where it lies on the average body, for what may be left out under other pieces; None never is.
    """

    name: str
    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    places: np.ndarray | None = None

    def without(self, hidden: np.ndarray) -> Part:
        """What remains when triangles between three hidden vertices, (V,) bool, are gone."""
        kept = self.triangles[~hidden[self.triangles].all(axis=1)]
        used = np.zeros(len(self.positions), bool)
        used[kept] = True
        arrays = {n: getattr(self, n)[used] for n in ("positions", "normals", "uvs", "joints", "weights")}
        places = None if self.places is None else self.places[used]
        return replace(self, **arrays, places=places, triangles=(np.cumsum(used) - 1)[kept])


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
    return replace(parts[0], **arrays, triangles=triangles, places=known)


def carried(bones: dict[str, float], rest: RestBody, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Joints and weights (count, 4) of what up to four bones, bone -> share, carry together."""
    names = list(rest.skeleton.names)
    joints, weights = np.zeros((count, 4), int), np.zeros((count, 4))
    for k, (bone, share) in enumerate(bones.items()):
        joints[:, k], weights[:, k] = names.index(bone), share
    return joints, weights


def grid_part(
    name: str, grid: np.ndarray, bones: dict[str, float], rest: RestBody, *, inside_out: bool = False, crease: bool = False
) -> Part:
    """A surface (R, C, 3) that some bones carry; columns run to the right and rows downward seen from outside.

    Args:
        name: of the part.
        grid: metres; a last column, or row, that is the first one closes it smoothly.
        bones: bone -> share.
        rest: whose bones.
        inside_out: it is seen from the other side.
        crease: each row of faces has its own normals: edges between rows are sharp.
    """
    if crease:
        bands = [grid_part(name, grid[k : k + 2], bones, rest, inside_out=inside_out) for k in range(len(grid) - 1)]
        return _joined(bands)
    rows, columns = grid.shape[:2]
    own = np.arange(rows * columns).reshape(rows, columns)
    triangles = grid_triangles(own)
    if inside_out:
        triangles = triangles[:, ::-1]
    normals = _smooth_normals(grid, own, inside_out)
    across = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(axis=0))])
    down = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(axis=1))])
    uvs = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    joints, weights = carried(bones, rest, grid[..., 0].size)
    return Part(name, grid.reshape(-1, 3), normals, uvs, triangles, joints, weights)


def _smooth_normals(grid: np.ndarray, own: np.ndarray, inside_out: bool) -> np.ndarray:
    corners = own.copy()
    if np.allclose(grid[:, 0], grid[:, -1]):
        corners[:, -1] = corners[:, 0]
    if len(grid) > 2 and np.allclose(grid[0], grid[-1]):
        corners[-1] = corners[0]
    # Points that coincide, as at a pole, share a normal.
    flat = grid.reshape(-1, 3)
    for row in (0, -1):
        if np.allclose(grid[row], grid[row, :1]):
            corners[row] = corners[row, 0]
    triangles = grid_triangles(corners)
    normals = vertex_normals(flat, triangles[:, ::-1] if inside_out else triangles)
    return normals[corners.reshape(-1)]
