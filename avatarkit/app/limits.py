"""What the app takes from a visitor: sizes, lengths and rates, each with the text that refuses more."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from avatarkit.avatar.recipe_json import MAX_FILE_BYTES
from avatarkit.errors import InputError, UsageError

MINUTE_S = 60.0


@dataclass(frozen=True)
class Limits:
    """The app's limits.

    Attributes:
        photo_bytes: beyond any phone's picture.
        video_bytes: two minutes from a phone at 4K.
        video_s: what two processor cores follow in a few minutes.
        picture_bytes: of a saved avatar's picture.
        recipe_bytes: of an avatar that was made before.
        frame_bytes: one webcam picture on its way to the tracker.
        frame_px: each side of it.
        uploads_per_minute: from one address.
        visits: at the same time.
        live_visits: who can be tracked at once on two cores.
    """

    photo_bytes: int = 40 * 1024**2
    video_bytes: int = 300 * 1024**2
    video_s: float = 120.0
    picture_bytes: int = 8 * 1024**2
    recipe_bytes: int = MAX_FILE_BYTES
    frame_bytes: int = 512 * 1024
    frame_px: int = 1280
    uploads_per_minute: int = 30
    visits: int = 64
    live_visits: int = 2

    def bytes_for(self, kind: str) -> int:
        """The most bytes of an upload of a kind."""
        return {
            "photo": self.photo_bytes,
            "video": self.video_bytes,
            "picture": self.picture_bytes,
            "recipe": self.recipe_bytes,
        }[kind]

    def check_video(self, seconds: float | None) -> None:
        """Raise InputError for a film that is longer than is taken."""
        if seconds is not None and seconds > self.video_s:
            minutes, most = seconds / MINUTE_S, self.video_s / MINUTE_S
            raise InputError(f"The video is {minutes:.1f} minutes long; up to {most:.0f} are taken. Cut out the best part.")


class Rate:
    """So many of something a minute for each address."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute, self._lock = per_minute, threading.Lock()
        self._times: dict[str, deque[float]] = {}

    def check(self, address: str, now: float | None = None) -> None:
        """Count one more. Raises UsageError if that is too many."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._forget(now)
            times = self._times.setdefault(address, deque())
            if len(times) >= self._per_minute:
                raise UsageError(f"That was {self._per_minute} files within a minute. Wait a little, then try again.")
            times.append(now)

    def _forget(self, now: float) -> None:
        for address, times in list(self._times.items()):
            while times and now - times[0] > MINUTE_S:
                times.popleft()
            if not times:
                del self._times[address]
