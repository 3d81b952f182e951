"""python -m benchmarks.tracking: pictures a second, ours beside MediaPipe Holistic on the same pictures."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import av
import cv2
import numpy as np

from avatarkit.media.read_ahead import read_ahead
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame
from avatarkit.tracking.mediapipe_start import import_mediapipe, quiet_native_log
from avatarkit.tracking.track_person import PersonTracker
from avatarkit.tracking.tracked_frame import TrackedFrame
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, machine, table, write_results

SPEED_GOAL, PLAY_GOAL, GROWTH_GOAL_MB = 1.6, 1.0, 60.0
HD = (1280, 720)
PLAY_RATE_HZ = 30
PARTS = ("body", "left_hand", "right_hand", "face")


@dataclass(frozen=True)
class Clip:
    """One clip of the media folder; `size` to which its pictures are scaled, its own when None."""

    name: str
    file: str
    size: tuple[int, int] | None = None
    most: int = 100


CLIPS = (
    Clip("upper body, 640x480", "asl_bird.mkv"),
    Clip("upper body, 1280x720", "asl_brother.mkv", HD),
    Clip("full body, 1080x1920", "p2s_single_cam01.mp4"),
)

# Not `getrusage`: its peak is inherited from the process that starts this one.
_MEASURE_MEMORY = """
import sys
from avatarkit.tracking.track_video import track_video
track_video(sys.argv[1])
print(next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


PLAYED_S, MEMORY_S = 4, (16, 48)
"""Seconds of the films that are timed, and whose memory is compared: what is read ahead has filled up within the first ten."""


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    folder = options.media / "video"
    if not folder.is_dir():
        raise SystemExit(f"No folder {folder}: name the media folder with --media.")
    print(f"machine: {machine()}", flush=True)
    rows = [_compare(folder, clip, options.rounds) for clip in CLIPS]
    print("\n" + _clip_table(rows))
    with tempfile.TemporaryDirectory() as scratch:
        source = folder / "asl_brother.mkv"
        films = {seconds: _hd_film(source, Path(scratch) / f"{seconds}.mp4", seconds) for seconds in (PLAYED_S, *MEMORY_S)}
        play = [_seconds_to_track(films[PLAYED_S]) / PLAYED_S for _ in range(options.rounds)]
        memory = {seconds: _peak_mb(films[seconds]) for seconds in MEMORY_S}
    figures = _figures(rows, play, memory)
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {"clips": rows, "play": play, "peak_mb": memory})
    print(f"\n{how_busy()}; written to {options.output}")


def _compare(folder: Path, clip: Clip, rounds: int) -> dict[str, Any]:
    """Both on the same pictures as a film, again and again in turns, so that what the machine does besides hits both."""
    frames = _pictures(folder / clip.file, clip)
    rounds_ms, live, found = [], [], {}
    for _ in range(rounds):
        with PersonTracker() as tracker, _holistic() as holistic:
            ours, tracked = _timed(list, tracker.track_all(frames))
            theirs, results = _timed(list, (holistic.process(frame.pixels) for frame in frames))
        rounds_ms.append([1000 * ours / len(frames), 1000 * theirs / len(frames)])
        live.append(_live_ms(frames))
        found = {"ours": _counts(map(_parts_of, tracked)), "holistic": _counts(map(_parts_of_holistic, results))}
    milliseconds = np.array(rounds_ms)  # (rounds, ours or theirs, clock or cores)
    ratios = milliseconds[:, 1, 0] / milliseconds[:, 0, 0]
    (ours_ms, ours_cpu_ms), (theirs_ms, theirs_cpu_ms) = milliseconds.min(axis=0).tolist()
    return {
        "clip": clip.name,
        "pictures": len(frames),
        "ours_ms": ours_ms,
        "holistic_ms": theirs_ms,
        "ours_cpu_ms": ours_cpu_ms,
        "holistic_cpu_ms": theirs_cpu_ms,
        "live_ms": min(live),
        "ratio": float(np.median(ratios)),
        "ratios": ratios.tolist(),
        "found": found,
    }


def _live_ms(frames: list[VideoFrame]) -> float:
    """Milliseconds until a picture's landmarks are there when the next picture has not come yet."""
    with PersonTracker() as tracker:
        return 1000 * float(np.median([_timed(tracker.track, frame)[0][0] for frame in frames]))


def _timed(step: Callable[[Any], Any], given: Any) -> tuple[np.ndarray, Any]:
    """Seconds by the clock and of all cores together, and what the step made."""
    start = np.array([perf_counter(), process_time()])
    made = step(given)
    return np.array([perf_counter(), process_time()]) - start, made


