"""What of a face is bare skin, and the tone of that skin behind shadows, shine and rouge."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.face_fit import face_regions
from avatarkit.face_fit.light import from_lab, to_lab
from avatarkit.face_fit.projection import FaceTexels

DARKER_THAN_CHEEK_L = 18.0  # most of what should be skin so much below a cheek is beard, or lies in a shadow
SKIN_SPREAD_LAB = np.array([14.0, 6.0, 7.0])  # how far a person's own skin strays from its middle, before pimples and beards
DULL_PERCENTILE, LEAST_SURE = 60.0, 100  # of plain skin, the darker part, where shine and glare pale least; texels
USUAL_CHROMA = 26.0  # CIELAB: well-lit light skin seldom has more
DEEP_SHADOW_L, MOST_GLARE_L = 15.0, 6.0  # CIELAB below the face's middle: too dark to tell; how much glare may add
KEEPS_COLOR, GLARE_SPREAD = 0.85, 0.4  # a face's middle has so much of that part's colour; with so much less it is all glare
# People's skin in CIELAB, generously: what lies beyond is an over- or underexposed photo or coloured light
SKIN_LAB_LOW, SKIN_LAB_HIGH = np.array([20.0, 2.0, 4.0]), np.array([90.0, 30.0, 34.0])
LEAST_HUE_B_PER_A = 1.15  # skin's yellow is at least its red: hue angles of faces lie between 49 and 75 degrees
ROUGE_A, _LEAST_PLAIN = 10.0, 50  # CIELAB a*, texels; flushed cheeks have up to 6 more than the rest
LIGHT_STRIDE = 16  # light and tone are smooth: one texel in sixteen tells as much


def skin_trust(texels: FaceTexels, cheek: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(N,) 0..1 how surely each texel is bare skin, and the skin's middle in CIELAB, still under the photo's light.

    Args:
        texels: what the photo shows.
        cheek: (3,) sRGB of the better lit cheek, if one is seen.
    """
    lab = to_lab(texels.colors)
    sure = _plain_skin(texels)
    cheeks = sure & (face_regions.cheeks() > 0.5)
    if _is_rouged(lab, cheeks, sure & ~cheeks):
        sure &= ~cheeks
    middle = np.median(lab[sure], axis=0)
    bright_cheek = None if cheek is None else to_lab(cheek[None])[0]
    if bright_cheek is not None and bright_cheek[0] > middle[0] + DARKER_THAN_CHEEK_L:
        middle = bright_cheek
    for _ in range(2):
        near = sure & (np.abs(lab - middle) < 2.0 * SKIN_SPREAD_LAB).all(axis=1)
        middle = np.median(lab[near], axis=0) if near.sum() > 50 else middle
    distance = ((lab[:, 1:] - middle[1:]) / SKIN_SPREAD_LAB[1:]) ** 2
    bright = ((lab[:, 0] - middle[0]) / (2.0 * SKIN_SPREAD_LAB[0])) ** 2
    likely = np.exp(-0.5 * (distance.sum(axis=1) + bright))
    return likely * _bare() * texels.seen * (face_regions.face() > 0), middle


def _plain_skin(texels: FaceTexels) -> np.ndarray:
    """(N,) bool: where nearly every face is bare skin, as far as it is seen."""
    sure = texels.seen * face_regions.plain_skin() > 0.5
    return np.asarray(sure if sure.sum() >= LEAST_SURE else face_regions.plain_skin() > 0.5)


def _is_rouged(lab: np.ndarray, cheeks: np.ndarray, rest: np.ndarray) -> bool:
    """Whether cheeks are so much redder than forehead and nose that it is paint."""
    if min(cheeks.sum(), rest.sum()) < _LEAST_PLAIN:
        return False
    return float(np.median(lab[cheeks, 1]) - np.median(lab[rest, 1])) > ROUGE_A


def skin_tone(lit: np.ndarray, dull: np.ndarray) -> np.ndarray:
    """(3,) sRGB: the person's skin.

    Args:
        lit: (3,) CIELAB of the face's middle.
        dull: (3,) of what shines least: where it has much more colour, glare has paled the rest.
    """
    kept = (np.hypot(*lit[1:]) / lit[0]) / max(np.hypot(*dull[1:]) / max(dull[0], 1.0), 1e-3)
    glare = float(np.clip((KEEPS_COLOR - kept) / GLARE_SPREAD, 0.0, 1.0))
    chroma, most = float(np.hypot(*dull[1:])), max(USUAL_CHROMA, float(np.hypot(*lit[1:])))
    dull = dull * [1.0, *2 * [min(most / max(chroma, 1e-3), 1.0)]]  # warm light from below is not the skin's either
    behind_glare = np.array([np.clip(0.5 * (lit[0] + dull[0]), lit[0] - MOST_GLARE_L, lit[0]), *dull[1:]])
    lightness, red, yellow = np.clip(lit + glare * (behind_glare - lit), SKIN_LAB_LOW, SKIN_LAB_HIGH)
    if yellow < LEAST_HUE_B_PER_A * red:
        red = (red + LEAST_HUE_B_PER_A * yellow) / (1.0 + LEAST_HUE_B_PER_A**2)  # the nearest colour of that hue
        yellow = LEAST_HUE_B_PER_A * red
    return from_lab(np.array([[lightness, red, yellow]]))[0]


def middle_skin(colors: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """(3,) CIELAB of skin that is neither among the darkest nor among the lightest: between shadows and shine."""
    lab = to_lab(colors)
    order = np.argsort(lab[:, 0])
    share = np.cumsum(trust[order])
    inner = order[(share > 0.25 * share[-1]) & (share < 0.8 * share[-1])]
    weights = trust[inner, None]
    return np.clip((lab[inner] * weights).sum(axis=0) / max(weights.sum(), 1e-9), [1.0, -128.0, -128.0], [100.0, 127.0, 127.0])


def dull_skin(texels: FaceTexels, even: np.ndarray, lit: np.ndarray) -> np.ndarray:
    """(3,) CIELAB of the face's skin where it shines least, though not of its deep shadows; shine has the light's colour.

    Args:
        even: (N, 3) sRGB without the photo's light.
        lit: (3,) CIELAB of the face's middle.
    """
    some = np.flatnonzero(texels.seen * face_regions.face() * _bare() > 0.5)[::LIGHT_STRIDE]
    if len(some) < LEAST_SURE:
        return lit
    brightness = texels.colors[some].sum(axis=1)
    lab = to_lab(even[some[brightness <= np.percentile(brightness, DULL_PERCENTILE)]])
    lab = lab[lab[:, 0] > lit[0] - DEEP_SHADOW_L]
    if len(lab) < LEAST_SURE:
        return lit
    near = lab[(np.abs(lab - np.median(lab, axis=0)) < 2.0 * SKIN_SPREAD_LAB).all(axis=1)]
    return np.asarray(np.median(near if len(near) else lab, axis=0))


@cache
def _bare() -> np.ndarray:
    """(N,) 0..1: neither lips nor brows nor eyes."""
    return np.asarray((1.0 - face_regions.lips()) * (1.0 - face_regions.brows()) * (1.0 - face_regions.eyes()))
