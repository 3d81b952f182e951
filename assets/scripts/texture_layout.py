"""Our own texture layout: the head fills a picture of its own with the face enlarged, and the eyes are seen from the front.

MakeHuman's layout gives the face a twentieth of the picture; a photo would lose most of its detail there.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

ISLAND_HEIGHT = 0.86  # the strip below holds the mouth's inside and the eye sockets
FACE_GAIN, FACE_WIDTH = (
    3.0,
    0.10,
)  # how much larger the face is drawn than the back of the head, and over what width of the old layout
EYES_AT = 0.845  # where the eyes' line lies along the old layout's x
EYE_FRONT_RAD = np.radians(60.0)  # the part of an eyeball that can be seen takes nine tenths of its picture


def islands(uv_quads: np.ndarray, uv_count: int) -> np.ndarray:
    """(Q,) label of the connected piece of the layout that each quad belongs to."""
    edges = np.concatenate([uv_quads[:, [k, (k + 1) % 4]] for k in range(4)])
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(uv_count, uv_count))
    return connected_components(graph, directed=False)[1][uv_quads[:, 0]]


def _stretch(values: np.ndarray, centre: float, low: float, high: float) -> np.ndarray:
    """Map low..high to 0..1, monotone, magnified around `centre`."""
    grid = np.linspace(low, high, 2001)
    density = 1.0 + FACE_GAIN * np.exp(-(((grid - centre) / FACE_WIDTH) ** 2))
    total = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return np.interp(values, grid, total / total[-1])


def head_layout(uvs: np.ndarray) -> np.ndarray:
    """The head's piece, upright and filling the picture's width: (K, 2) old to new."""
    across, along = uvs[:, 1], uvs[:, 0]
    middle = 0.5 * (across.min() + across.max())
    u = _stretch(across, middle, across.min(), across.max())
    v = _stretch(along, EYES_AT, along.min(), along.max())
    return np.stack([0.995 - 0.99 * u, 0.005 + (ISLAND_HEIGHT - 0.01) * v], axis=1)


def inset(uvs: np.ndarray, left: float, top: float, width: float, height: float) -> np.ndarray:
    """A piece scaled into a rectangle."""
    low, high = uvs.min(axis=0), uvs.max(axis=0)
    return np.array([left, top]) + (uvs - low) / (high - low) * np.array([width, height])


def eye_layout(directions: np.ndarray, mirrored: bool) -> np.ndarray:
    """(K, 2) from directions (K, 3) out of the eyeball's middle: the pupil in the picture's middle."""
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    angle = np.arccos(np.clip(unit[:, 2], -1.0, 1.0))
    radius = np.where(
        angle < EYE_FRONT_RAD, 0.45 * angle / EYE_FRONT_RAD, 0.45 + 0.05 * (angle - EYE_FRONT_RAD) / (np.pi - EYE_FRONT_RAD)
    )
    around = np.arctan2(unit[:, 1], unit[:, 0] * (-1.0 if mirrored else 1.0))
    return 0.5 + radius[:, None] * np.stack([np.cos(around), -np.sin(around)], axis=1)
