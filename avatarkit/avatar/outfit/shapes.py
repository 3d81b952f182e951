"""Solids as grids of points: tubes along paths, things turned about an axis."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.meshes import cross


def tube(
    path: np.ndarray, radius: np.ndarray | float, sides: int = 8, *, closed: bool = False, flat: float = 1.0
) -> np.ndarray:
    """(N + 2 or N, sides + 1, 3) a tube about a path, its ends rounded to poles unless it is closed.

    Args:
        path: (N, 3) metres; a closed one ends where it begins.
        radius: (N,) or one.
        sides: of its cross-section.
        closed: it has no ends.
        flat: thickness against width; its width lies level, across the path.
    """
    ahead = np.gradient(path, axis=0)
    if closed:
        ahead[0] = ahead[-1] = path[1] - path[-2]
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    reference = np.array([0.0, 1.0, 0.0]) if np.abs(ahead[:, 1]).mean() < 0.8 else np.array([0.0, 0.0, 1.0])
    across = cross(reference, ahead)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    upward = cross(ahead, across)
    turn = np.linspace(0.0, 2 * np.pi, sides + 1)
    size = np.broadcast_to(np.asarray(radius, float), (len(path),))[:, None, None]
    ring = np.cos(turn)[None, :, None] * across[:, None] + flat * np.sin(turn)[None, :, None] * upward[:, None]
    grid = path[:, None] + size * ring
    if closed:
        return grid
    ends = [np.repeat(path[k][None, None], sides + 1, axis=1) for k in (0, -1)]
    return np.concatenate([ends[0], grid, ends[1]])


def ball(middle: np.ndarray, radii: np.ndarray | float, sides: int = 10) -> np.ndarray:
    """(R, sides + 1, 3) an ellipsoid; `radii` (3,) or one, metres."""
    high = np.linspace(0.0, np.pi, sides // 2 + 2)[:, None]
    turn = np.linspace(0.0, 2 * np.pi, sides + 1)[None]
    points = np.stack(np.broadcast_arrays(np.sin(high) * np.cos(turn), np.cos(high), np.sin(high) * np.sin(turn)), axis=-1)
    return middle + radii * points


def ring_path(middle: np.ndarray, first: np.ndarray, second: np.ndarray, count: int = 25) -> np.ndarray:
    """(count, 3) a closed ellipse with half axes `first` and `second` (3,)."""
    turn = np.linspace(0.0, 2 * np.pi, count)[:, None]
    return middle + np.cos(turn) * first + np.sin(turn) * second


def box(middle: np.ndarray, left: np.ndarray, up: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """(6, 5, 3) a box with half edges (3,) each; draw it with creases."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
    ring = corners[:, :1] * left + corners[:, 1:] * ahead
    rows = [0.0 * ring - up, ring - up, ring + up, 0.0 * ring + up]
    return middle + np.stack(rows)
