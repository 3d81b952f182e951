"""Pixels to the bytes of a picture file, the same bytes each time."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

_JPEG_QUALITY = 92
"""Above this a skin texture grows quickly and no difference can be seen on it."""

_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
"""Run lengths alone: on our textures a quarter of the time of a search for repetitions, and a little smaller files."""


def encode_picture(pixels: np.ndarray, encoding: Literal["jpeg", "png"]) -> bytes:
    """A JPEG or PNG file.

    Args:
        pixels: (H, W, 3 or 4) RGB or RGBA, uint8.
        encoding: "jpeg" (three channels) or "png".
    """
    swapped = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
    if encoding == "jpeg":
        _, data = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    else:
        _, data = cv2.imencode(".png", swapped, _PNG)
    return bytes(data)
