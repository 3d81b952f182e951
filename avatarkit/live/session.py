"""A person before a camera, live: calibrated in two seconds, put on a rig, sent to other programs, recorded if wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from pythonosc.osc_message import OscMessage

from avatarkit.errors import UsageError
from avatarkit.live.pictures import CameraPictures, FilmPictures, Newest
from avatarkit.motion.human_motion import HumanMotion, HumanPose
from avatarkit.motion.live_steps import LiveMemory, live_step
from avatarkit.motion.person import Person, average_person, estimate_person
from avatarkit.retargeting.retarget import Retargeter, make_retargeter
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.address import parse_address
from avatarkit.stream.live_moment import LiveMoment, RigPose
from avatarkit.stream.osc import UdpTarget, bundles
from avatarkit.stream.vmc import vmc_messages
from avatarkit.stream.vrchat import vrchat_messages
from avatarkit.tracking.track_person import PersonTracker
from avatarkit.tracking.tracked_frame import TrackedFrame, TrackedVideo

CALIBRATION_S = 2.0
"""How long a person is measured before their own proportions are used; until then the average ones are."""

MOST_RECORDED = 60 * 60 * 60
"""Moments that a recording holds: an hour at sixty a second. What comes after is not kept."""

Messages = Callable[[LiveMoment], Iterator[OscMessage]]
Target = tuple[Messages, UdpTarget]
"""What to say about a moment, and to whom."""

_MESSAGES: Mapping[str, Messages] = {"vmc": vmc_messages, "vrchat": vrchat_messages}


@dataclass
class LiveFigures:
    """How a session goes.

    Attributes:
        pictures: that were used; dropped: that came while the one before was being looked at.
        latency_ms: from a picture's arrival to its pose, the last second's mean.
        fps: poses a second, the last second's.
        packets_lost: that could not be sent.
    """

    pictures: int = 0
    dropped: int = 0
    latency_ms: float = 0.0
    fps: float = 0.0
    packets_lost: int = 0


def open_live(
    camera: int | None = None,
    *,
    video: str | Path | None = None,
    rig: str | Path | HumanoidRig | None = None,
    send: Sequence[str] = (),
    height_m: float | None = None,
) -> LiveSession:
    """A live session, to be used as a context manager and iterated for poses.

    Args:
        camera: number of the camera, 0 unless a video is given.
        video: a file that is played through the same path.
        rig: the humanoid that shall move.
        send: receivers, such as "vmc://127.0.0.1:39539" or "vrchat://127.0.0.1:9000".
        height_m: how tall the person is.

    Raises:
        UsageError: camera and video together, or something that is no address.
        InputError: a video or rig that cannot be used.
        MissingError: no such camera.
    """
    if camera is not None and video is not None:
        raise UsageError("A live session has one source: a camera or a video, not both.")
    addresses = [parse_address(text) for text in send]
    figure = load_rig(rig) if isinstance(rig, (str, Path)) else rig
    with ExitStack() as opened:
        targets = [(_MESSAGES[address.protocol], opened.enter_context(UdpTarget(address))) for address in addresses]
        source = CameraPictures(camera or 0) if video is None else FilmPictures(Path(video))
        session = LiveSession(source, figure, targets, height_m)
        session.closing.push(opened.pop_all())
        return session


class LiveSession:
    """Poses of the person in the pictures, one after another, each sent before it is handed out.

    Attributes:
        figures: how it goes.
        recorded: the poses so far, if `keep` was called.
        moment: the last one, with the pose on the rig.
    """

    def __init__(
        self,
        source: CameraPictures | FilmPictures,
        rig: HumanoidRig | None,
        targets: Sequence[Target],
        height_m: float | None = None,
    ) -> None:
        self.figures, self.closing = LiveFigures(), ExitStack()
        self.moment: LiveMoment | None = None
        self._recorded: list[HumanPose] | None = None
        self._rig, self._targets, self._height = rig, targets, height_m
        self._calibration: list[TrackedFrame] | None = []
        self._use(average_person(height_m))
        self._memory: LiveMemory | None = None
        self._tracker = self.closing.enter_context(PersonTracker())
        self._newest = self.closing.enter_context(Newest(source))

    def __enter__(self) -> LiveSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of camera, threads and sockets."""
        self.closing.close()

    def keep(self) -> None:
        """Keep the poses from now on, for `motion`."""
        self._recorded = [] if self._recorded is None else self._recorded

    def calibrate(self) -> None:
        """Measure the person anew in the next two seconds."""
        self._calibration = []

    @property
    def motion(self) -> HumanMotion | None:
        """What was recorded, on the person's own proportions; None without any."""
        if not self._recorded:
            return None
        poses = self._recorded
        return HumanMotion(
            skeleton=self._person.skeleton,
            times_s=np.array([pose.time_s for pose in poses]) - poses[0].time_s,
            root_positions=np.stack([pose.root_position for pose in poses]),
            rotations=np.stack([pose.rotations for pose in poses]),
            confidence=np.stack([pose.confidence for pose in poses]),
            expressions=np.stack([pose.expressions for pose in poses]),
            foot_contacts=np.stack([pose.foot_contacts for pose in poses]),
            report={"live": {"pictures": self.figures.pictures, "dropped": self.figures.dropped}},
        )

    def __iter__(self) -> Iterator[HumanPose]:
        """Poses until the source ends or the session is closed."""
        recent: list[tuple[float, float]] = []
        for frame in self._newest:
            begun = time.monotonic()
            pose = self._step(self._tracker.track(frame))
            done = time.monotonic()
            recent = [(at, took) for at, took in recent if done - at < 1.0] + [(done, done - begun)]
            self.figures.pictures += 1
            self.figures.dropped = self._newest.dropped
            self.figures.latency_ms = 1000.0 * float(np.mean([took for _, took in recent]))
            self.figures.fps = len(recent) / max(done - recent[0][0] + recent[0][1], 1e-3)
            yield pose

    def _step(self, tracked: TrackedFrame) -> HumanPose:
        self._measure(tracked)
        pose, self._memory = live_step(tracked, self._person, self._memory)
        seen = any(part is not None for part in (tracked.body, tracked.face, tracked.left_hand, tracked.right_hand))
        on_rig = None if self._retargeter is None else RigPose(self._retargeter.rig, *self._retargeter.apply(pose))
        self.moment = LiveMoment(pose, self._person.skeleton, on_rig, seen)
        for messages, target in self._targets:
            self.figures.packets_lost += target.send(bundles(messages(self.moment)))
        if self._recorded is not None and len(self._recorded) < MOST_RECORDED:
            self._recorded.append(pose)
        return pose

    def _measure(self, tracked: TrackedFrame) -> None:
        """Collect what calibration needs, and use it when there is enough."""
        if self._calibration is None or tracked.body is None:
            return
        self._calibration.append(tracked)
        if tracked.time_s - self._calibration[0].time_s >= CALIBRATION_S:
            self._use(estimate_person(TrackedVideo(tuple(self._calibration), "live", (), 1), self._height))
            self._calibration = None

    def _use(self, person: Person) -> None:
        self._person = person
        self._retargeter: Retargeter | None = None if self._rig is None else make_retargeter(self._rig, person.skeleton)
        self._memory = None
