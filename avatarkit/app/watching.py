"""The visitor before their own webcam: pictures come in from the page, live moments go back to it."""

from __future__ import annotations

import json
from types import TracebackType

import cv2
import numpy as np

from avatarkit.app.limits import Limits
from avatarkit.errors import InputError
from avatarkit.gltf.image_size import image_size
from avatarkit.live.pictures import PushedPictures
from avatarkit.live.session import LiveSession
from avatarkit.live.tracked_poses import TrackedPoses
from avatarkit.stream.moment_json import moment_object

STAMP_BYTES = 8
"""Before each JPEG stands the time the page took it, seconds since 1970, as a little-endian double."""

_JPEG = b"\xff\xd8"
_MOST_WAITING = 16
"""Pictures whose time is remembered; the page has fewer under way."""


class Watch:
    """One visitor's live session: the same that `avatarkit live` runs, on pictures that the page sends."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._pictures = limits, PushedPictures()
        self._stamps: dict[float, float] = {}
        self.session = LiveSession(TrackedPoses(self._pictures), None, ())

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.session.close()

    def give(self, message: bytes) -> None:
        """Take a message of the page. Raises InputError: as `read_frame`."""
        pixels, stamp = read_frame(message, self._limits)
        self._stamps[self._pictures.push(pixels)] = stamp
        for old in list(self._stamps)[:-_MOST_WAITING]:
            self._stamps.pop(old, None)

    def moment_text(self) -> str:
        """The last moment as the viewer reads it, sent at the time its picture was taken.

        That is the page's own clock, so that the page can tell how long everything took from lens to screen; without a new
        picture it is 0.
        """
        moment = self.session.moment
        if moment is None:
            raise ValueError("nothing was seen yet")
        return json.dumps(moment_object(moment, self._stamps.pop(moment.pose.time_s, 0.0)), separators=(",", ":"))

    def stop(self) -> None:
        """No more pictures will come; poses end."""
        self._pictures.close()


def read_frame(message: bytes, limits: Limits) -> tuple[np.ndarray, float]:
    """A message of the page: its pixels (H, W, 3) RGB, and when the picture was taken.

    Raises:
        InputError: too large, no time, or no JPEG.
    """
    if not STAMP_BYTES < len(message) <= limits.frame_bytes:
        raise InputError(f"A webcam picture has up to {limits.frame_bytes >> 10} KB.")
    (time_s,) = np.frombuffer(message[:STAMP_BYTES], "<f8")
    if not np.isfinite(time_s) or time_s < 0 or message[STAMP_BYTES : STAMP_BYTES + len(_JPEG)] != _JPEG:
        raise InputError("A webcam picture is a time and a JPEG.")
    size = image_size(message[STAMP_BYTES:])  # before decoding: a few bytes may claim to be a giant
    fits = size is not None and max(size) <= limits.frame_px
    pixels = cv2.imdecode(np.frombuffer(message, np.uint8, offset=STAMP_BYTES), cv2.IMREAD_COLOR) if fits else None
    if pixels is None:
        raise InputError(f"A webcam picture is a JPEG of up to {limits.frame_px} pixels a side.")
    return np.ascontiguousarray(pixels[..., ::-1]), float(time_s)
