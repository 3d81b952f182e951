"""Points that hang on the body's surface: laid out once on the average person, carried by everybody."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.data_files import asset_path

STORED_HITS = "surface_points.npz"

_INSIDE = -1e-4
_CELL_M, _SLACK_M = 0.05, 0.01
_KEY_STEP = 3.1e-6  # an odd one: no round number lies half way between two of its multiples


def joined(*parts: SurfacePoints) -> SurfacePoints:
    """All points of the parts, one after the other."""
    return SurfacePoints(np.concatenate([p.vertices for p in parts]), np.concatenate([p.weights for p in parts]))


def points_along(origins: np.ndarray, directions: np.ndarray, triangles: np.ndarray, reach_m: float) -> SurfacePoints:
    """Where rays first meet the average body, from inside it; a ray that slips through a gap takes the nearest triangle.

    What our own hair and clothes ask for is stored; anything else is computed.

    Args:
        origins, directions: (N, 3) metres in the data's own pose, and any length.
        triangles: (T, 3) of the surface, seen from inside only.
        reach_m: no ray goes farther.
    """
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    corners, known = load_body().positions[triangles], known_hits()
    key = _key(origins, directions, corners, reach_m)
    if key not in known:
        known[key] = first_hits(origins, directions, corners, reach_m)
    chosen, weights = known[key]
    return SurfacePoints(triangles[chosen], np.column_stack([1.0 - weights.sum(axis=1), weights]))


Hits = tuple[np.ndarray, np.ndarray]
"""Index of the triangle (N,) and the weights of its second and third corner (N, 2) float32."""


@cache
def known_hits() -> dict[int, Hits]:
    """Rays met before, in this process or when assets/scripts/build_surface_points.py was run, by `_key`."""
    if not asset_path(STORED_HITS).is_file():
        return {}
    with np.load(asset_path(STORED_HITS)) as archive:
        keys, ends, chosen, weights = (archive[name] for name in ("keys", "ends", "triangles", "weights"))
    parts = zip(np.split(chosen.astype(int), ends[:-1]), np.split(weights, ends[:-1]), strict=True)
    return dict(zip(map(int, keys), parts, strict=True))


def _key(origins: np.ndarray, directions: np.ndarray, corners: np.ndarray, reach_m: float) -> int:
    """What stands for a question; processors that differ in the last digit of a sine ask the same one."""
    digest = blake2b(corners.tobytes(), digest_size=8)
    for values in (origins, directions, np.array([reach_m])):
        digest.update(np.round(values / _KEY_STEP).astype(np.int32).tobytes())
    return int.from_bytes(digest.digest(), "little")


def first_hits(origins: np.ndarray, directions: np.ndarray, corners: np.ndarray, reach_m: float) -> Hits:
    """Cast rays (N, 3), unit directions, at triangles (T, 3, 3)."""
    low, high = corners.min(axis=1), corners.max(axis=1)
    ends = origins + reach_m * directions
    chosen, weights = np.zeros(len(origins), int), np.zeros((len(origins), 3))
    for rays in _neighbours(ends):
        box = np.concatenate([origins[rays], ends[rays]])
        near = np.flatnonzero(((low <= box.max(axis=0) + _SLACK_M) & (high >= box.min(axis=0) - _SLACK_M)).all(axis=1))
        hit, weights[rays] = _hits(origins[rays], directions[rays], corners[near])
        chosen[rays] = near[hit]
    return chosen, weights[:, 1:].astype(np.float32)


def _neighbours(points: np.ndarray) -> list[np.ndarray]:
    """Indices of points (N, 3), in groups that lie together."""
    _, cell = np.unique(np.floor(points / _CELL_M).astype(int), axis=0, return_inverse=True)
    order = np.argsort(cell.ravel(), kind="stable")
    return np.split(order, np.cumsum(np.bincount(cell.ravel()))[:-1])


def _hits(origins: np.ndarray, directions: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the triangle (N,) and barycentric weights (N, 3), from the signed volumes of each ray with each edge."""
    edges = ((1, 2), (2, 0), (0, 1))
    volumes = np.stack([_edge_volumes(origins, directions, corners[:, i], corners[:, j]) for i, j in edges])
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    along = directions @ normals.T
    share = volumes / np.where(np.abs(along) > 1e-12, along, 1e-12)
    distance = ((corners[:, 0] * normals).sum(axis=1) - origins @ normals.T) / np.where(np.abs(along) > 1e-12, along, 1e-12)
    least = share.min(axis=0)
    ahead = (along > 1e-12) & (distance > 0)
    clean = np.where(ahead & (least > _INSIDE), distance, np.inf)
    nearest = np.where(ahead, least, -np.inf)
    chosen = np.where(np.isfinite(clean.min(axis=1)), clean.argmin(axis=1), nearest.argmax(axis=1))
    weights = np.maximum(share[:, np.arange(len(origins)), chosen].T, 0.0)
    return chosen, weights / weights.sum(axis=1, keepdims=True)


def _edge_volumes(origins: np.ndarray, directions: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, T): direction . ((a - origin) x (b - origin))."""
    moment = np.cross(origins, directions)
    return directions @ np.cross(a, b).T + moment @ (b - a).T
