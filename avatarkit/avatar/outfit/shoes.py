"""Sneakers: a smooth last scaled to the measured foot, with a sole, a padded collar and laces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline

from avatarkit.avatar.outfit.pattern import grid_triangles
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import vertex_normals

# The last, seen from above: share of the length from the heel, share of half the ball's width outward (left foot).
_OUTLINE = np.array(
    [
        (-0.035, 0.00),
        (0.000, 0.42),
        (0.110, 0.70),
        (0.280, 0.74),
        (0.450, 0.80),
        (0.640, 1.02),
        (0.800, 0.97),
        (0.930, 0.66),
        (1.025, 0.00),
        (0.985, -0.56),
        (0.870, -0.94),
        (0.700, -1.06),
        (0.500, -0.82),
        (0.300, -0.70),
        (0.110, -0.68),
        (0.000, -0.42),
    ]
)
_COLUMNS, _UPPER_ROWS = 40, 13
_SOLE_M, _SOLE_LIP_M, _TOE_SPRING_M = 0.027, 0.0035, 0.008
_FIT_M = 0.008  # of the collar about the ankle
_SEEN_M = 0.008, 0.030  # of skin below the collar's edge, at the heel and in front
_TOE_COLUMN = _COLUMNS // 2
_LACES, _LACE_POINTS = 5, 9


@dataclass(frozen=True)
class Piece:
    """Part of a shoe.

    Attributes:
        positions, normals, uvs: (V, 3), (V, 3), (V, 2) metres.
        triangles: (T, 3).
        toe_share: (V,) weight of the toes' joint; the foot's has the rest.
    """

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    toe_share: np.ndarray


@dataclass(frozen=True)
class _Foot:
    """One foot, measured on the ground.

    Attributes:
        heel: (3,) its rearmost place, on the ground.
        forward, outward: (3,) level unit vectors.
        length, half_width: metres.
        ankle: (2,) along and outward from the heel; ankle_radii: (2,) the same axes; ankle_height.
        toe_joint: metres along.
    """

    heel: np.ndarray
    forward: np.ndarray
    outward: np.ndarray
    length: float
    half_width: float
    ankle: np.ndarray
    ankle_radii: np.ndarray
    ankle_height: float
    toe_joint: float

    def place(self, along: np.ndarray, out: np.ndarray, up: np.ndarray) -> np.ndarray:
        """(..., 3) of coordinates (...), metres."""
        level = self.heel + along[..., None] * self.forward + out[..., None] * self.outward
        return level + np.asarray(up)[..., None] * [0.0, 1.0, 0.0]


@cache
def foot_vertices(side: str) -> np.ndarray:
    """Body vertices that the foot and the toes of "left" or "right" carry."""
    body = load_body()
    joints = [body.joint_names.index(side + bone) for bone in ("Foot", "Toes")]
    share = (np.isin(body.joint_indices, joints) * body.joint_weights).sum(axis=1)
    skin = np.unique(body.parts["body"].quads)
    return skin[share[skin] > 0.5]


def _measure(rest: RestBody, side: str) -> _Foot:
    joints = dict(zip(rest.skeleton.names, rest.skeleton.rest_world[0], strict=True))
    ankle, toes = joints[side + "Foot"], joints[side + "Toes"]
    forward = (toes - ankle) * [1.0, 0.0, 1.0]
    forward /= np.linalg.norm(forward)
    outward = np.array([forward[2], 0.0, -forward[0]]) * (1.0 if side == "left" else -1.0)
    points = np.asarray(rest.positions, float)[foot_vertices(side)]
    ground = points[:, 1].min()
    along, out = points @ forward, points @ outward
    ball = np.abs(along - toes @ forward) < 0.04
    middle = 0.5 * (out[ball].min() + out[ball].max())
    heel = along.min() * forward + middle * outward + np.array([0.0, ground, 0.0])
    height = ankle[1] - ground
    ring = np.abs(points[:, 1] - ankle[1]) < 0.02
    low, high = (np.array([f(along[ring]), f(out[ring])]) for f in (np.min, np.max))
    return _Foot(
        heel,
        forward,
        outward,
        float(np.ptp(along)),
        0.5 * float(np.ptp(out[ball])),
        0.5 * (low + high) - [along.min(), middle],
        0.5 * (high - low),
        float(height),
        float(toes @ forward - along.min()),
    )


def _outline(foot: _Foot, grow_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Along and outward (_COLUMNS + 1,) of the sole's edge, from the heel over the outer side; `grow_m` wider all round."""
    closed = np.concatenate([_OUTLINE, _OUTLINE[:1]]) * [foot.length, foot.half_width]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    spline = CubicSpline(along, closed, bc_type="periodic")
    t = np.concatenate([np.linspace(0.0, along[8], _TOE_COLUMN + 1), np.linspace(along[8], along[-1], _TOE_COLUMN + 1)[1:]])
    tangent = spline(t, 1)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    normal /= -np.linalg.norm(normal, axis=1, keepdims=True)
    grown = spline(t) - grow_m * normal
    return grown[:, 0], grown[:, 1]


