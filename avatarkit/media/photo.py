"""Photographs: the type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry.arrays import checked_array


@dataclass(frozen=True)
class Photo:
    """An upright picture in sRGB.

    Attributes:
        pixels: (H, W, 3) uint8, RGB, origin top left, orientation tag applied.
        source: what the picture is called in messages.
        reduction: how many times smaller than the file's picture it is, 1.0 or more.
    """

    pixels: np.ndarray
    source: str = "photo"
    reduction: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", checked_array("pixels", self.pixels, (None, None, 3), np.uint8))
