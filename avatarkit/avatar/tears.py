"""The wet line: tears that stand between the lower lid's edge and the eyeball, and mirror the room in a thin bright thread."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, MorphTarget
from avatarkit.avatar.eye_pictures import CORNER_UV
from avatarkit.avatar.eyes import MATERIAL, eyeball
from avatarkit.avatar.lashes import moved_points
from avatarkit.body.body import load_body
from avatarkit.body.lids import SIDES, lid_margins
from avatarkit.body.rest import RestBody
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_COLUMNS, _ROWS = 25, 4
_ENDS = (0.04, 0.96)  # of the lid's edge: in the corners lids lie on each other
_HEIGHT = 0.055  # of the eyeball's radius: well half a millimetre, as tears stand
_ON_LID, _ON_BALL = 0.8, 1.003  # how far towards the lid's edge it reaches, and where on the eyeball, of its radius
_BANK = np.array([0.0, 0.8, 0.6])  # where it looks on the lid: the lid's edge looks up
_LEAST_MOVE_M = 2e-5


def tears_mesh(rest: RestBody) -> AvatarMesh:
    """The wet lines of both eyes of one person, of the eyes' material; they follow the lids through every expression."""
    lines = [_WetLine(rest, side) for side in SIDES]
    count = _COLUMNS * _ROWS
    joints = np.zeros((2 * count, 4), int)
    joints[:, 0] = rest.skeleton.names.index("head")
    return AvatarMesh(
        name="Tears",
        positions=np.concatenate([line.positions for line in lines]),
        normals=np.concatenate([line.normals for line in lines]),
        uvs=np.tile(CORNER_UV, (2 * count, 1)),
        triangles=np.concatenate([_triangles(side) + number * count for number, side in enumerate(SIDES)]),
        joints=joints,
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (2 * count, 1)),
        material=MATERIAL,
        morphs=tuple(_morphs(lines, rest)),
        first_person="thirdPersonOnly",
    )


def _morphs(lines: list[_WetLine], rest: RestBody) -> list[MorphTarget]:
    targets, count = [], _COLUMNS * _ROWS
    for number, name in enumerate(ARKIT_NAMES):
        move = rest.expressions.of(number)
        changes = [(k, change) for k, line in enumerate(lines) if (change := line.change(*move)) is not None]
        if changes:
            indices = np.concatenate([np.arange(k * count, (k + 1) * count) for k, _ in changes])
            positions, normals = (np.concatenate([change[part] for _, change in changes]) for part in (0, 1))
            targets.append(MorphTarget(name, indices, positions, normals))
    return targets


class _WetLine:
    """Tears along one lower lid: a grid of `_ROWS` from the lid to the eyeball by `_COLUMNS` along the lid."""

    def __init__(self, rest: RestBody, side: str) -> None:
        self._edge, self._along = lid_margins(side)[1], _resampling(side)
        self._center, self._stretch = eyeball(rest, side)
        self._inverse = np.linalg.inv(self._stretch)
        self._lid = np.asarray(rest.positions, float)[self._edge]
        self.positions, self.normals = self._filled(self._lid)

    def change(self, vertices: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """What moving the body's vertices (K,), rising, by offsets (K, 3) does to positions and normals, if anything."""
        lid = moved_points(self._lid, self._edge, vertices, offsets)
        if lid is None:
            return None
        positions, normals = self._filled(lid)
        moves = positions - self.positions
        return (moves, normals - self.normals) if np.abs(moves).max() > _LEAST_MOVE_M else None

    def _filled(self, lid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals (N, 3) of tears at a lid's edge (P, 3)."""
        edge = self._along @ lid
        toward = (edge - self._center) @ self._inverse.T
        below = toward / np.linalg.norm(toward, axis=1, keepdims=True)
        above = below + np.outer(_HEIGHT * np.sin(np.linspace(0.1, np.pi - 0.1, _COLUMNS)) ** 0.5, [0.0, 1.0, 0.0])
        above /= np.linalg.norm(above, axis=1, keepdims=True)
        shore, water = (self._center + _ON_BALL * point @ self._stretch.T for point in (below, above))
        bank = shore + _ON_LID * (edge - shore)
        normal = above / np.diag(self._stretch)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        shares = np.linspace(0.0, 1.0, _ROWS)[:, None, None]
        normals = _BANK + shares * (normal - _BANK)
        normals /= np.linalg.norm(normals, axis=2, keepdims=True)
        return (bank + shares * (water - bank)).reshape(-1, 3), normals.reshape(-1, 3)


@cache
def _resampling(side: str) -> np.ndarray:
    """(_COLUMNS, P) weights that give points along a lower lid's edge, evenly spaced on the average face."""
    edge = load_body().positions[lid_margins(side)[1]]
    stations = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    wanted = np.linspace(*_ENDS, _COLUMNS) * stations[-1]
    return np.stack([np.interp(wanted, stations, unit) for unit in np.eye(len(edge))], axis=1)


def _triangles(side: str) -> np.ndarray:
    number = np.arange(_COLUMNS * _ROWS).reshape(_ROWS, _COLUMNS)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return triangles if side == "left" else triangles[:, ::-1]