def shoe(rest: RestBody, side: str) -> tuple[Piece, Piece]:
    """The upper, and the sole with the laces, of the "left" or "right" shoe. It stands on the ground."""
    foot = _measure(rest, side)
    upper = _upper(foot)
    upper_piece = _piece(foot, upper, side)
    lace_pieces = [_piece(foot, grid, side) for grid in _laces(upper, side)]
    return upper_piece, _joined([_piece(foot, _sole(foot), side), _piece(foot, _bottom(foot), side), *lace_pieces])


def _upper(foot: _Foot) -> np.ndarray:
    """(rows, _COLUMNS + 1, 3) from the inner edge of the collar down to the sole."""
    along, out = _outline(foot, 0.001)
    turn = np.linspace(0.0, 2 * np.pi, _COLUMNS + 1)
    frontness = 0.5 - 0.5 * np.cos(turn)
    rim = _rim(foot, turn)
    ground = np.full_like(along, _SOLE_M - 0.004)
    wall = 0.034 + 0.012 * (1.0 - frontness)
    ends = foot.place(along, out, ground), foot.place(*rim)
    up = np.array([0.0, 1.0, 0.0])
    first = ends[0] + wall[:, None] * up
    slope = frontness[:, None] ** 2
    reach = 0.30 * np.linalg.norm(ends[1] - ends[0], axis=1, keepdims=True)
    lead = ends[1] - reach * ((1.0 - slope) * up + slope * (0.72 * up - 0.70 * foot.forward))
    share = np.linspace(0.0, 1.0, _UPPER_ROWS)[::-1, None, None]
    curve = (
        (1 - share) ** 3 * ends[0]
        + 3 * share * (1 - share) ** 2 * first
        + 3 * share**2 * (1 - share) * lead
        + share**3 * ends[1]
    )
    inward = foot.place(np.full_like(turn, foot.ankle[0]), np.full_like(turn, foot.ankle[1]), rim[2]) - ends[1]
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    padding = [ends[1] + inward * a + up * b for a, b in ((0.009, -0.022), (0.006, -0.002), (0.0025, 0.0022))]
    return np.concatenate([np.stack(padding), curve])


