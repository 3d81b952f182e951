"""People seen from above: trackers, which mostly saw people from their own height, show trunks too upright in the picture.

On clips rendered from 28 to 34 degrees above, trunks came out 7 to 18 degrees too upright and legs 2: bodies lean back over
legs that step forward. How far the camera looks down is told by legs alone; see `floor`.
"""

from __future__ import annotations

from dataclasses import replace
from math import atan2, cos, sin

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.compiled import NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_matrices import applied
from avatarkit.geometry.plain_quaternions import Quaternion, multiply, put_quaternion, quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import Vector, minus
from avatarkit.motion.floor import Floor, find_floor, onto_floor
from avatarkit.motion.human_motion import BONE, HumanMotion

TRUNK_SHARE = 0.35
"""Of the camera's pitch, by how much trunks are shown too upright: with it bones of eight clips from above are nearest to the
truth. Of people seen from behind it would be 0.5, from before 0.25."""

_HIPS, _HEAD = BONE["hips"], BONE["head"]
_THIGHS = (BONE["leftUpperLeg"], BONE["rightUpperLeg"])
_BACK = tuple(BONE[bone] for bone in ("spine", "chest", "upperChest", "neck"))


def over_floor(motion: HumanMotion) -> tuple[HumanMotion, np.ndarray]:
    """A motion of the camera's space over the floor that is found under it, trunks leaning as they do when seen from above; and
    where the camera is (3,)."""
    floor = find_floor(motion)
    return onto_floor(with_leaning_trunk(motion, trunk_lean(_pitch(floor))), floor), -floor.origin


def with_leaning_trunk(motion: HumanMotion, angle: float) -> HumanMotion:
    """The motion with hips, trunk and arms turned about the picture's horizontal by so many radians, towards the camera.

    Legs and head, which the picture or the face shows better, stay.
    """
    rest = motion.skeleton.rest_positions
    rotations, moved = _leaning(motion.rotations, rest[list(_THIGHS)].mean(axis=0) - rest[_HIPS], angle)
    return replace(motion, rotations=rotations, root_positions=motion.root_positions + moved)


@compilable
def trunk_lean(pitch: float) -> float:
    """Radians by which trunks lean more to a camera that looks down by so many radians than they are shown to."""
    return TRUNK_SHARE * max(pitch, 0.0)


@compilable
def lean_trunk(rotations: np.ndarray, to_thighs: Vector, angle: float) -> Vector:
    """Turn a pose's hips, trunk and arms as `with_leaning_trunk` does.

    Args:
        rotations: (55, 4) local, changed.
        to_thighs: from the hips' joint to the middle between the thighs' at rest.
        angle: radians.

    Returns:
        by how much the hips' joint moves while legs stay where they are, metres.
    """
    if angle == 0.0:
        return 0.0, 0.0, 0.0
    lean, back = (sin(0.5 * angle), 0.0, 0.0, cos(0.5 * angle)), (-sin(0.5 * angle), 0.0, 0.0, cos(0.5 * angle))
    hips = quaternion_in(rotations, _HIPS)
    neck = hips
    for bone in _BACK:
        neck = multiply(neck, quaternion_in(rotations, bone))
    for bone in _THIGHS:
        _turn_in_world(rotations, bone, hips, back)
    _turn_in_world(rotations, _HEAD, neck, back)
    leaning = multiply(lean, hips)
    put_quaternion(rotations, _HIPS, leaning)
    return minus(applied(to_rows(hips), to_thighs), applied(to_rows(leaning), to_thighs))


@compilable
def _turn_in_world(rotations: np.ndarray, bone: int, parent: Quaternion, turn: Quaternion) -> None:
    """Turn a bone of a pose about an axis of the world, below a parent with such a world rotation."""
    x, y, z, w = parent
    turned = multiply(multiply((-x, -y, -z, w), turn), parent)
    put_quaternion(rotations, bone, multiply(turned, quaternion_in(rotations, bone)))


@compiled(floats(3), floats(1), NUMBER)
def _leaning(rotations: np.ndarray, to_thighs: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Poses (T, 55, 4) after `lean_trunk`, and what moves their hips' joints (T, 3)."""
    rotations, moved = rotations.copy(), np.empty((len(rotations), 3))
    for pose in range(len(rotations)):
        moved[pose, 0], moved[pose, 1], moved[pose, 2] = lean_trunk(
            rotations[pose], (to_thighs[0], to_thighs[1], to_thighs[2]), angle
        )
    return rotations, moved


def _pitch(floor: Floor) -> float:
    """Radians by which the camera looks down on the floor."""
    _, up, near = quaternions.rotate(quaternions.inverse(floor.to_world), np.array([0.0, 1.0, 0.0])).tolist()
    return atan2(near, up)
