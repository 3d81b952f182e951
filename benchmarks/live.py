"""python -m benchmarks.live: a live session at a camera that plays a prerecorded clip: rate, delay, our own part, soak.

The camera gives 640x480 pictures at a steady rate, forwards and backwards without end. How many a second are possible is
measured with one that is faster than any machine here; the delay, from a picture's arrival to its packets, with one of 30 a
second. Everything counts: tracking, motion, a rig, VMC packets to a port where nobody listens. Our own part is what passes,
by the clock, from the last answer of the models that is waited for to the packets; what needs the body or the face alone is
computed while hands are still being read. Beside it stands all that the session's thread computes, in the processor's time.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.live.session import LiveSession, open_live
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.stream.channels import Channels
from avatarkit.tracking.follow_hands import SeenHand
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, stolen_ticks, table, write_results
from benchmarks.studio.clips import CLIPS, make_clip

CLIP, STUDIO_CLIP = "asl_bird.mkv", "gestures"
SIZE_PX = (640, 480)
CAMERA_HZ, FASTEST_HZ = 30.0, 90.0
WARM_UP_S = 4.0
"""Calibration and the first looks are over by then."""

GOALS_FPS = {"body, hands, face": 30.0, "body, face": 40.0}
LATENCY_GOAL_MS, OWN_GOAL_MS, GROWTH_GOAL_MB, DELAY_GOAL_MS = 60.0, 3.0, 20.0, 5.0
CHANNELS = {"body, hands, face": Channels(), "body, face": Channels(hands=False)}
NOBODY = "vmc://127.0.0.1:39999"


class ClipCamera:
    """A camera that shows a clip again and again."""

    is_live = True

    def __init__(self, pixels: list[np.ndarray], rate_hz: float) -> None:
        self._pixels, self._step_s, self._closed = pixels + pixels[-2:0:-1], 1.0 / rate_hz, threading.Event()

    def pictures(self) -> Iterator[VideoFrame]:
        begun, number = time.monotonic(), 0
        while not self._closed.wait(max(begun + number * self._step_s - time.monotonic(), 0.0)):
            yield VideoFrame(self._pixels[number % len(self._pixels)], time.monotonic())
            number += 1

    def close(self) -> None:
        self._closed.set()


@dataclass
class Run:
    """A session measured: when poses came, milliseconds that each took, of them after the last answer of the models that was
    waited for, and what the thread computed; with hands; how often hands had been read; resident MB; what the host had kept."""

    at_s: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    own_ms: list[float] = field(default_factory=list)
    computed_ms: list[float] = field(default_factory=list)
    hands: int = 0
    hands_read: list[int] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    stolen: list[int] = field(default_factory=list)

    @property
    def undisturbed(self) -> np.ndarray:
        """(N,) whether the host kept nothing of the processors from a picture's arrival to its packets."""
        at_s, stolen = np.array(self.at_s), np.array(self.stolen)
        before = np.searchsorted(at_s, at_s - np.array(self.latency_ms) / 1000.0, side="right") - 1
        return np.asarray((before >= 0) & (stolen[np.maximum(before, 0)] == stolen))

    @property
    def fps(self) -> float:
        return (len(self.at_s) - 1) / (self.at_s[-1] - self.at_s[0])

    @property
    def read_hz(self) -> float:
        """How often a second a hand is read."""
        return (self.hands_read[-1] - self.hands_read[0]) / (self.at_s[-1] - self.at_s[0])

    def latency(self, percent: float) -> float:
        return float(np.percentile(self.latency_ms, percent))


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    pixels, rig = clip_pictures(options.media), build_avatar(default_recipe()).rig
    figures, runs = [], {}
    for name, channels in CHANNELS.items():
        most = measure(ClipCamera(pixels, FASTEST_HZ), rig, channels, options.seconds)
        paced = measure(ClipCamera(pixels, CAMERA_HZ), rig, channels, options.seconds)
        runs[name] = {"fps": most.fps, "fps at 30": paced.fps, **{f"latency {p} %": paced.latency(p) for p in (50, 95, 99)},
                      "own 50 %": float(np.percentile(paced.own_ms, 50)), "own 95 %": float(np.percentile(paced.own_ms, 95)),
                      "computed 50 %": float(np.median(paced.computed_ms)),
                      "hands seen": paced.hands / len(paced.at_s), "hands read a second": paced.read_hz,
                      **_undisturbed(paced)}  # fmt: skip
        figures += [
            Figure(f"{name}: pictures a second", most.fps, "", GOALS_FPS[name], "least"),
            Figure(f"{name}: delay at 30 a second, 95 %", paced.latency(95), "ms", LATENCY_GOAL_MS),
            Figure(f"{name}: after tracking, 95 %", runs[name]["own 95 %"], "ms", OWN_GOAL_MS),
        ]
    if options.soak:
        figures += _soak(pixels, rig, options.soak)
    rows = [(what, *("-" if run[what] is None else f"{run[what]:.1f}" for run in runs.values())) for what in runs[name]]
    print(table(rows, ("", *runs)))
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {"runs": runs})
    print(f"\n{how_busy()}; written to {options.output}")