def _rim(foot: _Foot, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Along, outward and up (...) of the collar's edge at angles from the heel over the outer side."""
    frontness = 0.5 - 0.5 * np.cos(turn)
    radii = foot.ankle_radii + _FIT_M
    along = foot.ankle[0] + 0.006 - radii[0] * 1.08 * np.cos(turn) + 0.006 * frontness
    up = foot.ankle_height + 0.012 + 0.012 * frontness**2 - 0.007 * np.sin(turn) ** 2
    return along, foot.ankle[1] + radii[1] * np.sin(turn), up


def shod_vertices(rest: RestBody, side: str) -> np.ndarray:
    """Body vertices of the "left" or "right" foot that lie inside the shoe, well below its collar."""
    foot = _measure(rest, side)
    vertices = foot_vertices(side)
    local = np.asarray(rest.positions, float)[vertices] - foot.heel
    along, out = local @ foot.forward - foot.ankle[0], local @ foot.outward - foot.ankle[1]
    turn = np.arctan2(out, -along)
    seen = _SEEN_M[0] + (_SEEN_M[1] - _SEEN_M[0]) * (0.5 - 0.5 * np.cos(turn)) ** 2
    return vertices[local[:, 1] < _rim(foot, turn)[2] - seen]


def _sole(foot: _Foot) -> np.ndarray:
    """(rows, _COLUMNS + 1, 3) the sole's wall, from the upper down to the ground."""
    profile = (
        (-0.002, _SOLE_M),
        (_SOLE_LIP_M, _SOLE_M - 0.001),
        (_SOLE_LIP_M + 0.0008, 0.016),
        (_SOLE_LIP_M, 0.004),
        (0.0, 0.0),
    )
    rows = []
    for grow, height in profile:
        along, out = _outline(foot, grow)
        rows.append(foot.place(along, out, height + _spring(foot, along) * (1.0 - height / _SOLE_M)))
    return np.stack(rows)


def _bottom(foot: _Foot) -> np.ndarray:
    """(rows, _COLUMNS + 1, 3) the face that stands on the ground, edge to middle."""
    along, out = _outline(foot, 0.0)
    middle = np.clip(along, 0.2 * foot.length, 0.8 * foot.length)
    edge, line = foot.place(along, out, _spring(foot, along)), foot.place(middle, 0.0 * out, _spring(foot, middle))
    return np.stack([edge, 0.5 * (edge + line), line])


def _spring(foot: _Foot, along: np.ndarray) -> np.ndarray:
    return _TOE_SPRING_M * np.clip((along / foot.length - 0.75) / 0.28, 0.0, 1.0) ** 2


def _laces(upper: np.ndarray, side: str) -> list[np.ndarray]:
    """Grids (3, _LACE_POINTS, 3) of bars across the instep."""
    columns = _TOE_COLUMN + np.linspace(-3.4, 3.4, _LACE_POINTS)
    outward = _grid_normals(upper, side)
    laces = []
    for row in np.linspace(4.3, 9.0, _LACES):
        bow = row + 0.35 * np.cos(np.linspace(-np.pi / 2, np.pi / 2, _LACE_POINTS))
        sides = [_sampled(upper, outward, bow + d, columns, h) for d, h in ((-0.33, -0.0005), (0.0, 0.0035), (0.33, -0.0005))]
        laces.append(np.stack(sides))
    return laces


def _sampled(grid: np.ndarray, normals: np.ndarray, rows: np.ndarray, columns: np.ndarray, height: float) -> np.ndarray:
    """(K, 3) places `height` above a grid surface at fractional rows and columns (K,)."""
    r, c = rows.astype(int), columns.astype(int)
    fr, fc = (rows - r)[:, None], (columns - c)[:, None]

    def mixed(values: np.ndarray) -> np.ndarray:
        upper, lower = (values[k, c] * (1 - fc) + values[k, c + 1] * fc for k in (r, r + 1))
        return upper * (1 - fr) + lower * fr

    return mixed(grid) + height * mixed(normals)


def _oriented(triangles: np.ndarray, side: str) -> np.ndarray:
    """Columns run to the right seen from outside on the right shoe, and to the left on the left one."""
    return triangles if side == "right" else triangles[:, ::-1]


def _grid_normals(grid: np.ndarray, side: str) -> np.ndarray:
    corners = np.arange(grid.shape[0] * grid.shape[1]).reshape(grid.shape[:2])
    closed = np.allclose(grid[:, 0], grid[:, -1])
    if closed:
        corners[:, -1] = corners[:, 0]
    normals = vertex_normals(grid.reshape(-1, 3), _oriented(grid_triangles(corners), side)).reshape(grid.shape)
    if closed:
        normals[:, -1] = normals[:, 0]
    return normals


def _piece(foot: _Foot, grid: np.ndarray, side: str) -> Piece:
    corners = np.arange(grid.shape[0] * grid.shape[1]).reshape(grid.shape[:2])
    uvs = np.stack(
        [
            np.broadcast_to(
                np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(axis=0))]), grid.shape[:2]
            ),
            np.concatenate([np.zeros((1, grid.shape[1])), np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2), axis=0)]),
        ],
        axis=-1,
    )
    along = (grid - foot.heel) @ foot.forward
    toes = np.clip((along - foot.toe_joint) / 0.05 + 0.5, 0.0, 1.0)
    toes = toes * toes * (3.0 - 2.0 * toes)
    normals = _grid_normals(grid, side)
    triangles = _oriented(grid_triangles(corners), side)
    return Piece(grid.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles, toes.reshape(-1))


def _joined(pieces: list[Piece]) -> Piece:
    starts = np.cumsum([0, *(len(p.positions) for p in pieces)])[:-1]
    arrays = [np.concatenate([getattr(p, n) for p in pieces]) for n in ("positions", "normals", "uvs", "toe_share")]
    triangles = np.concatenate([p.triangles + start for p, start in zip(pieces, starts, strict=True)])
    return Piece(arrays[0], arrays[1], arrays[2], triangles, arrays[3])
