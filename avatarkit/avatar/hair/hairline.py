"""The scalp of a style: where its hairline runs, and quantities that differ over it."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from avatarkit.avatar.hair.directions import smoothstep, to_angles, to_directions
from avatarkit.avatar.hair.scalp import SKULL_RADIUS_M
from avatarkit.avatar.hair.style import HairStyle, Zones

CAP_BEYOND_M = 0.006  # the rim lies this far past the hairline: there hair grows thin
_RISE_BEYOND_M = 0.002
_FLAT_RIM_M = 0.012  # from the rim inward the cap, seen through there, stays on the skin
_CAP_RISE_M = 0.022  # from the rim inward, over which the cap gains its depth
_COMBED_RISE_M = 0.014  # likewise, of a cap that is the hair
_SIDE_OVERHANG_M, _EAR_OVERHANG_M = 0.005, 0.001
_CREST_BLUR = 0.08  # of unit directions: over this width a crest becomes the sides
_SIDE_ENDS, _CORNER_FROM, _CORNER_TO, _TOP_BEGINS = np.radians((2, 34, 46, 80))
_CORNER = 0.45  # of the thickness, and
_MOST_CORNER_M = 0.006  # at most, is left out between the top and the sides
_BESIDE, _POLE = (0.25, 0.7), 1e-3  # shares of the way aside
_FACE_HALF, _BESIDE_FACE = np.radians(50), np.radians(78)


def zone_value(style: HairStyle, zones: Zones, directions: np.ndarray) -> np.ndarray:
    """(...) the quantity at directions (..., 3), blended between its zones."""
    azimuth, elevation = to_angles(directions)
    around = np.abs(azimuth)
    back = smoothstep(np.radians(95), np.radians(140), around)
    low = zones.side + (zones.back - zones.side) * back
    low = low + (zones.nape - low) * back * smoothstep(np.radians(-5), np.radians(-42), elevation)
    front = smoothstep(np.radians(75), np.radians(35), around) * smoothstep(np.radians(70), np.radians(40), elevation)
    high = zones.top + (zones.front - zones.top) * front
    if style.crest is not None:
        return low + (high - low) * smoothstep(style.crest + _CREST_BLUR, style.crest, np.abs(directions[..., 0]))
    begins, ends = np.radians(style.top_from_deg)
    top = smoothstep(begins, ends, elevation)
    # The sides begin lower in front of the temples than behind them.
    top = np.maximum(top, front * smoothstep(np.radians(5), np.radians(22), elevation))
    return low + (high - low) * top


def hairline(style: HairStyle, azimuth: np.ndarray) -> np.ndarray:
    """Elevation of the hairline, radians."""
    return _line(style.hairline)(np.abs(azimuth))


@cache
def _line(points_deg: tuple[tuple[float, float], ...]) -> PchipInterpolator:
    """Radians -> radians: the curve through a style's points, for hundreds of questions about every head of hair."""
    table = np.radians(points_deg)
    return PchipInterpolator(table[:, 0], table[:, 1])


def rim(style: HairStyle, count: int, beyond_m: float) -> np.ndarray:
    """(count, 3) directions evenly along the hairline, once around from the back, pushed `beyond_m` outward."""
    fine = np.linspace(-np.pi, np.pi, 2881)
    path = to_directions(fine, hairline(style, fine) - beyond_m / SKULL_RADIUS_M)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    azimuth = np.interp(np.linspace(0.0, along[-1], count), along, fine)
    return to_directions(azimuth, hairline(style, azimuth) - beyond_m / SKULL_RADIUS_M)


def inward_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres inside the hairline, about; negative outside."""
    azimuth, elevation = to_angles(directions)
    step = np.radians(1.0)
    slope = (hairline(style, azimuth + step) - hairline(style, azimuth - step)) / (2.0 * step)
    steepness = np.hypot(1.0, slope / np.maximum(np.cos(elevation), 0.3))
    return SKULL_RADIUS_M * (elevation - hairline(style, azimuth)) / steepness


def rounded_m(thickness_m: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(...) how far hair of this thickness (...) stands off at directions (..., 3): less between the top and the sides.

    Heads are flatter there than hair should look: evenly thick hair would make them square.
    """
    elevation = to_angles(directions)[1]
    beside = np.abs(directions[..., 0]) / np.maximum(np.cos(elevation), _POLE)
    above = smoothstep(_SIDE_ENDS, _CORNER_FROM, elevation) * smoothstep(_TOP_BEGINS, _CORNER_TO, elevation)
    corner = above * smoothstep(*_BESIDE, beside)
    return thickness_m - corner * np.minimum(_CORNER * thickness_m, _MOST_CORNER_M)


def depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres that the body of the hair stands off the scalp; 0 outside the hairline."""
    rise = _COMBED_RISE_M if style.combed else _CAP_RISE_M
    inward = np.clip((inward_m(style, directions) + _RISE_BEYOND_M) / rise, 0.0, 1.0)
    return _free_depth_m(style, directions) * np.sin(0.5 * np.pi * inward)


def _free_depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) the same as if the hair went on past the hairline."""
    return rounded_m(1e-3 * zone_value(style, style.depth_mm, directions), directions)


def cap_beyond_m(style: HairStyle) -> float:
    """How far the cap's rim lies past the hairline."""
    return CAP_BEYOND_M if style.cap_edge == "soft" else _RISE_BEYOND_M


def cap_depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres that the cap stands off the scalp: as the hair, but flat where it fades."""
    if style.cap_edge == "hard":
        return depth_m(style, directions)
    inward = inward_m(style, directions) + CAP_BEYOND_M
    return depth_m(style, directions) * smoothstep(0.0, _FLAT_RIM_M, inward - 0.5 * _FLAT_RIM_M)


def lock_depth_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) metres that locks stand off the scalp: hanging hair keeps its body past the hairline, but for the forehead's."""
    depth = depth_m(style, directions)
    if not style.hangs:
        return depth
    beside = smoothstep(_FACE_HALF, _BESIDE_FACE, np.abs(to_angles(directions)[0]))
    return depth + beside * (_free_depth_m(style, directions) - depth)


def overhang_m(style: HairStyle, directions: np.ndarray) -> np.ndarray:
    """(...) how far locks may reach past the hairline."""
    around = np.abs(to_angles(directions)[0])
    side = _SIDE_OVERHANG_M + (_EAR_OVERHANG_M - _SIDE_OVERHANG_M) * (
        smoothstep(np.radians(70), np.radians(84), around) * smoothstep(np.radians(125), np.radians(110), around)
    )
    return side + (1e-3 * style.overhang_mm - side) * smoothstep(np.radians(52), np.radians(28), around)
