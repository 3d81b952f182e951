"""Pictures of one eye seen from the front, pupil in the middle: as it is, simply or to its last vein, clean, and painted.

The layout: the distance from the middle grows with the angle from the line of sight, `FRONT_RADIUS` at `FRONT_DEG`.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import cv2
import numpy as np

TEXTURE_SIZE = 1024
FRONT_DEG, FRONT_RADIUS = 60.0, 0.45
"""The visible part takes nine tenths of the picture."""

IRIS_DEG: Mapping[str, float] = {"natural": 22.5, "lifelike": 22.0, "clean": 26.5, "painted": 35.5}
"""Half of the angle that an iris takes. The data's eyeballs are larger than real ones, whose irises take 30 degrees: 22.5 shows
one of a real one's width."""

_PUPIL_SHARE: Mapping[str, float] = {"natural": 0.36, "lifelike": 0.37, "clean": 0.42, "painted": 0.34}  # of the iris's radius

Color = tuple[float, float, float]


def eye_picture(iris: Color, kind: str = "natural", catch_light: float = 0.0) -> np.ndarray:
    """(1024, 1024, 3) uint8 sRGB, inner corner on the left.

    Args:
        iris: sRGB, 0..1.
        kind: of `IRIS_DEG`.
        catch_light: 0..1, how strong the light painted into natural eyes is; lifelike ones mirror alone, the others always
            have theirs.
    """
    whole, white = _white(kind)
    picture = whole.copy()
    ring = _IRISES[kind](np.asarray(iris, np.float32))
    ring -= white
    ring *= _cover(kind)[..., None]
    ring += white
    if kind in _HIGHLIGHTS:
        lit = _unlit(kind, catch_light if kind == "natural" else 1.0)[..., None]
        ring -= 1.0
        ring *= lit  # what light leaves of the way to white
        ring += 1.0
    picture[_iris_window(kind)] = _bytes(ring)
    return picture


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.clip(255.0 * picture + 0.5, 0, 255).astype(np.uint8)


