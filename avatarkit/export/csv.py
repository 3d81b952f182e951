"""Human motion as a table: one row per moment, comma-separated, with a header that says what each column is."""

from __future__ import annotations

import numpy as np

from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES

COMMENT = (
    "# avatarkit motion table 1. time_s: seconds. hips_{x,y,z}: metres, world, +Y up, the body faces +Z at rest, floor y=0. "
    "BONE_q{x,y,z,w}: unit quaternion, local to the parent bone, from the T-pose with world-parallel axes (VRM 1.0 names). "
    "contact_{left,right} and ARKit's 52 expressions: 0..1."
)
"""First line of every table."""


def csv_text(motion: HumanMotion) -> str:
    """The motion as a table of the bones that the body has.

    Columns: time_s; hips_x, hips_y, hips_z; four per bone; contact_left, contact_right; ARKit's 52 expressions. Lines that
    begin with # are comments.
    """
    bones = [bone for bone in HUMAN_BONES if motion.skeleton.present[BONE[bone]]]
    header = ["time_s", "hips_x", "hips_y", "hips_z", *(f"{bone}_q{part}" for bone in bones for part in "xyzw"),
              "contact_left", "contact_right", *ARKIT_NAMES]  # fmt: skip
    rotations = motion.rotations[:, [BONE[bone] for bone in bones]].reshape(len(motion), -1)
    parts = [motion.times_s[:, None], motion.root_positions, rotations, motion.foot_contacts, motion.expressions]
    table = np.concatenate(parts, axis=1)
    row = ",".join(["%.6f"] * 4 + ["%.7f"] * rotations.shape[1] + ["%.4g"] * (table.shape[1] - 4 - rotations.shape[1]))
    return "\n".join([COMMENT, ",".join(header), *(row % tuple(moment) for moment in table.tolist())]) + "\n"
