"""People seen from above: trackers, which mostly saw people from their own height, show trunks too upright in the picture.

On clips rendered from 28 to 34 degrees above, trunks came out 8 to 20 degrees too upright and legs 2: bodies lean back over
legs that step forward, and a floor that is found by how bodies stand comes out too level.
"""

from __future__ import annotations

from dataclasses import replace
from math import atan2

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.floor import Floor, find_floor, onto_floor
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_rotations

TRUNK_SHARE = 0.35
"""Of the camera's pitch, by how much trunks are shown too upright: half of what was measured, since the pitch that is found is
two thirds of the true one. With it bones of clips from above and of level ones are nearest to the truth."""

ROUNDS = 3
"""Of finding the floor anew under the body that leans as it then must."""

_THIGHS = [BONE["leftUpperLeg"], BONE["rightUpperLeg"]]
_HIPS, _NECK, _HEAD = BONE["hips"], BONE["neck"], BONE["head"]


def over_floor(motion: HumanMotion) -> HumanMotion:
    """A motion of the camera's space over the floor that is found under it, trunks leaning as they do when seen from above."""
    leaning, floor = motion, find_floor(motion)
    for _ in range(ROUNDS):
        pitch = _pitch(floor)
        if pitch <= 0.0:
            break
        leaning = with_leaning_trunk(motion, TRUNK_SHARE * pitch)
        floor = find_floor(leaning)
    return onto_floor(leaning, floor)


def with_leaning_trunk(motion: HumanMotion, angle: float) -> HumanMotion:
    """The motion with hips, trunk and arms turned about the picture's horizontal by so many radians, towards the camera.

    Legs and head, which the picture or the face shows better, stay.
    """
    lean = quaternions.from_rotation_vector(np.array([angle, 0.0, 0.0]))
    back = quaternions.inverse(lean)
    rotations, world = np.array(motion.rotations), world_rotations(motion.rotations)
    for bones, parent in ((_THIGHS, _HIPS), ([_HEAD], _NECK)):
        held = quaternions.inverse(world[:, parent])
        undone = quaternions.multiply(quaternions.multiply(held, back), world[:, parent])
        rotations[:, bones] = quaternions.multiply(undone[:, None], rotations[:, bones])
    rotations[:, _HIPS] = quaternions.multiply(lean, rotations[:, _HIPS])
    rest = motion.skeleton.rest_positions
    to_thighs = rest[_THIGHS].mean(axis=0) - rest[_HIPS]
    kept = quaternions.rotate(world[:, _HIPS], to_thighs) - quaternions.rotate(rotations[:, _HIPS], to_thighs)
    return replace(motion, rotations=rotations, root_positions=motion.root_positions + kept)


def _pitch(floor: Floor) -> float:
    """Radians by which the camera looks down on the floor."""
    _, up, near = quaternions.rotate(quaternions.inverse(floor.to_world), np.array([0.0, 1.0, 0.0])).tolist()
    return atan2(near, up)
