"""Cameras: which there are, and their pictures; one that goes away is waited for."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from avatarkit.errors import MissingError
from avatarkit.media.video_frame import VideoFrame

RECONNECT_S = 1.0
"""How long to wait before a camera that went away is asked for again."""

MOST_CAMERAS = 10
"""Numbers that are tried where the system does not say which cameras there are."""

MISSES = 5
"""Pictures in a row that a camera may fail to give before it counts as gone: some give none while they adjust."""

SIZE_PX, RATE_HZ = (640, 480), 60
"""What a camera is asked for: models look at 256 pixels at most, and the more often the better. It gives what it can."""

SIZES_PX = ((640, 360), (640, 480), (1280, 720), (1920, 1080))
"""Sizes a camera is asked about when formats are listed."""

_LINUX_CAMERAS = Path("/sys/class/video4linux")
"""Source: the Linux kernel, Video4Linux sysfs interface."""


_SILENT = 0  # OpenCV's LOG_LEVEL_SILENT


@dataclass(frozen=True)
class CameraFormat:
    """What a camera gives: its size in pixels, pictures a second as it says, and its coding by four letters."""

    width: int
    height: int
    rate_hz: float
    coding: str


@dataclass(frozen=True)
class CameraListing:
    """A camera.

    Attributes:
        number: for --camera.
        name: as the system calls it.
        formats: what it gave when asked; empty when it is busy.
    """

    number: int
    name: str
    formats: tuple[CameraFormat, ...]


class CameraPictures:
    """A camera, by its number."""

    is_live = True

    def __init__(self, number: int, opened: Callable[[int], cv2.VideoCapture] | None = None) -> None:
        """Open it.

        Args:
            number: of the camera.
            opened: what opens a camera by its number.

        Raises:
            MissingError: there is no such camera, another program uses it, or it gives no picture.
        """
        self._number, self._closed, self._open = number, threading.Event(), opened or open_camera
        self._camera = self._open(number)
        if not any(self._camera.read()[0] for _ in range(MISSES)):
            was_there = self._camera.isOpened()
            self._camera.release()
            raise MissingError(_no_camera(number, was_there))

    def pictures(self) -> Iterator[VideoFrame]:
        """What the camera sees, until it is closed. A camera that went away is asked for again and again."""
        misses = 0
        try:
            while not self._closed.is_set():
                there, pixels = self._camera.read()
                misses = 0 if there else misses + 1
                if there:
                    yield VideoFrame(np.ascontiguousarray(pixels[..., ::-1]), time.monotonic())
                elif misses >= MISSES and not self._closed.wait(RECONNECT_S):
                    self._camera.release()
                    self._camera = self._open(self._number)
        finally:
            self._camera.release()

    def close(self) -> None:
        """Let go of the camera: the thread that reads it does so at its next picture."""
        self._closed.set()


def open_camera(number: int) -> cv2.VideoCapture:
    """A camera, asked for small pictures and many, and for no queue of old ones."""
    with _quiet():
        camera = cv2.VideoCapture(number)
        if camera.isOpened():
            camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))  # uncompressed, USB 2 carries 30 a second only
            for wanted, value in zip((cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT), SIZE_PX, strict=True):
                camera.set(wanted, value)
            camera.set(cv2.CAP_PROP_FPS, RATE_HZ)
            camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return camera


def list_cameras() -> list[CameraListing]:
    """The cameras of this machine, and what they give. Each is opened for a moment."""
    return [listing for number in _numbers() if (listing := _listing(number)) is not None]


def _numbers() -> list[int]:
    if _LINUX_CAMERAS.is_dir():
        return sorted(int(path.name[5:]) for path in _LINUX_CAMERAS.glob("video*") if path.name[5:].isdigit())
    return list(range(MOST_CAMERAS)) if not sys.platform.startswith("linux") else []


def _listing(number: int) -> CameraListing | None:
    named = _LINUX_CAMERAS / f"video{number}" / "name"
    name = named.read_text(errors="replace").strip() if named.is_file() else f"camera {number}"
    with _quiet():
        camera = cv2.VideoCapture(number)
        formats = {_format(camera, size) for size in SIZES_PX} if camera.isOpened() else set()
        camera.release()
    if not formats and not named.is_file():
        return None
    return CameraListing(number, name, tuple(sorted(formats, key=lambda one: (one.width, one.height))))


def _format(camera: cv2.VideoCapture, size: tuple[int, int]) -> CameraFormat:
    camera.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
    camera.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    letters = int(camera.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True).decode("ascii", "replace")
    width, height = (int(camera.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    return CameraFormat(width, height, float(camera.get(cv2.CAP_PROP_FPS)), letters if letters.isprintable() else "")


def _no_camera(number: int, was_there: bool) -> str:
    device = Path(f"/dev/video{number}")
    if was_there:
        return (
            f"Camera {number} gives no picture: another program may use it. Close that, or try another number or --video FILE."
        )
    if device.exists() and not os.access(device, os.R_OK | os.W_OK):
        return f"Camera {number} may not be used: {device} is closed to this user. Join the group 'video', or use --video FILE."
    if device.exists():
        return f"Camera {number} cannot be opened: another program uses it. Close that, or try another number or --video FILE."
    return f"There is no camera {number}. `avatarkit live --cameras` lists what there is; --video FILE plays a film instead."


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV's own words about cameras are for programmers."""
    before = cv2.getLogLevel()
    cv2.setLogLevel(_SILENT)
    try:
        yield
    finally:
        cv2.setLogLevel(before)
