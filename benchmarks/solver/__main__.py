"""python -m benchmarks.solver: perfect landmarks of recorded motion -> joint rotations -> bone directions, beside Kalidokit."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from time import thread_time

import numpy as np

from avatarkit.errors import AvatarkitError, MissingError
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.motion.joints.joint_points import JointMemory, JointPoints
from avatarkit.motion.joints.solve import solve_joints
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, machine, table, write_results
from benchmarks.solver import kalidokit
from benchmarks.solver.measure import DIRECTIONS, JUDGED, TURNS, Errors, direction_errors, errors_of
from benchmarks.solver.truth import DAMAGED, Take, read_take

MEAN_GOAL_DEG, WORST_GOAL_DEG, TIME_GOAL_MS = 2.0, 4.0, 0.6
SEARCH_FRAMES = 40
"""Frames of each take by which Kalidokit's most favourable convention is found."""


@dataclass(frozen=True)
class Run:
    """What a solver made of all takes.

    Attributes:
        errors: take -> errors.
        seconds: of each frame.
    """

    errors: dict[str, Errors]
    seconds: np.ndarray


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    takes = _takes(options.media / "mocap")
    ours = _run_ours(takes)
    runs = {"ours": ours}
    try:
        runs[f"Kalidokit {kalidokit.VERSION}"], convention = _run_kalidokit(takes)
        print(f"Kalidokit's most favourable convention: {convention}")
    except MissingError as error:
        convention = None
        print(f"KALIDOKIT IS MISSING, its column is left out: {error}")
    for take, how in DAMAGED.items():
        print(f"feet and flips of {take} are not counted: {how}")
    print("\nmean angle to the true bone direction, degrees\n" + _bone_table(runs))
    print("\nmean over torso, arms and legs, degrees\n" + _take_table(runs))
    print("\nour rotations against the recorded ones, twist included: mean degrees\n" + _turn_table(ours))
    figures = _figures(runs)
    print("\n" + figure_table(figures, before))
    details = {"takes": {take.name: len(take.motion) for take in takes}, "kalidokit_convention": str(convention)}
    write_results(options.output, figures, {**details, "bones": {name: _bones(run) for name, run in runs.items()}})
    print(f"\nload average {machine()['load_average']}; written to {options.output}")


def _takes(folder: Path) -> list[Take]:
    takes = []
    for path in sorted(folder.glob("*.bvh")):
        try:
            takes.append(read_take(path))
        except AvatarkitError as error:
            print(f"LEFT OUT: {error}")
    if not takes:
        raise SystemExit(f"no motion could be read in {folder}; name another media folder with --media")
    print(f"{len(takes)} takes, {sum(len(take.motion) for take in takes)} frames")
    return takes


def _run_ours(takes: list[Take]) -> Run:
    errors, seconds = {}, []
    for take in takes:
        memory: JointMemory | None = None
        rotations = np.empty((len(take.motion), 55, 4))
        for number, points in enumerate(take.landmarks):
            seen = JointPoints(points, np.ones(len(points)))
            start = thread_time()  # the processor's: another program's share of the machine is not ours
            solution = solve_joints(seen, memory)
            seconds.append(thread_time() - start)
            memory, rotations[number] = solution.memory, solution.rotations
        errors[take.name] = errors_of(take, rotations)
    return Run(errors, np.array(seconds))


