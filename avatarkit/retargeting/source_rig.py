"""The humanoid in a moving skeleton: which joint is which human bone, which way is up, and where its T-pose is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.errors import InputError, NotHumanoidError
from avatarkit.geometry import quaternions
from avatarkit.retargeting.level_feet import some_moments, with_level_feet
from avatarkit.retargeting.skeleton_motion import SkeletonMotion, continuous, world_transforms
from avatarkit.rig.base_pose import bend
from avatarkit.rig.body_axes import SHORT
from avatarkit.rig.file_skeleton import FileSkeleton
from avatarkit.rig.human_bones import find_human_bones
from avatarkit.rig.naming import NamedBones
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.rig.structure import FAMILY
from avatarkit.rig.t_pose import t_pose

LEG_PER_STATURE = 0.491
"""From the hip's joint to the ankle, in statures. Source: D. Winter, Biomechanics and Motor Control of Human Movement, 4.1."""

USUAL_STATURE_M = 1.7
STATURES_M = (1.25, 2.2)
"""A body outside of these is taken to have another unit: below is no grown actor, above nobody."""

UNITS_M = {"metres": 1.0, "centimetres": 0.01, "inches": 0.0254, "millimetres": 0.001, "CMU's unit (56.4 mm)": 0.0254 / 0.45}
"""Usual units. The last is that of the CMU motion capture database: inches times 0.45."""

MOST_BEND = np.radians(50.0)
"""A rest pose with thighs, shins or elbows further from straight stands for nothing; relaxed arms and A-poses are below."""

POSES_ASKED = 5
"""Moments of a motion of which it is asked whether a human is seen there."""

_TRUNK = ("chest", "upperChest", "neck", "head")
"""Where nothing says how these are held in the T-pose, it is as they are held on the average."""

CLEAR_UP = 0.5
"""A mean direction of the body (of length 1 when it never tilts) that tells which way is up: within 60 degrees."""


@dataclass(frozen=True)
class HumanSource:
    """A skeleton's motion that is known to be a human's.

    Attributes:
        rig: the skeleton in metres, its human bones and T-pose.
        motion: the same skeleton's motion, metres.
        world_to_canonical: (4,) rotation from the motion's world to ours.
    """

    rig: HumanoidRig
    motion: SkeletonMotion
    world_to_canonical: np.ndarray


def human_source(motion: SkeletonMotion, source: str = "") -> HumanSource:
    """Find the human in a motion whose unit, axes and rest pose are not known.

    Raises:
        InputError: it is no human skeleton.
    """
    named = _human_bones(motion)
    bones = dict(named.joints)
    motion = _in_metres(motion, bones)
    base, is_rest = _standing_pose(motion, bones)
    pose, to_canonical = t_pose(motion.skeleton, bones, base)
    rig = HumanoidRig(motion.skeleton, bones, (), source, pose, to_canonical, family=named.family)
    axes = _agreeing_axes(rig, motion) if is_rest else _world_axes(rig, motion)
    return HumanSource(with_level_feet(rig, base, motion, axes), motion, axes)


def _human_bones(motion: SkeletonMotion) -> NamedBones:
    """The human bones of a moving skeleton: one of its poses may show a human where the rest pose shows nothing.

    Names are taken at their word; where the shape alone tells, of several poses the one that shows most bones is right.
    """
    skeleton, count = motion.skeleton, len(motion.skeleton.names)
    moments = np.unique(np.linspace(0, len(motion.times_s) - 1, POSES_ASKED).astype(int))
    best: NamedBones | None = None
    for pose in (skeleton.rest_rotations, *motion.rotations[moments]):
        posed = replace(skeleton, rest_rotations=pose)
        found = FileSkeleton(
            skeleton=posed, nodes=tuple(range(count)), labels=skeleton.names, skinned=(True,) * count,
            skins_of=(frozenset({0}),) * count, skins=1, bound=pose,
        )  # fmt: skip
        named = find_human_bones(found)
        if named is not None and named.family != FAMILY:
            return named
        if named is not None and (best is None or len(named.joints) > len(best.joints)):
            best = named
    if best is not None:
        return best
    raise NotHumanoidError("no human skeleton: its bones were not found by their names or their shape")


