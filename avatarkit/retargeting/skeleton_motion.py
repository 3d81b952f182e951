"""A joint tree that moves: what a motion file holds before anybody knows which joint is which human bone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.arrays import checked_array
from avatarkit.rig.skeleton import Skeleton


@dataclass(frozen=True)
class SkeletonMotion:
    """What the joints of a file do over time.

    Attributes:
        skeleton: the joints at rest, in the file's unit.
        times_s: (T,) seconds, rising strictly.
        translations: (T, B, 3) local to the parent, the file's unit.
        rotations: (T, B, 4) xyzw, local to the parent.
        ends: (E, 3) places of chain ends without a joint (BVH's End Sites), local to `end_joints`.
        end_joints: (E,) the joint that each end hangs on.
        notes: what was odd in the file and how it was taken.
    """

    skeleton: Skeleton
    times_s: np.ndarray
    translations: np.ndarray
    rotations: np.ndarray
    ends: np.ndarray = None  # type: ignore[assignment]  # none, made when the value is checked
    end_joints: np.ndarray = None  # type: ignore[assignment]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        moments, joints = len(self.times_s), len(self.skeleton.names)
        ends = np.zeros((0, 3)) if self.ends is None else self.ends
        end_joints = np.zeros(0, np.int32) if self.end_joints is None else self.end_joints
        for name, values, shape in (
            ("times_s", self.times_s, (moments,)),
            ("translations", self.translations, (moments, joints, 3)),
            ("rotations", self.rotations, (moments, joints, 4)),
            ("ends", ends, (len(ends), 3)),
        ):
            object.__setattr__(self, name, checked_array(name, values, shape, np.float64))
        object.__setattr__(self, "end_joints", checked_array("end_joints", end_joints, (len(ends),), np.int32))

    @property
    def world(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (T, B, 3), the file's unit, and rotations (T, B, 4) of all joints."""
        return world_transforms(self.skeleton, self.translations, self.rotations)


def world_transforms(skeleton: Skeleton, translations: np.ndarray, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World positions (..., B, 3) and rotations (..., B, 4) of local translations (..., B, 3) and rotations (..., B, 4).

    Rest scales act on the translations of the joints below, as in `Skeleton`.
    """
    positions, world = np.empty_like(translations), np.empty_like(rotations)
    scales = world_scales(skeleton)
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0:
            positions[..., joint, :], world[..., joint, :] = translations[..., joint, :], rotations[..., joint, :]
            continue
        above = world[..., parent, :]
        reach = scales[parent] * translations[..., joint, :]
        positions[..., joint, :] = positions[..., parent, :] + quaternions.rotate(above, reach)
        world[..., joint, :] = quaternions.multiply(above, rotations[..., joint, :])
    return positions, world


def world_scales(skeleton: Skeleton) -> np.ndarray:
    """(B, 3) what acts on the translations of each joint's children: its own scale and those above it."""
    scales = np.array(skeleton.rest_scales)
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            scales[joint] *= scales[parent]
    return scales


def continuous(rotations: np.ndarray) -> np.ndarray:
    """Of each quaternion (T, ..., 4) and its negative the one nearer to the moment before; the first has w >= 0."""
    if len(rotations) == 0:
        return rotations
    steps = np.where(np.sum(rotations[1:] * rotations[:-1], axis=-1) < 0, -1.0, 1.0)
    first = np.where(rotations[:1, ..., 3] < 0, -1.0, 1.0)
    return rotations * np.cumprod(np.concatenate([first, steps]), axis=0)[..., None]
