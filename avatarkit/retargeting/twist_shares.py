"""Joints that take a share of a human bone's rotation: twist bones, and joints between two bones of the spine.

A thigh and an upper arm hold their own twist back towards the body; a shin and a forearm take the foot's and the hand's up.
Where such a joint lies inside the chain, the bone at its end takes that much less, so that it points where it did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanSkeleton
from avatarkit.motion.kinematics import PARENTS
from avatarkit.rig.skeleton import HumanoidRig

SEGMENT_ENDS = {"UpperArm": "LowerArm", "UpperLeg": "LowerLeg", "Hand": None, "Foot": None}
"""Bone whose twist is shared -> the bone at its segment's end; a hand and a foot are that themselves."""


@dataclass(frozen=True)
class TwistShares:
    """All sharing joints of a rig, D of them, and the human bones that lie beyond some, E of them.

    Attributes:
        joints: (D,); rows: (D,) of the human bone that each shares; axes: (D, 3) the line that twist is told about, zeros where
            the whole rotation is shared.
        amounts: (D,) how much of it the joint turns beyond the joint it hangs on.
        before, after: (D, 4) its local rotation is before * N * after.
        end_rows: (E,) bones beyond; end_sources: (E,) index of the joint that tells what is shared; end_amounts: (E,) how much
            has been turned by then.
    """

    joints: np.ndarray
    rows: np.ndarray
    axes: np.ndarray
    amounts: np.ndarray
    before: np.ndarray
    after: np.ndarray
    end_rows: np.ndarray
    end_sources: np.ndarray
    end_amounts: np.ndarray


def twist_shares(rig: HumanoidRig, body: HumanSkeleton, world: np.ndarray) -> TwistShares | None:
    """The rig's sharing joints, None without any. `world` (B, 4): rotations of its joints in the T-pose, canonical axes."""
    if not rig.twist_bones:
        return None
    joints = np.array(sorted(rig.twist_bones))
    bones = [rig.twist_bones[joint][0] for joint in joints.tolist()]
    parents = rig.skeleton.parents[joints]
    taken = [_taken(rig, joint) for joint in joints.tolist()]
    above = [
        _taken(rig, parent) if parent in rig.twist_bones else _held(bone)
        for parent, bone in zip(parents.tolist(), bones, strict=True)
    ]
    beyond = {bone: _parent(rig, joint) for bone, joint in rig.human_bones.items()}
    ends = [(BONE[bone], parent) for bone, parent in beyond.items() if parent in rig.twist_bones]
    places = {joint: place for place, joint in enumerate(joints.tolist())}
    return TwistShares(
        joints=joints,
        rows=np.array([BONE[bone] for bone in bones]),
        axes=np.array([_axis(bone, body) for bone in bones]),
        amounts=np.subtract(taken, above),
        before=quaternions.inverse(world[parents]),
        after=world[joints],
        end_rows=np.array([row for row, _ in ends], int),
        end_sources=np.array([places[parent] for _, parent in ends], int),
        end_amounts=np.array([_taken(rig, parent) - _held(rig.twist_bones[parent][0]) for _, parent in ends]),
    )


def share(shares: TwistShares, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations (..., D, 4) of the sharing joints; and `rotations` (..., 55, 4) with less for the bones beyond them."""
    vectors = _shared_vectors(shares, rotations[..., shares.rows, :])
    turns = quaternions.from_rotation_vector(shares.amounts[:, None] * vectors)
    local = quaternions.multiply(quaternions.multiply(shares.before, turns), shares.after)
    if len(shares.end_rows) == 0:
        return local, rotations
    back = quaternions.from_rotation_vector(-shares.end_amounts[:, None] * vectors[..., shares.end_sources, :])
    less = np.array(rotations)
    less[..., shares.end_rows, :] = quaternions.multiply(back, rotations[..., shares.end_rows, :])
    return local, less


def _shared_vectors(shares: TwistShares, rotations: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., D, 3) of what is shared: the twist about an axis, or the whole rotation."""
    rotations = np.where(rotations[..., 3:] < 0, -rotations, rotations)
    along = np.sum(rotations[..., :3] * shares.axes, axis=-1, keepdims=True)
    whole = (shares.axes == 0).all(axis=-1)[:, None]
    part = np.where(whole, rotations[..., :3], along * shares.axes)
    sine = np.linalg.norm(part, axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, rotations[..., 3:])
    return part * (angle / np.maximum(sine, np.finfo(float).tiny))


def _taken(rig: HumanoidRig, joint: int) -> float:
    return float(rig.twist_bones[joint][1])


def _held(bone: str) -> float:
    """How much of the twist the segment's own bone has: all of its own, none of the hand's or the foot's."""
    return 1.0 if bone.endswith(("UpperArm", "UpperLeg")) else 0.0


def _parent(rig: HumanoidRig, joint: int) -> int:
    return int(rig.skeleton.parents[joint])


def _axis(bone: str, body: HumanSkeleton) -> np.ndarray:
    """The line of the segment along which a bone's twist is spread; zeros for a bone of the trunk."""
    part = bone.removeprefix("left").removeprefix("right")
    if part not in SEGMENT_ENDS:
        return np.zeros(3)
    end = SEGMENT_ENDS[part]
    rest, row = body.rest_positions, BONE[bone]
    line = rest[row] - rest[PARENTS[row]] if end is None else rest[BONE[bone.replace(part, end)]] - rest[row]
    return line / np.linalg.norm(line)
