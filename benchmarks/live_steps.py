"""python -m benchmarks.live_steps: what our own part of a live picture costs, stage by stage, on one core.

A clip is tracked once; then every picture goes the way of a camera's: `live_step`, then a rig. Counted is the time that the
processor spends on this one thread, so that what else the machine does counts little; of each picture the least of all rounds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import thread_time
from typing import Any, TypeVar
from unittest.mock import patch

import numpy as np

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.motion import live_steps, steps
from avatarkit.motion.person import Person, estimate_person
from avatarkit.retargeting.retarget import Retargeter, make_retargeter
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.tracking.track_video import track_video
from avatarkit.tracking.tracked_frame import TrackedVideo
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, table, write_results
from benchmarks.studio.clips import CLIPS, make_clip

GOAL_MS = 2.0
"""Of all stages together, at the 95th percentile."""

FILMS = ("asl_help.mkv", "p2s_single_cam01.mp4")
"""Of the media folder: face and hands near the camera; a whole body that walks."""

STUDIO_CLIP = "gestures"
"""Filmed by ourselves where there is no media folder."""

PARTS = (("lift", steps, "lift"), ("face", steps, "read_face"), ("joints", steps, "solve_joints"),
         ("pose step", live_steps, "pose_step"), ("live step", live_steps, "live_step"))  # fmt: skip
"""Stages that are timed where they are called, with the module that calls them; the later ones hold the earlier ones."""

STAGES = ("lift", "face", "joints", "rest of the pose", "filters, floor and feet", "retarget", "together")

Timings = dict[str, float]
Result = TypeVar("Result")


def main() -> None:
    """Measure, print, write."""
    options = _options()
    before = figures_before(options.output)
    rig = build_avatar(default_recipe()).rig
    figures, clips = [], {}
    for film in _films(options.media):
        milliseconds = measure(track_video(film), rig, options.rounds)
        clips[film.name] = {stage: _percentiles(milliseconds[stage]) for stage in STAGES}
        rows = [(stage, *(f"{value:.3f}" for value in clips[film.name][stage].values())) for stage in STAGES]
        print(
            f"{film.name}, {len(milliseconds['together'])} pictures\n" + table(rows, ("stage", "median ms", "95 % ms")) + "\n"
        )
        figures.append(Figure(f"our part of a picture, 95 %, {film.stem}", clips[film.name]["together"]["95 %"], "ms", GOAL_MS))
    print(figure_table(figures, before))
    write_results(options.output, figures, {"clips": clips})
    print(f"\n{how_busy()}; written to {options.output}")


def measure(video: TrackedVideo, rig: HumanoidRig, rounds: int) -> dict[str, np.ndarray]:
    """Milliseconds (T,) of each stage for each picture."""
    person = estimate_person(video)
    retargeter = make_retargeter(rig, person.skeleton)
    with _stopwatch() as spent:
        every = [_round(video, person, retargeter, spent) for _ in range(rounds)]
    seconds = {name: np.array([[moment[name] for moment in one] for one in every]).min(axis=0) for name in every[0][0]}
    inside = seconds["lift"] + seconds["face"] + seconds["joints"]
    return {stage: 1e3 * part for stage, part in seconds.items()} | {
        "rest of the pose": 1e3 * (seconds["pose step"] - inside),
        "filters, floor and feet": 1e3 * (seconds["live step"] - seconds["pose step"]),
        "together": 1e3 * (seconds["live step"] + seconds["retarget"]),
    }


def _round(video: TrackedVideo, person: Person, retargeter: Retargeter, spent: Timings) -> list[Timings]:
    memory, moments = None, []
    for frame in video.frames:
        spent.update(dict.fromkeys([name for name, *_ in PARTS], 0.0))
        pose, memory = live_steps.live_step(frame, person, memory)
        _timed("retarget", retargeter.apply, spent)(pose)
        moments.append(dict(spent))
    return moments


@contextmanager
def _stopwatch() -> Iterator[Timings]:
    """Lets the stages tell how long they took, each under its name, until the end of the context."""
    spent: Timings = {}
    patches = [
        patch.object(module, function, _timed(name, getattr(module, function), spent)) for name, module, function in PARTS
    ]
    for one in patches:
        one.start()
    try:
        yield spent
    finally:
        for one in patches:
            one.stop()


def _timed(name: str, step: Callable[..., Result], spent: Timings) -> Callable[..., Result]:
    def timed(*given: Any) -> Result:
        start = thread_time()
        made = step(*given)
        spent[name] = thread_time() - start
        return made

    return timed


def _percentiles(milliseconds: np.ndarray) -> dict[str, float]:
    middle, high = np.percentile(milliseconds, [50, 95])
    return {"median": float(middle), "95 %": float(high)}


def _films(media: Path) -> list[Path]:
    folder = media / "video"
    if folder.is_dir():
        return [folder / name for name in FILMS]
    film, _ = make_clip(STUDIO_CLIP, CLIPS[STUDIO_CLIP])
    return [film]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_steps", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "live_steps.json", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=5, help="times each clip is gone through (5)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
