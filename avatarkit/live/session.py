"""A person before a camera, live: calibrated in two seconds, put on a rig, sent to other programs, recorded if wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from avatarkit.errors import UsageError
from avatarkit.live.cameras import CameraPictures
from avatarkit.live.idle import idle
from avatarkit.live.pictures import FilmPictures, PictureSource
from avatarkit.live.received_poses import ReceivedPoses
from avatarkit.live.seen_pose import PoseSource, SeenPose
from avatarkit.live.shown import shown
from avatarkit.live.tracked_poses import TrackedPoses
from avatarkit.motion.human_motion import HumanMotion, HumanPose, HumanSkeleton
from avatarkit.retargeting.retarget import Retargeter, make_retargeter
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.address import parse_address, parse_source
from avatarkit.stream.channels import Channels
from avatarkit.stream.live_moment import LiveMoment, RigPose
from avatarkit.stream.senders import Sender, open_sender

MOST_RECORDED = 60 * 60 * 60
"""Moments that a recording holds: an hour at sixty a second. What comes after is not kept."""

FIGURES_S = 1.0
"""Over how long figures are taken."""

SILENT_S = 1.0
"""So long without a picture, or a word of the other program, and the source counts as silent: unplugged, or not begun."""


@dataclass
class LiveFigures:
    """How a session goes.

    Attributes:
        pictures: that were used; dropped: that came while the one before was being looked at.
        latency_ms: from a picture's arrival until its pose was sent, the last second's mean; last_latency_ms: the last one's.
        fps: poses a second, the last second's; where they take longer, the last two's.
        packets_lost: that could not be sent; unheard: addresses at which nobody listens, as far as can be told.
        parts: what is seen: body, hands, face.
    """

    pictures: int = 0
    dropped: int = 0
    latency_ms: float = 0.0
    last_latency_ms: float = 0.0
    fps: float = 0.0
    packets_lost: int = 0
    unheard: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()


def open_live(
    camera: int | None = None,
    *,
    video: str | Path | None = None,
    pictures: PictureSource | None = None,
    receive: str | None = None,
    rig: str | Path | HumanoidRig | None = None,
    send: Sequence[str] = (),
    height_m: float | None = None,
    channels: Channels | None = None,
) -> LiveSession:
    """A live session, to be used as a context manager and iterated for poses.

    Args:
        camera: number of the camera; 0 unless there is another source.
        video: a file that is played through the same path.
        pictures: another source, such as `PushedPictures`, which a web page's webcam fills.
        receive: an address of this machine at which another program tells the motion, such as "vmc://127.0.0.1:39539".
        rig: the humanoid that shall move.
        send: receivers, such as "vmc://127.0.0.1:39539", "vrchat://127.0.0.1:9000", "livelink://127.0.0.1:11111",
            "ifacialmocap://127.0.0.1:49983"; "ws://127.0.0.1:7861" is listened at for viewers.
        height_m: how tall the person is.
        channels: which parts are followed and told; all when None.

    Raises:
        UsageError: two sources, something that is no address, or a port that is taken.
        InputError: a video or rig that cannot be used.
        MissingError: no such camera.
    """
    if sum(source is not None for source in (camera, video, pictures, receive)) > 1:
        raise UsageError("A live session has one source: a camera, a video, or another program.")
    listening = None if receive is None else parse_source(receive)
    addresses = [parse_address(text) for text in send]
    figure = load_rig(rig) if isinstance(rig, (str, Path)) else rig
    with ExitStack() as opened:
        senders = []
        for address in addresses:
            senders.append(open_sender(address))
            opened.callback(senders[-1].close)
        if listening is not None:
            poses: PoseSource = ReceivedPoses(listening)
        else:
            source = pictures or (CameraPictures(camera or 0) if video is None else FilmPictures(Path(video)))
            poses = TrackedPoses(source, height_m, channels)
        session = LiveSession(poses, figure, senders, channels)
        session.closing.push(opened.pop_all())
        return session


class LiveSession:
    """Poses, one after another, each sent before it is handed out.

    Attributes:
        figures: how it goes.
        moment: the last one, with the pose on the rig.
        closing: what is closed at the end.
    """

    def __init__(
        self, poses: PoseSource, rig: HumanoidRig | None, senders: Sequence[Sender], channels: Channels | None = None
    ) -> None:
        self.figures, self.closing = LiveFigures(), ExitStack()
        self.moment: LiveMoment | None = None
        self._poses, self._rig, self._senders, self._channels = poses, rig, senders, channels or Channels()
        self._recorded: list[HumanPose] | None = None
        self._on_rig: tuple[HumanSkeleton, Retargeter] | None = None
        self._seen_s: float | None = None
        self._recent: list[tuple[float, float]] = []
        self._came_s = time.monotonic()
        self.closing.callback(poses.close)

    def __enter__(self) -> LiveSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def end(self) -> None:
        """Let the poses end soon; from any thread."""
        self._poses.end()

    def close(self) -> None:
        """Let go of camera, threads and sockets."""
        self.closing.close()

    def keep(self) -> None:
        """Keep the poses from now on, for `motion`."""
        self._recorded = [] if self._recorded is None else self._recorded

    def calibrate(self) -> None:
        """Measure the person anew in the next two seconds."""
        self._poses.calibrate()

    @property
    def is_calibrating(self) -> bool:
        """Whether the person is being measured."""
        return self._poses.is_calibrating

    @property
    def is_silent(self) -> bool:
        """Whether the camera gives no pictures, or the other program says nothing, for a while now."""
        return time.monotonic() - self._came_s > SILENT_S

    @property
    def paused(self) -> bool:
        """Whether pictures are looked at; while they are not, the body stands at ease. Can be set."""
        return self._poses.paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._poses.paused = paused

    @property
    def motion(self) -> HumanMotion | None:
        """What was recorded, on the person's own proportions; None without any."""
        if not self._recorded or self.moment is None:
            return None
        poses = self._recorded
        return HumanMotion(
            skeleton=self.moment.skeleton,
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
        for seen in self._poses:
            self.moment = self._moment(seen)
            for sender in self._senders:
                self.figures.packets_lost += sender.send(self.moment)
            self.figures.unheard = tuple(sender.address.text for sender in self._senders if not sender.is_heard)
            if self._recorded is not None and len(self._recorded) < MOST_RECORDED:
                self._recorded.append(self.moment.pose)
            self._count(seen)
            yield self.moment.pose

    def _moment(self, seen: SeenPose) -> LiveMoment:
        if seen.parts or self._seen_s is None:
            self._seen_s = seen.pose.time_s
        pose = shown(idle(seen.pose, seen.pose.time_s - self._seen_s), seen.skeleton, self._channels)
        return LiveMoment(pose, seen.skeleton, self._posed_rig(pose, seen.skeleton), bool(seen.parts), self._channels)

    def _posed_rig(self, pose: HumanPose, skeleton: HumanSkeleton) -> RigPose | None:
        if self._rig is None:
            return None
        if self._on_rig is None or self._on_rig[0] is not skeleton:
            self._on_rig = skeleton, make_retargeter(self._rig, skeleton)
        return RigPose(self._rig, *self._on_rig[1].apply(pose))

    def _count(self, seen: SeenPose) -> None:
        done, figures = time.monotonic(), self.figures
        if seen.came:
            self._came_s = done
        latency = 1000.0 * (done - seen.arrived_s)
        lately = [(at, took) for at, took in self._recent if done - at < FIGURES_S]
        self._recent = [*(lately or self._recent[-1:]), (done, latency)]  # where a pose takes longer, it and the one before
        figures.pictures += 1
        figures.dropped, figures.parts, figures.last_latency_ms = self._poses.dropped, seen.parts, latency
        figures.latency_ms = sum(took for _, took in self._recent) / len(self._recent)
        figures.fps = max(len(self._recent) - 1, 0) / max(done - self._recent[0][0], 1e-3)
