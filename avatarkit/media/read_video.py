"""A video file to upright pictures with true times: anything FFmpeg decodes that is one self-contained file.

Files come from strangers: the name decides nothing, no playlist, concatenation or address inside a file is followed, sizes are
checked before a picture is decoded, one picture is in memory at a time, and what is wrong ends in one `InputError`.
"""

from __future__ import annotations

import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from avatarkit.errors import InputError, UsageError
from avatarkit.media.video_clock import USUAL_RATE_HZ, VideoClock
from avatarkit.media.video_frame import VideoFrame
from avatarkit.media.video_pixels import layout_of, upright_pixels

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "gif", "mpegts", "mpeg", "flv", "asf", "ogg", "mxf", "dv", "ivf", "nut",
    "apng", "yuv4mpegpipe", "h264", "hevc", "m4v", "mpegvideo", "av1", "obu", "wtv", "rm",
)  # fmt: skip
"""FFmpeg's demuxers for films that are one file: no playlists, concatenations, manifests, devices, single pictures."""

MAX_PIXELS = 7680 * 4320
"""Largest picture that is decoded: 8K."""

MIN_SIDE_PX = 16
"""Below this nothing in a picture can be a usable person."""

RATE_LIMITS_HZ = (0.1, 1000.0)
"""A stated frame rate outside is a time base, not a rate."""

MAX_BROKEN_IN_A_ROW = 500
"""Packets without a decodable picture after which a file is given up as damaged."""

EARLY = 1 / 8
"""Of the step at the highest rate asked for: a picture this early counts as on time, for times are rounded in files."""

MISSING_END_S = 0.5
"""A film that ends this much before its stated duration was cut short."""

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"BM", b"RIFF????WEBP", b"????ftypavif", b"????ftyphei",
             b"????ftypmif1")  # fmt: skip
"""How files of pictures begin; ? is any byte."""


def open_video(path: str | PathLike[str], *, max_rate_hz: float | None = None) -> VideoReader:
    """Open a video file.

    Args:
        path: one self-contained file; its content decides what it is, not its name.
        max_rate_hz: pictures that come faster than this are left out; all are given when None.

    Returns:
        the reader: a context manager, and an iterator over the pictures.

    Raises:
        InputError: missing, empty, damaged, too large, not a video, without a picture.
        UsageError: `max_rate_hz` is not positive.
    """
    if max_rate_hz is not None and not max_rate_hz > 0:
        raise UsageError(f"The highest frame rate must be above 0, not {max_rate_hz}.")
    path = Path(path)
    file = _open_file(path)
    try:
        return VideoReader(file, path.name, max_rate_hz)
    except BaseException:
        file.close()
        raise


