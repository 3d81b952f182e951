"""Triangles of locks: flat ribbons, and tubes of any oval section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from avatarkit.avatar.hair.directions import unit
from avatarkit.geometry.meshes import cross

_ROUNDNESS = 0.28  # how far a ribbon's normals turn outward at its edges: it is lit like a tuft, not like tape
_STRIP_MARGIN = 0.02  # of a strip's width, left out at its edges
_SOLID_V = (0.02, 0.98)


class Shape(NamedTuple):
    """A triangle mesh: positions and normals (V, 3), uvs (V, 2), triangles (T, 3)."""

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray


class Spines(NamedTuple):
    """L locks of P points.

    Attributes:
        points: (L, P, 3) metres.
        outward: (L, P, 3) unit, away from what they lie on.
        widths: (L, P) metres.
        rolls: (L,) radians about their own direction.
        strips: (L,) which strip of the texture they show.
    """

    points: np.ndarray
    outward: np.ndarray
    widths: np.ndarray
    rolls: np.ndarray
    strips: np.ndarray

    def of(self, chosen: np.ndarray) -> Spines:
        """Those among them."""
        return Spines(*(part[chosen] for part in self))


def grid_triangles(corners: np.ndarray) -> np.ndarray:
    """Triangles (T, 3) of vertex numbers in grids (..., R, C), counter-clockwise with columns to the right, rows downward."""
    a, b, c, d = corners[..., :-1, :-1], corners[..., 1:, :-1], corners[..., 1:, 1:], corners[..., :-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)])


def joined(shapes: Sequence[Shape]) -> Shape:
    """All of them as one."""
    starts = np.cumsum([0, *(len(shape.positions) for shape in shapes[:-1])])
    shifted = [shape._replace(triangles=shape.triangles + start) for shape, start in zip(shapes, starts, strict=True)]
    return Shape(*(np.concatenate(arrays) for arrays in zip(*shifted, strict=True)))


def ribbons(spines: Spines, strip_count: int, tips: float = 1.0) -> Shape:
    """Flat bands, their faces turned outward; each shows this share of one of the texture's strips, from the root on."""
    count, points = spines.points.shape[:2]
    along, across, _ = _frames(spines)
    half = (0.5 * spines.widths)[..., None] * across
    positions = np.stack([spines.points - half, spines.points + half], axis=2)
    outward = spines.outward
    facing = unit(outward - 0.5 * (outward * along).sum(axis=2, keepdims=True) * along)
    level = unit(cross(outward, along))
    normals = unit(np.stack([facing - _ROUNDNESS * level, facing + _ROUNDNESS * level], axis=2))
    v = tips * _share_of_way(spines.points)
    strip = (spines.strips % strip_count)[:, None] + np.zeros_like(v)
    left, right = (strip + _STRIP_MARGIN) / strip_count, (strip + 1.0 - _STRIP_MARGIN) / strip_count
    uvs = np.stack([np.stack([left, v], axis=-1), np.stack([right, v], axis=-1)], axis=2)
    triangles = grid_triangles(np.arange(count * points * 2).reshape(count, points, 2))
    return Shape(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles)


def ribbons_cut(shape: Shape, count: int, points: int, row: int) -> tuple[Shape, Shape]:
    """`ribbons` of `count` spines of `points` points, cut across at this one: what lies before it, and behind."""
    parts = []
    for rows in (slice(0, row + 1), slice(row, points)):
        vertices = [array.reshape(count, points, 2, -1)[:, rows] for array in shape[:3]]
        numbers = np.arange(vertices[0][..., 0].size).reshape(vertices[0].shape[:3])
        positions, normals, uvs = (array.reshape(-1, array.shape[-1]) for array in vertices)
        parts.append(Shape(positions, normals, uvs, grid_triangles(numbers)))
    return parts[0], parts[1]


def tubes(spines: Spines, flatness: float, sides: int, turns_of_texture: float = 1.0) -> Shape:
    """Solid locks of oval section.

    Args:
        spines: whose widths reach 0 where a lock ends in a point.
        flatness: thickness against width.
        sides: corners of the section.
        turns_of_texture: how often the texture goes around.
    """
    count, points = spines.points.shape[:2]
    along, across, lifted = _frames(spines)
    angle = np.linspace(0.0, 2.0 * np.pi, sides + 1)
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    half = 0.5 * spines.widths[..., None, None]
    ring = cosine * across[:, :, None] + flatness * sine * lifted[:, :, None]
    level = unit(flatness * cosine * across[:, :, None] + sine * lifted[:, :, None])
    normals = unit(level - _slopes(spines)[..., None, None] * along[:, :, None])
    positions = spines.points[:, :, None] + half * ring
    v = _SOLID_V[0] + (_SOLID_V[1] - _SOLID_V[0]) * _share_of_way(spines.points)
    u = turns_of_texture * angle / (2.0 * np.pi) + (spines.strips % 97)[:, None, None] / 97.0
    uvs = np.stack(np.broadcast_arrays(u, v[..., None]), axis=-1)
    triangles = grid_triangles(np.arange(count * points * (sides + 1)).reshape(count, points, sides + 1)[..., ::-1])
    return Shape(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles)


def _frames(spines: Spines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors (L, P, 3) along each lock, across its face and out of it, rolled."""
    along = unit(np.gradient(spines.points, axis=1))
    level = unit(cross(spines.outward, along))
    roll = spines.rolls[:, None, None]
    across = np.cos(roll) * level + np.sin(roll) * cross(along, level)
    return along, across, cross(along, across)


def _slopes(spines: Spines) -> np.ndarray:
    """(L, P) metres by which half of the width grows on a metre of the way."""
    steps = np.linalg.norm(np.gradient(spines.points, axis=1), axis=2)
    return np.asarray(np.gradient(0.5 * spines.widths, axis=1) / np.maximum(steps, 1e-9))


def _share_of_way(points: np.ndarray) -> np.ndarray:
    """(L, P) 0 at the root to 1 at the tip of spines (L, P, 3), by length."""
    way = np.cumsum(np.linalg.norm(np.diff(points, axis=1, prepend=points[:, :1]), axis=2), axis=1)
    return way / np.maximum(way[:, -1:], 1e-9)
