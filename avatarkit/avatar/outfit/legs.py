"""The legs of one person, as cloth that hangs about both of them meets them."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody

_DIRECTIONS = 48
_GRAZING = 0.05  # tangents this nearly along a ray are crossed far away
_BAND_M = 0.035  # half the height of the slices that are looked at
_LEGS = ("hips", "UpperLeg", "LowerLeg", "Foot", "Toes")


def leg_length(rest: RestBody) -> float:
    """Metres from hip to ankle."""
    return float(rest.joint("leftUpperLeg")[1] - rest.joint("leftFoot")[1])


@cache
def _vertices() -> np.ndarray:
    """Vertices of the skin from the hips down."""
    body = load_body()
    joints = [k for k, name in enumerate(body.joint_names) if name.removeprefix("left").removeprefix("right") in _LEGS]
    share = (np.isin(body.joint_indices, joints) * body.joint_weights).sum(axis=1)
    skin = np.unique(body.parts["body"].quads)
    return skin[share[skin] > 0.5]


def legs_radius(rest: RestBody, heights: np.ndarray, centre: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """How far the convex hull of both legs reaches.

    Args:
        rest: whose legs.
        heights: (R,) metres.
        centre: (2,) x and z that it is measured from.
        outward: (C, 2) unit directions, x and z.

    Returns:
        (R, C) metres; 0 where there is nothing at that height.
    """
    points = np.asarray(rest.positions, float)[_vertices()]
    return hull_radius(points[:, [0, 2]] - centre, points[:, 1], heights, outward)


def hull_radius(
    points: np.ndarray,
    at: np.ndarray,
    heights: np.ndarray,
    outward: np.ndarray,
    *,
    band_m: float = _BAND_M,
    fading: float = np.inf,
) -> np.ndarray:
    """How far the convex hulls of slices reach.

    Args:
        points: (P, 2) level coordinates, from the middle.
        at: (P,) height of each.
        heights: (R,) of the slices.
        outward: (C, 2) unit directions.
        band_m: half the thickness of a slice.
        fading: so much less far, metres a metre, do points count that lie beyond it; at once not at all without it, so that
            a point that enters a slice may move its hull by as much as it likes.

    Returns:
        (R, C) metres; 0 where a slice is empty.
    """
    normals = _tangents()
    support = points @ normals.T
    beyond = np.maximum(np.abs(at - heights[:, None]) - band_m, 0.0)
    lost = np.multiply(fading, beyond, out=np.zeros_like(beyond), where=beyond > 0.0)
    furthest = np.maximum((support - lost[..., None]).max(axis=1), 0.0)
    # A ray leaves the hull where it crosses the first of the hull's tangents.
    facing = outward @ normals.T
    crossing = furthest[:, None] / np.where(facing > _GRAZING, facing, np.nan)
    return np.nanmin(crossing, axis=2)


def ring_hull(points: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """How far the convex hull of each ring of points (R, C, 2), from its middle, reaches along unit directions (R, C, 2)."""
    normals = _tangents()
    furthest = np.maximum((points @ normals.T).max(axis=1), 0.0)
    facing = outward @ normals.T
    return np.asarray(np.nanmin(furthest[:, None] / np.where(facing > _GRAZING, facing, np.nan), axis=2))


def _tangents() -> np.ndarray:
    angle = np.linspace(0.0, 2 * np.pi, _DIRECTIONS, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
