"""What is on a face that is not skin: glasses and beards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from avatarkit.face_fit import face_regions
from avatarkit.face_fit.light import to_lab
from avatarkit.face_fit.photo_light import below_eyes_luminance, eyes_luminance
from avatarkit.face_fit.skin_tone import SKIN_SPREAD_LAB
from avatarkit.tracking.face_landmarks import FaceLandmarks

BeardKind = Literal["none", "moustache", "goatee", "full"]
Side = Literal["left", "right"]

MOUSTACHE = (165, 97, 2, 326, 391, 269, 267, 0, 37, 39)
CHIN_BEARD = (106, 83, 18, 313, 335, 262, 428, 199, 208, 32)
RIGHT_JAW, LEFT_JAW = (58, 172, 136, 150, 169, 135, 214, 192), (288, 397, 365, 379, 394, 364, 434, 416)
"""Outlines of MediaPipe's landmarks around what beards cover."""

_DARK_MOUSTACHE, _DARK_CHIN, _DARK_JAW = 22.0, 12.0, 20.0  # CIELAB lightness below the skin's; shadows of noses have up to 15
_LIGHTER_FIFTH, _LIGHTEST_MOUSTACHE = 80, -8.0  # percentile, CIELAB: shadows of lips and noses leave part of it bare
_CHIN_PER_MOUSTACHE, _DARKEST_NEEDED = 0.6, 40.0  # a full beard is nearly as dark on the chin, where no shadow lies
_PALE = 0.55  # of the skin's chroma: grey and white hair has hardly any; measured 0.4 on moustaches, 0.8 and more on bare lips
_LEAST_CHROMA = 8.0  # CIELAB; a skin with less, as in black and white, tells nothing about pale hair
_LEAST_TEXELS = 50
_DARKER_LIPS, _REDDER_LIPS, _COLORED_LIPS = 3.0, 2.5, 0.3  # CIELAB, and of the skin's chroma; measured from 3, 3 or darker, 0.5
_PAINTED_LIPS, _PAINTED_CHEEKS = 28.0, 14.0  # CIELAB redder than the skin; 36 faces have up to 26, some with lipstick, and 7
_NOT_SKIN_BELOW, _SKIN_BELOW, _LIKE_BELOW = 2.4, 1.9, 0.7  # of the spread of skin: below a covered eye, below the other, and
# how far a covered eye may differ from what is below it. Black hair drawn over one eye of 18 faces: 3.9 and more, 1.9 and less,
# 0.4 and less; deep shadow on a turned face's far side leaves the eye 1 and more beyond the cheek
_DARK_LENS = 0.05  # of a cheek's light; narrowed eyes behind clear glasses still have a tenth
_DARK_BELOW = 0.07  # the same of the skin below the lids, where dark lenses reach; deep-set eyes leave it 0.16 and more
_EYES_APART_PX = 160.0  # between the outer corners, in the upright picture that is looked at
_VIEW_PX = (256, 220)
_EYES_AT = np.array([128.0, 110.0])
_BRIDGE_EDGE, _BRIDGE_PER_CHEEK = 5.5, 0.75  # CIELAB lightness a pixel; a frame's edge stands out against the skin's own
RIGHT_EYE_CORNER, LEFT_EYE_CORNER, NOSE_ROOT, NOSE_MIDDLE = 33, 263, 168, 197
BELOW_EYES = ((145, 118), (374, 347))
"""From each lower lid to the cheek below."""


@dataclass(frozen=True)
class FaceWear:
    """A beard darker or paler than the skin, as far as it stands out; whether the person wears glasses, and so dark ones that
    eyes and brows cannot be read; whether a hand, something else or the beard itself is before the mouth; whether lips or
    cheeks are painted; the side on which hair or something else is before the eye and the other eye is free."""

    beard: BeardKind = "none"
    glasses: bool = False
    dark_glasses: bool = False
    mouth_covered: bool = False
    painted: bool = False
    covered_eye: Side | None = None


