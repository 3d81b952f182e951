"""`avatarkit capture`: a video becomes motion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import avatarkit as ak
from avatarkit.cli.motion_output import MOTION_SUFFIXES, check_rate, load_target, write_motion
from avatarkit.cli.steps import Steps, shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.errors import UsageError
from avatarkit.whole_files import write_whole

if TYPE_CHECKING:
    from avatarkit.motion.human_motion import HumanMotion
    from avatarkit.tracking.tracked_frame import TrackedVideo

Feet = Literal["auto", "always", "never"]
HEIGHTS_M = (0.4, 3.0)
"""From a small child to beyond the tallest person measured: anything else is a slip of the unit."""


def capture(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="MP4, MOV, MKV, WebM, AVI, GIF, ...")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .glb, .vrma, .bvh, .csv or .npz.")],
    *,
    rig: Annotated[Path | None, typer.Option(metavar="RIG", help="The humanoid that shall move: .glb, .gltf, .vrm.")] = None,
    feet: Annotated[Feet, typer.Option(help="When standing feet are held: as seen, always, never.")] = "auto",
    height: Annotated[float | None, typer.Option(metavar="METRES", help="How tall the person is.")] = None,
    person: Annotated[int | None, typer.Option(metavar="N", help="Which person, 1 being the largest.")] = None,
    fps: Annotated[float | None, typer.Option(metavar="RATE", help="Frames per second; the video's own without it.")] = None,
    motion: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write the motion, *.npz.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write what was measured, *.json.")] = None,
) -> None:
    """Turn the movement of a person in a video into motion for a rig."""
    check_suffix(output, MOTION_SUFFIXES)
    if motion is not None:
        check_suffix(motion, (".npz",))
    check_targets([output, motion, report], sources=[video, *([rig] if rig else [])])
    check_rate(fps)
    _check_person(height, person)
    with shown_steps() as steps:
        steps.note_first_time("joints")
        target = load_target(rig, output, steps)
        tracked = _tracked(video, person, steps)
        with steps.step("estimate_motion", "Solving the motion") as advance:
            moved = ak.estimate_motion(
                tracked, height_m=height, feet=feet, progress=lambda share: advance(round(100 * share), 100)
            )
        write_motion(moved, target, output, fps=fps, feet=feet, steps=steps)
        if motion is not None:
            moved.save(motion)
        if report is not None:
            write_whole(report, _json(_report(video, output, tracked, moved, steps)))


def _check_person(height: float | None, person: int | None) -> None:
    low, high = HEIGHTS_M
    if height is not None and not low <= height <= high:
        raise UsageError(f"--height {height:g} is no person's height in metres: it must be {low:g} to {high:g}.")
    if person is not None and person < 1:
        raise UsageError(f"People are numbered from 1, largest first; there is no person {person}.")


def _tracked(video: Path, person: int | None, steps: Steps) -> TrackedVideo:
    with steps.step("track_video", "Following the person") as advance:
        tracked = ak.track_video(video, person=person, progress=advance)
    for note in tracked.notes:
        steps.note(f"Note: {note}")
    return tracked


def _report(video: Path, output: Path, tracked: TrackedVideo, moved: HumanMotion, steps: Steps) -> dict[str, Any]:
    """What was measured: the motion's figures, what was seen, what was written, and the seconds of each step."""
    return {
        "video": video.name,
        "frames": len(tracked.frames),
        "people": tracked.people,
        "notes": list(tracked.notes),
        **moved.report,
        "output": output.name,
        "bytes": output.stat().st_size,
        "seconds": {**steps.seconds, "total": round(sum(steps.seconds.values()), 4)},
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
