"""Any motion file as human motion."""

from __future__ import annotations

from pathlib import Path

from avatarkit.errors import InputError
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.motion.npz import load_motion
from avatarkit.retargeting.read_animation import read_animation
from avatarkit.retargeting.read_bvh import read_bvh

SUFFIXES = (".npz", ".bvh", ".vrma", ".glb", ".gltf", ".vrm")
"""Motion files that are read."""


def read_motion(path: str | Path, *, animation: str | int | None = None) -> HumanMotion:
    """Read a motion: our own .npz, a .bvh, a .vrma, or a .glb, .gltf or .vrm of a humanoid that has animations.

    Args:
        path: the file.
        animation: which of a glTF file's animations, by name or number; the longest that moves the humanoid unless told.

    Raises:
        UsageError: no such animation.
        InputError: no such file, damaged, no motion or no human in it, or another kind of file.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return load_motion(path)
    if suffix == ".bvh":
        return read_bvh(path)
    if suffix in SUFFIXES:
        return read_animation(path, animation=animation)
    raise InputError(f"{path.name}: this is no motion file; {', '.join(SUFFIXES)} are read")
