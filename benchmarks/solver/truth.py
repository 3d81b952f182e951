"""Perfect landmarks of recorded motion, and what its bones truly do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanSkeleton
from avatarkit.motion.joints.head import HEAD_POINTS, HEAD_SHAPE
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.retargeting.read_bvh import read_bvh
from avatarkit.vocabulary.mediapipe_points import POSE, POSE_POINTS

HALF_RATE_FILES = ("cmu_salsa",)
"""Files whose header says 120 frames a second where their makers' notes say 60."""

DAMAGED = {"cmu_05_06_dance": "its right knee jumps by up to 38 cm between two frames, its feet are twisted backward"}
"""Takes whose recording is broken, and how: their feet and flips are not counted, for any solver."""

JOINTS = {
    side + point: side + bone
    for side in ("left", "right")
    for point, bone in {
        "Shoulder": "UpperArm", "Elbow": "LowerArm", "Wrist": "Hand", "Hip": "UpperLeg", "Knee": "LowerLeg", "Ankle": "Foot",
    }.items()
}  # fmt: skip
"""Landmarks that are joints."""

ON_LEFT_HAND = {"Index": (0.09, 0.0, 0.03), "Pinky": (0.08, 0.0, -0.03), "Thumb": (0.06, -0.01, 0.06)}
"""Metres from the wrist in the T-pose: knuckles and thumb of a hand of average size."""

ON_FOOT = {"Heel": (0.0, -0.06, -0.05), "FootIndex": (0.0, -0.06, 0.17)}
"""Metres from the ankle in the T-pose: a foot of average size."""


@dataclass(frozen=True)
class Take:
    """One recorded motion.

    Attributes:
        name: the file's.
        motion: its motion.
    """

    name: str
    motion: HumanMotion

    @cached_property
    def world(self) -> np.ndarray:
        """(T, 55, 4) world rotations."""
        return world_rotations(self.motion.rotations)

    @cached_property
    def positions(self) -> np.ndarray:
        """(T, 55, 3) metres."""
        return world_positions(self.motion.skeleton, self.motion.root_positions, self.world)

    @cached_property
    def landmarks(self) -> np.ndarray:
        """(T, 33, 3) metres, our axes: the points that MediaPipe would give if it made no error."""
        points = np.empty((len(self.motion), len(POSE_POINTS), 3))
        for point, bone in JOINTS.items():
            points[:, POSE[point]] = self.positions[:, BONE[bone]]
        for point, offset in zip(HEAD_POINTS, HEAD_SHAPE, strict=True):
            points[:, POSE[point]] = self._on("head", offset)
        for side, mirror in (("left", 1.0), ("right", -1.0)):
            for table, bone in ((ON_LEFT_HAND, "Hand"), (ON_FOOT, "Foot")):
                for point, (x, y, z) in table.items():
                    points[:, POSE[side + point]] = self._on(side + bone, np.array([mirror * x, y, z]))
        return points

    def _on(self, bone: str, offset: np.ndarray) -> np.ndarray:
        """(T, 3) a place that moves with a bone."""
        return self.positions[:, BONE[bone]] + quaternions.rotate(self.world[:, BONE[bone]], offset)


def read_take(path: Path) -> Take:
    """A BVH file's motion, at its true rate."""
    fps = 60.0 if path.name.startswith(HALF_RATE_FILES) else None
    return Take(path.stem, read_bvh(path, fps=fps))


def straight_skeleton(skeleton: HumanSkeleton) -> HumanSkeleton:
    """The same proportions with nothing askew in the T-pose: trunk upright, the hips' and shoulders' joints in its plane."""
    rest = np.array(skeleton.rest_positions)
    middle = 0.5 * (rest[BONE["leftUpperArm"]] + rest[BONE["rightUpperArm"]])
    for bone in ("spine", "chest", "upperChest", "neck", "leftShoulder", "rightShoulder", "leftUpperArm", "rightUpperArm"):
        rest[BONE[bone], 2] = 0.0
    for bone in ("spine", "chest", "upperChest", "neck"):
        rest[BONE[bone], 0] = 0.0
    hips = 0.5 * (rest[BONE["leftUpperLeg"]] + rest[BONE["rightUpperLeg"]])
    rest[BONE["hips"]] = hips * (0.0, 1.0, 0.0)
    for side, mirror in (("left", 1.0), ("right", -1.0)):
        rest[BONE[side + "UpperLeg"]] = [mirror * abs(rest[BONE[side + "UpperLeg"], 0] - hips[0]), hips[1], 0.0]
        rest[BONE[side + "UpperArm"], :2] = [mirror * abs(rest[BONE[side + "UpperArm"], 0] - middle[0]), middle[1]]
    return HumanSkeleton(rest, skeleton.present)
