"""Small films for tests, written with PyAV."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np

MILLISECONDS = Fraction(1, 1000)


def halves(left: tuple[int, int, int], right: tuple[int, int, int], size: tuple[int, int] = (96, 64)) -> np.ndarray:
    """A picture whose halves have one colour each; a dark bar lies along its top."""
    pixels = np.empty((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2], pixels[:, size[0] // 2 :] = left, right
    pixels[: size[1] // 4] = 20
    return pixels


RED_GREEN = halves((200, 40, 40), (40, 180, 60))


def film(
    pictures: Sequence[np.ndarray],
    times_ms: Sequence[int] | None = None,
    *,
    container: str = "mp4",
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    prepare: Any = lambda stream: None,
    reformat: dict[str, Any] | None = None,
) -> bytes:
    """A film of RGB pictures.

    Args:
        pictures: (H, W, 3) uint8 each.
        times_ms: when each is shown; 25 a second when None.
        container, codec, pixel_format, options: as PyAV calls them.
        prepare: is given the stream before anything is written.
        reformat: colour options for the way to the pixel format.
    """
    times_ms = times_ms or [40 * k for k in range(len(pictures))]
    buffer = BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream: Any = output.add_stream(codec, rate=25, options=options or {})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.time_base = pixel_format, MILLISECONDS
        stream.codec_context.time_base = MILLISECONDS
        prepare(stream)
        for pixels, time in zip(pictures, times_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pixel_format, **(reformat or {}))
            frame.pts, frame.time_base = time, MILLISECONDS
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return buffer.getvalue()


def tone() -> bytes:
    """A WAV file with a quarter of a second of silence."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="wav") as output:
        stream: Any = output.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return buffer.getvalue()


def with_display_matrix(mp4: bytes, matrix: Sequence[int]) -> bytes:
    """An MP4 file whose track is to be shown through another matrix: a b u c d v x y w, all but u v w in 16.16.

    Source: ISO/IEC 14496-12, 8.3.2: the matrix stands 40 bytes into a version 0 track header.
    """
    start = mp4.index(b"tkhd") + 4 + 40
    numbers = [int(value * (1 << (30 if k % 3 == 2 else 16))) for k, value in enumerate(matrix)]
    return mp4[:start] + np.array(numbers, ">i4").tobytes() + mp4[start + 36 :]


def written(folder: Path, content: bytes, name: str = "film.mp4") -> Path:
    """The path of a file with that content."""
    path = folder / name
    path.write_bytes(content)
    return path
