"""A joint tree at rest, and a humanoid: a skeleton whose joints have human names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.arrays import checked_array


@dataclass(frozen=True)
class Skeleton:
    """A joint tree at rest.

    Attributes:
        names: unique joint names, parents before children.
        parents: (B,) index of each joint's parent; -1 for a root.
        rest_translations: (B, 3) metres, local to the parent.
        rest_rotations: (B, 4) xyzw, local to the parent; the identity throughout in a normalized rig.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    rest_translations: np.ndarray
    rest_rotations: np.ndarray

    def __post_init__(self) -> None:
        count = len(self.names)
        if len(set(self.names)) != count:
            raise ValueError("joint names must be unique")
        object.__setattr__(self, "parents", checked_array("parents", self.parents, (count,), np.int32))
        for name, width in (("rest_translations", 3), ("rest_rotations", 4)):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (count, width), np.float64))
        if (self.parents >= np.arange(count)).any() or (self.parents < -1).any():
            raise ValueError("parents must come before their children")

    @cached_property
    def rest_world(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (B, 3), metres, and rotations (B, 4) of the joints at rest."""
        positions, rotations = np.zeros_like(self.rest_translations), np.zeros_like(self.rest_rotations)
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                positions[joint], rotations[joint] = self.rest_translations[joint], self.rest_rotations[joint]
                continue
            positions[joint] = positions[parent] + quaternions.rotate(rotations[parent], self.rest_translations[joint])
            rotations[joint] = quaternions.multiply(rotations[parent], self.rest_rotations[joint])
        positions.setflags(write=False)
        rotations.setflags(write=False)
        return positions, rotations


@dataclass(frozen=True)
class HumanoidRig:
    """A skeleton and its human meaning.

    Attributes:
        skeleton: the joints.
        human_bones: VRM 1.0 human bone name -> joint index.
        morph_names: morph targets a face can be driven with, in order.
        source: where the rig came from, for messages.
    """

    skeleton: Skeleton
    human_bones: Mapping[str, int]
    morph_names: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        count = len(self.skeleton.names)
        if any(not 0 <= joint < count for joint in self.human_bones.values()):
            raise ValueError("a human bone points at a joint that does not exist")
