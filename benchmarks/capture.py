"""python -m benchmarks.capture: the studio's films, tracked and made motion, beside their truth and beside raw MediaPipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from time import perf_counter

import numpy as np

from avatarkit.errors import AvatarkitError
from avatarkit.motion.estimate import estimate_motion
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.tracking.track_video import track_video
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, machine, table, write_results
from benchmarks.studio import metrics
from benchmarks.studio.clips import CLIPS, FOLDER, QUICK, RECORDED, ClipPlan, make_clip
from benchmarks.studio.compare import (
    EXPRESSION_GROUPS,
    body_record,
    face_record,
    floor_record,
    hand_record,
    of_mediapipe,
    of_motion,
    to_camera,
    to_view,
)
from benchmarks.studio.raw_mediapipe import raw_pose
from benchmarks.studio.truth import TruthClip

REAL = ("p2s_single_cam01.mp4", "s2d_garden_walk.mp4")
"""Whole bodies in the media folder's videos."""

DIRECTION_GOAL, JITTER_GOAL, SKATE_GOAL_MM, DRIFT_GOAL = 0.75, 1.5, 4.0, 0.05
"""Of raw MediaPipe's error; of the truth's jitter; a frame; of the path. The project's goals."""

Record = dict[str, float]
SHOWN = (
    "direction, deg", "direction torso, deg", "direction arms, deg", "direction legs, deg", "direction feet, deg",
    "position, mm", "position aligned, mm", "jitter", "jitter of truth", "lag, ms", "coverage",
)  # fmt: skip
SHOWN_OURS = (
    "skate, mm/frame", "skate in contacts, mm/frame", "penetration, mm", "root drift, share of path", "root error, mm",
    "contacts right", "world jitter", "world jitter of truth", "finger curl, deg", "hands seen",
    "hands by the head, mm", "expression",
    "expression of a still face", "gaze, deg", "gaze of a still face, deg",
)  # fmt: skip


def main() -> None:
    options = _options()
    before, start = figures_before(options.output), perf_counter()
    print(f"machine: {machine()}", flush=True)
    records = {name: measure(name, plan, options) for name, plan in _chosen(options).items()}
    real = {name: measure_real(options.media / "video" / name) for name in REAL if _wanted(options, name)}
    print("\n" + clip_table(records))
    if real:
        print("\n" + table([(n, *map(_text, r.values())) for n, r in real.items()], ("real video", *next(iter(real.values())))))
    figures = [*summary(records), *real_figures(real)]
    print("\n" + figure_table(figures, before))
    seconds = round(perf_counter() - start, 1)
    write_results(options.output, figures, {"seconds": seconds, "clips": records, "real": real})
    print(f"\n{seconds} s; written to {options.output}")


def measure(name: str, plan: ClipPlan, options: argparse.Namespace) -> dict[str, Record]:
    """One clip: our record and raw MediaPipe's."""
    film, clip = make_clip(name, plan, folder=options.films, mocap=options.media / "mocap")
    started = perf_counter()
    video = track_video(film)
    tracked = perf_counter()
    motion = estimate_motion(video, height_m=clip.height_m)
    seconds = {"tracking, ms/frame": 1000 * (tracked - started) / len(motion),
               "motion, ms/frame": 1000 * (perf_counter() - tracked) / len(motion)}  # fmt: skip
    ours = our_record(motion, clip) | seconds
    raw = raw_record(film, clip)
    print(f"{name}: {ours.get('direction, deg', np.nan):.1f} deg, raw {raw.get('direction, deg', np.nan):.1f} deg", flush=True)
    return {"ours": ours, "raw MediaPipe": raw}


def our_record(motion: HumanMotion, clip: TruthClip) -> Record:
    """Everything about a captured motion of a clip."""
    moments = _moments(motion.times_s, clip)
    truth = of_motion(clip.motion).at(moments).turned(to_view(clip))
    record = body_record(of_motion(motion), truth, clip.fps, legs=clip.full_body)
    if clip.full_body:
        record |= floor_record(motion, clip, moments)
    return record | hand_record(motion, clip, moments) | face_record(motion.expressions, clip.motion.expressions[moments])


