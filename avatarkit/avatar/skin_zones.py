"""What makes skin look lived in: redder, browner and paler zones, blood and pigment in blotches, moles, spots of age.

Everything is in the head's texture layout, placed by MediaPipe's landmarks, and neutral in the middle of the cheeks, whose
colour is the tone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.skin_fields import HEAD_SIZE, head_fields, of_cheeks
from avatarkit.face_fit.landmark_table import load_landmark_table

_ZONE_SIZE = 256
_RED = np.array([0.015, -0.065, -0.052], np.float32)
_BROWN = np.array([-0.10, -0.16, -0.15], np.float32)
_PALE = np.array([0.03, 0.035, -0.01], np.float32)
_COOL = np.array([-0.06, -0.035, 0.0], np.float32)
"""What a zone at its full strength adds to the factors of sRGB. Judged by eye on portraits."""


@dataclass(frozen=True)
class _Zone:
    """A soft spot on both sides of the face.

    Attributes:
        landmarks: its middle, one a side.
        radii: across and up, of the picture.
        change: (3,) of the colour.
        strength: 0..1.
    """

    landmarks: tuple[int, ...]
    radii: tuple[float, float]
    change: np.ndarray
    strength: float


_ZONES = (
    _Zone((4,), (0.022, 0.020), _RED, 0.8),
    _Zone((48, 278), (0.012, 0.014), _RED, 0.9),
    _Zone((205, 425), (0.030, 0.022), _RED, 0.25),
    _Zone((199,), (0.026, 0.016), _RED, 0.45),
    _Zone((133, 362), (0.014, 0.012), _RED, 0.7),
    _Zone((145, 374), (0.030, 0.006), _RED, 0.6),
    _Zone((230, 450), (0.030, 0.012), _BROWN, 0.55),
    _Zone((232, 452), (0.018, 0.014), _BROWN, 0.6),
    _Zone((222, 442), (0.034, 0.016), _BROWN, 0.45),
    _Zone((151,), (0.070, 0.030), _PALE, 0.9),
    _Zone((6,), (0.010, 0.030), _PALE, 0.7),
    _Zone((117, 346), (0.026, 0.012), _PALE, 0.5),
    _Zone((61, 291), (0.012, 0.012), _BROWN, 0.35),
    _Zone((0,), (0.030, 0.010), _COOL, 0.5),
    _Zone((172, 397), (0.040, 0.040), _COOL, 0.4),
)
"""Nose and its wings, below the cheeks, chin, corners and rims of the eyes, sockets and lids, forehead, bridge and cheekbones,
corners of the mouth, over the lip and along the jaw."""

_BLOOD = np.array([0.003, -0.010, -0.008], np.float32)
_PIGMENT = np.array([-0.006, -0.009, -0.009], np.float32)
_FRECKLE = np.array([-0.07, -0.11, -0.12], np.float32)
_BLOOD_CELLS, _PIGMENT_CELLS, _FRECKLE_CELLS = (22, 80), (40, 140), 190
_FRECKLED = 1.9  # standard deviations: what of the finest pigment shows as freckles
_MOLES, _MOLE_PX, _MOLE = 7, (1.1, 2.2), np.array([0.62, 0.46, 0.40], np.float32)
_SPOTS, _SPOT_PX, _SPOT = 46, (2.5, 7.0), np.array([0.90, 0.80, 0.72], np.float32)
_SPOT_STRENGTH = 0.8
_MOLE_ROWS, _MOLE_COLUMNS = (0.20, 0.66), (0.22, 0.78)  # of the picture: forehead to throat
_KEEP_OFF = 0.05  # of the picture: no mole this near to the mouth's middle and the eyes
_SEED = 31


def lively(picture: np.ndarray, strength: float, age: float = 0.0) -> np.ndarray:
    """Skin (1024, 1024, 3) float32 sRGB 0..255 as life has coloured it.

    Args:
        picture: even skin.
        strength: 0..1.
        age: 0..1, how many spots of age there are.
    """
    factor = _change(round(age, 1)) * np.float32(strength)
    factor += 1.0
    factor *= picture
    return factor


@lru_cache(maxsize=4)
def _change(age: float) -> np.ndarray:
    """(1024, 1024, 3) float32: what is added to factors of sRGB."""
    fields = head_fields()
    skin = fields.skin * (1.0 - fields.inside) * (1.0 - np.clip(1.6 * fields.lips, 0.0, 1.0))
    change = _blotches() * np.float32(1.0 + 0.8 * age)
    change += cv2.resize(_zones(), (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_LINEAR)
    change += 1.0 - of_cheeks(change)
    change *= _moles()
    if age:
        change *= _dots(_SPOTS, _SPOT_PX, _SPOT, _SEED + 1, _SPOT_STRENGTH * age)
    change -= 1.0
    change *= cv2.merge([skin, skin, skin])
    return change


@cache
def _moles() -> np.ndarray:
    return _dots(_MOLES, _MOLE_PX, _MOLE, _SEED, 1.0)


@cache
def _zones() -> np.ndarray:
    """(256, 256, 3) float32."""
    places = load_landmark_table().uvs(0.0, 0.0)
    axis = (np.arange(_ZONE_SIZE, dtype=np.float32) + 0.5) / _ZONE_SIZE
    change = np.zeros((_ZONE_SIZE, _ZONE_SIZE, 3), np.float32)
    for zone in _ZONES:
        for u, v in places[list(zone.landmarks)]:
            distance = ((axis[None] - u) / zone.radii[0]) ** 2 + ((axis[:, None] - v) / zone.radii[1]) ** 2
            change += (zone.strength * np.exp(-0.5 * distance))[..., None] * zone.change
    return change


@cache
def _blotches() -> np.ndarray:
    """(1024, 1024, 3) float32 of no mean: blood near the surface, pigment, freckles."""
    blood, pigment = (np.add(*(_noise(n, _SEED + n) for n in cells)) for cells in (_BLOOD_CELLS, _PIGMENT_CELLS))
    freckles = np.clip(_noise(_FRECKLE_CELLS, _SEED) - _FRECKLED, 0.0, 1.0)
    changes = np.stack([_BLOOD, _PIGMENT, _FRECKLE], axis=1)
    return np.asarray(cv2.transform(cv2.merge([blood, pigment, freckles - freckles.mean()]), changes))


def _noise(cells: int, seed: int) -> np.ndarray:
    """(1024, 1024) float32 smooth noise of unit strength, so many blobs across."""
    coarse = np.random.default_rng(seed).standard_normal((cells, cells), np.float32)
    fine = cv2.resize(coarse, (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / fine.std())


def _dots(count: int, radii_px: tuple[float, float], color: np.ndarray, seed: int, strength: float) -> np.ndarray:
    """(1024, 1024, 3) float32: 1, and so much of that colour in round spots."""
    random = np.random.default_rng(seed)
    cover = np.zeros((HEAD_SIZE, HEAD_SIZE), np.float32)
    kept_off = load_landmark_table().uvs(0.0, 0.0)[[13, 159, 386]]
    for _ in range(count):
        place = np.array([random.uniform(*_MOLE_COLUMNS), random.uniform(*_MOLE_ROWS)])
        radius, dark = random.uniform(*radii_px), random.uniform(0.4, 1.0)
        if np.linalg.norm(kept_off - place, axis=1).min() > _KEEP_OFF:
            center = np.round(place * HEAD_SIZE * 16).astype(int)
            cv2.circle(cover, (int(center[0]), int(center[1])), round(16 * radius), (dark,), -1, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(cover, (0, 0), 0.9)
    return cv2.merge([1.0 + soft * float(strength * (share - 1.0)) for share in color])
