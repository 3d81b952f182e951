"""Where a beard grows: angles seen from behind the mouth, on the average face."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from avatarkit.avatar.hair.beard_styles import BeardArea, BeardStyle
from avatarkit.avatar.hair.directions import to_angles
from avatarkit.avatar.hair.rays import Shell, shell_around
from avatarkit.body.body import load_body

FACE_CENTRE = np.array([0.0, 0.685, 0.055])
"""Metres, average person in the data's own pose: a point behind the mouth that sees all of a beard's ground."""

FACE_RADIUS_M = 0.07  # about how far the skin is from it

_LIPS = np.array([(0.0, -19.0, -2.5), (6.0, -18.5, -2.0), (12.0, -17.5, -4.0), (17.0, -14.0, -8.0), (18.5, -11.0, -11.0)])
"""Azimuth, and elevation of the lower and the upper edge of the lips, degrees."""


@cache
def face_shell() -> Shell:
    """The skin of the face and the neck as that point sees it; ears are left out."""
    body = load_body()
    head = body.parts["head"]
    ears = body.regions["ears"][head.uv_triangles].max(axis=1) > 0.5
    return shell_around(FACE_CENTRE, head.triangles[~ears])


def degrees(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth to either side and elevation of unit directions (..., 3), degrees."""
    azimuth, elevation = to_angles(directions)
    return np.degrees(np.abs(azimuth)), np.degrees(elevation)


def inside_lips(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """(...) degrees inside the lips' outline, negative outside."""
    return _inside(tuple(map(tuple, _LIPS.tolist())), azimuth, elevation)


def inside_area(area: BeardArea, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """(...) degrees inside one area's outline, negative elsewhere; the lips are not left out."""
    return _inside(tuple(area.rows), azimuth, elevation)


def inside_style(style: BeardStyle, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """(...) degrees inside the outline of any of a style's areas, negative elsewhere; the lips are not left out."""
    return np.max([inside_area(area, azimuth, elevation) for area in style.areas], axis=0)


def _inside(rows: tuple[tuple[float, ...], ...], azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    first, last = rows[0][0], rows[-1][0]
    low, high = (edge(np.clip(azimuth, first, last)) for edge in _edges(rows))
    sides = last - azimuth
    if first > 0.0:
        sides = np.minimum(sides, azimuth - first)
    return np.minimum(np.minimum(elevation - low, high - elevation), sides)


@cache
def _edges(rows: tuple[tuple[float, ...], ...]) -> tuple[PchipInterpolator, ...]:
    """The lower and the upper edge of an outline, elevation over azimuth."""
    at = np.array(rows)
    return tuple(PchipInterpolator(at[:, 0], edge) for edge in at[:, 1:].T)