def _pictures(path: Path, clip: Clip) -> list[VideoFrame]:
    frames = []
    with open_video(path) as reader:
        for frame in reader:
            pixels = frame.pixels if clip.size is None else cv2.resize(frame.pixels, clip.size, interpolation=cv2.INTER_CUBIC)
            frames.append(VideoFrame(np.asarray(pixels, np.uint8), frame.time_s))
            if len(frames) == clip.most:
                break
    return frames


@contextmanager
def _holistic() -> Iterator[Any]:
    with quiet_native_log():
        import_mediapipe()
        holistic = importlib.import_module("mediapipe.python.solutions.holistic")
        solution = holistic.Holistic(model_complexity=1, refine_face_landmarks=True)
        solution.process(np.zeros((64, 64, 3), np.uint8))
    try:
        yield solution
    finally:
        solution.close()


def _parts_of(tracked: TrackedFrame) -> list[bool]:
    return [getattr(tracked, part) is not None for part in PARTS]


def _parts_of_holistic(result: Any) -> list[bool]:
    names = ("pose_landmarks", "left_hand_landmarks", "right_hand_landmarks", "face_landmarks")
    return [getattr(result, name) is not None for name in names]


def _counts(seen: Iterable[list[bool]]) -> dict[str, int]:
    return dict(zip(PARTS, np.sum(list(seen), axis=0).tolist(), strict=True))


def _hd_film(source: Path, path: Path, seconds: int) -> Path:
    """A 720p film of that length at 30 pictures a second: the clip, over and over, forwards and backwards."""
    pictures = [frame.pixels for frame in _pictures(source, Clip("", "", HD, 10_000))]
    there_and_back = pictures + pictures[-2:0:-1]
    with av.open(path, "w") as output:
        stream: Any = output.add_stream("libx264", rate=PLAY_RATE_HZ, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *HD, "yuv420p"
        for k in range(seconds * PLAY_RATE_HZ):
            frame = av.VideoFrame.from_ndarray(there_and_back[k % len(there_and_back)], format="rgb24")
            frame.pts, frame.time_base = k, Fraction(1, PLAY_RATE_HZ)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def _seconds_to_track(path: Path) -> float:
    with PersonTracker() as tracker, open_video(path) as reader:
        start = perf_counter()
        for _ in tracker.track_all(read_ahead(reader)):
            pass
        return perf_counter() - start


def _peak_mb(path: Path) -> float:
    done = subprocess.run([sys.executable, "-c", _MEASURE_MEMORY, path], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _clip_table(rows: list[dict[str, Any]]) -> str:
    def found(row: dict[str, Any], who: str) -> str:
        return "/".join(str(row["found"][who][part]) for part in PARTS)

    return table(
        [
            (
                row["clip"],
                row["pictures"],
                f"{1000 / row['ours_ms']:.1f}",
                f"{1000 / row['holistic_ms']:.1f}",
                f"{row['ratio']:.2f}",
                f"{row['live_ms']:.0f}",
                f"{row['ours_cpu_ms']:.0f}",
                f"{row['holistic_cpu_ms']:.0f}",
                found(row, "ours"),
                found(row, "holistic"),
            )
            for row in rows
        ],
        (
            "clip",
            "pictures",
            "ours /s",
            "Holistic /s",
            "ratio",
            "live, ms",
            "ours, CPU ms",
            "Holistic",
            "found: body/left/right/face",
            "Holistic",
        ),
    )


def _figures(rows: list[dict[str, Any]], play: list[float], memory: dict[int, float]) -> list[Figure]:
    speeds = [Figure(f"times as fast as Holistic, {row['clip']}", row["ratio"], "", SPEED_GOAL, "least") for row in rows]
    whole_ms = {who: sum(row["pictures"] * row[who] for row in rows) for who in ("ours_ms", "holistic_ms")}
    return [
        *speeds,
        Figure("times as fast as Holistic, all clips", whole_ms["holistic_ms"] / whole_ms["ours_ms"], "", SPEED_GOAL, "least"),
        Figure("reading and tracking 30 fps 720p, of play time", min(play), "", PLAY_GOAL),
        *(Figure(f"peak memory, {seconds} s of 720p", mb, "MB") for seconds, mb in memory.items()),
        Figure("memory for three times the length, more", memory[MEMORY_S[1]] - memory[MEMORY_S[0]], "MB", GROWTH_GOAL_MB),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "tracking.json", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=5, help="times each clip is tracked (5)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
