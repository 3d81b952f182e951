"""Where hair lies on what is worn instead of on the skin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import lengths
from avatarkit.geometry.nearest import tree_of

_ABOVE_NECK_M, _BELOW_NECK_M = 0.02, 0.5  # of the neck's joint: higher are hats, lower no loose hair reaches
_BESIDE_SHOULDERS_M = 0.05  # hair falls between the shoulders
_THICKEST_M = 0.08  # hoods and furs; what stands farther off the skin, such as a bow, is passed by
_ASIDE_M = 0.02  # cloth this far beside a point of the skin still lies over it
_CELL_RAD, _CELL_M, _FACE_M = 0.1, 0.02, 0.02  # outermost points are looked for in such cells; so far inward they count
_INWARD = -0.2  # of a lining's normal, against away from the neck
_NEAR = 24  # of a coat's two faces and what is under it


def outer_faces(worn: Sequence[AvatarMesh], rest: RestBody) -> tuple[np.ndarray, np.ndarray]:
    """Points (C, 3) and normals of what is outermost where loose hair falls: no linings, no insides of hoods.

    Args:
        worn: the garments.
        rest: the body that wears them.
    """
    cloth, normals = (
        np.concatenate([np.zeros((0, 3)), *parts])
        for parts in ([mesh.positions for mesh in worn], [mesh.normals for mesh in worn])
    )
    reached = _reached(cloth, rest)
    cloth, normals = cloth[reached], normals[reached]
    level = (cloth - rest.joint("neck"))[:, [0, 2]]
    away = lengths(level)
    cells = np.floor([np.arctan2(*level.T) / _CELL_RAD, cloth[:, 1] / _CELL_M]).astype(int)
    _, cell = np.unique(cells, axis=1, return_inverse=True)
    farthest = np.zeros(len(cloth))
    np.maximum.at(farthest, cell, away)
    outermost = (away > farthest[cell] - _FACE_M) & (np.einsum("nc,nc->n", level, normals[:, [0, 2]]) > _INWARD * away)
    return cloth[outermost], normals[outermost]


def _reached(points: np.ndarray, rest: RestBody) -> np.ndarray:
    """Indices of places (N, 3) where loose hair falls."""
    neck, shoulder = rest.joint("neck")[1], rest.joint("leftUpperArm")[0]
    level = (points[:, 1] < neck + _ABOVE_NECK_M) & (points[:, 1] > neck - _BELOW_NECK_M)
    return np.flatnonzero(level & (np.abs(points[:, 0]) < shoulder + _BESIDE_SHOULDERS_M))


def raised_by_clothes(positions: np.ndarray, normals: np.ndarray, worn: Sequence[AvatarMesh], rest: RestBody) -> np.ndarray:
    """Points of the skin (N, 3), those under clothes moved out to the clothes' outer face.

    Args:
        positions, normals: (N, 3) metres and unit vectors.
        worn: the garments.
        rest: the body that wears them.
    """
    cloth = np.concatenate([np.zeros((0, 3)), *(mesh.positions for mesh in worn)])
    cloth, under = cloth[_reached(cloth, rest)], _reached(positions, rest)
    if len(cloth) < _NEAR or not len(under):
        return positions
    _, nearest = tree_of(cloth).query(positions[under], _NEAR)
    away = np.take(cloth, nearest, axis=0) - positions[under, None]
    height = np.einsum("nkc,nc->nk", away, normals[under])
    aside = lengths(away - height[..., None] * normals[under, None])
    over = np.where((aside < _ASIDE_M) & (height < _THICKEST_M), height, 0.0).max(axis=1)
    raised = positions.copy()
    raised[under] += np.maximum(over, 0.0)[:, None] * normals[under]
    return raised
