"""A pattern put on a person: eased off the skin, hung, smoothed, folded, laid over what is below, hemmed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit.pattern import SHELL, Fall, Panel, Pattern
from avatarkit.body.body import load_body
from avatarkit.geometry.meshes import vertex_normals

_SMOOTHING_STEPS, _SMOOTHING = 15, 0.6
_GAP_M = 0.003  # between the two legs' cloth
_LAYER_GAP_M, _LAYER_REACH_M = 0.004, 0.03
_HEM_M = 0.0022  # thickness of a hem


@dataclass(frozen=True)
class Cloth:
    """Triangles of a worn garment: (V, ...) arrays, (T, 3) triangles; `pattern_point` (V,) is where each vertex comes from."""

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    pattern_point: np.ndarray


@dataclass(frozen=True)
class Below:
    """Cloth that lies under a garment.

    Attributes:
        over, under: (K,) points of the garment and, each with it, the point of the other that it lies on.
        points: (M, 3) metres, the other garment's, as draped.
    """

    over: np.ndarray
    under: np.ndarray
    points: np.ndarray


def layered(over: Pattern, under: Pattern) -> tuple[np.ndarray, np.ndarray]:
    """Which points (K,) of one garment lie on which points (K,) of another below it; on anybody."""
    positions = load_body().positions
    distance, nearest = map(np.asarray, cKDTree(under.points.on(positions)).query(over.points.on(positions)))
    above = np.flatnonzero(distance < _LAYER_REACH_M)
    return above, nearest[above]


def draped(pattern: Pattern, positions: np.ndarray, below: Below | None = None) -> np.ndarray:
    """A garment's points (N, 3) on a person, metres.

    Args:
        pattern: the garment.
        positions: (V, 3) metres, all of the body's vertices at rest.
        below: what it is worn over.
    """
    shell_normals = vertex_normals(positions, load_body().parts[SHELL].triangles)
    outward = pattern.points.on(shell_normals)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    shell = pattern.points.rounded(positions, shell_normals, outward)
    shell = shell - pattern.drop_m[:, None] * [0.0, 1.0, 0.0]
    cloth = shell + pattern.ease_m[:, None] * outward
    for panel in pattern.panels:
        if panel.fall:
            _hang(panel, panel.fall, cloth)
    for step in range(_SMOOTHING_STEPS):
        cloth += _SMOOTHING * (pattern.around @ cloth - cloth)
        if step % 3 == 2:
            _keep_off(pattern, cloth, shell, outward)
    triangles = np.concatenate([grid_triangles(panel.corners) for panel in pattern.panels])
    cloth += pattern.fold_m[:, None] * vertex_normals(cloth, triangles)
    _keep_off(pattern, cloth, shell, outward)
    if below:
        _lift(below, cloth, outward)
    return cloth


def _hang(panel: Panel, fall: Fall, cloth: np.ndarray) -> None:
    """Let a tube fall from its widest places, in place."""
    rows = panel.corners[:, :-1]
    grid = cloth[rows]
    height = grid[..., 1]
    centre = grid[2:].mean(axis=1)
    axis = np.stack([np.poly1d(np.polyfit(centre[:, 1], centre[:, k], 1))(height) for k in (0, 2)], axis=-1)
    from_axis = grid[..., [0, 2]] - axis
    radius = np.linalg.norm(from_axis, axis=-1)
    outward = from_axis / np.maximum(radius, 1e-6)[..., None]
    fallen = np.linspace(0.0, 1.0, len(rows))[:, None]
    if fall.end_share is not None:
        mean = radius[3].mean()
        straight = mean * (1.0 + (fall.end_share - 1.0) * fallen)
        radius = np.maximum(radius, straight * np.clip(fallen / 0.15, 0.0, 1.0))
    for row in range(1 + int(fall.start * len(rows)), len(rows)):
        drop = np.maximum(height[row - 1] - height[row], 0.0)
        radius[row] = np.maximum(radius[row], radius[row - 1] - fall.taper * drop)
    cloth[rows[1:], 0] = (axis[..., 0] + outward[..., 0] * radius)[1:]
    cloth[rows[1:], 2] = (axis[..., 1] + outward[..., 1] * radius)[1:]
    if panel.side:
        cloth[rows[1:], 0] = panel.side * np.maximum(panel.side * cloth[rows[1:], 0], _GAP_M)


def _keep_off(pattern: Pattern, cloth: np.ndarray, shell: np.ndarray, outward: np.ndarray) -> None:
    """Push cloth out to its least distance from the shell, in place."""
    short = pattern.ease_m - ((cloth - shell) * outward).sum(axis=1)
    cloth += np.maximum(short, 0.0)[:, None] * outward


def _lift(below: Below, cloth: np.ndarray, outward: np.ndarray) -> None:
    """Push a garment off the one below it, in place."""
    way = outward[below.over]
    short = _LAYER_GAP_M - ((cloth[below.over] - below.points[below.under]) * way).sum(axis=1)
    cloth[below.over] += np.maximum(short, 0.0)[:, None] * way


def grid_triangles(corners: np.ndarray) -> np.ndarray:
    """Triangles (T, 3) of point numbers (R, C) in a grid, counter-clockwise with columns to the right and rows downward."""
    a, b, c, d = corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)])


def sewn(pattern: Pattern, cloth: np.ndarray) -> Cloth:
    """A garment's draped points (N, 3) as one mesh of all panels and their turned-in hems.

    Vertices are shared within a panel only, as texture coordinates want; normals are smooth across panels.
    """
    triangles = np.concatenate([grid_triangles(panel.corners) for panel in pattern.panels])
    normals = vertex_normals(cloth, triangles)
    pieces = [_outer(panel, cloth, normals) for panel in pattern.panels]
    pieces += [_hem(panel, row, cloth, normals) for panel in pattern.panels for row in panel.open_rows]
    starts = np.cumsum([0, *(len(piece.positions) for piece in pieces)])
    all_triangles = np.concatenate([p.triangles + start for p, start in zip(pieces, starts[:-1], strict=True)])
    arrays = [np.concatenate([getattr(p, name) for p in pieces]) for name in ("positions", "normals", "uvs")]
    sources = np.concatenate([p.pattern_point for p in pieces])
    return Cloth(arrays[0], arrays[1], arrays[2], all_triangles, sources)


def _outer(panel: Panel, cloth: np.ndarray, normals: np.ndarray) -> Cloth:
    numbers = panel.corners.reshape(-1)
    own = np.arange(numbers.size).reshape(panel.corners.shape)
    return Cloth(cloth[numbers], normals[numbers], panel.uvs.reshape(-1, 2), grid_triangles(own), numbers)


def _hem(panel: Panel, row: int, cloth: np.ndarray, normals: np.ndarray) -> Cloth:
    """The edge of the cloth and the face that is turned in behind it."""
    edge, behind, end = (panel.corners[k if row == 0 else -1 - k] for k in (0, 1, 2))
    upward = cloth[behind] - cloth[edge]
    upward /= np.maximum(np.linalg.norm(upward, axis=1, keepdims=True), 1e-9)
    inner = cloth[edge] - _HEM_M * normals[edge]
    deep = cloth[end] - 1.5 * _HEM_M * normals[end]
    rows = np.stack([cloth[edge], inner, inner, deep])
    down = -upward
    facing = np.stack([down, down, -normals[edge], -normals[edge]])
    own = np.arange(rows.shape[0] * rows.shape[1]).reshape(rows.shape[:2])
    if row == 0:
        own = own[::-1]
    triangles = np.concatenate([grid_triangles(own[:2]), grid_triangles(own[2:])])
    along = panel.uvs[row, :, 0]
    reach = np.abs(panel.uvs[row, 0, 1] - panel.uvs[2 if row == 0 else -3, 0, 1])
    depth = np.array([0.0, _HEM_M, _HEM_M, _HEM_M + reach])
    uvs = np.stack(np.broadcast_arrays(along[None], panel.uvs[row, 0, 1] + depth[:, None]), axis=-1)
    return Cloth(rows.reshape(-1, 3), facing.reshape(-1, 3), uvs.reshape(-1, 2), triangles, np.tile(edge, len(rows)))
