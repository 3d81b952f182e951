"""Frames to an MP4."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import numpy as np

FRAMES_PER_SECOND = 30
_QUALITY = "18"  # x264's constant rate factor: visually lossless


def mp4_bytes(frames: Iterable[np.ndarray], size_px: tuple[int, int]) -> bytes:
    """A film: H.264, yuv420p, BT.709 colours, 30 frames a second.

    Args:
        frames: (H, W, 3) uint8 pictures.
        size_px: width and height of each, even.
    """
    import av
    from av.video.reformatter import ColorRange, Colorspace

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("h264", rate=FRAMES_PER_SECOND, options={"crf": _QUALITY})
        stream.width, stream.height = size_px
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, FRAMES_PER_SECOND)
        stream.codec_context.colorspace, stream.codec_context.color_range = Colorspace.ITU709, ColorRange.MPEG
        stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()
