"""A human body's pose and its motion: the hub between any tracker or motion file and any rig.

Rotations are normalized as in VRM: from the T-pose facing +Z in which every bone is parallel to the world's axes, local to the
bone's parent in `HUMAN_BONE_PARENTS` (the nearest one that is present). The floor is y = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES, REQUIRED_BONES

BONES = len(HUMAN_BONES)
EXPRESSIONS = len(ARKIT_NAMES)
BONE: Mapping[str, int] = {name: index for index, name in enumerate(HUMAN_BONES)}
"""Human bone name -> its row."""

FEET = ("left", "right")
"""Order of the columns of `foot_contacts`."""


@dataclass(frozen=True)
class HumanSkeleton:
    """A body's proportions: where its joints are in the T-pose.

    Attributes:
        rest_positions: (55, 3) metres, world, facing +Z, soles at y = 0; of a missing bone its parent's position.
        present: (55,) which bones the body has; the required ones always.
    """

    rest_positions: np.ndarray
    present: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "rest_positions", checked_array("rest_positions", self.rest_positions, (BONES, 3), np.float64))
        object.__setattr__(self, "present", checked_array("present", self.present, (BONES,), bool))
        missing = [bone for bone in REQUIRED_BONES if not self.present[BONE[bone]]]
        if missing:
            raise ValueError(f"a human skeleton needs {', '.join(missing)}")

    @property
    def hip_height(self) -> float:
        """Height of the hips' joint in the T-pose, metres: the scale of a body."""
        return float(self.rest_positions[BONE["hips"], 1])


@dataclass(frozen=True)
class HumanPose:
    """A body at one moment.

    Attributes:
        time_s: seconds.
        root_position: (3,) world position of the hips' joint, metres.
        rotations: (55, 4) xyzw, normalized; the identity where a bone is missing or was never seen.
        confidence: (55,) 0..1; 0 where the rotation is a guess.
        expressions: (52,) ARKit weights 0..1, in `ARKIT_NAMES`' order.
        foot_contacts: (2,) 0..1, whether the left and right foot stand.
    """

    time_s: float
    root_position: np.ndarray
    rotations: np.ndarray
    confidence: np.ndarray
    expressions: np.ndarray
    foot_contacts: np.ndarray

    def __post_init__(self) -> None:
        _check(
            self, root_position=(3,), rotations=(BONES, 4), confidence=(BONES,), expressions=(EXPRESSIONS,), foot_contacts=(2,)
        )


@dataclass(frozen=True)
class HumanMotion:
    """A body over time: the fields of `HumanPose` with a leading T.

    Attributes:
        skeleton: the proportions of the body that moved.
        times_s: (T,) seconds, rising strictly, T at least 1.
        root_positions: (T, 3); rotations: (T, 55, 4); confidence: (T, 55); expressions: (T, 52); foot_contacts: (T, 2).
        report: what was measured on the way, plain JSON values.
    """

    skeleton: HumanSkeleton
    times_s: np.ndarray
    root_positions: np.ndarray
    rotations: np.ndarray
    confidence: np.ndarray
    expressions: np.ndarray
    foot_contacts: np.ndarray
    report: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.times_s)
        if count == 0:
            raise ValueError("a motion needs at least one moment")
        _check(
            self, times_s=(count,), root_positions=(count, 3), rotations=(count, BONES, 4), confidence=(count, BONES),
            expressions=(count, EXPRESSIONS), foot_contacts=(count, 2),
        )  # fmt: skip
        if (np.diff(self.times_s) <= 0).any():
            raise ValueError("times must rise strictly")

    def __len__(self) -> int:
        return len(self.times_s)

    def save(self, path: str | Path) -> None:
        """Write the motion to `path`, whole or not at all: .npz, .vrma, .bvh or .csv by the suffix.

        Raises:
            UsageError: another suffix, or a place where nothing can be written.
        """
        from avatarkit.export.motion_files import save_human_motion  # it stands to the right, and so do its libraries

        save_human_motion(self, path)

    def pose(self, index: int) -> HumanPose:
        """The pose at one of the motion's moments."""
        return HumanPose(
            float(self.times_s[index]), self.root_positions[index], self.rotations[index], self.confidence[index],
            self.expressions[index], self.foot_contacts[index],
        )  # fmt: skip


def _check(part: object, **shapes: tuple[int, ...]) -> None:
    for name, shape in shapes.items():
        object.__setattr__(part, name, checked_array(name, getattr(part, name), shape, np.float64))