def _in_metres(motion: SkeletonMotion, bones: Mapping[str, int]) -> SkeletonMotion:
    """The motion in metres: the unit is the usual one that makes the body most usual, else the body gets a usual height."""
    stature = _leg_length(motion.skeleton, bones) / LEG_PER_STATURE
    if stature <= 0:
        raise InputError("no human skeleton: its legs have no length")
    statures = {name: stature * metres for name, metres in UNITS_M.items()}
    unit = min(statures, key=lambda name: abs(np.log(statures[name] / USUAL_STATURE_M)))
    usual = STATURES_M[0] <= statures[unit] <= STATURES_M[1]
    scale = UNITS_M[unit] if usual else USUAL_STATURE_M / stature
    note = f"lengths taken as {unit}" if usual else f"unknown unit: the body is taken as {USUAL_STATURE_M} m tall"
    skeleton = motion.skeleton
    return SkeletonMotion(
        Skeleton(skeleton.names, skeleton.parents, skeleton.rest_translations * scale, skeleton.rest_rotations,
                 skeleton.rest_scales),
        motion.times_s, motion.translations * scale, motion.rotations, motion.ends * scale, motion.end_joints,
        (*motion.notes, note),
    )  # fmt: skip


def _leg_length(skeleton: Skeleton, bones: Mapping[str, int]) -> float:
    places, _ = skeleton.rest_world
    hip, knee, ankle = (places[bones[f"left{part}"]] for part in ("UpperLeg", "LowerLeg", "Foot"))
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _standing_pose(motion: SkeletonMotion, bones: Mapping[str, int]) -> tuple[np.ndarray, bool]:
    """Local rotations of a pose of which the T-pose can be told: the rest pose where it stands, else the best moment's."""
    skeleton = motion.skeleton
    if bend(skeleton.rest_world[0], bones) < MOST_BEND:
        return skeleton.rest_rotations, True
    moments = some_moments(motion)
    places, _ = world_transforms(skeleton, motion.translations[moments], motion.rotations[moments])
    best = moments[int(np.argmin([bend(pose, bones) for pose in places]))]
    pose = np.where(_straight_at_rest(skeleton, bones)[:, None], skeleton.rest_rotations, motion.rotations[best])
    upper = [bones[bone] for bone in _TRUNK if bone in bones]
    pose[upper] = quaternions.normalize(continuous(motion.rotations[moments][:, upper]).mean(axis=0))
    return _upright(skeleton, bones, pose), False


def _straight_at_rest(skeleton: Skeleton, bones: Mapping[str, int]) -> np.ndarray:
    """(B,) the hands and their fingers: straight at rest, and seldom in a motion."""
    ends = {bones["leftHand"], bones["rightHand"]}
    below = np.zeros(len(skeleton.names), bool)
    for joint, parent in enumerate(skeleton.parents):
        below[joint] = joint in ends or (parent >= 0 and below[parent])
    return below


def _upright(skeleton: Skeleton, bones: Mapping[str, int], pose: np.ndarray) -> np.ndarray:
    """The pose turned as a whole, so that the trunk stands along +Y and the body faces +Z."""
    places, _ = world_transforms(skeleton, skeleton.rest_translations, pose)
    hips = 0.5 * (places[bones["leftUpperLeg"]] + places[bones["rightUpperLeg"]])
    left = places[bones["leftUpperLeg"]] - places[bones["rightUpperLeg"]]
    up = places[bones.get("neck", bones["head"])] - hips
    left = left / max(float(np.linalg.norm(left)), SHORT)
    up = up - left * (left @ up)
    up = up / max(float(np.linalg.norm(up)), SHORT)
    turn = quaternions.from_matrix(np.array([left, up, np.cross(left, up)]))
    roots = (skeleton.parents < 0)[:, None]
    return np.where(roots, quaternions.multiply(turn, pose), pose)


def _world_axes(rig: HumanoidRig, motion: SkeletonMotion) -> np.ndarray:
    """The rotation that brings the axis along which the body mostly stands to +Y."""
    up = _nearest_axis(_mean_up(rig, motion))
    return quaternions.between(up, np.array([0.0, 1.0, 0.0]))


def _agreeing_axes(rig: HumanoidRig, motion: SkeletonMotion) -> np.ndarray:
    """The rest pose's axes, unless the body stands along another one when it moves."""
    mean, up = _mean_up(rig, motion), quaternions.rotate(quaternions.inverse(rig.to_canonical), np.array([0.0, 1.0, 0.0]))
    clear = np.abs(mean).max() > CLEAR_UP and (_nearest_axis(mean) @ up) < CLEAR_UP
    return _world_axes(rig, motion) if clear else rig.to_canonical


def _mean_up(rig: HumanoidRig, motion: SkeletonMotion) -> np.ndarray:
    moments = some_moments(motion)
    places, _ = world_transforms(motion.skeleton, motion.translations[moments], motion.rotations[moments])
    feet = 0.5 * (places[:, rig.human_bones["leftFoot"]] + places[:, rig.human_bones["rightFoot"]])
    up = places[:, rig.human_bones["head"]] - feet
    return np.mean(up / np.linalg.norm(up, axis=-1, keepdims=True), axis=0)


def _nearest_axis(direction: np.ndarray) -> np.ndarray:
    axis = np.zeros(3)
    largest = int(np.argmax(np.abs(direction)))
    axis[largest] = np.sign(direction[largest])
    return axis
