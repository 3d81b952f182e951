"""The T-pose of a capture's feet: rest poses of motion files seldom stand on a floor, the people in them do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.retargeting.skeleton_motion import SkeletonMotion, world_transforms
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.rig.t_pose import SIDES, t_pose

MOMENTS_TRIED = 200
"""Moments of a motion at which poses are looked at: enough to find one that stands."""

STILL_SHARE = 0.25
"""The quarter of all moments in which feet move least is of standing feet: in a walk each stands for more than half."""

STRAIGHT_DOWN = np.radians(3.0)
"""Legs within this of straight down are those of a T-pose that somebody has set up, with feet as they shall be."""

CLEAR_PITCH = np.radians(12.0)
MOST_PITCH = np.radians(30.0)
"""Feet that stand pitched by more than the first on the average are level in truth; by more than the second nobody
stands flat."""


def some_moments(motion: SkeletonMotion) -> np.ndarray:
    """Indices of moments spread evenly over a motion."""
    return np.unique(np.linspace(0, len(motion.times_s) - 1, MOMENTS_TRIED).astype(int))


def with_level_feet(rig: HumanoidRig, base: np.ndarray, motion: SkeletonMotion, world_to_canonical: np.ndarray) -> HumanoidRig:
    """The rig with feet in its T-pose that are level when the person stands. Legs that are straight down are taken to stand.

    Args:
        rig: with a T-pose told from the pose `base` (B, 4).
        base: local rotations.
        motion: of the rig's skeleton.
        world_to_canonical: (4,) rotation from the motion's world to ours.
    """
    if _stands_straight(rig, base):
        return rig
    other, _ = t_pose(rig.skeleton, rig.human_bones, _with_legs_down(rig.skeleton, rig.human_bones, base, rig.t_pose))
    rigs = (rig, replace(rig, t_pose=other))
    best = min(rigs, key=lambda one: float(np.median(_tilts(_turned(one, motion, world_to_canonical, "Foot")))))
    for part in ("Foot", "Toes"):
        if all(f"{side}{part}" in rig.human_bones for side in SIDES):
            best = _pitched(best, part, _pitch(_turned(best, motion, world_to_canonical, part)))
    return best


def _stands_straight(rig: HumanoidRig, base: np.ndarray) -> bool:
    places, _ = world_transforms(rig.skeleton, rig.skeleton.rest_translations, base)
    places = quaternions.rotate(rig.to_canonical, places)
    legs = [(f"{side}UpperLeg", f"{side}Foot") for side in SIDES]
    steps = np.array([places[rig.human_bones[foot]] - places[rig.human_bones[hip]] for hip, foot in legs])
    return bool((steps[:, 1] < -np.cos(STRAIGHT_DOWN) * np.linalg.norm(steps, axis=1)).all())


def _with_legs_down(skeleton: Skeleton, bones: Mapping[str, int], base: np.ndarray, straight: np.ndarray) -> np.ndarray:
    """The pose with its legs straight down and the feet turned with them: so captures mean it whose legs are spread at rest."""
    legs = [bones[f"{side}{part}"] for side in SIDES for part in ("UpperLeg", "LowerLeg")]
    pose = np.array(base)
    pose[legs] = straight[legs]
    return pose


def _turned(rig: HumanoidRig, motion: SkeletonMotion, world_to_canonical: np.ndarray, part: str) -> np.ndarray:
    """World rotations (N, 4) since the T-pose, canonical axes, of feet or toes in the moments in which feet stand still."""
    moments = some_moments(motion)
    following = np.minimum(moments + 1, len(motion.times_s) - 1)
    feet, joints = ([rig.human_bones[f"{side}{name}"] for side in SIDES] for name in ("Foot", part))
    places, world = world_transforms(motion.skeleton, motion.translations[moments], motion.rotations[moments])
    later, _ = world_transforms(motion.skeleton, motion.translations[following], motion.rotations[following])
    moved = np.linalg.norm(later[:, feet] - places[:, feet], axis=-1)
    _, flat = world_transforms(rig.skeleton, rig.skeleton.rest_translations, rig.t_pose)
    rest = quaternions.inverse(quaternions.multiply(rig.to_canonical, flat[joints]))
    turned = quaternions.multiply(quaternions.multiply(world_to_canonical, world[:, joints]), rest)
    return turned[moved <= np.quantile(moved, STILL_SHARE)]


def _tilts(turned: np.ndarray) -> np.ndarray:
    """How far from level each is, radians."""
    return np.arccos(np.clip(quaternions.rotate(turned, np.array([0.0, 1.0, 0.0]))[..., 1], -1, 1))


def _pitch(turned: np.ndarray) -> float:
    """How far they point down on the average, radians: 0 where that may be chance, and at most `MOST_PITCH`."""
    forward = quaternions.rotate(turned, np.array([0.0, 0.0, 1.0]))
    pitch = float(np.median(np.arcsin(np.clip(-forward[..., 1], -1, 1))))
    return float(np.clip(pitch, -MOST_PITCH, MOST_PITCH)) if abs(pitch) > CLEAR_PITCH else 0.0


def _pitched(rig: HumanoidRig, part: str, pitch: float) -> HumanoidRig:
    """The rig with a T-pose in which feet or toes point further down; all below them turn along."""
    if pitch == 0.0:
        return rig
    down = quaternions.from_rotation_vector(np.array([pitch, 0.0, 0.0]))
    turn = quaternions.multiply(quaternions.multiply(quaternions.inverse(rig.to_canonical), down), rig.to_canonical)
    _, world = world_transforms(rig.skeleton, rig.skeleton.rest_translations, rig.t_pose)
    pose = np.array(rig.t_pose)
    for side in SIDES:
        joint = rig.human_bones[f"{side}{part}"]
        above = world[rig.skeleton.parents[joint]]
        pose[joint] = quaternions.multiply(quaternions.inverse(above), quaternions.multiply(turn, world[joint]))
    return replace(rig, t_pose=pose)