def _run_kalidokit(takes: list[Take]) -> tuple[Run, kalidokit.Convention]:
    solved = [kalidokit.solve(take.landmarks) for take in takes]
    few = [slice(None, None, max(1, len(take.motion) // SEARCH_FRAMES)) for take in takes]
    samples = [Take(take.name, _every(take, pick)) for take, pick in zip(takes, few, strict=True)]

    def mean_error(convention: kalidokit.Convention) -> float:
        found = [
            direction_errors(sample, kalidokit.local_rotations(angles[pick], convention))
            for sample, (angles, _), pick in zip(samples, solved, few, strict=True)
        ]
        return float(np.mean([np.concatenate([errors[bone] for errors in found]).mean() for bone in JUDGED]))

    best = min(kalidokit.conventions(), key=mean_error)
    errors = {
        take.name: errors_of(take, kalidokit.local_rotations(angles, best))
        for take, (angles, _) in zip(takes, solved, strict=True)
    }
    per_frame = [np.full(len(take.motion), s / len(take.motion)) for take, (_, s) in zip(takes, solved, strict=True)]
    return Run(errors, np.concatenate(per_frame)), best


def _every(take: Take, pick: slice) -> HumanMotion:
    fields = ("times_s", "root_positions", "rotations", "confidence", "expressions", "foot_contacts")
    return replace(take.motion, **{name: getattr(take.motion, name)[pick] for name in fields})


def _bones(run: Run) -> dict[str, float]:
    """Bone -> mean error over all frames of all takes."""
    return {bone: float(_angles(run, bone).mean()) for bone in DIRECTIONS}


def _angles(run: Run, bone: str) -> np.ndarray:
    """A bone's direction errors in all frames of all takes; feet of sound takes only."""
    return np.concatenate([e.directions[bone] for take, e in run.errors.items() if bone in JUDGED or take not in DAMAGED])


def _bone_table(runs: dict[str, Run]) -> str:
    means = {name: _bones(run) for name, run in runs.items()}
    worst = {bone: _angles(runs["ours"], bone) for bone in DIRECTIONS}
    rows = [
        (
            bone,
            *(f"{mean[bone]:.2f}" for mean in means.values()),
            f"{np.percentile(worst[bone], 95):.2f}",
            f"{worst[bone].max():.2f}",
        )
        for bone in DIRECTIONS
    ]
    return table(rows, ("bone", *runs, "ours, 95 %", "ours, worst"))


def _take_table(runs: dict[str, Run]) -> str:
    takes = next(iter(runs.values())).errors
    rows = [
        (take, *(f"{np.mean([run.errors[take].directions[bone].mean() for bone in JUDGED]):.2f}" for run in runs.values()),
         *(run.errors[take].flips for run in runs.values()))
        for take in takes
    ]  # fmt: skip
    return table(rows, ("take", *runs, *(f"flips, {name}" for name in runs)))


def _turn_table(run: Run) -> str:
    rows = [(take, *(f"{errors.turns[bone].mean():.1f}" for bone in TURNS)) for take, errors in run.errors.items()]
    return table(rows, ("take", *TURNS))


def _figures(runs: dict[str, Run]) -> list[Figure]:
    return [figure for name, run in runs.items() for figure in (_our_figures if name == "ours" else _their_figures)(name, run)]


def _our_figures(name: str, run: Run) -> list[Figure]:
    mean, worst, *more = _their_figures(name, run)
    arms, feet, flips, _ = more
    slow = float(np.percentile(run.seconds, 95) * 1e3)
    return [
        replace(mean, goal=MEAN_GOAL_DEG), replace(worst, goal=WORST_GOAL_DEG), arms, feet, replace(flips, goal=0),
        Figure(f"{name}: processor time per frame, 95th percentile", slow, "ms", TIME_GOAL_MS),
    ]  # fmt: skip


def _their_figures(name: str, run: Run) -> list[Figure]:
    bones = _bones(run)
    judged = [bones[bone] for bone in JUDGED]
    arms, feet = ([bones[bone] for bone in DIRECTIONS if part in bone] for part in ("Arm", "Foot"))
    return [
        Figure(f"{name}: mean direction error, torso, arms, legs", float(np.mean(judged)), "deg"),
        Figure(f"{name}: largest of these bones' means", max(judged), "deg"),
        Figure(f"{name}: mean direction error of the arms", float(np.mean(arms)), "deg"),
        Figure(f"{name}: mean direction error of the feet", float(np.mean(feet)), "deg"),
        Figure(
            f"{name}: flips over 45 degrees", sum(errors.flips for take, errors in run.errors.items() if take not in DAMAGED)
        ),
        Figure(f"{name}: time per frame, mean", float(run.seconds.mean() * 1e3), "ms"),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.solver", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder whose mocap/ holds BVH files")
    parser.add_argument("--output", type=Path, default=OUT / "solver.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
