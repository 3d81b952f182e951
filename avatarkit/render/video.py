"""Frames to an MP4."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import numpy as np

FRAMES_PER_SECOND = 30
_QUALITY = "18"  # x264's constant rate factor: visually lossless
_LARGEST_DENOMINATOR = 1001
"""NTSC's rates are multiples of 1 / 1001."""


def mp4_bytes(
    frames: Iterable[np.ndarray], size_px: tuple[int, int], frames_per_second: float | Fraction = FRAMES_PER_SECOND
) -> bytes:
    """A film: H.264, yuv420p, BT.709 colours. Frames are encoded as they come; only the encoded film is held.

    Args:
        frames: (H, W, 3) uint8 pictures.
        size_px: width and height of each, even.
        frames_per_second: above 0; 29.97 and the like are met as closely as a fraction of small numbers can.
    """
    import av
    from av.video.reformatter import ColorRange, Colorspace

    rate = Fraction(frames_per_second).limit_denominator(_LARGEST_DENOMINATOR)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("h264", rate=rate, options={"crf": _QUALITY})
        stream.width, stream.height = size_px
        stream.pix_fmt, stream.time_base = "yuv420p", 1 / rate
        stream.codec_context.colorspace, stream.codec_context.color_range = Colorspace.ITU709, ColorRange.MPEG
        stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()
