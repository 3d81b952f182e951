"""What `capture` and `retarget` share: the rig that shall move, and the file that holds the motion."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import avatarkit as ak
from avatarkit.cli.steps import Steps
from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.motion.human_motion import HumanMotion
    from avatarkit.rig.skeleton import HumanoidRig

MOTION_SUFFIXES = (".glb", ".vrma", ".bvh", ".csv", ".npz")
RATES_HZ = (1.0, 240.0)
"""Slower is a slide show; faster than any camera or game engine asks for."""


def check_rate(fps: float | None) -> None:
    """Raise UsageError for a rate that no player has."""
    low, high = RATES_HZ
    if fps is not None and not (math.isfinite(fps) and low <= fps <= high):
        raise UsageError(f"--fps {fps:g} is out of range: it must be {low:g} to {high:g}.")


def load_target(rig: Path | None, output: Path, steps: Steps) -> HumanoidRig | None:
    """The rig that shall move: the caller's, our own body where a .glb is asked for without one, else none."""
    if rig is None and output.suffix.lower() != ".glb":
        return None
    with steps.step("load_rig", "Reading the rig"):
        return ak.load_rig(rig) if rig is not None else ak.load_rig(_own_body(), name="avatarkit's body")


def write_motion(
    motion: HumanMotion, rig: HumanoidRig | None, output: Path, *, fps: float | None, feet: str, steps: Steps
) -> None:
    """Write the motion, on the rig if there is one, at its own rate or at `fps`."""
    moved = motion if fps is None else ak.resample(motion, fps)
    if rig is None:
        with steps.step("save_motion", "Writing the file"):
            moved.save(output)
        return
    with steps.step("retarget", "Moving the rig"):
        on_rig = ak.retarget(moved, rig, feet=feet)
    with steps.step("save_motion", "Writing the file"):
        on_rig.save(output)


def _own_body() -> bytes:
    from avatarkit.avatar.style import default_recipe
    from avatarkit.export.files import glb_bytes

    return glb_bytes(ak.build_avatar(default_recipe()))