def _undisturbed(run: Run) -> dict[str, float | None]:
    """The same of pictures during which the host kept nothing, in per cent of all: a machine of one's own is like that all the
    time. None where there was none."""
    calm = run.undisturbed
    of = {"latency": np.array(run.latency_ms)[calm], "own": np.array(run.own_ms)[calm]}
    told = {
        f"undisturbed {name} {p} %": float(np.percentile(values, p)) if calm.any() else None
        for name, values in of.items()
        for p in (50, 95)
    }
    return {"undisturbed, % of all": 100.0 * float(np.mean(calm)), **told}


def measure(camera: ClipCamera, rig: HumanoidRig, channels: Channels, seconds: float) -> Run:
    """A session of so many seconds, without its beginning."""
    run = Run()
    with open_live(pictures=camera, rig=rig, send=[NOBODY], channels=channels) as session:
        watched = _Watched(session)
        begun, computed_s = time.monotonic(), time.thread_time()
        for _ in session:
            now, before_s, computed_s = time.monotonic(), computed_s, time.thread_time()
            if now - begun > WARM_UP_S + seconds:
                break
            if now - begun > WARM_UP_S:
                run.at_s.append(now)
                run.latency_ms.append(session.figures.last_latency_ms)
                run.own_ms.append(1000.0 * (now - watched.answered_s))
                run.computed_ms.append(1000.0 * (computed_s - before_s))
                run.hands += "hands" in session.figures.parts
                run.hands_read.append(watched.hands_read)
                run.memory_mb.append(_resident_mb())
                run.stolen.append(stolen_ticks())
    return run


class _Watched:
    """When the session of a tracker last stopped waiting for models, on the clock of `time.monotonic`, and how many hands were
    read."""

    def __init__(self, session: LiveSession) -> None:
        tracker: Any = session._poses._tracker  # type: ignore[attr-defined]
        self.hands_read, self.answered_s = 0, 0.0
        self._hands_until_s, self._time_s = 0.0, 0.0
        self._begin, self._submit, self._late = tracker.begin, tracker._beside.submit, tracker._late
        tracker.begin, tracker._beside.submit = self._begun, self._submitted

    def _begun(self, seen: Any, hands_until_s: float) -> Any:
        self._time_s, self._hands_until_s = seen.look.time_s, hands_until_s
        self.answered_s = time.monotonic()  # the body's answer
        if seen.face is not None:
            seen.face.add_done_callback(lambda _: self._answered(seen.look.time_s, time.monotonic()))
        coming = self._begin(seen, hands_until_s)

        def read_all() -> Any:
            whole = coming.read_all()
            if any(late.seen is seen for late in self._late.values()):
                self._answered(seen.look.time_s, hands_until_s)  # so long it waited for a hand
            return whole

        return replace(coming, read_all=read_all)

    def _submitted(self, read: Callable[..., Any], seen: Any, *given: Any, **named: Any) -> Any:
        until_s = self._hands_until_s

        def reading() -> Any:
            answer = None
            try:
                answer = read(seen, *given, **named)
                self.hands_read += isinstance(answer, SeenHand) and answer.reading is None
                return answer
            finally:
                is_face, now = isinstance(answer, tuple), time.monotonic()
                self._answered(seen.look.time_s, now if is_face else min(now, until_s))

        return self._submit(reading)

    def _answered(self, time_s: float, at_s: float) -> None:
        """Of the picture that is waited for: hands that are late for others do not count."""
        if time_s == self._time_s:
            self.answered_s = max(self.answered_s, at_s)


def _soak(pixels: list[np.ndarray], rig: HumanoidRig, seconds: float) -> list[Figure]:
    """Growth from the second to the last fifth of a long session."""
    run = measure(ClipCamera(pixels, CAMERA_HZ), rig, Channels(), seconds)
    fifth = len(run.at_s) // 5

    def growth(values: list[float]) -> float:
        return float(np.median(values[-fifth:]) - np.median(values[fifth : 2 * fifth]))

    return [
        Figure(f"soak of {seconds:.0f} s: memory more", growth(run.memory_mb), "MB", GROWTH_GOAL_MB),
        Figure(f"soak of {seconds:.0f} s: delay more", growth(run.latency_ms), "ms", DELAY_GOAL_MS),
    ]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").is_file() else 0
    return pages * 4096 / 2**20


def clip_pictures(media: Path) -> list[np.ndarray]:
    """A person who signs, (480, 640, 3) RGB each; rendered where the media are not there."""
    film = media / "video" / CLIP
    if not film.is_file():
        film, _ = make_clip(STUDIO_CLIP, CLIPS[STUDIO_CLIP])
    with open_video(film) as reader:
        return [np.ascontiguousarray(cv2.resize(frame.pixels, SIZE_PX)) for frame in reader]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "live.json", help="where the JSON goes")
    parser.add_argument("--seconds", type=float, default=15.0, help="that each session is measured (15)")
    parser.add_argument("--soak", type=float, default=0.0, help="seconds of an endurance test (none)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
