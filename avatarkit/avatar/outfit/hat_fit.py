"""What a hat does to the hair below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh
from avatarkit.avatar.outfit.head import HatFrame
from avatarkit.geometry.meshes import lengths, vertex_normals

_HIDDEN_M = 0.022  # hair this far above the rim cannot be seen
_SPREADING = 1.1  # how fast hair gains its own shape again outside the hat, metres per metre
_FLAT_M = 0.005  # locks moved so far are flat
_INSIDE = 0.55  # of the room between skull and hat is the hair's


@dataclass(frozen=True)
class HatFit:
    """Where a hat holds hair down.

    Attributes:
        frame: where it sits.
        ease_m: between the skull and the hat.
        low, high: heights above the frame's plane between which it presses, metres.
        covers: hair above the rim cannot be seen.
    """

    frame: HatFrame
    ease_m: float
    low: float = 0.0
    high: float = np.inf
    covers: bool = True

    def pressed(self, points: np.ndarray) -> np.ndarray:
        """Places (N, 3) of hair, drawn in to where the hat leaves room for it."""
        depth, up = self.frame.depth(points)
        across = float(self.frame.radius.mean())
        outside = np.maximum(np.maximum(self.low - up, up - self.high), 0.0)
        room, thick = (_INSIDE * self.ease_m + _SPREADING * outside) / across, np.maximum(depth - 1.0, 0.0)
        # What lay above something still does: locks pressed to one height would show their insides and outlines.
        left = np.where(thick > 0.0, 1.0 + thick / np.sqrt(1.0 + (thick / room) ** 2), depth)
        share = left / np.maximum(depth, 1e-9)
        local = self.frame.local(points)
        level = np.stack([share, np.where(up > 0, share, 1.0), share], axis=1)
        return self.frame.world(local * level)

    def hides(self, points: np.ndarray) -> np.ndarray:
        """(N,) bool: places (N, 3) deep under the hat."""
        return (self.frame.depth(points)[1] > self.low + _HIDDEN_M) & self.covers


def hair_under(mesh: AvatarMesh, hat: HatFit | None, *, lined: bool) -> AvatarMesh:
    """A mesh of hair as it is under a hat: pressed to the head, and nothing of it where it cannot be seen.

    Args:
        mesh: any of hair.
        hat: where it is held down, or None.
        lined: whether lines are drawn around its locks. They go out along the normals, and backs of thick locks are lit as
            their fronts: behind flat locks they would come out through the front, so these are lit by their own shape.
    """
    if hat is None:
        return mesh
    positions = np.asarray(mesh.positions, float)
    kept = mesh.triangles[~hat.hides(positions)[mesh.triangles].all(axis=1)]
    pressed, normals = hat.pressed(positions), mesh.normals
    if lined:
        normals = _by_shape(mesh, positions, pressed)
    return replace(mesh, positions=pressed, normals=normals, triangles=kept)


def _by_shape(mesh: AvatarMesh, positions: np.ndarray, pressed: np.ndarray) -> np.ndarray:
    """Normals of a mesh whose vertices (V, 3) were pressed, the more their new shape's the more they moved."""
    flat = np.minimum(lengths(pressed - positions) / _FLAT_M, 1.0)[:, None]
    normals = mesh.normals + flat * (vertex_normals(pressed, mesh.triangles) - mesh.normals)
    return np.asarray(normals / np.maximum(lengths(normals)[:, None], 1e-9))
