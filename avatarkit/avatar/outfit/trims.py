"""What is sewn onto cloth: pockets, bands, plackets, buttons. Each is laid out in metres of a panel's own length and width."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from avatarkit.avatar.outfit.part import Part
from avatarkit.avatar.outfit.pattern import Panel, Pattern, grid_triangles, strongest
from avatarkit.body.body import load_body
from avatarkit.geometry.meshes import vertex_normals

_CELL_M = 0.014  # between samples of a patch
_EDGE_M = 0.0008  # a patch's wall leans by this much
_SUNK_M = 0.0010  # and begins below the cloth
_DISC_POINTS = 12


@dataclass(frozen=True)
class Patch:
    """A raised rectangle of cloth.

    Attributes:
        panel: name of the panel that carries it.
        u: from, to, metres across from the panel's first column; None goes all round.
        v: from, to, metres down from its first row; negative ones count from its last row.
        height_m: above the cloth.
        point_m: how far its lower edge comes to a point in its middle.
        part: which part of the piece it belongs to.
        mirrored: there is another one at the same distance before the panel's last column.
    """

    panel: str
    u: tuple[float, float] | None
    v: tuple[float, float]
    height_m: float = 0.0016
    point_m: float = 0.0
    part: str = "fabric"
    mirrored: bool = False


@dataclass(frozen=True)
class Buttons:
    """A row of round buttons.

    Attributes:
        panel: as in `Patch`.
        at: (u, v) of each, metres.
        radius_m, height_m: of one.
        part: which part of the piece they are.
    """

    panel: str
    at: tuple[tuple[float, float], ...]
    radius_m: float = 0.0055
    height_m: float = 0.0045
    part: str = "buttons"
    mirrored: bool = False


Trim = Patch | Buttons


@dataclass(frozen=True)
class Sewn:
    """Samples of a garment that a trim is made of; everything but their places is the same on everybody.

    Attributes:
        part: as in the trim.
        at: (V, N) which points of the pattern a sample lies between.
        height_m: (V,) above the cloth.
        uvs, triangles, joints, weights, places: as in `Part`.
    """

    part: str
    at: sparse.csr_matrix
    height_m: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    places: np.ndarray
    discs: tuple[float, float] | None = None

    def worn(self, cloth: np.ndarray, normals: np.ndarray) -> Part:
        """The trim on a garment's points (N, 3) with unit normals (N, 3)."""
        base, outward = self.at @ cloth, self.at @ normals
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
        if self.discs:
            return self._discs(base, outward)
        positions = base + self.height_m[:, None] * outward
        facing = vertex_normals(positions, self.triangles)
        return Part(self.part, positions, facing, self.uvs, self.triangles, self.joints, self.weights, self.places)

    def _discs(self, base: np.ndarray, outward: np.ndarray) -> Part:
        radius, height = self.discs or (0.0, 0.0)
        across = np.cross([0.0, 1.0, 0.0], outward)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        upward = np.cross(outward, across)
        x, y, up = radius * self.uvs_of_disc[:, 0], radius * self.uvs_of_disc[:, 1], self.height_m * height
        positions = base + x[:, None] * across + y[:, None] * upward + up[:, None] * outward
        facing = vertex_normals(positions, self.triangles)
        return Part(self.part, positions, facing, self.uvs, self.triangles, self.joints, self.weights, self.places)

    @cached_property
    def uvs_of_disc(self) -> np.ndarray:
        """(V, 2) each vertex on its unit disc."""
        circle, _, _ = _unit_disc()
        return np.tile(circle, (len(self.height_m) // len(circle), 1))


def sew_on(pattern: Pattern, trims: tuple[Trim, ...]) -> tuple[Sewn, ...]:
    """The trims of a garment, laid out."""
    panels = {panel.name: panel for panel in pattern.panels}
    made = []
    for trim in trims:
        panel = panels[trim.panel]
        for flip in (False, True) if trim.mirrored else (False,):
            made.append(_patch(pattern, panel, trim, flip) if isinstance(trim, Patch) else _buttons(pattern, panel, trim, flip))
    return tuple(made)


def _patch(pattern: Pattern, panel: Panel, patch: Patch, flip: bool) -> Sewn:
    across, down = panel.uvs[0, :, 0], panel.uvs[:, 0, 1]
    v0, v1 = (down[-1] + v if v < 0 or (v == 0 and k) else v for k, v in enumerate(patch.v))
    u0, u1 = (across[0], across[-1]) if patch.u is None else patch.u
    if flip:
        u0, u1 = across[-1] - u1, across[-1] - u0
    u, v = _samples(u0, u1, walls=patch.u is not None), _samples(v0, v1, walls=True)
    point = np.zeros_like(u) if patch.point_m == 0 else patch.point_m * (1.0 - np.abs(2 * (u - u0) / (u1 - u0) - 1.0))
    rows = v[:, None] + ((v - v0) / (v1 - v0))[:, None] * point
    columns = np.broadcast_to(u, rows.shape)
    inner = np.ones(rows.shape, bool)
    inner[[0, -1]] = False
    if patch.u is not None:
        inner[:, [0, -1]] = False
    heights = np.where(inner, patch.height_m, -_SUNK_M)
    at = _sampled(pattern, panel, columns, rows)
    own = np.arange(rows.size).reshape(rows.shape)
    uvs = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    return _sewn(pattern, patch.part, at, heights.reshape(-1), uvs=uvs, triangles=grid_triangles(own))


def _samples(start: float, end: float, *, walls: bool) -> np.ndarray:
    count = max(int(np.ceil((end - start) / _CELL_M)), 1) + 1
    if not walls:
        return np.linspace(start, end, count)
    inner = np.linspace(start + _EDGE_M, end - _EDGE_M, count)
    return np.concatenate([[start], inner, [end]])


def _buttons(pattern: Pattern, panel: Panel, buttons: Buttons, flip: bool) -> Sewn:
    circle, heights, triangles = _unit_disc()
    width = panel.uvs[0, -1, 0]
    down = panel.uvs[-1, 0, 1]
    middle = np.array([(width - u if flip else u, down + v if v < 0 else v) for u, v in buttons.at])
    at = _sampled(pattern, panel, np.repeat(middle[:, 0], len(circle)), np.repeat(middle[:, 1], len(circle)))
    starts = len(circle) * np.arange(len(middle))
    all_triangles = (triangles[None] + starts[:, None, None]).reshape(-1, 3)
    uvs = np.tile(circle * buttons.radius_m, (len(middle), 1))
    size = (buttons.radius_m, buttons.height_m)
    return _sewn(pattern, buttons.part, at, np.tile(heights, len(middle)), uvs=uvs, triangles=all_triangles, discs=size)


def _unit_disc() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (V, 2), heights (V,) and triangles (T, 3) of a button: a wall, a rim, a dished face."""
    angle = np.linspace(0.0, 2 * np.pi, _DISC_POINTS, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    scales, heights = (1.0, 1.0, 0.88, 0.7), (-0.2, 0.8, 1.0, 0.75)
    circle = np.concatenate([s * ring for s in scales] + [np.zeros((1, 2))])
    up = np.concatenate([np.repeat(heights, _DISC_POINTS), [0.75]])
    rings = np.arange(len(scales) * _DISC_POINTS).reshape(len(scales), -1)
    rings = np.concatenate([rings, rings[:, :1]], axis=1)
    middle = np.full(_DISC_POINTS, len(circle) - 1)
    # Rows go inward, so columns run to the right seen from inside out: turn them round.
    sides = grid_triangles(rings)[:, ::-1]
    cap = np.stack([middle, rings[-1, :-1], rings[-1, 1:]], axis=1)
    a, b, c = (np.column_stack([circle, up])[t] for t in sides[0])
    outward = np.cross(b - a, c - a) @ np.array([*a[:2], 0.0])
    return circle, up, np.concatenate([sides if outward > 0 else sides[:, ::-1], cap])


def _sampled(pattern: Pattern, panel: Panel, u: np.ndarray, v: np.ndarray) -> sparse.csr_matrix:
    """(K, N) shares of the pattern's points at places (...) of a panel."""
    lines = panel.uvs[0, :, 0], panel.uvs[:, 0, 1]
    column, row = (np.interp(at.reshape(-1), line, np.arange(len(line))) for at, line in zip((u, v), lines, strict=True))
    c, r = np.minimum(column.astype(int), len(lines[0]) - 2), np.minimum(row.astype(int), len(lines[1]) - 2)
    fc, fr = column - c, row - r
    corners = [panel.corners[r + i, c + j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))]
    shares = [(1 - fr) * (1 - fc), (1 - fr) * fc, fr * (1 - fc), fr * fc]
    own = np.tile(np.arange(len(c)), 4)
    shape = (len(c), len(pattern.ease_m))
    return sparse.csr_matrix((np.concatenate(shares), (own, np.concatenate(corners))), shape=shape)


def _sewn(
    pattern: Pattern,
    part: str,
    at: sparse.csr_matrix,
    heights: np.ndarray,
    *,
    uvs: np.ndarray,
    triangles: np.ndarray,
    discs: tuple[float, float] | None = None,
) -> Sewn:
    count = len(load_body().joint_names)
    dense = np.zeros((len(pattern.joints), count))
    np.add.at(dense, (np.arange(len(dense))[:, None], pattern.joints), pattern.weights)
    joints, weights = strongest(at @ dense)
    return Sewn(part, at, heights, uvs, triangles, joints, weights, at @ pattern.places, discs)
