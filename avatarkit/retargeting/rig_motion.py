"""A rig's motion: the type that files and streams are written from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.rig.skeleton import HumanoidRig


@dataclass(frozen=True)
class RigMotion:
    """What each joint of a rig does over time.

    Attributes:
        rig: the rig.
        human: the human motion it was made from.
        times_s: (T,) seconds, rising strictly.
        translations: (T, B, 3) local to the parent, in the unit of the rig's file.
        rotations: (T, B, 4) xyzw, local to the parent: what a glTF file holds, rest rotation included.
        morph_weights: (T, M) for the rig's `morph_names`.
    """

    rig: HumanoidRig
    human: HumanMotion
    times_s: np.ndarray
    translations: np.ndarray
    rotations: np.ndarray
    morph_weights: np.ndarray

    def __post_init__(self) -> None:
        moments, joints, morphs = len(self.times_s), len(self.rig.skeleton.names), len(self.rig.morph_names)
        for name, shape in (
            ("times_s", (moments,)),
            ("translations", (moments, joints, 3)),
            ("rotations", (moments, joints, 4)),
            ("morph_weights", (moments, morphs)),
        ):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), shape, np.float64))

    def save(self, path: str | Path) -> None:
        """Write the motion to `path`, whole or not at all: .glb (the rig's own file, animated), .vrma, .bvh, .csv or .npz.

        Raises:
            UsageError: another suffix, a rig without a file, or a place where nothing can be written.
        """
        from avatarkit.export.motion_files import save_rig_motion  # it stands to the right, and so do its libraries

        save_rig_motion(self, path)
