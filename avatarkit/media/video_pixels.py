"""One decoded picture of a video to upright RGB with square pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

LONGEST_SIDE_PX = 1920
"""Larger pictures are reduced to this while their colours are converted: no tracker looks at more."""

HD_LINES = 720
"""From this height on, colours that are not labelled are BT.709, below BT.601. Source: the practice of players, e.g. mpv."""

STRETCH_LIMITS = (1 / 4, 4.0)
"""Pixels wider or narrower than this are a damaged header, not a format."""

_BT2020 = Colorspace.BT2020
_MATRICES = {1: Colorspace.ITU709, 5: Colorspace.ITU601, 6: Colorspace.ITU601, 7: Colorspace.SMPTE240M, 9: _BT2020, 10: _BT2020}
"""Matrix coefficients by their number. Source: ITU-T H.273, table 4."""

_UNIT = 1 << 16
"""One in the 16.16 fixed point numbers of a display matrix. Source: ISO/IEC 14496-12, 6.2.2."""


@dataclass(frozen=True)
class PictureLayout:
    """How stored pictures become upright ones.

    Attributes:
        turns: quarter turns clockwise that make the stored picture upright.
        mirrored: it is then seen in a mirror, left for right.
        coded_size: width and height as decoded.
        stored_size: width and height to which the stored picture is scaled before it is turned.
    """

    turns: int
    mirrored: bool
    coded_size: tuple[int, int]
    stored_size: tuple[int, int]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        width, height = self.stored_size
        return (height, width) if self.turns % 2 else (width, height)


def layout_of(frame: av.VideoFrame, pixel_aspect: float, longest_side_px: int = LONGEST_SIDE_PX) -> PictureLayout:
    """Read a picture's layout.

    Args:
        frame: as decoded.
        pixel_aspect: width of a stored pixel over its height; 0 or nonsense counts as 1.
        longest_side_px: the upright picture is made no longer than this.
    """
    low, high = STRETCH_LIMITS
    aspect = pixel_aspect if low <= pixel_aspect <= high else 1.0
    width, height = frame.width * aspect, float(frame.height)
    scale = min(1.0, longest_side_px / max(width, height))
    turns, mirrored = _orientation(frame)
    return PictureLayout(
        turns,
        mirrored,
        (frame.width, frame.height),
        (max(1, round(width * scale)), max(1, round(height * scale))),
    )


def upright_pixels(frame: av.VideoFrame, layout: PictureLayout, reformatter: VideoReformatter) -> np.ndarray:
    """The picture as a person sees it.

    Args:
        frame: as decoded.
        layout: of the first picture of the video; a picture of another size is fitted into it.
        reformatter: kept from picture to picture.

    Returns:
        (H, W, 3) uint8 RGB, the size of the layout.
    """
    width, height = _fitted(frame, layout)
    rgb = reformatter.reformat(
        frame,
        width,
        height,
        "rgb24",
        src_colorspace=_matrix(frame),
        dst_colorspace=Colorspace.ITU709,
        src_color_range=_range(frame),
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA if width < frame.width else Interpolation.BILINEAR,
        threads=1,
    ).to_ndarray()
    if (width, height) != layout.stored_size:
        rgb = _centred(rgb, layout.stored_size)
    return np.ascontiguousarray(_turned(rgb, layout))  # the decoder's rows are padded


def _fitted(frame: av.VideoFrame, layout: PictureLayout) -> tuple[int, int]:
    """The size at which a picture fits into the layout: all of it, unless the resolution changed in the middle."""
    width, height = layout.stored_size
    if (frame.width, frame.height) == layout.coded_size:
        return width, height
    stretch = (width / layout.coded_size[0]) / (height / layout.coded_size[1])
    scale = min(width / (frame.width * stretch), height / frame.height)
    return max(1, round(frame.width * stretch * scale)), max(1, round(frame.height * scale))


def _centred(rgb: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    whole = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - rgb.shape[0]) // 2, (size[0] - rgb.shape[1]) // 2
    whole[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    return whole


def _turned(rgb: np.ndarray, layout: PictureLayout) -> np.ndarray:
    code = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}.get(layout.turns)
    if code is not None:
        rgb = np.asarray(cv2.rotate(rgb, code), np.uint8)
    return rgb[:, ::-1] if layout.mirrored else rgb


def _orientation(frame: Any) -> tuple[int, bool]:
    """Quarter turns clockwise, and whether a mirror follows, from the picture's display matrix."""
    data = next((bytes(item) for item in frame.side_data if item.type.name == "DISPLAYMATRIX"), b"")
    if len(data) < 36:
        return 0, False
    a, b, _, c, d = np.frombuffer(data, np.int32)[:5] / _UNIT
    # (x, y) is shown at (a x + c y, b x + d y), y downwards.
    mirrored = bool(a * d - b * c < 0)
    if mirrored:
        a, c = -a, -c
    return round(float(np.arctan2(b, a)) / (np.pi / 2)) % 4, mirrored


def _matrix(frame: av.VideoFrame) -> Colorspace:
    unlabelled = Colorspace.ITU709 if frame.height >= HD_LINES else Colorspace.ITU601
    return _MATRICES.get(int(frame.colorspace), unlabelled)


def _range(frame: av.VideoFrame) -> ColorRange:
    full = int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    return ColorRange.JPEG if full else ColorRange.MPEG
