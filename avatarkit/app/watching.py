"""The visitor before their own webcam: pictures come in from the page, live moments go back to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np

from avatarkit.app.limits import Limits
from avatarkit.errors import InputError
from avatarkit.live.pictures import CameraPictures
from avatarkit.live.session import LiveSession
from avatarkit.media.video_frame import VideoFrame
from avatarkit.motion.human_motion import BONE
from avatarkit.vocabulary.arkit import ARKIT_NAMES

STAMP_BYTES = 8
"""Before each JPEG stands the time the page took it, seconds since 1970, as a little-endian double."""


class GivenPictures:
    """A source of pictures that somebody else hands in; only the newest one waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: VideoFrame | None = None
        self._last_s = -1.0
        self._closed = False

    def give(self, pixels: np.ndarray, time_s: float) -> None:
        """Hand in a picture (H, W, 3) RGB; one that is not later than the last is left out."""
        with self._changed:
            if time_s > self._last_s:
                self._last_s, self._frame = time_s, VideoFrame(pixels, time_s)
                self._changed.notify()

    def pictures(self) -> Iterator[VideoFrame]:
        """What is handed in, until it is closed."""
        while (frame := self._next()) is not None:
            yield frame

    def close(self) -> None:
        """Let go; pictures end."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _next(self) -> VideoFrame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._frame is not None)
            frame, self._frame = self._frame, None
            return None if self._closed else frame


def read_frame(message: bytes, limits: Limits) -> tuple[np.ndarray, float]:
    """A message of the page: when the picture was taken, and its pixels (H, W, 3) RGB.

    Raises:
        InputError: too large, no time, or no JPEG.
    """
    if not STAMP_BYTES < len(message) <= limits.frame_bytes:
        raise InputError(f"A webcam picture has up to {limits.frame_bytes >> 10} KB.")
    (time_s,) = np.frombuffer(message[:STAMP_BYTES], "<f8")
    if not np.isfinite(time_s) or time_s < 0 or message[STAMP_BYTES : STAMP_BYTES + 2] != b"\xff\xd8":
        raise InputError("A webcam picture is a time and a JPEG.")
    pixels = cv2.imdecode(np.frombuffer(message, np.uint8, offset=STAMP_BYTES), cv2.IMREAD_COLOR)
    if pixels is None or max(pixels.shape[:2]) > limits.frame_px:
        raise InputError(f"A webcam picture is a JPEG of up to {limits.frame_px} pixels a side.")
    return np.ascontiguousarray(pixels[..., ::-1]), float(time_s)


def live_session(source: GivenPictures) -> LiveSession:
    """The same session that `avatarkit live` runs, on pictures that are handed in."""
    return LiveSession(cast(CameraPictures, source), None, ())


def moment_text(session: LiveSession) -> str:
    """The session's last moment as the viewer reads it (web/README.md), stamped with the time its picture was taken.

    That stamp is the page's own clock, so that the page can tell how long everything took from lens to screen.
    """
    moment = session.moment
    if moment is None:
        raise ValueError("nothing was seen yet")
    pose, hips, present = moment.pose, BONE["hips"], moment.skeleton.present
    values = {
        "type": "moment",
        "version": 1,
        "time_s": pose.time_s,
        "sent_s": pose.time_s,
        "root": np.round(pose.root_position - moment.skeleton.rest_positions[hips], 4).tolist(),
        "bones": {bone: np.round(pose.rotations[row], 4).tolist() for bone, row in BONE.items() if present[row]},
        "expressions": dict(zip(ARKIT_NAMES, np.round(pose.expressions, 3).tolist(), strict=True)),
        "seen": moment.person_seen,
        "fps": round(session.figures.fps, 1),
    }
    return json.dumps(values, separators=(",", ":"))
