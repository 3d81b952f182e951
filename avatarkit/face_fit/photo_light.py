"""How bright and of which colour a photo's light is, by what is known of teeth, eyes and skin; the photo as in plain light.

Cameras mostly balance and expose well, so plain light is expected, and only what contradicts it says otherwise: whites of teeth
and eyes that are dark or coloured, a skin of a colour that nobody has, a picture without anything bright.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from avatarkit.face_fit.face_regions import BELOW_LEFT_EYE, BELOW_RIGHT_EYE
from avatarkit.media.photo import Photo
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.tracking.face_landmarks import FaceLandmarks

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7), 468),
    ((263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249), 473),
)
_LIDS = ((159, 145), (386, 374))
_MOUTH = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
_LIPS = (
    (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78),
)
_CHEEKS = ((50, 205, 117), (280, 425, 346))
_FOREHEAD = (108, 151, 337, 9)
"""MediaPipe's landmarks: around each eye's opening, with its iris; the middles of its lids; around the open mouth; around
the upper and the lower lip; in the middle of each cheek and of the forehead."""
_ROUGED = 0.45  # logarithm of red over green by which painted cheeks lie above the forehead; unpainted ones have up to 0.3

_IRIS_REACH = 1.15  # of an iris's radius: beyond that eyes are white
_WHITEST = 70  # percentile: darker pixels of eyes and mouths are lashes, lids' shadows and gums
_LEAST_PX = 12
_PALER, _PALER_PART, _LEAST_BRIGHT = 0.15, 0.6, -0.3
"""What is white is less red than the skin, by so much or so small a part of it, and not much darker; logarithms."""
_SKIN_LUMINANCE = (np.log(0.03), np.log(0.72))  # what people's skin reflects
_BRIGHT, _DIM_BELOW, _DIM_SPREAD = (
    0.85,
    0.55,
    0.22,
)  # of full: the brightest hundredth of most photos, and less than of nearly all
_PEOPLE_VARY, _SKIN_SPREAD = 0.18, 0.15  # skins of one luminance differ so much in colour; what is beyond is the light's
_ROUNDS = 4


@dataclass(frozen=True)
class _Cue:
    """Something that says how far a quantity lies off plain light: by this much, give or take."""

    off: float
    spread: float


@dataclass(frozen=True)
class _White:
    """A white part in plain light: logarithms of luminance, red over green, blue over green; how far off each may be."""

    usual: tuple[float, float, float]
    spreads: tuple[float, float, float]


_TEETH = _White((np.log(0.72), 0.08, -0.17), (0.30, 0.08, 0.10))
_SCLERA = _White((np.log(0.50), 0.20, -0.12), (0.45, 0.12, 0.12))
"""Measured on well-exposed portraits: teeth are yellowish, eyes lie in the lids' shade and have red in them."""
_SHADED_SCLERA, _SHADE_SPREAD, _BRIGHTEST = np.log(0.25), 0.45, 90
"""What brows and lids leave of an open eye's brightest white in plain light; measured 0.24 to 0.6. Less tells of dim light."""
_LIGHT_SKIN = np.log(0.60)  # well-lit light skin: light on it is not dim, however dark its eyes are
_OPEN = 1.0  # of an iris's radius: of narrower eyes lashes darken all that is seen
_PLAIN_LUMINANCE = _Cue(0.0, 0.45)
_PLAIN_COLOR = _Cue(0.0, 0.16)
_OUTLIER = 2.0  # spreads beyond which plain light is no longer insisted on


def photo_light(landmarks: FaceLandmarks) -> np.ndarray:
    """(3,) linear RGB of the photo's light on the face; (1, 1, 1) is plain.

    Args:
        landmarks: with the photo, in colour.
    """
    skin = _skin(landmarks)
    hidden = _lips_are_white(landmarks, skin)
    whites = [(white, seen) for white, seen in _whites(landmarks) if _is_white(seen, skin)]
    whites = [(white, seen) for white, seen in whites if not (hidden and white is _TEETH)]
    cues = [_Cue(seen[0] - white.usual[0], white.spreads[0]) for white, seen in whites]
    cues = cues or _shaded_eyes_cue(landmarks, float(skin[0]))
    level = _settled(_PLAIN_LUMINANCE, cues + _skin_luminance_cue(skin[0]) + _dim_cue(landmarks))
    usual = _usual_skin(skin[0] - level)
    doubt = 1.0 + abs(level) / _PLAIN_LUMINANCE.spread  # who exposes wrongly may as well balance wrongly
    red, blue = (
        _settled(
            _Cue(_PLAIN_COLOR.off, doubt * _PLAIN_COLOR.spread),
            [
                _Cue(_beyond(skin[k] - usual[k - 1], _PEOPLE_VARY), _SKIN_SPREAD),
                *(_Cue(seen[k] - white.usual[k], white.spreads[k]) for white, seen in whites),
            ],
        )
        for k in (1, 2)
    )
    light = np.exp([red, 0.0, blue])
    return np.asarray(light * np.exp(level) / (light @ LUMINANCE))


