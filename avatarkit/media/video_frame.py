"""One picture of a video or a camera: the type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class VideoFrame:
    """An upright picture with its time.

    Attributes:
        pixels: (H, W, 3) uint8 sRGB, origin top left, rotation tag applied; read-only, and not copied: a film has thousands.
        time_s: seconds since the first frame, from the container or the clock; rises strictly.
    """

    pixels: np.ndarray
    time_s: float

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            raise ValueError(f"pixels must be (H, W, 3) uint8, not {self.pixels.shape} {self.pixels.dtype}")
        self.pixels.setflags(write=False)
