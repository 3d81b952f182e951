"""A drawn face's skin follows its mouth without creases: a person's smile raises a ledge of flesh beside the nose."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.body.body import load_body
from avatarkit.body.lids import SIDES, lid_margins
from avatarkit.geometry.nearest import tree_of

_ROUNDS = 60  # of taking each vertex's move half way to the mean of its neighbours': over about 2 cm of cheek
_HALF = 0.5
_KEPT_M, _FREE_M = 0.004, 0.016  # from where the lips meet: the mouth's own shape stays


def calmed(moves: np.ndarray) -> np.ndarray:
    """What an expression does to each vertex (V, 3) with creases of the skin evened out; lips and lids do what they did.

    Nothing moves that did not.
    """
    vertices, mean, free = _neighbours()
    own = moves[vertices]
    share = _HALF * (free * (np.abs(own).max(axis=1) > 0.0))[:, None]
    for _ in range(_ROUNDS):
        own = own + share * (mean @ own - own)
    result = moves.copy()
    result[vertices] = own
    return result


@cache
def _neighbours() -> tuple[np.ndarray, sparse.csr_matrix, np.ndarray]:
    """Vertices (N,) of the head, what takes values to their neighbours' means (N, N), and how free each is (N,)."""
    quads = load_body().parts["head"].quads
    vertices = np.unique(quads)
    ends = np.searchsorted(vertices, np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)]))
    ends = ends[ends[:, 0] != ends[:, 1]]
    touching = sparse.csr_matrix((np.ones(len(ends)), ends.T), (len(vertices),) * 2)
    touching = ((touching + touching.T) > 0).astype(float)
    mean = sparse.diags(1.0 / np.asarray(touching.sum(axis=1)).ravel()) @ touching
    return vertices, mean.tocsr(), _freedom(vertices)


def _freedom(vertices: np.ndarray) -> np.ndarray:
    """(N,) 0 at lips and lids, 1 well away from them."""
    positions = load_body().positions
    inside = np.intersect1d(load_body().parts["mouth"].quads, vertices)  # with the corners, which no lip's edge has
    free = np.clip((tree_of(positions[inside]).query(positions[vertices])[0] - _KEPT_M) / (_FREE_M - _KEPT_M), 0.0, 1.0)
    free[np.searchsorted(vertices, np.concatenate([edge for side in SIDES for edge in lid_margins(side)]))] = 0.0
    return np.asarray(free)
