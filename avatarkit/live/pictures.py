"""Pictures as they come: always the newest one, never a queue of old ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

import cv2
import numpy as np

from avatarkit.errors import MissingError
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame

RECONNECT_S = 1.0
"""How long to wait before a camera that went away is asked for again."""


class PictureSource(Protocol):
    """Where pictures come from, each later than the one before."""

    def pictures(self) -> Iterator[VideoFrame]:
        """Pictures until there are no more."""

    def close(self) -> None:
        """Let go of camera or file; pictures end."""


class CameraPictures:
    """A camera, by its number. A camera that goes away is waited for."""

    def __init__(self, number: int) -> None:
        """Open it.

        Raises:
            MissingError: there is no such camera, or it gives no picture.
        """
        self._number, self._closed = number, threading.Event()
        self._camera = cv2.VideoCapture(number)
        if not self._camera.isOpened() or not self._camera.read()[0]:
            self._camera.release()
            raise MissingError(f"There is no camera {number}, or another program uses it. Try another number, or --video FILE.")

    def pictures(self) -> Iterator[VideoFrame]:
        """What the camera sees, until it is closed."""
        while not self._closed.is_set():
            there, pixels = self._camera.read()
            if there:
                yield VideoFrame(np.ascontiguousarray(pixels[..., ::-1]), time.monotonic())
            elif not self._closed.wait(RECONNECT_S):
                self._camera.release()
                self._camera = cv2.VideoCapture(self._number)

    def close(self) -> None:
        """Let go of the camera."""
        self._closed.set()
        self._camera.release()


class FilmPictures:
    """A video file, played as fast as it was filmed, for trying a session without a camera."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises InputError: it cannot be used."""
        self._reader, self._closed = open_video(path), threading.Event()

    def pictures(self) -> Iterator[VideoFrame]:
        """Its pictures, each when its time has come."""
        begun = time.monotonic()
        for frame in self._reader:
            if self._closed.wait(max(0.0, begun + frame.time_s - time.monotonic())):
                return
            yield frame

    def close(self) -> None:
        """Let go of the file."""
        self._closed.set()
        self._reader.close()


class Newest:
    """Keeps only the newest picture of a source, read by a thread of its own: a slow machine drops pictures and never lags."""

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._frame: VideoFrame | None = None
        self._ended = False
        self._error: BaseException | None = None
        self.dropped = 0
        self._thread = threading.Thread(target=self._read, name="pictures", daemon=True)
        self._thread.start()

    def __enter__(self) -> Newest:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        """The newest picture each time one is asked for; ends with the source. An error of the source is raised here."""
        while (frame := self._take()) is not None:
            yield frame
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Stop reading; waits for the thread."""
        self._source.close()
        self._thread.join(timeout=RECONNECT_S)

    def _take(self) -> VideoFrame | None:
        with self._changed:
            while self._frame is None and not self._ended:
                self._changed.wait(0.1)  # so that Ctrl-C is heard
            frame, self._frame = self._frame, None
            return frame

    def _read(self) -> None:
        try:
            for frame in self._source.pictures():
                with self._changed:
                    self.dropped += self._frame is not None
                    self._frame = frame
                    self._changed.notify()
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()
