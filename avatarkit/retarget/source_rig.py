"""The humanoid in a moving skeleton: which joint is which human bone, which way is up, and where its T-pose is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.errors import InputError
from avatarkit.geometry import quaternions
from avatarkit.retarget.skeleton_motion import SkeletonMotion, world_transforms
from avatarkit.rig.naming import name_human_bones
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS

LEG_PER_STATURE = 0.491
"""From the hip's joint to the ankle, in statures. Source: D. Winter, Biomechanics and Motor Control of Human Movement, 4.1."""

USUAL_STATURE_M = 1.7
STATURES_M = (1.25, 2.2)
"""A body outside of these is taken to have another unit: below is no grown actor, above nobody."""

UNITS_M = {"metres": 1.0, "centimetres": 0.01, "inches": 0.0254, "millimetres": 0.001, "CMU's unit (56.4 mm)": 0.0254 / 0.45}
"""Usual units. The last is that of the CMU motion capture database: inches times 0.45."""

MOST_BEND = np.radians(50.0)
"""A rest pose with thighs, shins or elbows further from straight stands for nothing; relaxed arms and A-poses are below."""

MOMENTS_TRIED = 200
"""Moments of a motion at which poses are looked at: enough to find one that stands."""

CLEAR_UP = 0.5
"""A mean direction of the body (of length 1 when it never tilts) that tells which way is up: within 60 degrees."""

SPINE = ("hips", "spine", "chest", "upperChest", "neck")

SIDES = {"left": 1.0, "right": -1.0}
"""The sign of X on which a body facing +Z has each side."""


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
    skeleton = motion.skeleton
    named = name_human_bones(skeleton.names, skeleton.parents.tolist())
    if named is None:
        raise InputError("no human skeleton: its bones have no known names")
    bones = dict(named.joints)
    motion = _in_metres(motion, bones)
    base, is_rest = _standing_pose(motion, bones)
    t_pose, to_canonical = align_t_pose(motion.skeleton, bones, base, straight_spine=not is_rest)
    rig = HumanoidRig(motion.skeleton, bones, source=source, t_pose=t_pose, to_canonical=to_canonical, family=named.family)
    return HumanSource(rig, motion, _world_axes(rig, motion) if not is_rest else _agreeing_axes(rig, motion))


def _in_metres(motion: SkeletonMotion, bones: dict[str, int]) -> SkeletonMotion:
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


def _leg_length(skeleton: Skeleton, bones: dict[str, int]) -> float:
    places, _ = skeleton.rest_world
    hip, knee, ankle = (places[bones[f"left{part}"]] for part in ("UpperLeg", "LowerLeg", "Foot"))
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _standing_pose(motion: SkeletonMotion, bones: dict[str, int]) -> tuple[np.ndarray, bool]:
    """Local rotations of a pose of which the T-pose can be told: the rest pose where it stands, else the best moment's."""
    skeleton = motion.skeleton
    rest, _ = world_transforms(skeleton, skeleton.rest_translations, skeleton.rest_rotations)
    if _bend(rest, bones) < MOST_BEND:
        return skeleton.rest_rotations, True
    moments = np.unique(np.linspace(0, len(motion.times_s) - 1, MOMENTS_TRIED).astype(int))
    places, _ = world_transforms(skeleton, motion.translations[moments], motion.rotations[moments])
    best = moments[int(np.argmin([_bend(pose, bones) for pose in places]))]
    return np.where(_is_extremity(skeleton, bones)[:, None], skeleton.rest_rotations, motion.rotations[best]), False


def _is_extremity(skeleton: Skeleton, bones: dict[str, int]) -> np.ndarray:
    """(B,) the head, the hands and all below them: straight at rest, and seldom in a motion."""
    tops = {bones[bone] for bone in ("head", "leftHand", "rightHand")}
    found = np.zeros(len(skeleton.names), bool)
    for joint, parent in enumerate(skeleton.parents):
        found[joint] = joint in tops or (parent >= 0 and found[parent])
    return found


def _bend(places: np.ndarray, bones: dict[str, int]) -> float:
    """How far a pose (B, 3) is from standing: the largest angle of thighs, shins and elbows to what they should be."""

    def along(start: str, end: str) -> np.ndarray:
        reach = places[bones[end]] - places[bones[start]]
        return reach / max(float(np.linalg.norm(reach)), np.finfo(float).tiny)

    hips = 0.5 * (places[bones["leftUpperLeg"]] + places[bones["rightUpperLeg"]])
    up = places[bones.get("neck", bones["head"])] - hips
    up = up / max(float(np.linalg.norm(up)), np.finfo(float).tiny)
    left = along("rightUpperLeg", "leftUpperLeg")
    cosines = [1 - abs(float(up @ left))]
    for side, sign in SIDES.items():
        upper, lower = along(f"{side}UpperArm", f"{side}LowerArm"), along(f"{side}LowerArm", f"{side}Hand")
        cosines += [-up @ along(f"{side}UpperLeg", f"{side}LowerLeg"), -up @ along(f"{side}LowerLeg", f"{side}Foot")]
        cosines += [float(upper @ lower), max(sign * float(upper @ left), float(-up @ upper))]
    return float(np.arccos(np.clip(min(cosines), -1, 1)))


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
    moments = np.unique(np.linspace(0, len(motion.times_s) - 1, MOMENTS_TRIED).astype(int))
    places, _ = world_transforms(motion.skeleton, motion.translations[moments], motion.rotations[moments])
    feet = 0.5 * (places[:, rig.human_bones["leftFoot"]] + places[:, rig.human_bones["rightFoot"]])
    up = places[:, rig.human_bones["head"]] - feet
    return np.mean(up / np.linalg.norm(up, axis=-1, keepdims=True), axis=0)


