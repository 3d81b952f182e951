"""`avatarkit retarget`: motion made earlier, or by someone else, onto a rig."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import avatarkit as ak
from avatarkit.cli.capture import Feet
from avatarkit.cli.motion_output import MOTION_SUFFIXES, check_rate, load_target, write_motion
from avatarkit.cli.steps import shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.whole_files import write_whole


def retarget(
    motion: Annotated[Path, typer.Argument(metavar="MOTION", help="An .npz of ours, .bvh, .vrma, or an animated .glb.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .glb, .vrma, .bvh, .csv or .npz.")],
    *,
    rig: Annotated[Path | None, typer.Option(metavar="RIG", help="The humanoid that shall move: .glb, .gltf, .vrm.")] = None,
    feet: Annotated[Feet, typer.Option(help="When standing feet are held: as in the motion, always, never.")] = "auto",
    animation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which of a file's animations, by name or number.")
    ] = None,
    fps: Annotated[float | None, typer.Option(metavar="RATE", help="Frames per second; the motion's own without it.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write what was measured, *.json.")] = None,
) -> None:
    """Put a motion onto a rig, or into another format."""
    check_suffix(output, MOTION_SUFFIXES)
    check_targets([output, report], sources=[motion, *([rig] if rig else [])])
    check_rate(fps)
    with shown_steps() as steps:
        steps.note_first_time("retargeting")
        with steps.step("read_motion", "Reading the motion"):
            read = ak.read_motion(motion, animation=animation)
        for note in read.report.get("notes", ()):
            steps.note(f"Note: {note}.")
        target = load_target(rig, output, steps)
        write_motion(read, target, output, fps=fps, feet=feet, steps=steps)
        if report is not None:
            content = {
                "motion": motion.name,
                **read.report,
                "moments": len(read),
                "output": output.name,
                "bytes": output.stat().st_size,
                "seconds": {**steps.seconds, "total": round(sum(steps.seconds.values()), 4)},
            }
            write_whole(report, (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())
