"""The colour of somebody's irises."""

from __future__ import annotations

import numpy as np

from avatarkit.face_fit.light import from_lab, hex_color, to_lab
from avatarkit.tracking.face_landmarks import FaceLandmarks

NARROWED = 0.75  # of an iris's radius: between lids nearer than that hardly anything of it is seen
LIGHTEST_IRIS_L = 58.0  # CIELAB; what is lighter in an eye's middle are lids, glasses or glare
BROWN_BELOW_L, LEAST_BROWN, REDDEST, GREY_BELOW_B = 36.0, 13.0, 0.5, 8.0  # CIELAB; irises darker than the first are brown
DEFAULT_IRIS = "#5a4632"


def iris_color(landmarks: FaceLandmarks, tone: np.ndarray) -> tuple[str, bool]:
    """The irises' colour "#rrggbb", and whether it was seen: of narrowed eyes, glare and glasses it is assumed.

    It is that of the ring between pupil and limbus of both eyes, the lids' shadow and the catch light left out.

    Args:
        landmarks: with the photo in plain light.
        tone: (3,) sRGB of the skin.
    """
    pixels, found = landmarks.photo.pixels, []
    for start, (above, below_it) in ((468, (159, 145)), (473, (386, 374))):
        middle, rim = landmarks.points_px[start], landmarks.points_px[start + 1 : start + 5]
        radius = float(np.linalg.norm(rim - middle, axis=1).mean())
        opening = float(np.linalg.norm(landmarks.points_px[above] - landmarks.points_px[below_it]))
        if radius < 2.0 or opening < NARROWED * radius:
            continue
        low = np.clip(np.floor(middle - radius).astype(int), 0, None)
        crop = pixels[low[1] : int(middle[1] + radius) + 2, low[0] : int(middle[0] + radius) + 2].astype(np.float32) / 255.0
        if crop.size == 0:
            continue
        rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
        away = np.hypot(columns + 0.5 + low[0] - middle[0], rows + 0.5 + low[1] - middle[1]) / radius
        below = rows + low[1] > middle[1] - 0.35 * radius  # the upper lid shades and often covers the rest
        ring = crop[(away > 0.5) & (away < 0.88) & below]
        if len(ring) >= 6:
            light = ring.sum(axis=1)
            found.append(ring[(light <= np.percentile(light, 75)) & (light >= np.percentile(light, 20))])
    if not found:
        return DEFAULT_IRIS, False
    color = np.median(np.concatenate(found), axis=0)
    lightness, skin = (float(to_lab(each[None])[0, 0]) for each in (color, tone))
    if lightness > min(skin, LIGHTEST_IRIS_L):
        return DEFAULT_IRIS, False
    return hex_color(_as_iris(np.clip(color * 1.15, 0.0, 1.0))), True


def _as_iris(color: np.ndarray) -> np.ndarray:
    """The colour (3,) sRGB as an iris has it: skin mirrors in eyes, so that grey ones look pink, brown ones red or grey.

    Source: irises are brown by melanin or blue by scattering; between lie hazel, green and grey, never red.
    """
    lightness, red, yellow = to_lab(color[None])[0]
    if lightness < BROWN_BELOW_L:
        yellow = max(yellow, LEAST_BROWN)
        red = max(red, 0.3 * yellow)
    if yellow < GREY_BELOW_B:
        red = min(red, 0.0)
    return from_lab(np.array([[lightness, min(red, REDDEST * abs(yellow)), yellow]]))[0]
