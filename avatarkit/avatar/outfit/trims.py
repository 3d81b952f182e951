"""What is sewn onto cloth: pockets, bands, plackets, buttons. Each is laid out in metres of a panel's own length and width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from avatarkit.avatar.outfit.flaps import Flap, sampled_across, stacked_panels
from avatarkit.avatar.outfit.part import Part
from avatarkit.avatar.outfit.pattern import Panel, Pattern, grid_triangles, strongest
from avatarkit.geometry.meshes import vertex_normals

_CELL_M = 0.014  # between samples of a patch
_EDGE_M = 0.0008  # a patch's wall leans by this much
_SUNK_M = 0.0010  # and begins below the cloth
_SEAM_LIGHT = 0.35  # of the light reaches where it meets the cloth
_DISC_POINTS = 12
_FLAT_M = 0.003  # a patch no higher shows by its edges and colour alone: hems, ribs and pockets, but no belt loops
_ABOVE_ALL = np.array([0.0, 1.0, 0.0])  # what lies about the neck shows over whatever is worn over it


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


FRONT = "front"
"""Half of the front from the collar to the hem, as if it were one panel; mirrored trims lie on both halves."""

Trim = Patch | Buttons | Flap


@dataclass(frozen=True)
class Sewn:
    """Samples of a garment that a trim is made of; everything but their places is the same on everybody.

    Attributes:
        part: as in the trim.
        at: (V, N) which points of the pattern a sample lies between.
        height_m: (V,) above the cloth.
        uvs, triangles, places: as in `Part`.
        discs: radius and height of what consists of discs.
        flat: a patch that hardly stands off the cloth.
    """

    part: str
    at: sparse.csr_matrix
    height_m: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    places: np.ndarray
    discs: tuple[float, float] | None = None
    flat: bool = False

    @cached_property
    def raised_m(self) -> np.ndarray:
        """(N,) how high it stands over each point of the pattern."""
        heights = self.height_m * (self.discs[1] if self.discs else 1.0)
        found = self.at.tocoo()
        raised = np.zeros(self.at.shape[1])
        np.maximum.at(raised, found.col, np.where(found.data > 0, heights[found.row], 0.0))
        return raised

    def worn(self, cloth: np.ndarray, normals: np.ndarray, carried: np.ndarray, light: np.ndarray) -> Part:
        """The trim on a garment's points (N, 3) with unit normals (N, 3), carried by joints (N, J), lit (N,)."""
        base, outward = self.at @ cloth, self.at @ normals
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
        lit = np.where(self.height_m < 0.0, _SEAM_LIGHT, 1.0) * (self.at @ light)
        if self.discs:
            return replace(self._discs(base, outward, carried), light=lit)
        positions = base + self.height_m[:, None] * outward
        sewn = np.ones(len(positions), bool) if self.flat else None
        return replace(self._part(positions, carried), light=lit, sewn=sewn)

    def _part(self, positions: np.ndarray, carried: np.ndarray) -> Part:
        facing = vertex_normals(positions, self.triangles)
        return Part(self.part, positions, facing, self.uvs, self.triangles, *strongest(self.at @ carried), self.places)

    def _discs(self, base: np.ndarray, outward: np.ndarray, carried: np.ndarray) -> Part:
        radius, height = self.discs or (0.0, 0.0)
        across = np.cross([0.0, 1.0, 0.0], outward)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        upward = np.cross(outward, across)
        x, y, up = radius * self.uvs_of_disc[:, 0], radius * self.uvs_of_disc[:, 1], self.height_m * height
        positions = base + x[:, None] * across + y[:, None] * upward + up[:, None] * outward
        return self._part(positions, carried)

    @cached_property
    def uvs_of_disc(self) -> np.ndarray:
        """(V, 2) each vertex on its unit disc."""
        circle, _, _ = _unit_disc()
        return np.tile(circle, (len(self.height_m) // len(circle), 1))


def sew_on(pattern: Pattern, trims: tuple[Trim, ...]) -> tuple[Sewn, ...]:
    """The trims of a garment, laid out."""
    return tuple(sewn for trim in trims for sewn in _sew(pattern, trim))


def _sew(pattern: Pattern, trim: Trim) -> list[Sewn]:
    if isinstance(trim, Patch):
        return _patch(pattern, trim)
    return _buttons(pattern, trim) if isinstance(trim, Buttons) else _flaps(pattern, trim)


@dataclass(frozen=True)
class _Ground:
    """What a trim lies on: a panel, whether it is laid out from its other end, whether its columns run to the left."""

    panel: Panel
    flipped: bool = False
    leftward: bool = False

    def at(self, pattern: Pattern, u: np.ndarray, v: np.ndarray) -> sparse.csr_matrix:
        """(K, N) shares of the pattern's points at places (...)."""
        if self.panel.name == FRONT:
            return sampled_across(pattern, self.panel, u, v)
        return _sampled(pattern, self.panel, u, v)

    def faced(self, triangles: np.ndarray) -> np.ndarray:
        """Triangles that face outward."""
        return triangles[:, ::-1] if self.leftward else triangles


def _grounds(pattern: Pattern, name: str, *, mirrored: bool) -> list[_Ground]:
    if name == FRONT:
        left, right = (replace(panel, name=FRONT) for panel in stacked_panels(pattern, "front"))
        return [_Ground(left), _Ground(right, leftward=True)] if mirrored else [_Ground(left)]
    panel = next(panel for panel in pattern.panels if panel.name == name)
    return [_Ground(panel, flip) for flip in ((False, True) if mirrored else (False,))]


def _flaps(pattern: Pattern, flap: Flap) -> list[Sewn]:
    made = []
    for number, panel in enumerate(stacked_panels(pattern, flap.where)):
        ground = _Ground(replace(panel, name=FRONT if flap.where == "front" else ""), leftward=number == 1)
        laid = flap.laid(float(panel.uvs[0, -1, 0]), float(panel.uvs[-1, 0, 1]))
        at = ground.at(pattern, laid.across, laid.down)
        triangles = ground.faced(grid_triangles(np.arange(laid.across.size).reshape(laid.across.shape)))
        uvs = np.stack([laid.across, laid.down], axis=-1).reshape(-1, 2)
        sewn = _sewn(pattern, flap.part, at, laid.height.reshape(-1), uvs=uvs, triangles=triangles)
        made.append(replace(sewn, places=sewn.places + _ABOVE_ALL) if flap.where == "neck" else sewn)
    return made


def _patch(pattern: Pattern, patch: Patch) -> list[Sewn]:
    return [_patch_on(pattern, ground, patch) for ground in _grounds(pattern, patch.panel, mirrored=patch.mirrored)]


def _patch_on(pattern: Pattern, ground: _Ground, patch: Patch) -> Sewn:
    across, down = ground.panel.uvs[0, :, 0], ground.panel.uvs[:, 0, 1]
    v0, v1 = (down[-1] + v if v < 0 or (v == 0 and k) else v for k, v in enumerate(patch.v))
    u0, u1 = (across[0], across[-1]) if patch.u is None else patch.u
    if ground.flipped:
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
    own = np.arange(rows.size).reshape(rows.shape)
    uvs = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    triangles = ground.faced(grid_triangles(own))
    sewn = _sewn(pattern, patch.part, ground.at(pattern, columns, rows), heights.reshape(-1), uvs=uvs, triangles=triangles)
    return replace(sewn, flat=patch.height_m <= _FLAT_M)


def _samples(start: float, end: float, *, walls: bool) -> np.ndarray:
    count = max(int(np.ceil((end - start) / _CELL_M)), 1) + 1
    if not walls:
        return np.linspace(start, end, count)
    inner = np.linspace(start + _EDGE_M, end - _EDGE_M, count)
    return np.concatenate([[start], inner, [end]])


def _buttons(pattern: Pattern, buttons: Buttons) -> list[Sewn]:
    return [_buttons_on(pattern, ground, buttons) for ground in _grounds(pattern, buttons.panel, mirrored=buttons.mirrored)]


def _buttons_on(pattern: Pattern, ground: _Ground, buttons: Buttons) -> Sewn:
    circle, heights, triangles = _unit_disc()
    width = ground.panel.uvs[0, -1, 0]
    down = ground.panel.uvs[-1, 0, 1]
    middle = np.array([(width - u if ground.flipped else u, down + v if v < 0 else v) for u, v in buttons.at])
    at = ground.at(pattern, np.repeat(middle[:, 0], len(circle)), np.repeat(middle[:, 1], len(circle)))
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
    return Sewn(part, at, heights, uvs, triangles, at @ pattern.places, discs)