def raw_record(film: Path, clip: TruthClip) -> Record:
    """Of MediaPipe's own landmarks, in its own axes: the camera's."""
    world_m, seen = raw_pose(film, film.with_name("mediapipe.npz"))
    moments = np.minimum(np.arange(len(world_m)), len(clip.times_s) - 1)
    truth = of_motion(clip.motion).at(moments).turned(to_camera(clip, moments))
    return body_record(of_mediapipe(world_m, seen), truth, clip.fps, legs=clip.full_body)


def measure_real(film: Path) -> Record:
    """A real video: no truth, but trembling can be told."""
    world_m, seen = raw_pose(film)
    motion = estimate_motion(track_video(film))
    fps = (len(motion) - 1) / float(motion.times_s[-1] - motion.times_s[0])
    body, raw = of_motion(motion), of_mediapipe(world_m, seen)
    return {
        "jitter": metrics.jitter(body.centred, fps), "raw jitter": metrics.jitter(raw.centred, fps),
        "coverage": float(body.seen.mean()), "raw coverage": float(seen.mean()), "frames": float(len(motion)),
    }  # fmt: skip


def clip_table(records: Mapping[str, Mapping[str, Record]]) -> str:
    """One column per clip, ours and raw in turn."""
    header, columns = ["measure"], []
    for name, both in records.items():
        header += [name, "raw"]
        columns += [both["ours"], both["raw MediaPipe"]]
    rows = [(measure, *(_text(column.get(measure)) for column in columns)) for measure in (*SHOWN, *SHOWN_OURS)]
    return table(rows, header)


def summary(records: Mapping[str, Mapping[str, Record]]) -> list[Figure]:
    """Means over the clips, beside the goals."""
    raw, trembling = mean(records, "direction, deg", "raw MediaPipe"), mean(records, "jitter of truth")
    goals = {
        "direction, deg": DIRECTION_GOAL * (raw or 0.0), "jitter": JITTER_GOAL * (trembling or 0.0),
        "skate, mm/frame": SKATE_GOAL_MM, "skate in contacts, mm/frame": SKATE_GOAL_MM, "root drift, share of path": DRIFT_GOAL,
    }  # fmt: skip
    figures = []
    for measure in (*SHOWN, *SHOWN_OURS, *(f"expression {group}" for group in EXPRESSION_GROUPS)):
        for who, label in (("ours", measure), ("raw MediaPipe", f"{measure}, raw MediaPipe")):
            value = mean(records, measure, who)
            if value is not None and (who == "ours" or measure != "jitter of truth"):
                figures.append(Figure(label, value, goal=goals.get(measure) if who == "ours" else None))
    return figures


def mean(records: Mapping[str, Mapping[str, Record]], measure: str, who: str = "ours") -> float | None:
    """Over the clips that have it."""
    values = [both[who][measure] for both in records.values() if measure in both[who]]
    return fmean(values) if values else None


def real_figures(real: Mapping[str, Record]) -> list[Figure]:
    """Trembling in real videos."""
    return [Figure(f"{name}: {what}", record[what]) for name, record in real.items() for what in ("jitter", "raw jitter")]


def _moments(times_s: np.ndarray, clip: TruthClip) -> np.ndarray:
    """The truth's frame at each time."""
    return np.clip(np.rint((times_s - clip.times_s[0]) * clip.fps).astype(int), 0, len(clip.times_s) - 1)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _chosen(options: argparse.Namespace) -> dict[str, ClipPlan]:
    recorded = RECORDED if (options.media / "mocap").is_dir() else {}
    every = {**CLIPS, **recorded}
    return {name: every[name] for name in (options.clips or (QUICK if options.quick else every))}


def _wanted(options: argparse.Namespace, name: str) -> bool:
    return not options.quick and not options.clips and (options.media / "video" / name).is_file()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capture", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder with mocap/ and video/ (beside the checkout)")
    parser.add_argument("--films", type=Path, default=FOLDER, help="where the studio's films are kept")
    parser.add_argument("--output", type=Path, default=OUT / "capture.json", help="where the JSON goes")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}, no real video")
    parser.add_argument("--clips", nargs="+", choices=(*CLIPS, *RECORDED), help="only these")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except AvatarkitError as error:
        sys.exit(str(error))