class VideoReader:
    """The pictures of one video, once, from first to last.

    Attributes:
        source: the video's name, for messages.
        size_px: width and height of the upright pictures as they are given.
        frame_rate_hz: as the file states it, or else as usual.
        frame_count: as the file states it; None where it does not.
        duration_s: as the file states it; None where it does not.
        notes: what was wrong and survived; complete when the last picture was given.
    """

    def __init__(self, file: IO[bytes], source: str, max_rate_hz: float | None = None) -> None:
        """Use `open_video`.

        Args:
            file: open for reading; closed with the reader.
            source: the video's name, for messages.
            max_rate_hz: as in `open_video`.
        """
        self.source = source
        self.notes: list[str] = []
        self._file = file
        self._container = _open_container(file, source)
        self._least_step_s = 1 / max_rate_hz if max_rate_hz else 0.0
        self._broken = 0
        try:
            self._stream = _film_stream(self._container, source)
            self.frame_rate_hz = _stated_rate(self._stream)
            self.duration_s = _stated_duration(self._container, self._stream)
            self.frame_count = self._stated_count()
            self._pictures = self._decoded()
            self._first = self._first_picture()
            self._layout = layout_of(self._first, float(self._stream.sample_aspect_ratio or 1))
        except BaseException:
            self._container.close()
            raise
        self.size_px = self._layout.size_px
        self._reformatter = VideoReformatter()
        self._frames = self._timed_frames()

    def __iter__(self) -> Iterator[VideoFrame]:
        return self._frames

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. No picture comes afterwards."""
        self._frames.close()
        self._pictures.close()
        self._container.close()
        self._file.close()

    def _first_picture(self) -> av.VideoFrame:
        first = next(self._pictures, None)
        if first is None:
            raise InputError(f"{self.source} is damaged: no picture in it can be decoded.")
        if min(first.width, first.height) < MIN_SIDE_PX:
            raise InputError(f"{self.source} is {first.width}x{first.height} pixels; at least {MIN_SIDE_PX} a side are needed.")
        return first

    def _timed_frames(self) -> Generator[VideoFrame, None, None]:
        clock = VideoClock(interval_s=1 / self.frame_rate_hz)
        due_s = 0.0
        picture: av.VideoFrame | None = self._first
        del self._first
        while picture is not None:
            clock = clock.next(None if picture.time is None else float(picture.time))
            time_s = clock.last_s or 0.0
            if time_s >= due_s - EARLY * self._least_step_s:
                yield VideoFrame(upright_pixels(picture, self._layout, self._reformatter), time_s)
                due_s = max(due_s, time_s - self._least_step_s) + self._least_step_s
            picture = next(self._pictures, None)
        self._note_the_end(clock)

    def _decoded(self) -> Generator[av.VideoFrame, None, None]:
        """Pictures as decoded; damaged stretches are left out and counted."""
        packets = self._container.demux(self._stream)
        in_a_row = 0
        while in_a_row < MAX_BROKEN_IN_A_ROW:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.FFmpegError, ValueError, MemoryError):
                self._broken += 1
                return
            try:
                pictures = packet.decode()
            except (av.FFmpegError, ValueError, MemoryError):
                self._broken += 1
                in_a_row += 1
                continue
            for picture in pictures:
                in_a_row = 0
                if picture.width * picture.height <= MAX_PIXELS:
                    yield picture

    def _note_the_end(self, clock: VideoClock) -> None:
        last = clock.last_s or 0.0
        if self._broken:
            self.notes.append(f"{self.source} is damaged: {self._broken} stretches could not be decoded.")
        if self.duration_s is not None and last + clock.interval_s < self.duration_s - MISSING_END_S:
            self.notes.append(f"{self.source} ends after {last:.1f} s of the {self.duration_s:.1f} s it states.")
        if clock.repaired:
            self.notes.append(f"{clock.repaired} times in {self.source} were missing or went backwards and were made up.")

    def _stated_count(self) -> int | None:
        if self._stream.frames > 0:
            return int(self._stream.frames)
        return None if self.duration_s is None else max(1, round(self.duration_s * self.frame_rate_hz))


def _open_file(path: Path) -> IO[bytes]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe or a device could wait for ever
            raise InputError(f"{path} is not a file; a video is needed (MP4, MOV, WebM, MKV, AVI or GIF).")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if status.st_size:
        return file
    file.close()
    raise InputError(f"{path.name} is empty.")


def _open_container(file: IO[bytes], name: str) -> Any:
    beginning = file.read(16)
    file.seek(0)
    if any(_begins_like(beginning, pattern) for pattern in _PICTURES) and not beginning.startswith(b"\x89PNG"):
        raise InputError(f"{name} is a picture; a video is needed (MP4, MOV, WebM, MKV, AVI or GIF).")
    limits = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "none", "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(file, options=limits, io_open=_open_nothing)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        if beginning.startswith(b"\x89PNG"):
            raise InputError(f"{name} is a picture; a video is needed (MP4, MOV, WebM, MKV, AVI or GIF).") from error
        raise InputError(
            f"{name} is not a video avatarkit can read, or its beginning or index is damaged. "
            f"Use one file of MP4, MOV, WebM, MKV, AVI or GIF."
        ) from error


def _begins_like(beginning: bytes, pattern: bytes) -> bool:
    return len(beginning) >= len(pattern) and all(p in (b, ord("?")) for b, p in zip(beginning, pattern, strict=False))


def _open_nothing(url: str, flags: int, options: dict[str, str]) -> IO[bytes]:
    raise PermissionError("a video may not open other files")


def _film_stream(container: Any, name: str) -> Any:
    films = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not films:
        raise InputError(f"{name} holds no moving picture{', only sound' if container.streams.audio else ''}.")
    stream = max(films, key=lambda film: (film.width or 0) * (film.height or 0))
    if stream.codec_context is None:
        raise InputError(f"{name} is in a coding that cannot be decoded here; convert it to H.264.")
    if (stream.width or 0) * (stream.height or 0) > MAX_PIXELS:
        raise InputError(f"{name} is {stream.width}x{stream.height} pixels; at most 8K (7680x4320) is read.")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = 2
    return stream


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(getattr(stream, "disposition", "")).lower()


def _stated_rate(stream: Any) -> float:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        with suppress(TypeError, ZeroDivisionError, OverflowError):
            if rate and RATE_LIMITS_HZ[0] <= float(rate) <= RATE_LIMITS_HZ[1]:
                return float(rate)
    return USUAL_RATE_HZ


def _stated_duration(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration:
        seconds = container.duration / av.time_base
    else:
        return None
    return seconds if np.isfinite(seconds) and seconds > 0 else None
