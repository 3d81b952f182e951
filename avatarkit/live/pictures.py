"""Pictures as they come: always the newest one, never a queue of old ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from avatarkit.errors import UsageError
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame

NO_PICTURE_S = 0.25
"""So long without a picture, and a live source counts as gone for now."""

MISSED, MOST_PATIENCE_S = 2.5, 3.0
"""A slower source is gone when so many of its pictures were missed: a busy page sends one a second."""

CLOSE_S = 0.7
"""How long the reading thread may take to end: a camera's read returns with the next picture. A second in all is promised."""

MOST_PIXELS = 4096 * 2304
"""Of a pushed picture: what the largest webcams give."""


class PictureSource(Protocol):
    """Where pictures come from, each later than the one before.

    Attributes:
        is_live: whether its times are of `time.monotonic`, and pictures may be missing for a while.
    """

    is_live: bool

    def pictures(self) -> Iterator[VideoFrame]:
        """Pictures until there are no more."""

    def close(self) -> None:
        """Let go of camera or file; pictures end."""


class FilmPictures:
    """A video file, played as fast as it was filmed, for trying a session without a camera."""

    is_live = False

    def __init__(self, path: Path) -> None:
        """Open it. Raises InputError: it cannot be used."""
        self._reader, self._closed = open_video(path), threading.Event()

    def pictures(self) -> Iterator[VideoFrame]:
        """Its pictures, each when its time has come."""
        begun = time.monotonic()
        with self._reader:
            for frame in self._reader:
                if self._closed.wait(max(0.0, begun + frame.time_s - time.monotonic())):
                    return
                yield frame

    def close(self) -> None:
        """End the film; the thread that reads it lets go of the file."""
        self._closed.set()


class PushedPictures:
    """Pictures that somebody else brings, such as a visitor's webcam by way of the web app. Only the newest waits."""

    is_live = True

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: VideoFrame | None = None
        self._closed = False

    def push(self, pixels: np.ndarray) -> float:
        """Bring a picture, from any thread; never waits.

        Args:
            pixels: (H, W, 3) uint8 RGB, not mirrored; not changed any more.

        Returns:
            the time it was given, which its pose will have.

        Raises:
            UsageError: it is no picture, or larger than `MOST_PIXELS`.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not 0 < pixels.size <= 3 * MOST_PIXELS:
            raise UsageError(
                f"A picture is (H, W, 3) uint8 of at most {MOST_PIXELS} pixels, not {pixels.shape} {pixels.dtype}."
            )
        with self._changed:
            self._frame = VideoFrame(np.ascontiguousarray(pixels), time.monotonic())
            self._changed.notify()
            return self._frame.time_s

    def pictures(self) -> Iterator[VideoFrame]:
        """What was pushed, until it is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._frame is not None or self._closed)
                frame, self._frame = self._frame, None
            if frame is None or self._closed:
                return
            yield frame

    def close(self) -> None:
        """No more pictures will come."""
        with self._changed:
            self._closed = True
            self._changed.notify()


class Newest:
    """Keeps only the newest picture of a source, read by a thread of its own: a slow machine drops pictures and never lags.

    Attributes:
        dropped: pictures that came while the one before was waiting.
        arrived_s: when, on the clock of `time.monotonic`, the picture came that was handed out last.
    """

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._waiting: tuple[VideoFrame, float] | None = None
        self._ended = False
        self._error: BaseException | None = None
        self._gap_s = 0.0  # between the last pictures that came, the longer ones
        self.dropped, self.arrived_s = 0, 0.0
        self._thread = threading.Thread(target=self._read, name="pictures", daemon=True)
        self._thread.start()

    def __enter__(self) -> Newest:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        """The newest picture each time one is asked for; ends with the source. An error of the source is raised here."""
        return (frame for frame in self.or_none(None) if frame is not None)

    def or_none(self, patience_s: float | None) -> Iterator[VideoFrame | None]:
        """The same; None each time no picture has come for so long, never when `patience_s` is None.

        Of a source that is slower by itself more is borne.
        """
        while True:
            slow_s = min(MISSED * self._gap_s, MOST_PATIENCE_S)
            given_up = None if patience_s is None else time.monotonic() + max(patience_s, slow_s)
            with self._changed:
                while self._waiting is None and not self._ended and (given_up is None or time.monotonic() < given_up):
                    self._changed.wait(0.05)  # so that Ctrl-C is heard
                waiting, self._waiting = self._waiting, None
                ended = self._ended and waiting is None
            if ended:
                break
            if waiting is not None:
                self.arrived_s = waiting[1]
            yield waiting[0] if waiting else None
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """Hand out no more pictures."""
        self._source.close()
        with self._changed:
            self._ended, self._waiting = True, None
            self._changed.notify()

    def close(self) -> None:
        """Stop reading; waits for the thread."""
        self.end()
        self._thread.join(timeout=CLOSE_S)

    def _read(self) -> None:
        try:
            last_s = None
            for frame in self._source.pictures():
                now = time.monotonic()
                with self._changed:
                    if self._ended:
                        return
                    self.dropped += self._waiting is not None
                    self._waiting = (frame, now)
                    self._gap_s = max(self._gap_s / 2, 0.0 if last_s is None else now - last_s)
                    last_s = now
                    self._changed.notify()
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()