def _is_white(seen: np.ndarray, skin: np.ndarray) -> bool:
    """Whether a part is what it should be: lids and gums are as red as the skin, closed mouths and shades darker."""
    return bool(seen[0] > skin[0] + _LEAST_BRIGHT and seen[1] < max(skin[1] - _PALER, _PALER_PART * skin[1]))


def _lips_are_white(landmarks: FaceLandmarks, skin: np.ndarray) -> bool:
    """Whether a pale beard hangs over the mouth: what shows there are no teeth."""
    colors = [_log_color(_inside(landmarks, lip)) for lip in _LIPS]
    return any(color is not None and _is_white(color, skin) for color in colors)


def lit_cheek(landmarks: FaceLandmarks) -> np.ndarray | None:
    """(3,) sRGB of the better lit cheek; None if none is seen."""
    luminance, red, blue = _skin(landmarks)
    if not any(_log_color(_inside(landmarks, cheek)) is not None for cheek in _CHEEKS):
        return None
    light = np.exp([red, 0.0, blue])
    return np.asarray(to_srgb(np.clip(light * np.exp(luminance) / (light @ LUMINANCE), 0.0, 1.0)))


def _beyond(off: float, allowed: float) -> float:
    return float(off - np.clip(off, -allowed, allowed))


def _usual_skin(luminance: float) -> tuple[float, float]:
    """Logarithms of red over green and blue over green of most people's skin of a luminance: darker skin is more saturated."""
    darker = np.log(0.60) - luminance
    return float(np.clip(0.36 + 0.30 * darker, 0.2, 0.9)), float(-np.clip(0.26 + 0.28 * darker, 0.15, 0.8))


def in_plain_light(landmarks: FaceLandmarks, light: np.ndarray) -> FaceLandmarks:
    """The same with the photo's pixels as plain light would show them."""
    table = np.round(255.0 * plain_colors(np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1), light)).astype(np.uint8)
    pixels = cv2.LUT(landmarks.photo.pixels, table.reshape(256, 1, 3))
    return replace(landmarks, photo=Photo(np.asarray(pixels)))


