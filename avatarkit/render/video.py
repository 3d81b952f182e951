"""Frames to an MP4."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

FRAMES_PER_SECOND = 30
_QUALITY = "18"  # x264's constant rate factor: visually lossless


def write_mp4(
    path: Path, frames: Iterable[np.ndarray], size_px: tuple[int, int], frames_per_second: int = FRAMES_PER_SECOND
) -> None:
    """Write (H, W, 3) uint8 frames, 30 a second, as H.264, yuv420p, in BT.709 colours, playable while it loads.

    Args:
        path: where to.
        frames: pictures of one size.
        size_px: width and height, even.
    """
    import av
    from av.video.reformatter import ColorRange, Colorspace

    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": _QUALITY, "preset": "medium"})
        stream.width, stream.height = size_px
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, FRAMES_PER_SECOND)
        stream.codec_context.colorspace, stream.codec_context.color_range = Colorspace.ITU709, ColorRange.MPEG
        stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
