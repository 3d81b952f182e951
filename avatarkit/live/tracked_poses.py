"""Poses of the person in pictures: the newest picture, tracked, on proportions measured in two seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator

from avatarkit.geometry.compiled import compile_all
from avatarkit.live.pictures import NO_PICTURE_S, Newest, PictureSource
from avatarkit.live.seen_pose import SeenPose
from avatarkit.live.short_turns import ShortTurns
from avatarkit.media.give_way import AHEAD, give_way
from avatarkit.media.read_ahead import read_ahead
from avatarkit.media.video_frame import VideoFrame
from avatarkit.motion.live_steps import LiveMemory, live_step
from avatarkit.motion.person import Person, average_person, estimate_person
from avatarkit.stream.channels import Channels
from avatarkit.tracking.coming_frame import ComingFrame
from avatarkit.tracking.track_person import PersonTracker, SeenBody
from avatarkit.tracking.tracked_frame import TrackedFrame, TrackedVideo

CALIBRATION_S = 2.0
"""How long a person is measured before their own proportions are used; until then the average ones are."""

ENOUGH_TO_MEASURE = 10
"""Pictures at least: a slow machine measures a little longer."""

HANDS_WITHIN_S = 0.05
"""So long after a picture came hands are waited for. On a slow or busy machine body and face follow in time, and hands one
picture later. Measured in turns in one session at 30 pictures a second on two cores, of which the host kept 14 %: delay 56 ms
(95th percentile 98) instead of 61 (108) when hands are waited for without end, as many readings of hands a second, and 0.7 ms
more after the last answer, because a hand is still being read beside it."""

MOST_MEASURED = 120
"""Pictures at most: two seconds of the quickest webcams."""


class TrackedPoses:
    """Poses from pictures.

    Attributes:
        paused: pictures are not looked at.
    """

    def __init__(self, source: PictureSource, height_m: float | None = None, channels: Channels | None = None) -> None:
        told = channels or Channels()
        self.paused = False
        self._height, self._patience = height_m, NO_PICTURE_S if source.is_live else None
        self._measured: list[TrackedFrame] | None = []
        self._measuring: _Measuring | None = None
        self._person, self._memory = average_person(height_m), None
        self._tracker = PersonTracker(hands=told.hands, face=told.face, quick=True)
        compile_all()  # before the first picture: nobody waits in a picture's time
        self._newest = Newest(source)
        self._turns = ShortTurns()
        self._turns.begin()

    @property
    def dropped(self) -> int:
        """Pictures that came while the one before was waiting."""
        return self._newest.dropped

    @property
    def is_calibrating(self) -> bool:
        """Whether the person is being measured."""
        return self._measured is not None or self._measuring is not None

    def calibrate(self) -> None:
        """Measure the person anew in the next two seconds."""
        self._measured = []

    def end(self) -> None:
        """Let the poses end with the next picture."""
        self._newest.end()

    def close(self) -> None:
        """Let go of the pictures and the tracker."""
        self._turns.end()
        self._newest.close()
        self._tracker.close()

    def __iter__(self) -> Iterator[SeenPose]:
        """Poses until the pictures end; of nobody where a live source gives none."""
        for time_s, arrived, seen in read_ahead(self._bodies()):
            came = seen is not None or self.paused
            coming = _nobody(time_s) if seen is None else self._tracker.begin(seen, arrived + HANDS_WITHIN_S)
            yield self._posed(coming, arrived, came=came)
            self._tracker.remember()  # the pose has been sent, the next body is still being read

    def _bodies(self) -> Iterator[tuple[float, float, SeenBody | None]]:
        """When a picture was taken and came, and its body; read while the face and hands of the one before are.

        That one is nearly done: it must not wait for a core which the next one has.
        """
        give_way(AHEAD)
        times: deque[tuple[float, float]] = deque()
        for seen in self._tracker.bodies(self._frames(times)):
            yield (*times.popleft(), seen)

    def _frames(self, times: deque[tuple[float, float]]) -> Iterator[VideoFrame | None]:
        """Pictures that shall be looked at, None where there is none; their times are put behind the others."""
        last_s = float("-inf")
        for frame in self._newest.or_none(self._patience):
            arrived = time.monotonic() if frame is None else self._newest.arrived_s
            time_s = arrived if frame is None else frame.time_s
            if time_s > last_s:
                last_s = time_s
                times.append((time_s, arrived))
                yield None if self.paused else frame

    def _posed(self, coming: ComingFrame, arrived_s: float, *, came: bool) -> SeenPose:
        """The pose of a picture whose hands and face are being read: what needs body or face alone is done meanwhile."""
        self._use_measured()
        pose, self._memory = live_step(coming, self._person, self._memory)
        self._measure(coming.whole)
        return SeenPose(pose, self._person.skeleton, _parts(coming.whole), arrived_s, came)

    _memory: LiveMemory | None

    def _use_measured(self) -> None:
        if self._measuring is not None and self._measuring.person is not None:
            self._person, self._memory, self._measuring = self._measuring.person, None, None

    def _measure(self, tracked: TrackedFrame) -> None:
        """Collect what calibration needs; measure beside the pictures, which go on."""
        if self._measured is None or (tracked.body is None and tracked.face is None):
            return
        self._measured.append(tracked)
        lasted = tracked.time_s - self._measured[0].time_s
        if len(self._measured) >= MOST_MEASURED or (lasted >= CALIBRATION_S and len(self._measured) >= ENOUGH_TO_MEASURE):
            self._measuring = _Measuring(tuple(self._measured), self._height)
            self._measured = None


class _Measuring(threading.Thread):
    """Measures a person, which takes a second; `person` is there when it is done."""

    def __init__(self, frames: tuple[TrackedFrame, ...], height_m: float | None) -> None:
        super().__init__(name="measuring", daemon=True)
        self._frames, self._height, self.person = frames, height_m, None
        self.start()

    person: Person | None

    def run(self) -> None:
        self.person = estimate_person(TrackedVideo(self._frames, "live", (), 1), self._height)


def _nobody(time_s: float) -> ComingFrame:
    return ComingFrame(time_s, (1, 1), None, lambda: None, lambda: TrackedFrame(time_s, (1, 1)))


def _parts(tracked: TrackedFrame) -> frozenset[str]:
    seen = {
        "body": tracked.body is not None,
        "hands": tracked.left_hand is not None or tracked.right_hand is not None,
        "face": tracked.face is not None,
    }
    return frozenset(part for part, there in seen.items() if there)
