"""A motion as a file, by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from avatarkit.errors import UsageError
from avatarkit.export.animated_file import animated_glb
from avatarkit.export.bvh import bvh_text
from avatarkit.export.csv import csv_text
from avatarkit.export.vrma import vrma_glb
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.motion.npz import motion_to_npz
from avatarkit.retargeting.rig_motion import RigMotion
from avatarkit.retargeting.to_human import rig_motion_to_human
from avatarkit.rig.load_rig import VRM_EXTENSION
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.whole_files import write_whole

HUMAN_WRITERS: Mapping[str, Callable[[HumanMotion], bytes]] = {
    ".npz": motion_to_npz,
    ".vrma": vrma_glb,
    ".bvh": lambda motion: bvh_text(motion).encode(),
    ".csv": lambda motion: csv_text(motion).encode(),
}
"""What writes a human motion, by the file's suffix."""

MOTION_SUFFIXES = (".glb", *HUMAN_WRITERS)
"""What a motion on a rig is written as."""


def check_motion_suffix(path: str | Path, *, with_rig: bool = True) -> str:
    """The suffix of a motion file, in lower case. Raises UsageError for one that is not written."""
    suffix, name = Path(path).suffix.lower(), Path(path).name
    if suffix == ".vrm":
        raise UsageError(f"Cannot write {name}: a VRM carries no motion. Name a .vrma for any VRM, or a .glb for this rig.")
    if suffix == ".gltf":
        raise UsageError(f"Cannot write {name}: an animated rig is written as .glb.")
    if suffix == ".glb" and not with_rig:
        raise UsageError(f"Cannot write {name}: a .glb needs a rig; retarget the motion to one first.")
    if suffix not in MOTION_SUFFIXES:
        raise UsageError(f"Cannot write {name}: a motion is written as {', '.join(MOTION_SUFFIXES)}.")
    return suffix


def save_human_motion(motion: HumanMotion, path: str | Path) -> None:
    """Write a human motion as .npz, .vrma, .bvh or .csv, whole or not at all.

    Raises:
        UsageError: another suffix, or a place where nothing can be written.
    """
    write_whole(path, HUMAN_WRITERS[check_motion_suffix(path, with_rig=False)](motion))


def save_rig_motion(motion: RigMotion, path: str | Path) -> None:
    """Write a rig's motion, whole or not at all.

    A .glb is the rig's own file with one more animation. A .vrma or .bvh is the motion of a body with the rig's proportions;
    .npz and .csv keep the human motion it was made from.

    Raises:
        UsageError: another suffix, a rig without a file, or a place where nothing can be written.
    """
    suffix = check_motion_suffix(path)
    if suffix == ".glb":
        content = animated_glb(motion)
    elif suffix == ".vrma":
        content = vrma_glb(rig_motion_to_human(_from_its_rest(motion)), presets=not _has_arkit(motion))
    elif suffix == ".bvh":
        content = bvh_text(rig_motion_to_human(motion)).encode()
    else:
        content = HUMAN_WRITERS[suffix](motion.human)
    write_whole(path, content)


def _from_its_rest(motion: RigMotion) -> RigMotion:
    """The motion as told from the rest pose of a VRM: players take that for its T-pose, be it one or not."""
    rig = motion.rig
    return replace(motion, rig=replace(rig, t_pose=rig.skeleton.rest_rotations)) if rig.family == VRM_EXTENSION else motion


def _has_arkit(motion: RigMotion) -> bool:
    known = {name.lower() for name in ARKIT_NAMES}
    return any(name.lower() in known for name in motion.rig.morph_names)
