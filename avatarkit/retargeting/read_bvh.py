"""A BVH file as a moving skeleton, and as human motion."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from avatarkit.errors import InputError
from avatarkit.geometry import quaternions
from avatarkit.gltf.container import read_bounded
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.retargeting.bvh_file import BvhFile, parse_bvh
from avatarkit.retargeting.skeleton_motion import SkeletonMotion
from avatarkit.retargeting.source_rig import human_source
from avatarkit.retargeting.to_human import to_human
from avatarkit.rig.skeleton import Skeleton

_POSITIONS = 3
"""The first three of `bvh_file.CHANNELS` are positions, the others rotations about the same axes."""


def read_bvh(path: str | Path, *, fps: float | None = None) -> HumanMotion:
    """Read a BVH file of one person.

    Any unit, either up axis, any order of channels and any rest pose; which joint is which human bone is told by the names,
    else by the structure.

    Args:
        path: the file.
        fps: frames per second where the file's own rate is wrong.

    Raises:
        InputError: no such file, damaged, several people, or no human skeleton.
    """
    path = Path(path)
    try:
        source = human_source(read_bvh_skeleton(path, fps=fps), source=path.name)
        return to_human(source.rig, source.motion, world_to_canonical=source.world_to_canonical)
    except InputError as error:
        raise type(error)(f"{path.name}: {error}") from error


def read_bvh_skeleton(path: str | Path, *, fps: float | None = None) -> SkeletonMotion:
    """The joints of a BVH file over time, in the file's own unit and axes. Arguments and errors as `read_bvh`."""
    return skeleton_motion(parse_bvh(read_bounded(Path(path))), fps=fps)


def skeleton_motion(file: BvhFile, *, fps: float | None = None) -> SkeletonMotion:
    """The channels of a parsed file as translations and rotations."""
    offsets = np.array([joint.offset for joint in file.joints], float)
    count, joints = len(file.frames), len(file.joints)
    translations = np.broadcast_to(offsets, (count, joints, 3)).copy()
    rotations = np.broadcast_to(quaternions.IDENTITY, (count, joints, 4)).copy()
    column = 0
    for number, joint in enumerate(file.joints):
        for channel in joint.channels:
            values, axis = file.frames[:, column], channel % _POSITIONS
            if channel < _POSITIONS:  # a position takes the offset's place, as motion capture programs write it
                translations[:, number, axis] = values
            else:
                rotations[:, number] = quaternions.multiply(rotations[:, number], _about_axis(axis, np.radians(values)))
            column += 1
    ends = [(number, end) for number, joint in enumerate(file.joints) for end in joint.ends]
    return SkeletonMotion(
        skeleton=Skeleton(_unique([joint.name for joint in file.joints]), np.array([j.parent for j in file.joints]), offsets,
                          np.broadcast_to(quaternions.IDENTITY, (joints, 4))),
        times_s=np.arange(count) * (file.frame_time_s if fps is None else 1 / fps),
        translations=translations,
        rotations=rotations,
        ends=np.array([end for _, end in ends], float).reshape(-1, 3),
        end_joints=np.array([number for number, _ in ends], np.int32),
        notes=file.notes,
    )  # fmt: skip


def _about_axis(axis: int, angles: np.ndarray) -> np.ndarray:
    vectors = np.zeros((len(angles), 3))
    vectors[:, axis] = angles
    return quaternions.from_rotation_vector(vectors)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Names made unique by a number behind the repeated ones."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        candidate = name if seen[name] == 1 else f"{name}.{seen[name]}"
        while candidate in seen and candidate != name:
            candidate += "_"
        seen.setdefault(candidate, 1)
        unique.append(candidate)
    return tuple(unique)