def read_face_wear(landmarks: FaceLandmarks, colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> FaceWear:
    """Beard and glasses.

    Args:
        landmarks: with the photo.
        colors: (N, 3) sRGB on the layout's front, without the photo's light.
        seen: (N,) 0..1; tone: (3,) sRGB of the skin.
    """
    dark = _are_dark(eyes_luminance(landmarks), _DARK_LENS)
    large = dark and _are_dark(below_eyes_luminance(landmarks), _DARK_BELOW)
    glasses = large or _has_glasses(landmarks)
    darker, redder, colored = _lips(colors, seen, tone)
    like_skin = darker < _DARKER_LIPS and redder < _REDDER_LIPS and colored > _PALE
    beard = "none" if like_skin else _beard(colors, seen, tone)
    hidden = like_skin or (beard == "none" and colored < _COLORED_LIPS)
    overgrown = beard != "none" and redder < (_PALE - 1.0) * float(to_lab(tone[None])[0, 1])
    painted = redder > _PAINTED_LIPS or _rouge(colors, seen, tone) > _PAINTED_CHEEKS
    covered = _covered_eye(colors, seen, tone)
    glasses = glasses and covered is None  # the edges of hair look like frames
    return FaceWear(beard, glasses, glasses and dark, hidden or overgrown, painted, covered)


def _covered_eye(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> Side | None:
    """The eye that looks like what is below it, which is no skin, while there is skin below the other."""
    far = far_from_skin(colors, tone)

    def middle(*outline: int) -> float:
        inside = (seen > 0.4) & (face_regions.polygon(outline) > 0.5)
        return float(np.median(far[inside])) if inside.sum() > _LEAST_TEXELS else np.nan

    below_right, below_left = middle(*face_regions.BELOW_RIGHT_EYE), middle(*face_regions.BELOW_LEFT_EYE)
    sides: tuple[tuple[Side, float, float, tuple[int, ...]], ...] = (
        ("right", below_right, below_left, face_regions.RIGHT_EYE),
        ("left", below_left, below_right, face_regions.LEFT_EYE),
    )
    for side, own, other, eye in sides:
        if own > _NOT_SKIN_BELOW and other < _SKIN_BELOW and abs(middle(*eye) - own) < _LIKE_BELOW:
            return side
    return None


def far_from_skin(colors: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """(N,) how far colours (N, 3) are from the skin's tone, in its own spread."""
    return np.asarray(np.linalg.norm((to_lab(colors) - to_lab(tone[None])[0]) / SKIN_SPREAD_LAB, axis=1))


def _rouge(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> float:
    """How much redder than the skin's tone the cheeks are, CIELAB."""
    cheeks = (seen > 0.4) & (face_regions.cheeks() > 0.5)
    if cheeks.sum() < _LEAST_TEXELS:
        return 0.0
    return float(np.median(to_lab(colors[cheeks])[:, 1]) - to_lab(tone[None])[0, 1])


def _are_dark(luminance: float | None, below: float) -> bool:
    return luminance is not None and luminance < below


def _lips(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> tuple[float, float, float]:
    """How much darker and redder than the skin it is where lips should be, CIELAB, and its chroma over the skin's.

    Those of bare lips where too little is seen.
    """
    skin, inside = to_lab(tone[None])[0], (seen > 0.4) & (face_regions.lips() > 0.9)
    chroma = float(np.hypot(*skin[1:]))
    if inside.sum() < _LEAST_TEXELS or chroma < _LEAST_CHROMA:
        return _DARKER_LIPS, _REDDER_LIPS, 1.0
    lightness, red, yellow = np.median(to_lab(colors[inside]), axis=0)
    return float(skin[0] - lightness), float(red - skin[1]), float(np.hypot(red, yellow)) / chroma


def _beard(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> BeardKind:
    skin, lab = to_lab(tone[None])[0], to_lab(colors)
    bare = (seen > 0.4) & (face_regions.lips() < 0.2)
    chroma = float(np.hypot(*skin[1:]))

    def grown(darker: float, *outlines: tuple[int, ...], lightest: float = np.inf) -> float:
        """How much darker than the skin it is there; 0 where no hair grows, infinite where it is pale."""
        region = (face_regions.polygon(*outlines) > 0.7) & bare
        if region.sum() < _LEAST_TEXELS:
            return 0.0
        lightness, red, yellow = np.median(lab[region], axis=0)
        if chroma > _LEAST_CHROMA and float(np.hypot(red, yellow)) < _PALE * chroma:
            return np.inf
        light = float(np.percentile(lab[region, 0], _LIGHTER_FIFTH)) - skin[0]
        return float(skin[0] - lightness) if skin[0] - lightness > darker and light < lightest else 0.0

    moustache = grown(_DARK_MOUSTACHE, MOUSTACHE, lightest=_LIGHTEST_MOUSTACHE)
    chin, jaw = grown(_DARK_CHIN, CHIN_BEARD), grown(_DARK_JAW, RIGHT_JAW, LEFT_JAW)
    if min(chin, jaw) == np.inf:  # no light pales a chin and both jaws: hair, however much skin a sparse moustache leaves
        return "full"
    if not moustache:
        return "none"
    if chin >= _CHIN_PER_MOUSTACHE * min(moustache, _DARKEST_NEEDED) and jaw:
        return "full"
    return "goatee" if chin else "moustache"


def _has_glasses(landmarks: FaceLandmarks) -> bool:
    """A frame's bridge draws an edge across the root of the nose, stronger than anything on the cheeks."""
    edges, points = _edges(landmarks)
    root = points[NOSE_ROOT]
    bridge = _strongest_row(edges, root[1] - 14, points[NOSE_MIDDLE, 1], root[0], 10)
    below = [_strongest_row(edges, points[lid, 1] + 8, points[cheek, 1] + 10, points[lid, 0], 14) for lid, cheek in BELOW_EYES]
    return bridge > _BRIDGE_EDGE and bridge > _BRIDGE_PER_CHEEK * float(np.mean(below))


def _strongest_row(edges: np.ndarray, top: float, bottom: float, middle: float, half: int) -> float:
    """The largest mean of a row in a window, 0 where the window is empty."""
    low, left = max(int(top), 0), max(int(middle) - half, 0)
    window = edges[low : max(int(bottom), low + 6), left : max(int(middle) + half, 0)]
    return float(window.mean(axis=1).max()) if window.size else 0.0


def _edges(landmarks: FaceLandmarks) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) change of lightness downwards around the eyes, upright, of one size, and the landmarks (468, 2) in it."""
    points = landmarks.points_px[:468]
    right, left = points[RIGHT_EYE_CORNER], points[LEFT_EYE_CORNER]
    along = left - right
    scale, angle = _EYES_APART_PX / max(float(np.linalg.norm(along)), 1.0), np.arctan2(along[1], along[0])
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.hstack([turn, (_EYES_AT - turn @ (0.5 * (left + right)))[:, None]])
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    pixels = landmarks.photo.pixels
    if scale < 0.5:  # warping alone would alias
        pixels = cv2.resize(pixels, None, fx=2.0 * scale, fy=2.0 * scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] /= 2.0 * scale
    picture = cv2.warpAffine(pixels, matrix, _VIEW_PX) / np.float32(255)
    lightness = to_lab(picture.reshape(-1, 3)).reshape(*picture.shape)[..., 0]
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.5)
    return np.abs(cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8.0 * 2.55, moved
