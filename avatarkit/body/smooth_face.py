"""A face without folds and hollows: as smooth a surface as what must stay where it is lets it be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from avatarkit.body.body import load_body
from avatarkit.body.lids import SIDES, lid_margins
from avatarkit.body.lips import lips
from avatarkit.geometry.nearest import tree_of

_SMOOTH_OVER_M = 0.010  # relief much narrower than this goes, much wider stays
_STAYS = 1e4  # how strongly what shall not move holds its place; all else by 1
_KEPT_M = {"lids": 0.004, "lips": 0.003, "nostrils": 0.008, "ears": 0.004, "borders": 0.004}
"""How far around each of these nothing moves."""
_FEATHER_M = 0.007  # over which holding fades beyond that
_NOSTRIL_M = (0.0097, 0.6945, 0.1455)  # the left one's middle on the average face
_LEAST_COTANGENT = 0.02  # of a triangle's angle: flat triangles would bend the wrong way


def smoothed_face(positions: np.ndarray, strength: float) -> np.ndarray:
    """Positions (V, 3), metres, with the face's skin smoothed by `strength` 0..1; lids, lips, ears and the neck stay."""
    vertices, holding, solve = _system()
    result = positions.copy()
    head = positions[vertices]
    result[vertices] += strength * (solve(holding[:, None] * head) - head)
    return result


@cache
def _system() -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The head's vertices (N,), how strongly each holds its place (N,), and what solves for the surface.

    Minimised is the squared Laplacian of the surface, which bends as little as a thin plate and does not shrink what is round.
    """
    body = load_body()
    head = body.parts["head"]
    vertices = np.unique(head.quads)
    triangles = np.searchsorted(vertices, head.triangles)
    positions = np.asarray(body.positions[vertices], float)
    stiffness, areas = _laplacian(positions, triangles)
    bending = stiffness @ sparse.diags(_SMOOTH_OVER_M**4 / areas) @ stiffness
    holding = areas * _holding(vertices, positions)
    system = (sparse.diags(holding) + bending).tocsc()
    factors = splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return vertices, holding, factors.solve


def _laplacian(positions: np.ndarray, triangles: np.ndarray) -> tuple[sparse.csr_matrix, np.ndarray]:
    """A surface's Laplacian (N, N) by cotangents, and the areas around its vertices (N,).

    Source: Meyer et al., Discrete differential-geometry operators for triangulated 2-manifolds, 2003.
    """
    count = len(positions)
    stiffness, areas = sparse.csr_matrix((count, count)), np.zeros(count)
    for corner in range(3):
        a, b, c = np.roll(triangles, corner, axis=1).T
        u, v = positions[b] - positions[a], positions[c] - positions[a]
        double = np.maximum(np.linalg.norm(np.cross(u, v), axis=1), 1e-12)
        half = 0.5 * np.maximum((u * v).sum(axis=1) / double, _LEAST_COTANGENT)
        rows, columns = np.concatenate([b, c, b, c]), np.concatenate([b, c, c, b])
        stiffness = stiffness + sparse.csr_matrix((np.concatenate([half, half, -half, -half]), (rows, columns)), (count, count))
        np.add.at(areas, a, double / 6.0)
    return stiffness, np.maximum(areas, 1e-3 * np.median(areas))


def _holding(vertices: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(N,) how strongly each vertex holds its place."""
    body = load_body()
    nostrils = np.array(_NOSTRIL_M) * np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])
    others = np.concatenate([body.parts[name].quads.reshape(-1) for name in ("body", "mouth")])
    kept = {
        "lids": body.positions[np.concatenate([edge for side in SIDES for edge in lid_margins(side)])],
        "lips": body.positions[np.concatenate([ring for lip in lips() for ring in lip.rings[:3]])],
        "nostrils": nostrils,
        "ears": positions[_of_corners("ears", vertices) > 0.5],
        "borders": body.positions[np.intersect1d(vertices, others)],
    }
    free = np.where(_of_corners("face", vertices) > 0.0, 1.0, 0.0)
    for name, points in kept.items():
        distance = tree_of(points).query(positions)[0]
        free = np.minimum(free, np.clip((distance - _KEPT_M[name]) / _FEATHER_M, 0.0, 1.0))
    return np.asarray(_STAYS ** (1.0 - free))


def _of_corners(region: str, vertices: np.ndarray) -> np.ndarray:
    """(N,) how much each vertex belongs to a region of texture corners."""
    part, values = load_body().parts["head"], np.zeros(len(load_body().positions))
    np.maximum.at(values, part.quads.reshape(-1), load_body().regions[region][part.uv_quads.reshape(-1)])
    return values[vertices]
