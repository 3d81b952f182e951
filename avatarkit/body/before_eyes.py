"""Skin that lies on large eyeballs slides over them: no expression draws it inwards, where the white would come through."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from avatarkit.geometry.meshes import lengths
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_ON_M, _OFF_M = 0.004, 0.009
"""From the eyeball's surface: skin as near as the first slides, from the second on it is free. Cheeks under drawn eyes lie
2 to 5 mm before them, and reduced ones cut corners of half a millimetre."""

_TAKEN_BACK = 0.4
"""Of the way inwards: what remains is less than moving aside on a ball gains. All of it would make cheeks swell."""

_OWN_WAY = ("eyeBlink", "eyeLook")
"""What is made for this eyeball already, and what turns it."""


def kept_before_eye(
    offsets: sparse.csc_matrix, positions: np.ndarray, eyeball: np.ndarray, center: np.ndarray
) -> sparse.csc_matrix:
    """Expression offsets that bring nothing nearer to an eyeball that lies close on it.

    Args:
        offsets: (3V, 52) metres, three rows of a vertex side by side.
        positions: (V, 3) metres, the face at rest, facing +Z.
        eyeball: vertices of the eyeball, which are left alone.
        center: (3,) its middle.
    """
    share, outward = _lying_on(positions, eyeball, center)
    made = offsets.copy()
    moves, vertices = made.data.reshape(-1, 3), made.indices[::3] // 3  # a view: three rows side by side
    kept = np.repeat([not name.startswith(_OWN_WAY) for name in ARKIT_NAMES], np.diff(made.indptr) // 3)
    near = np.flatnonzero(kept & (share[vertices] > 0.0))
    out = outward[vertices[near]]
    inwards = np.minimum(np.einsum("ij,ij->i", moves[near], out), 0.0)
    moves[near] -= (_TAKEN_BACK * share[vertices[near]] * inwards)[:, None] * out
    return made


def _lying_on(positions: np.ndarray, eyeball: np.ndarray, center: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(V,) 0..1 how much each vertex lies on the front of the eyeball, an ellipsoid, and (V, 3) the way out where it does."""
    radii = np.abs(positions[eyeball] - center).max(axis=0)
    within = [np.abs(x - middle) <= radius + _OFF_M for x, middle, radius in zip(positions.T, center, radii, strict=True)]
    near = np.flatnonzero(np.logical_and.reduce(within) & (positions[:, 2] > center[2]))
    way = positions[near] - center
    away = way / radii
    reach = lengths(away)
    height_m = (reach - 1.0) * lengths(way) / np.maximum(reach, 1e-9)
    share, outward = np.zeros(len(positions)), np.zeros((len(positions), 3))
    share[near] = np.clip((_OFF_M - height_m) / (_OFF_M - _ON_M), 0.0, 1.0)
    share[eyeball] = 0.0
    outward[near] = away / radii / np.maximum(lengths(away / radii), 1e-9)[:, None]
    return share, outward
