"""Where skin is redder, darker or hairy: fields over the textures that are the same on everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from avatarkit.data_files import asset_path
from avatarkit.face_fit.landmark_table import load_landmark_table

HEAD_SIZE, HEAD_DETAIL_SIZE, BODY_SIZE = 1024, 2048, 1024
FACTOR_UNIT = 1.0 / 200.0
"""Of the stored factors."""

FIELD_FILES: Mapping[str, str] = {
    name: f"skin-{name}.png" for name in ("factor", "masks", "inside", "brows", "scatter", "body")
}
"""What is stored and where; assets/scripts/build_skin_fields.py makes it."""

_CHEEKS, _CHEEK_HALF = (50, 280), 26 / 1024  # MediaPipe's landmarks in their middles, and how far around, of the picture
_PORE_TILE = 512  # pores repeat; what is larger does not


@dataclass(frozen=True)
class HeadFields:
    """Over the head's picture, (1024, 1024) float32 0..1 each unless said.

    Attributes:
        factor: (1024, 1024, 3) uint8 in `FACTOR_UNIT`, multiplies the tone, linear light: blush, creases.
        lips: how much of the lips' colour shows.
        inside: 1 in the mouth's inside and the eye sockets.
        inside_color: (1024, 1024, 3) sRGB 0..255, what they look like.
        skin: 1 where the fade towards the neck leaves the pattern alone, 0 at the seam.
        brows: (2048, 2048) uint8, how much hair covers the skin.
        grain: (2048, 2048) int8, 127 is a tenth brighter.
    """

    factor: np.ndarray
    lips: np.ndarray
    inside: np.ndarray
    inside_color: np.ndarray
    skin: np.ndarray
    brows: np.ndarray
    grain: np.ndarray


@cache
def head_fields() -> HeadFields:
    """The head's fields, read once per process."""
    lips, inside, skin = cv2.split(_stored("masks") * np.float32(1 / 255))
    return HeadFields(
        factor=_stored("factor"),
        lips=lips,
        inside=inside,
        inside_color=_stored("inside").astype(np.float32),
        skin=skin,
        brows=_stored("brows")[..., 0],
        grain=_grain(HEAD_DETAIL_SIZE),
    )


@cache
def body_factor() -> np.ndarray:
    """(1024, 1024, 3) uint8 in `FACTOR_UNIT`, multiplies the tone over the body's picture, linear light."""
    return _stored("body")


@cache
def stored_scatter() -> tuple[np.ndarray, np.ndarray]:
    """(512, 512) uint8 each, over the head's picture: how much light from around arrives, and how thin the flesh is."""
    light, thin, _ = cv2.split(_stored("scatter"))
    return light, thin


def of_cheeks(picture: np.ndarray) -> np.ndarray:
    """The mean in the middle of both cheeks of the head's picture (S, S, ...): (...)."""
    size = len(picture)
    places = np.round(load_landmark_table().uvs(0.0, 0.0)[list(_CHEEKS)] * size).astype(int)
    half = round(_CHEEK_HALF * size)
    parts = [picture[v - half : v + half, u - half : u + half] for u, v in places]
    return np.asarray(np.mean(parts, axis=(0, 1, 2)), np.float32)


def _stored(name: str) -> np.ndarray:
    """(S, S, 3) uint8 RGB."""
    data = np.frombuffer(asset_path(FIELD_FILES[name]).read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def _grain(size: int) -> np.ndarray:
    """(size, size) int8: pores and fine mottling."""
    white = np.random.default_rng(1).standard_normal((_PORE_TILE, _PORE_TILE), np.float32)
    pores = cv2.GaussianBlur(np.pad(white, 8, "wrap"), (0, 0), 1.6)[8:-8, 8:-8]
    mixed = np.tile((14.4 / pores.std()) * pores, (size // _PORE_TILE,) * 2)
    for cells, seed in ((420, 2), (120, 3)):
        mixed += 9.6 * _noise(size, cells, seed)
    return np.clip(mixed, -127, 127).astype(np.int8)


def _noise(size: int, cells: int, seed: int) -> np.ndarray:
    """(size, size) smooth noise of about unit strength, `cells` blobs across."""
    coarse = np.random.default_rng(seed).standard_normal((cells, cells), np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
