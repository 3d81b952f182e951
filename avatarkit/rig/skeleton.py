"""A joint tree at rest, and a humanoid: a skeleton whose joints have human names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

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
        rest_scales: (B, 3) local to the parent; ones unless told. A scale that differs by axis is applied to children's
            translations only, never to their rotations.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    rest_translations: np.ndarray
    rest_rotations: np.ndarray
    rest_scales: np.ndarray = None  # type: ignore[assignment]  # ones, made when the value is checked

    def __post_init__(self) -> None:
        count = len(self.names)
        if len(set(self.names)) != count:
            raise ValueError("joint names must be unique")
        object.__setattr__(self, "parents", checked_array("parents", self.parents, (count,), np.int32))
        if self.rest_scales is None:
            object.__setattr__(self, "rest_scales", np.ones((count, 3)))
        for name, width in (("rest_translations", 3), ("rest_rotations", 4), ("rest_scales", 3)):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (count, width), np.float64))
        if (self.parents >= np.arange(count)).any() or (self.parents < -1).any():
            raise ValueError("parents must come before their children")

    @cached_property
    def rest_world(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (B, 3), metres, and rotations (B, 4) of the joints at rest."""
        positions, rotations = np.zeros_like(self.rest_translations), np.zeros_like(self.rest_rotations)
        scales = np.array(self.rest_scales)
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                positions[joint], rotations[joint] = self.rest_translations[joint], self.rest_rotations[joint]
                continue
            reach = scales[parent] * self.rest_translations[joint]
            positions[joint] = positions[parent] + quaternions.rotate(rotations[parent], reach)
            scales[joint] = scales[parent] * self.rest_scales[joint]
            rotations[joint] = quaternions.multiply(rotations[parent], self.rest_rotations[joint])
        positions.setflags(write=False)
        rotations.setflags(write=False)
        return positions, rotations


@dataclass(frozen=True)
class HumanoidRig:
    """A skeleton and its human meaning.

    Attributes:
        skeleton: the joints; of a file's rig also the nodes above them, so that `rest_world` is where the file shows them.
        human_bones: VRM 1.0 human bone name -> joint index.
        morph_names: morph targets a face can be driven with, in order.
        source: where the rig came from, for messages.
        t_pose: (B, 4) local rotations that bring the skeleton into VRM's T-pose; the rest rotations unless told.
        to_canonical: (4,) rotation from the skeleton's world to ours (+Y up, the body facing +Z).
        nodes: (B,) each joint's node in the file; empty when the rig has no file.
        family: which naming family told the bones, "structure" where the shape alone did.
        data: the file itself (GLB or glTF JSON), empty without one; `folder` is where its buffers and images lie.
        folder: see `data`.
        twist_bones: joint -> (human bone, share 0..1): joints that are no human bones and follow one in part. For an arm's
            or leg's bone the share is of the twist along the joint's segment (upper arm and thigh: their own twist; forearm
            and shin: the hand's and foot's); for spine, chest, upperChest, neck and head it is of the whole rotation.
        expressions: morph (its place in `morph_names`) -> ARKit name -> weight that drives it.
    """

    skeleton: Skeleton
    human_bones: Mapping[str, int]
    morph_names: tuple[str, ...] = ()
    source: str = ""
    t_pose: np.ndarray = None  # type: ignore[assignment]  # the rest rotations, taken when the value is checked
    to_canonical: np.ndarray = field(default_factory=lambda: quaternions.IDENTITY)
    nodes: tuple[int, ...] = ()
    family: str = ""
    data: bytes = b""
    folder: Path | None = None
    twist_bones: Mapping[int, tuple[str, float]] = field(default_factory=dict)
    expressions: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.skeleton.names)
        if any(not 0 <= joint < count for joint in self.human_bones.values()):
            raise ValueError("a human bone points at a joint that does not exist")
        if self.nodes and len(self.nodes) != count:
            raise ValueError("every joint needs its node")
        t_pose = self.skeleton.rest_rotations if self.t_pose is None else self.t_pose
        object.__setattr__(self, "t_pose", checked_array("t_pose", t_pose, (count, 4), np.float64))
        object.__setattr__(self, "to_canonical", checked_array("to_canonical", self.to_canonical, (4,), np.float64))
