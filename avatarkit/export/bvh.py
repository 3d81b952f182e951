"""Human motion as a BVH file that other programs read upright: +Y up, the T-pose facing +Z at rest, rotations in the order ZXY.

All bones are parallel to the world at rest, as BVH has it, so that a bone's channels are its normalized rotation itself. The
root has no offset: programs differ on whether its position channels add to the offset or take its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanSkeleton
from avatarkit.motion.resample import resample
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS

Unit = Literal["centimetres", "metres"]
_UNITS: Mapping[Unit, float] = {"centimetres": 100.0, "metres": 1.0}
_DECIMALS: Mapping[Unit, int] = {"centimetres": 4, "metres": 6}

STEADY = 0.01
"""Frame times that differ by less than this part are one frame rate; a motion with others is resampled."""

_SPINE_NAMES = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck", "head": "Head", "jaw": "Jaw",
}  # fmt: skip
_LIMB_NAMES = {
    "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase", "Shoulder": "Shoulder", "UpperArm": "Arm",
    "LowerArm": "ForeArm", "Hand": "Hand", "Eye": "Eye",
}  # fmt: skip
_SEGMENTS = {"Metacarpal": "1", "Proximal": "1", "Intermediate": "2", "Distal": "3"}

_TIPS = {"head": (0.0, 0.18, 0.02), "jaw": (0.0, -0.03, 0.07), "Eye": (0.0, 0.0, 0.03), "Toes": (0.0, 0.0, 0.06),
         "Foot": (0.0, -0.05, 0.15)}  # fmt: skip
"""Where the last bones end, metres from their joints on a grown body; a finger ends as far as its last segment begins."""

_GROWN_HIP_HEIGHT_M = 0.95


def bvh_text(motion: HumanMotion, *, unit: Unit = "centimetres") -> str:
    """The motion as BVH. Joints are named as Mixamo's, which most programs know; a changing frame rate is made steady."""
    motion = _steady(motion)
    skeleton, scale, decimals = motion.skeleton, _UNITS[unit], _DECIMALS[unit]
    bones = list(_depth_first("hips", _children(skeleton)))
    lines = ["HIERARCHY", *_joint("hips", skeleton, _children(skeleton), scale, 0)]
    lines += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {_frame_time(motion):.8f}"]
    angles = euler_zxy_deg(motion.rotations[:, [BONE[bone] for bone in bones]])
    values = np.concatenate([motion.root_positions * scale, angles.reshape(len(motion), -1)], axis=1)
    row = " ".join([f"%.{decimals}f"] * 3 + ["%.5f"] * (values.shape[1] - 3))
    return "\n".join([*lines, *(row % tuple(frame) for frame in values.tolist())]) + "\n"


def bone_name(bone: str) -> str:
    """The name in BVH files of a human bone: Mixamo's, without the prefix."""
    if bone in _SPINE_NAMES:
        return _SPINE_NAMES[bone]
    side = "Left" if bone.startswith("left") else "Right"
    part = bone[len(side) :]
    if part in _LIMB_NAMES:
        return side + _LIMB_NAMES[part]
    segment = next(name for name in _SEGMENTS if part.endswith(name))
    finger = part.removesuffix(segment)
    number = {"Proximal": "2", "Distal": "3"}.get(segment, "1") if finger == "Thumb" else _SEGMENTS[segment]
    return f"{side}Hand{'Pinky' if finger == 'Little' else finger}{number}"


def euler_zxy_deg(rotations: np.ndarray) -> np.ndarray:
    """Angles (T, ..., 3), degrees, about Z, then the turned X, then the turned Y; without jumps of a whole turn over time."""
    m = quaternions.to_matrix(rotations)
    x = np.arcsin(np.clip(m[..., 2, 1], -1.0, 1.0))
    locked = np.abs(m[..., 2, 1]) > _LOCKED
    z = np.where(locked, np.arctan2(m[..., 1, 0], m[..., 0, 0]), np.arctan2(-m[..., 0, 1], m[..., 1, 1]))
    y = np.where(locked, 0.0, np.arctan2(-m[..., 2, 0], m[..., 2, 2]))
    return np.degrees(np.unwrap(np.stack([z, x, y], axis=-1), axis=0))


_LOCKED = 1 - 1e-10
"""Sine of the middle angle from which on the first and the last turn about one axis, and one of them says it all."""


def _steady(motion: HumanMotion) -> HumanMotion:
    steps = np.diff(motion.times_s)
    if len(steps) == 0 or np.ptp(steps) <= STEADY * np.median(steps):
        return motion
    return resample(motion, float(np.clip(1 / np.median(steps), 1.0, 1000.0)))


def _frame_time(motion: HumanMotion) -> float:
    return float(motion.times_s[-1] - motion.times_s[0]) / (len(motion) - 1) if len(motion) > 1 else 1 / 30


def _children(skeleton: HumanSkeleton) -> dict[str, list[str]]:
    """The bones that hang on each present bone."""
    children: dict[str, list[str]] = {bone: [] for bone in HUMAN_BONE_PARENTS if skeleton.present[BONE[bone]]}
    for bone in children:
        parent = HUMAN_BONE_PARENTS[bone]
        while parent is not None and parent not in children:
            parent = HUMAN_BONE_PARENTS[parent]
        if parent is not None:
            children[parent].append(bone)
    return children


def _depth_first(bone: str, children: Mapping[str, list[str]]) -> Iterator[str]:
    yield bone
    for child in children[bone]:
        yield from _depth_first(child, children)


def _joint(bone: str, skeleton: HumanSkeleton, children: Mapping[str, list[str]], scale: float, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    yield f"{indent}{'JOINT' if depth else 'ROOT'} {bone_name(bone)}"
    yield indent + "{"
    yield f"{indent}\tOFFSET {_numbers(_offset(bone, skeleton, children) * scale)}"
    positions = "" if depth else "Xposition Yposition Zposition "
    yield f"{indent}\tCHANNELS {3 if depth else 6} {positions}Zrotation Xrotation Yrotation"
    for child in children[bone]:
        yield from _joint(child, skeleton, children, scale, depth + 1)
    if not children[bone]:
        yield from (f"{indent}\tEnd Site", f"{indent}\t{{", f"{indent}\t\tOFFSET {_numbers(_tip(bone, skeleton) * scale)}")
        yield f"{indent}\t}}"
    yield indent + "}"


def _offset(bone: str, skeleton: HumanSkeleton, children: Mapping[str, list[str]]) -> np.ndarray:
    parent = next((upper for upper, lower in children.items() if bone in lower), None)
    rest = skeleton.rest_positions
    return np.zeros(3) if parent is None else rest[BONE[bone]] - rest[BONE[parent]]


def _tip(bone: str, skeleton: HumanSkeleton) -> np.ndarray:
    """From the last joint of a chain to its end."""
    known = next((tip for name, tip in _TIPS.items() if bone.endswith(name)), None)
    if known is not None:
        return np.array(known) * skeleton.hip_height / _GROWN_HIP_HEIGHT_M
    rest = skeleton.rest_positions
    return rest[BONE[bone]] - rest[BONE[str(HUMAN_BONE_PARENTS[bone])]]


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.6f}" for value in values + 0.0)