@cache
def _white(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The picture without its iris, (1024, 1024, 3) uint8, and float32 0..1 what of it is in the iris's window."""
    white = _WHITES[kind]()
    return _bytes(white), np.array(white[_iris_window(kind)], np.float32)


@cache
def _cover(kind: str) -> np.ndarray:
    """0..1 how much the iris covers of its window."""
    return _soft(_about_iris(kind)[0], 1.0, _RIM[kind])


@cache
def _about_iris(kind: str) -> tuple[np.ndarray, ...]:
    """What `_polar` says of the iris's window."""
    return tuple(part[_iris_window(kind)] for part in _polar(kind))


@cache
def _polar(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(1024, 1024) each: distance from the middle in radii of the iris, angle around; across and up, likewise in radii."""
    axis = (np.arange(TEXTURE_SIZE, dtype=np.float32) + 0.5) / TEXTURE_SIZE - 0.5
    across, up = np.meshgrid(axis, -axis)
    radius = np.float32(FRONT_RADIUS * IRIS_DEG[kind] / FRONT_DEG)
    return np.hypot(across, up) / radius, np.arctan2(up, across), across / radius, up / radius


@cache
def _iris_window(kind: str) -> tuple[slice, slice]:
    half = int(1.15 * FRONT_RADIUS * IRIS_DEG[kind] / FRONT_DEG * TEXTURE_SIZE)
    middle = TEXTURE_SIZE // 2
    return slice(middle - half, middle + half), slice(middle - half, middle + half)


def _soft(value: np.ndarray, edge: float, width: float) -> np.ndarray:
    """1 below the edge, 0 above, smooth between."""
    t = np.clip((edge + width - value) / (2.0 * width), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


# As it is.


def _natural_iris(color: np.ndarray) -> np.ndarray:
    maps = _natural_maps()
    ring = color * (0.42 + 1.05 * maps["light"][..., None])
    # Around the pupil nearly every iris is warmer and lighter; towards the white it ends in a dark ring.
    ring = ring + maps["collarette"][..., None] * np.array([0.16, 0.11, 0.04], np.float32) * (0.3 + color.max())
    ring = ring * maps["shade"][..., None]
    return np.asarray(ring + (np.float32(0.012) - ring) * maps["pupil"][..., None])


@cache
def _natural_maps() -> dict[str, np.ndarray]:
    """What of an iris does not depend on its colour, over its window."""
    share, around, x, y = _about_iris("natural")
    fibre = _fibres(share, around)
    # Light from above is gathered below the pupil: without it an iris looks painted.
    gathered = np.exp(-(((share - 0.62) / 0.3) ** 2)) * np.clip(-np.sin(around), 0.0, 1.0) ** 1.5
    crypts = 1.0 - 0.35 * np.exp(-(((share - 0.66) / 0.10) ** 2)) * (1.0 - fibre)
    limbus = np.clip((share - 0.72) / 0.28, 0.0, 1.0) ** 1.7
    return {
        "pupil": _soft(share, _PUPIL_SHARE["natural"], 0.04),
        "light": np.clip(fibre + 0.55 * gathered, 0.0, 1.6) * crypts,
        "collarette": np.exp(-(((share - 0.48) / 0.12) ** 2)) * (0.6 + 0.4 * fibre),
        "shade": (1.0 - 0.66 * limbus) * _lid_shade(x, y, share),
    }


def _lid_shade(x: np.ndarray, y: np.ndarray, share: np.ndarray) -> np.ndarray:
    """What the upper lid and its lashes take of the light."""
    return np.asarray(1.0 - 0.42 * np.clip((y + 0.06 * x**2 - 0.25) / 0.75, 0.0, 1.0) ** 1.2)


def _fibres(share: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Radial strands, 0..1: noise that is fine around and slow along the radius."""
    random = np.random.default_rng(7)
    strands = np.zeros_like(share)
    for around_count, along_count, weight in ((240, 4, 0.35), (130, 4, 0.35), (48, 3, 0.3)):
        noise = random.random((along_count, around_count)).astype(np.float32)
        noise = np.concatenate([noise, noise[:, :1]], axis=1)
        columns = ((around / (2.0 * np.pi) + 0.5) * around_count).astype(np.float32)
        rows = np.clip(share * (along_count - 1), 0.0, along_count - 1.001).astype(np.float32)
        strands += weight * cv2.remap(noise, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip((strands - 0.25) / 0.5, 0.0, 1.0)


def _natural_white() -> np.ndarray:
    """(1024, 1024, 3) the sclera: never pure white, redder towards the corners, darker where lids shade it, veined."""
    share, _, across, up = _polar("natural")
    x, angle = across * (FRONT_RADIUS * IRIS_DEG["natural"] / FRONT_DEG), share * IRIS_DEG["natural"]
    corner = np.clip((np.abs(x) - 0.2) / 0.25, 0.0, 1.0) ** 1.3
    shade = np.clip((angle - 26.0) / 34.0, 0.0, 1.0)[..., None]
    base = np.array([0.86, 0.845, 0.83], np.float32) - shade * np.array([0.10, 0.135, 0.13], np.float32)
    base = base - corner[..., None] * np.array([0.03, 0.14, 0.13], np.float32)
    base = base * _lid_shade(across, up, share)[..., None] ** 0.8
    return base - (_veins() * np.clip((angle - 30.0) / 25.0, 0.0, 1.0))[..., None] * np.array([0.05, 0.24, 0.22], np.float32)


def _veins() -> np.ndarray:
    """(1024, 1024) 0..1, thin branching lines that come in from the corners."""
    random = np.random.default_rng(3)
    picture = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE), np.float32)
    for _ in range(26):
        side = random.choice([-1.0, 1.0])
        spot = np.array([0.5 + side * 0.47, 0.5 + random.uniform(-0.22, 0.22)])
        heading = np.array([-side, random.uniform(-0.5, 0.5)])
        steps = [spot]
        for _ in range(int(random.integers(8, 15))):
            heading = heading + random.normal(0.0, 0.35, 2)
            heading = heading / np.linalg.norm(heading)
            steps.append(steps[-1] + 0.016 * heading)
        points = np.round(np.array(steps) * TEXTURE_SIZE * 16).astype(np.int32)
        cv2.polylines(picture, [points], False, (float(random.uniform(0.3, 0.9)),), 2, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


# To its last vein.

_CORNER = (-0.309, -0.083)  # the inner corner of average lids, across and up over the picture, from its middle
CORNER_UV = (0.5 + _CORNER[0] + 0.01, 0.5 - _CORNER[1] - 0.025)
"""Where lifelike eyes' pictures show wet pink flesh, and nothing else."""
_CARUNCLE = np.array([0.70, 0.36, 0.33], np.float32)
_FOLD = np.array([0.80, 0.58, 0.55], np.float32)  # of the pink skin beside it
_SCLERA = np.array([0.815, 0.785, 0.755], np.float32)
_AMBER = np.array([0.20, 0.115, 0.03], np.float32)  # pigment about the pupil, in nearly every iris


def _lifelike_iris(color: np.ndarray) -> np.ndarray:
    maps = _lifelike_maps()
    ring = color * (0.26 + 0.95 * maps["light"][..., None]) + (0.25 + color.max()) * maps["amber"][..., None] * _AMBER
    # The ring at its edge is the same tissue seen through the cornea's slope: dark, and cooler than the rest.
    limbal = color * np.array([0.20, 0.21, 0.25], np.float32) + 0.015
    ring = ring + (limbal - ring) * maps["limbus"][..., None]
    ring = ring * maps["shade"][..., None]
    return np.asarray(ring + (np.float32(0.010) - ring) * maps["pupil"][..., None])


@cache
def _lifelike_maps() -> dict[str, np.ndarray]:
    """What of an iris does not depend on its colour, over its window."""
    share, around, x, y = _about_iris("lifelike")
    bent = around + 0.05 * np.sin(7.0 * around + 9.0 * share)  # no fibre runs straight
    fibre = _fibres(share, bent)
    frill = 0.50 + 0.035 * np.sin(9.0 * around) + 0.02 * np.sin(23.0 * around)  # the collarette's own edge
    ruff = np.exp(-(((share - frill) / 0.055) ** 2))
    gathered = np.exp(-(((share - 0.68) / 0.24) ** 2)) * np.clip(0.35 * x - 0.94 * y, 0.0, 1.0) ** 1.3
    furrows = 0.10 * np.exp(-(((share - 0.74) / 0.02) ** 2)) + 0.08 * np.exp(-(((share - 0.83) / 0.018) ** 2))
    deep = np.exp(-(((share - 0.40) / 0.05) ** 2))  # the slope down to the pupil lies in its own shadow
    return {
        "pupil": _soft(share + 0.008 * np.sin(5.0 * around), _PUPIL_SHARE["lifelike"], 0.025),
        "light": np.clip(0.75 * fibre + 0.30 * ruff + 0.62 * gathered - furrows, 0.0, 1.5) * (1.0 - 0.35 * deep),
        "amber": np.exp(-(((share - 0.44) / 0.11) ** 2)) * (0.35 + 0.65 * fibre),
        "limbus": 0.88 * np.clip((share - 0.76) / 0.22, 0.0, 1.0) ** 1.8,
        "shade": _lids_shade(x, y) * (1.0 - 0.16 * np.clip(y - 0.4 * x, 0.0, 1.0)),
    }


def _lids_shade(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What both lids take of the light, the upper one with its lashes most; x and y in radii of the iris."""
    upper = np.clip((y + 0.05 * x**2 + 0.12) / 0.75, 0.0, 1.0)
    lower = np.clip((-y + 0.04 * x**2 - 0.62) / 0.5, 0.0, 1.0)
    return np.asarray((1.0 - 0.46 * upper**1.4) * (1.0 - 0.20 * lower))


def _lifelike_white() -> np.ndarray:
    """(1024, 1024, 3) the sclera, and in its inner corner the fold and the caruncle that tears gather at."""
    _, _, x, y = (part[::2, ::2] for part in _polar("lifelike"))  # nothing here is finer than two pixels
    radius = np.float32(FRONT_RADIUS * IRIS_DEG["lifelike"] / FRONT_DEG)
    across, up = radius * x, radius * y
    inward = np.abs(across)
    veins = cv2.resize(_veins(), x.shape, interpolation=cv2.INTER_AREA)
    red = np.clip((inward - 0.15) / 0.22, 0.0, 1.0) + 1.2 * veins * np.clip((inward - 0.16) / 0.12, 0.0, 1.0)
    white = _SCLERA - red[..., None] * np.array([0.03, 0.11, 0.11], np.float32)
    fold = np.clip((_CORNER[0] + 0.062 - across) / 0.045, 0.0, 1.0)[..., None]
    white += (_FOLD - white) * (0.85 * fold)
    away = np.hypot((across - _CORNER[0]) / 0.030, (up - _CORNER[1]) / 0.026)
    lump = _CARUNCLE * (1.12 - 0.35 * np.clip(away, 0.0, 1.0) ** 2)[..., None]
    white += (lump - white) * _soft(away, 1.0, 0.28)[..., None]
    shade = _lids_shade(x, y)
    white *= cv2.merge([np.sqrt(shade), shade, shade])
    return cv2.resize(white, (TEXTURE_SIZE, TEXTURE_SIZE), interpolation=cv2.INTER_LINEAR)


# Clean: a cartoon's.


def _clean_iris(color: np.ndarray) -> np.ndarray:
    vivid, maps = _vivid(color, 1.3, 0.12, 0.5), _clean_maps()
    return _of_colors((maps["own"], vivid), (maps["glow"], vivid + 0.25))


@cache
def _clean_maps() -> dict[str, np.ndarray]:
    """What of an iris does not depend on its colour, over its window."""
    share, around, _, y = _about_iris("clean")
    fall = np.clip(0.5 - 0.5 * y, 0.0, 1.0)  # darker at the top, where the lid shades it
    strands = 0.93 + 0.14 * _fibres(share, around)
    glow = np.exp(-(((share - 0.66) / 0.2) ** 2)) * np.clip(-np.sin(around), 0.0, 1.0) ** 1.2
    rim = 1.0 - 0.78 * np.clip((share - 0.78) / 0.2, 0.0, 1.0)
    pupil = _soft(share, _PUPIL_SHARE["clean"], 0.03)
    left = rim * (1.0 - pupil)
    return {"own": (0.42 + 0.85 * fall) * strands * left + 0.03 * pupil, "glow": 0.32 * glow * left}


def _of_colors(*parts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(H, W, 3) float32 sum of pictures (H, W) in colours (3,)."""
    shares, colors = (np.stack(each, axis=-1).astype(np.float32) for each in zip(*parts, strict=True))
    return np.asarray(cv2.transform(shares, colors))


def _clean_white() -> np.ndarray:
    _, _, x, y = _polar("clean")
    shade = np.clip((y + 0.1 * x**2 - 0.35) / 1.0, 0.0, 1.0)[..., None]
    return np.array([0.955, 0.955, 0.96], np.float32) - shade * np.array([0.20, 0.18, 0.15], np.float32)


# Painted: an anime figure's.


def _painted_iris(color: np.ndarray) -> np.ndarray:
    vivid, maps = _vivid(color, 1.55, 0.18, 0.62), _painted_maps()
    dark = vivid * np.array([0.26, 0.22, 0.30], np.float32)
    light = np.clip(1.25 * vivid + 0.10, 0.0, 1.0)
    bright = np.clip(light * 1.08 + 0.10, 0.0, 1.0)
    return _of_colors((maps["dark"], dark), (maps["vivid"], vivid), (maps["light"], light), (maps["bright"], bright))


@cache
def _painted_maps() -> dict[str, np.ndarray]:
    """How much of each of an iris's colours shows, over its window."""
    share, around, x, y = _about_iris("painted")
    down = np.clip(0.5 - 0.55 * y, 0.0, 1.0)
    upper, lower = np.clip(2.0 * down, 0.0, 1.0), np.clip(2.0 * down - 1.0, 0.0, 1.0)
    # A bowl of light in the lower half, brighter than the iris, with an edge of its own.
    bowl = 0.60 * _soft(np.hypot(x / 0.74, (y + 0.30) / 0.52), 1.0, 0.06) * _soft(y, 0.06, 0.30)
    rays = 1.0 - 0.10 * (0.5 + 0.5 * np.cos(28.0 * around)) * _soft(share, 0.9, 0.2)
    pupil = _soft(np.hypot(x / 0.34, (y + 0.06) / 0.40), 1.0, 0.05)
    lid = 1.0 - 0.42 * _soft(-y - 0.12 * x**2, -0.50, 0.04)  # the lid's shadow
    rim = 0.92 * np.clip((share - 0.84) / 0.07, 0.0, 1.0)
    left = rays * (1.0 - pupil) * lid * (1.0 - rim)
    return {
        "dark": (1.0 - upper) * (1.0 - bowl) * left + 0.45 * pupil * lid * (1.0 - rim) + 0.55 * rim,
        "vivid": (upper - lower) * (1.0 - bowl) * left,
        "light": lower * (1.0 - bowl) * left,
        "bright": bowl * left,
    }


def _painted_white() -> np.ndarray:
    _, _, x, y = _polar("painted")
    shade = _soft(-y - 0.12 * x**2, -0.56, 0.05)[..., None]
    return np.array([0.975, 0.97, 0.975], np.float32) - shade * np.array([0.22, 0.20, 0.14], np.float32)


@lru_cache(maxsize=4)
def _unlit(kind: str, share: float) -> np.ndarray:
    """What light from the upper left of the picture, and a small one across from it, leaves of the way to white; 0..1."""
    _, _, x, y = _about_iris(kind)
    left = np.ones_like(x)
    for center, radii, strength in _HIGHLIGHTS[kind]:
        spot = _soft(np.hypot((x - center[0]) / radii[0], (y - center[1]) / radii[1]), 1.0, 0.10)
        left *= 1.0 - np.float32(share * strength) * spot
    return left


_RIM: Mapping[str, float] = {"natural": 0.05, "lifelike": 0.075, "clean": 0.02, "painted": 0.02}
"""Half of the width over which an iris goes over into the white, in its radii."""

_HIGHLIGHTS = {
    "natural": (((-0.30, 0.34), (0.17, 0.19), 0.95), ((0.34, -0.42), (0.10, 0.08), 0.35)),
    "clean": (((-0.32, 0.22), (0.25, 0.23), 0.97), ((0.32, -0.40), (0.12, 0.11), 0.65)),
    "painted": (((-0.34, 0.26), (0.27, 0.26), 1.0), ((0.36, -0.36), (0.13, 0.12), 0.95), ((-0.02, -0.68), (0.30, 0.07), 0.35)),
}
"""Middle and half axes in radii of the iris, and how white."""


def _vivid(color: np.ndarray, saturation: float, least: float, value: float) -> np.ndarray:
    """The colour with its hue, more saturated, and at least so bright."""
    hue, strong, bright = colorsys.rgb_to_hsv(*(float(part) for part in color))
    strong = min(1.0, saturation * strong + (least if strong > 0.05 else 0.0))
    return np.array(colorsys.hsv_to_rgb(hue, strong, max(bright, value * (0.6 + 0.4 * bright))), np.float32)


_WHITES: Mapping[str, Callable[[], np.ndarray]] = {
    "natural": _natural_white,
    "lifelike": _lifelike_white,
    "clean": _clean_white,
    "painted": _painted_white,
}

_IRISES: Mapping[str, Callable[..., np.ndarray]] = {
    "natural": _natural_iris,
    "lifelike": _lifelike_iris,
    "clean": _clean_iris,
    "painted": _painted_iris,
}
