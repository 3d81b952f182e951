"""Directions from the middle of the skull: the plane, so to speak, on which hair styles are drawn."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry.meshes import cross, lengths


def unit(vector: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length 1; nothing stays nothing."""
    return vector / np.maximum(lengths(vector)[..., None], 1e-12)


def to_angles(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth (0 in front, pi/2 at the left ear) and elevation of unit directions (..., 3), radians, (...) each."""
    return np.arctan2(directions[..., 0], directions[..., 2]), np.arcsin(np.clip(directions[..., 1], -1.0, 1.0))


def to_directions(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """(..., 3) unit directions; the inverse of `to_angles`."""
    level = np.cos(elevation)
    return np.stack([level * np.sin(azimuth), np.sin(elevation), level * np.cos(azimuth)], axis=-1)


def tangent(directions: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """`vector` without its part along `directions`."""
    return vector - np.einsum("...i,...i->...", vector, directions)[..., None] * directions


def turned(axis: np.ndarray, vector: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """`vector`, perpendicular to `axis`, turned about it by radians (...)."""
    return np.cos(angle)[..., None] * vector + np.sin(angle)[..., None] * cross(axis, vector)


def between(start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Directions on the great circles from `start` to `end`, which are not opposite."""
    angle = np.arccos(np.clip((start * end).sum(axis=-1, keepdims=True), -1.0, 1.0))
    safe = np.maximum(np.sin(angle), 1e-9)
    return (np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end) / safe


def nearest_on_arc(start: np.ndarray, end: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(..., 3) the point nearest to directions (..., 3) on the great circle's arc from `start` to `end`, (3,) or (..., 3)."""
    across = unit(cross(start, end))
    on_circle = unit(tangent(across, directions))
    before, after = (np.einsum("...i,...i->...", each, across) for each in (cross(start, on_circle), cross(on_circle, end)))
    inside = (before >= 0) & (after >= 0) & ((on_circle * (start + end)).sum(axis=-1) > 0)
    nearer_start = (directions * start).sum(axis=-1) > (directions * end).sum(axis=-1)
    ends = np.where(nearer_start[..., None], np.broadcast_to(start, directions.shape), np.broadcast_to(end, directions.shape))
    return np.where(inside[..., None], on_circle, ends)


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 at `low` to 1 at `high` with level ends; `low` may be the larger."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def spread(count: int) -> np.ndarray:
    """(count, 3) directions evenly over the sphere."""
    number = np.arange(count)
    golden = np.pi * (3.0 - np.sqrt(5.0))
    return to_directions((number * golden) % (2 * np.pi) - np.pi, np.arcsin(1.0 - 2.0 * (number + 0.5) / count))
