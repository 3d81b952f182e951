"""Squares cut out of a photo: anywhere, any size, turned upright, mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, floor, sin
from typing import NamedTuple

import cv2
import numpy as np


@dataclass(frozen=True)
class SquareCrop:
    """A square in a photo.

    Attributes:
        centre: x, y in pixels of the photo, origin at the top left corner of the top left pixel.
        side: pixels of the photo.
        roll: radians; how far the square's upper edge is turned clockwise as the photo is seen.
        mirrored: the square is seen in a mirror.
    """

    centre: tuple[float, float]
    side: float
    roll: float = 0.0
    mirrored: bool = False

    def to_photo(self, points: np.ndarray) -> np.ndarray:
        """Points in the photo.

        Args:
            points: (..., 2) x, y as fractions of the square's side from its top left corner.

        Returns:
            (..., 2) pixels of the photo.
        """
        return (np.asarray(points) - 0.5) @ self._axes().T + self.centre

    def _axes(self) -> np.ndarray:
        """(2, 2) columns: where the square's own x and y point in the photo, one side long."""
        cosine, sine = np.cos(self.roll), np.sin(self.roll)
        axes = self.side * np.array([[cosine, -sine], [sine, cosine]])
        return axes * [-1, 1] if self.mirrored else axes


class Place(NamedTuple):
    """Where in a picture a square lies.

    Attributes:
        x, y: its middle, as fractions of the picture's width and height; `width`, `height` likewise of a square as large that
            is not turned.
        roll: radians; how far its upper edge is turned clockwise.
    """

    x: float
    y: float
    width: float
    height: float
    roll: float


EVERYTHING = Place(0.5, 0.5, 1.0, 1.0, 0.0)
"""Of a picture that is the square."""


class PhotoPyramid:
    """A photo at its own size, a half, a quarter, ...: a crop of any size is cut without aliasing and in little time."""

    def __init__(self, pixels: np.ndarray, smallest_px: int = 64) -> None:
        """Prepare the smaller pictures.

        Args:
            pixels: (H, W, 3) uint8.
            smallest_px: no picture's shorter side is halved below this.
        """
        self.levels = [pixels]
        while min(self.levels[-1].shape[:2]) >= 2 * smallest_px:
            height, width = self.levels[-1].shape[:2]
            half = cv2.resize(self.levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
            self.levels.append(half.astype(np.uint8, copy=False))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the photo in pixels."""
        return self.levels[0].shape[1], self.levels[0].shape[0]

    def cut(self, crop: SquareCrop, side_px: int, *, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
        """The crop as a picture of its own.

        Args:
            crop: the square; it may reach outside the photo.
            side_px: width and height of the result.
            border: what lies outside, an OpenCV border mode; black unless told.

        Returns:
            (side_px, side_px, 3) uint8.
        """
        level = self._level(crop, side_px)
        scale = np.array([level.shape[1], level.shape[0]]) / self.size
        # Corners are points, pixels are their middles: half a pixel lies between the two ways of counting.
        matrix = crop.to_photo((np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5]])) / side_px) * scale - 0.5
        affine = np.column_stack([matrix[1] - matrix[0], matrix[2] - matrix[0], matrix[0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(level, affine, (side_px, side_px), flags=flags, borderMode=border), np.uint8)

    def window(self, crop: SquareCrop, side_px: int) -> tuple[np.ndarray, Place]:
        """For models that cut out by themselves: a part of the photo at about the right size, and where in it the crop lies.

        Args:
            crop: the square; what of it lies outside the photo is the model's to make up.
            side_px: width and height of the picture that the model makes of it.
        """
        if crop.mirrored:  # models do not mirror
            return self.cut(crop, side_px, border=cv2.BORDER_REPLICATE), EVERYTHING
        level = self._level(crop, side_px)
        height, width = level.shape[:2]
        scale = width / self.size[0]
        side, cosine, sine = crop.side * scale, cos(crop.roll), sin(crop.roll)
        reach = 0.5 * side * (abs(cosine) + abs(sine)) + _ROOM_PX
        # Models count from pixels' corners, half of one of their own pixels beside counting from the middles, as `cut` does.
        half = 0.5 * side / side_px
        x = crop.centre[0] * scale - 0.5 + half * (cosine - sine)
        y = crop.centre[1] * scale - 0.5 + half * (cosine + sine)
        left, top = (min(max(floor(at - reach), 0), most - 1) for at, most in ((x, width), (y, height)))
        right, bottom = (min(max(ceil(at + reach), low + 1), most) for at, low, most in ((x, left, width), (y, top, height)))
        wide, high = right - left, bottom - top
        part = np.ascontiguousarray(level[top:bottom, left:right])
        return part, Place((x - left) / wide, (y - top) / high, side / wide, side / high, crop.roll)

    def _level(self, crop: SquareCrop, side_px: int) -> np.ndarray:
        """The smallest of the pictures that still has all that a crop shows at that size."""
        finest_needed = int(np.log2(max(1.0, crop.side / side_px)))
        return self.levels[min(finest_needed, len(self.levels) - 1)]


_ROOM_PX = 2.0
"""Around a window, for what lies between pixels."""
