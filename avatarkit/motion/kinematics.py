"""Forward kinematics of the human skeleton."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONES, HumanSkeleton
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES

PARENTS: tuple[int, ...] = tuple(-1 if p is None else HUMAN_BONES.index(p) for p in HUMAN_BONE_PARENTS.values())
"""Row of each human bone's parent; parents come first."""


def world_rotations(rotations: np.ndarray) -> np.ndarray:
    """World rotations (..., 55, 4) of local normalized ones (..., 55, 4). A missing bone's identity passes its parent's on."""
    world = np.empty_like(rotations)
    for bone, parent in enumerate(PARENTS):
        own = rotations[..., bone, :]
        world[..., bone, :] = own if parent < 0 else quaternions.multiply(world[..., parent, :], own)
    return world


def world_positions(skeleton: HumanSkeleton, root_positions: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Where the joints are.

    Args:
        skeleton: the body.
        root_positions: (..., 3) of the hips, metres.
        world: (..., 55, 4) world rotations.

    Returns:
        (..., 55, 3) metres.
    """
    rest = skeleton.rest_positions
    positions = np.empty((*world.shape[:-2], BONES, 3))
    for bone, parent in enumerate(PARENTS):
        if parent < 0:
            positions[..., bone, :] = root_positions
            continue
        offset = quaternions.rotate(world[..., parent, :], rest[bone] - rest[parent])
        positions[..., bone, :] = positions[..., parent, :] + offset
    return positions


def local_rotations(world: np.ndarray) -> np.ndarray:
    """Local rotations (..., 55, 4) of world ones (..., 55, 4): the inverse of `world_rotations`."""
    local = np.empty_like(world)
    for bone, parent in enumerate(PARENTS):
        own = world[..., bone, :]
        local[..., bone, :] = own if parent < 0 else quaternions.multiply(quaternions.inverse(world[..., parent, :]), own)
    return local
