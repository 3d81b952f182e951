"""Pictures of hair: strands drawn once by assets/scripts/build_hair_strands.py, coloured by `dye`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from avatarkit.data_files import asset_path

LOCK_FILES: Mapping[str, str] = {"straight": "hair-locks.png", "frizz": "hair-frizz.png"}
CAP_FILES: Mapping[str, str] = {"strands": "hair-cap.png", "stubble": "hair-stubble.png"}
STRIPS: Mapping[str, int] = {"straight": 8, "frizz": 4}
"""How many tufts each picture of locks has, side by side."""

LIGHT_UNIT = 1.5 / 255.0
"""Of the stored brightness."""

_WHOLE = 0.99


class Strands(NamedTuple):
    """A picture of strands, root at the top.

    Attributes:
        light: (H, W) brightness against the colour.
        alpha: (H, W) 0..1.
        hair: (H, W) uint8, a number of each hair, evenly spread over all numbers.
    """

    light: np.ndarray
    alpha: np.ndarray
    hair: np.ndarray


@cache
def lock_strands(kind: str) -> Strands:
    """Strips side by side: each is a tuft of hairs that end at their own lengths."""
    return _stored(LOCK_FILES[kind])


@cache
def cap_strands(kind: str = "strands") -> Strands:
    """The cap: whole above, hairs that grow thin at the lower edge; repeats sideways."""
    return _stored(CAP_FILES[kind])


@cache
def solid_strands(contrast: float) -> Strands:
    """Whole locks: no gaps anywhere; repeats sideways."""
    light, alpha, hair = cap_strands()
    whole = int(np.flatnonzero((alpha > _WHOLE).all(axis=1)).max()) + 1
    calm = light.mean() + contrast * (light[:whole] - light.mean())
    return Strands(calm, np.ones_like(calm), hair[:whole])


def _stored(name: str) -> Strands:
    picture = np.array(Image.open(asset_path(name)))
    return Strands(picture[..., 0] * np.float32(LIGHT_UNIT), picture[..., 2] * np.float32(1 / 255), picture[..., 1])


def strand_normals(strands: Strands, strength: float = 1.6) -> np.ndarray:
    """(H, W, 3) uint8 tangent-space normals: each hair a ridge, from its brightness across."""
    ridges = np.where(strands.alpha > 0.2, strands.light, 0.55)
    slope = strength * 0.5 * (np.roll(ridges, -1, axis=1) - np.roll(ridges, 1, axis=1))
    normal = np.stack([-slope, np.zeros_like(slope), np.ones_like(slope)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.rint(127.5 + 127.5 * normal).astype(np.uint8)