def align_t_pose(
    skeleton: Skeleton, bones: dict[str, int], base: np.ndarray, *, straight_spine: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations (B, 4) of the T-pose nearest to the pose `base` (B, 4), and the rotation (4,) to canonical axes."""
    positions, world = world_transforms(skeleton, skeleton.rest_translations, base)
    to_canonical = _facing(positions, bones)
    positions, world = quaternions.rotate(to_canonical, positions), quaternions.multiply(to_canonical, world)
    turned = {-1: quaternions.IDENTITY}
    human = {joint: bone for bone, joint in bones.items()}
    for joint, parent in enumerate(skeleton.parents):
        turn = turned[int(parent)]
        if straight_spine and joint == bones["hips"]:
            turn = _pelvis_upright(positions, bones)
        elif joint in human:
            wanted = _t_direction(human[joint], straight_spine)
            turn = quaternions.multiply(_straightening(human[joint], bones, positions, turn, wanted), turn)
        turned[joint] = turn
    t_world = np.array([quaternions.multiply(turned[joint], world[joint]) for joint in range(len(world))])
    t_world = quaternions.multiply(quaternions.inverse(to_canonical), t_world)
    local = np.array(t_world)
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            local[joint] = quaternions.multiply(quaternions.inverse(t_world[parent]), t_world[joint])
    return local, to_canonical


def _pelvis_upright(positions: np.ndarray, bones: dict[str, int]) -> np.ndarray:
    """The rotation that brings the line between the thighs to X, and what is above them as near to Y as it then goes."""
    left = positions[bones["leftUpperLeg"]] - positions[bones["rightUpperLeg"]]
    left /= np.linalg.norm(left)
    up = positions[bones["spine"]] - 0.5 * (positions[bones["leftUpperLeg"]] + positions[bones["rightUpperLeg"]])
    up = up - left * (left @ up)
    up /= max(float(np.linalg.norm(up)), np.finfo(float).tiny)
    return quaternions.from_matrix(np.array([left, up, np.cross(left, up)]))


def _facing(positions: np.ndarray, bones: dict[str, int]) -> np.ndarray:
    """The rotation that brings the pelvis' left to +X and the spine's direction to +Y."""
    left = positions[bones["leftUpperLeg"]] - positions[bones["rightUpperLeg"]]
    top = positions[bones.get("neck", bones["head"])]
    up = _nearest_axis(top - 0.5 * (positions[bones["leftUpperLeg"]] + positions[bones["rightUpperLeg"]]))
    left = left - up * (left @ up)
    left /= max(float(np.linalg.norm(left)), np.finfo(float).tiny)
    return quaternions.from_matrix(np.array([left, up, np.cross(left, up)]))


def _nearest_axis(direction: np.ndarray) -> np.ndarray:
    axis = np.zeros(3)
    largest = int(np.argmax(np.abs(direction)))
    axis[largest] = np.sign(direction[largest])
    return axis


def _straightening(
    bone: str, bones: dict[str, int], positions: np.ndarray, turn: np.ndarray, wanted: np.ndarray | None
) -> np.ndarray:
    """The world rotation that brings one bone, after its parents' `turn`, to the direction `wanted`."""
    child = _next_bone(bone, bones)
    if child is None or wanted is None:
        return quaternions.IDENTITY
    direction = quaternions.rotate(turn, positions[bones[child]] - positions[bones[bone]])
    if np.linalg.norm(direction) < 1e-9:
        return quaternions.IDENTITY
    if bone.endswith("Foot"):
        direction, wanted = direction * (1, 0, 1), np.array([0.0, 0.0, 1.0])
    return quaternions.between(direction, wanted)


def _next_bone(bone: str, bones: dict[str, int]) -> str | None:
    if bone.endswith("Hand"):
        return next((child for child in (f"{bone[:-4]}MiddleProximal", f"{bone[:-4]}IndexProximal") if child in bones), None)
    return next((child for child, parent in HUMAN_BONE_PARENTS.items() if parent == bone and child in bones), None)


def _t_direction(bone: str, straight_spine: bool) -> np.ndarray | None:
    if bone in SPINE:
        return np.array([0.0, 1.0, 0.0]) if straight_spine else None
    side = next((sign for name, sign in SIDES.items() if bone.startswith(name)), None)
    if side is None or bone.endswith(("Shoulder", "Eye", "Toes")) or "Thumb" in bone:
        return None
    if "Leg" in bone:
        return np.array([0.0, -1.0, 0.0])
    return np.array([0.0, 0.0, 1.0]) if bone.endswith("Foot") else np.array([side, 0.0, 0.0])