def plain_colors(colors: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Colours (N, 3) sRGB 0..1 of things seen in a light (3,) as plain light would show them."""
    return np.asarray(to_srgb(np.clip(to_linear(colors) / light, 0.0, 1.0)))


def _settled(plain: _Cue, cues: list[_Cue]) -> float:
    """The middle of all cues; that light is plain counts less the farther they agree it is not."""
    found = 0.0
    for _ in range(_ROUNDS):
        distance = (found - plain.off) / (_OUTLIER * plain.spread)
        weights = np.array([1.0 / (plain.spread**2 * (1.0 + distance**2)), *(cue.spread**-2 for cue in cues)])
        found = float(weights @ np.array([plain.off, *(cue.off for cue in cues)]) / weights.sum())
    return found


def _skin_luminance_cue(luminance: float) -> list[_Cue]:
    beyond = luminance - np.clip(luminance, *_SKIN_LUMINANCE)
    return [_Cue(float(beyond), _SKIN_SPREAD)] if beyond else []


def _dim_cue(landmarks: FaceLandmarks) -> list[_Cue]:
    """A picture without anything bright is underexposed."""
    counts = np.bincount(landmarks.photo.pixels[..., 1].reshape(-1), minlength=256)
    brightest = int(np.searchsorted(np.cumsum(counts), 0.99 * counts.sum()))
    bright = float(to_linear(np.array(brightest / 255.0)))
    return [_Cue(float(np.log(max(bright, 0.01) / _BRIGHT)), _DIM_SPREAD)] if bright < _DIM_BELOW else []


def _shaded_eyes_cue(landmarks: FaceLandmarks, skin_luminance: float) -> list[_Cue]:
    """Eyes that are open and still darker than any shade of brows makes them say that the whole face is underexposed."""
    eyes = [_open_eye(landmarks, *eye, lids) for eye, lids in zip(_EYES, _LIDS, strict=True)]
    seen = [np.percentile(pixels @ LUMINANCE, _BRIGHTEST) for pixels in eyes if len(pixels) >= _LEAST_PX]
    if not seen:
        return []
    brightest = float(max(seen))
    off = max(np.log(max(brightest, 0.01)) - _SHADED_SCLERA, skin_luminance - _LIGHT_SKIN)
    return [_Cue(float(off), _SHADE_SPREAD)] if off < 0.0 else []


def _open_eye(landmarks: FaceLandmarks, outline: tuple[int, ...], iris: int, lids: tuple[int, int]) -> np.ndarray:
    """(N, 3) linear colours of an eye beside its iris; none of a narrowed one."""
    points = landmarks.points_px
    radius = float(np.linalg.norm(points[iris + 1 : iris + 5] - points[iris], axis=1).mean())
    opening = float(np.linalg.norm(points[lids[0]] - points[lids[1]]))
    return _eye(landmarks, outline, iris) if opening >= _OPEN * radius else np.zeros((0, 3))


def _skin(landmarks: FaceLandmarks) -> np.ndarray:
    """(3,) logarithms of luminance, red over green, blue over green of the better lit cheek."""
    found = [_log_color(_inside(landmarks, cheek)) for cheek in _CHEEKS]
    seen = [color for color in found if color is not None]
    if not seen:
        return np.array([np.log(0.36), 0.5, -0.35])
    cheek, forehead = max(seen, key=lambda color: float(color[0])), _log_color(_inside(landmarks, _FOREHEAD))
    return forehead if forehead is not None and cheek[1] - forehead[1] > _ROUGED else cheek


def _whites(landmarks: FaceLandmarks) -> Iterator[tuple[_White, np.ndarray]]:
    eyes = [_eye(landmarks, outline, iris) for outline, iris in _EYES]
    for white, pixels in ((_SCLERA, np.concatenate(eyes)), (_TEETH, _inside(landmarks, _MOUTH))):
        color = _log_color(pixels, _WHITEST)
        if color is not None:
            yield white, color


def _log_color(pixels: np.ndarray, percentile: float = 25.0) -> np.ndarray | None:
    """Of linear pixels (N, 3), those from a percentile of luminance up; None of too few."""
    if len(pixels) < _LEAST_PX:
        return None
    luminance = pixels @ LUMINANCE
    red, green, blue = np.median(pixels[luminance >= np.percentile(luminance, percentile)], axis=0) + 1e-3
    return np.array([np.log(np.array([red, green, blue]) @ LUMINANCE), np.log(red / green), np.log(blue / green)])


def _eye(landmarks: FaceLandmarks, outline: tuple[int, ...], iris: int) -> np.ndarray:
    points = landmarks.points_px
    radius = _IRIS_REACH * float(np.linalg.norm(points[iris + 1 : iris + 5] - points[iris], axis=1).mean())
    return _inside(landmarks, outline, (points[iris], radius))


def eyes_luminance(landmarks: FaceLandmarks) -> float | None:
    """How bright the brightest of the eyes is over the better lit cheek, linear; None where no eye is seen."""
    pixels = np.concatenate([_inside(landmarks, outline) for outline, _ in _EYES])
    if len(pixels) < _LEAST_PX:
        return None
    return float(np.percentile(pixels @ LUMINANCE, _WHITEST) / np.exp(_skin(landmarks)[0]))


def below_eyes_luminance(landmarks: FaceLandmarks) -> float | None:
    """How bright the skin below the lower lids is over the better lit cheek, linear; None where none is seen."""
    pixels = np.concatenate([_inside(landmarks, outline) for outline in (BELOW_RIGHT_EYE, BELOW_LEFT_EYE)])
    if len(pixels) < _LEAST_PX:
        return None
    return float(np.median(pixels @ LUMINANCE) / np.exp(_skin(landmarks)[0]))


def _inside(landmarks: FaceLandmarks, outline: tuple[int, ...], but: tuple[np.ndarray, float] | None = None) -> np.ndarray:
    """(N, 3) linear colours of the photo inside landmarks, but for a circle (middle, radius)."""
    points = landmarks.points_px[list(outline)]
    size = np.array(landmarks.photo.pixels.shape[1::-1])
    low = np.clip(np.floor(points.min(axis=0)).astype(int), 0, size)
    high = np.clip(np.ceil(points.max(axis=0)).astype(int) + 1, low, size)
    crop = landmarks.photo.pixels[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(crop.shape[:2], np.uint8)
    if not mask.size:
        return np.zeros((0, 3))
    cv2.fillPoly(mask, [np.round((points - low) * 16).astype(np.int32)], (1,), shift=4)
    if but is not None:
        middle, radius = but
        cv2.circle(mask, tuple(int(v) for v in np.round((middle - low) * 16)), round(16 * radius), (0,), -1, shift=4)
    return np.asarray(to_linear(crop[mask > 0] / 255.0))
