"""A body's movement as a choreographer would say it, made into joint rotations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, FEET, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import local_rotations, world_rotations
from benchmarks.studio.curves import smooth
from benchmarks.studio.hands import finger_rotations
from benchmarks.studio.legs import with_feet, within_reach
from benchmarks.studio.sole import sole_points
from benchmarks.studio.steps import FeetPaths

SPINE_SHARES = {"spine": 0.35, "chest": 0.35, "upperChest": 0.3}
NECK_SHARES = {"neck": 0.4, "head": 0.6}
PLANNED_HIP_HEIGHT_M = 0.9
"""Plans are made for a body whose hips are so high."""

_MIRROR = np.array([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Arm:
    """One arm over time, said as for the left one: +X outward, +Y up, +Z forward.

    Attributes:
        direction: (T, 3) of the upper arm, in the chest's axes; any length.
        elbow: (T,) how far the elbow is bent, radians; in the arm that hangs it lifts the hand forward.
        twist: (T,) about the upper arm; negative turns the forearm of an arm held outward up.
        palm: (T,) about the forearm; positive turns the palm of an arm held outward, facing down, backward.
        wrist: (T, 2) bend towards the palm and towards the thumb.
        shrug: (T,) the collar bone raised.
    """

    direction: np.ndarray
    elbow: np.ndarray
    twist: np.ndarray
    palm: np.ndarray
    wrist: np.ndarray
    shrug: np.ndarray


@dataclass(frozen=True)
class Choreography:
    """All of a body over time (T moments). Rotation vectors in radians; what is not said stays at rest.

    Attributes:
        times_s: (T,).
        feet: where the feet are.
        hips: (T, 3) added to the middle between the feet, and to the standing height, metres.
        pelvis: (T, 3) rotation vector, its yaw included.
        spine, head: (T, 3) rotation vectors, spread over the bones.
        arms: left and right.
        curls: (T, 2, 5) how far each finger is bent, radians.
        spread: (T, 2) fingers apart, radians between neighbours.
        expressions: (T, 52).
        follow_s: how quickly the hips follow the feet.
    """

    times_s: np.ndarray
    feet: FeetPaths
    hips: np.ndarray
    pelvis: np.ndarray
    spine: np.ndarray
    head: np.ndarray
    arms: tuple[Arm, ...]
    curls: np.ndarray
    spread: np.ndarray
    expressions: np.ndarray
    follow_s: float = 0.14
    source: str = field(default="choreography")


def performed(plan: Choreography, skeleton: HumanSkeleton) -> HumanMotion:
    """The motion of a body that carries a plan out."""
    plan = _scaled(plan, skeleton.hip_height / PLANNED_HIP_HEIGHT_M)
    count, soles = len(plan.times_s), sole_points(skeleton)
    local = np.tile(quaternions.IDENTITY, (count, BONES, 1))
    local[:, BONE["hips"]] = quaternions.from_rotation_vector(plan.pelvis)
    for vector, shares in ((plan.spine, SPINE_SHARES), (plan.head, NECK_SHARES)):
        for bone, share in shares.items():
            local[:, BONE[bone]] = quaternions.from_rotation_vector(share * vector)
    for side, arm in zip(FEET, plan.arms, strict=True):
        for bone, rotation in arm_rotations(arm).items():
            local[:, BONE[side + bone]] = rotation if side == "left" else rotation * _MIRROR
    rows, fingers = finger_rotations(plan.curls, plan.spread)
    local[:, rows] = fingers
    for k, side in enumerate(FEET):
        local[:, BONE[f"{side}Toes"]] = plan.feet.toes[:, k]
    world, ankles = world_rotations(local), plan.feet.ankles(skeleton, soles.balls)
    root = _root(plan, skeleton)
    root = within_reach(skeleton, root, world, ankles, plan.times_s)
    ahead = quaternions.rotate(world[:, None, BONE["hips"]], np.array([0.0, 0.0, 1.0]))
    poles = ahead + quaternions.rotate(plan.feet.feet, np.array([0.0, 0.0, 1.0]))
    world = with_feet(skeleton, root, world, ankles=ankles, feet=plan.feet.feet, poles=poles)
    return HumanMotion(
        skeleton, plan.times_s, root, local_rotations(world), np.ones((count, BONES)),
        plan.expressions, plan.feet.stands.astype(float), {"source": plan.source},
    )  # fmt: skip


def still(times_s: np.ndarray) -> dict[str, np.ndarray]:
    """The parts of a choreography that somebody who does nothing needs."""
    count = len(times_s)
    zero = np.zeros((count, 3))
    return {
        "hips": zero, "pelvis": zero, "spine": zero, "head": zero, "curls": np.full((count, 2, 5), 0.5),
        "spread": np.zeros((count, 2)), "expressions": np.zeros((count, EXPRESSIONS)),
    }  # fmt: skip


def arm(
    times_s: np.ndarray,
    *,
    direction: np.ndarray | tuple[float, float, float] = (0.22, -1.0, 0.02),
    elbow: np.ndarray | float = 0.25,
    twist: np.ndarray | float = 0.0,
    palm: np.ndarray | float = 0.0,
    wrist: np.ndarray | tuple[float, float] = (0.1, 0.0),
    shrug: np.ndarray | float = 0.0,
) -> Arm:
    """An arm; it hangs unless told."""
    count = len(times_s)
    return Arm(
        np.broadcast_to(direction, (count, 3)), np.broadcast_to(elbow, (count,)), np.broadcast_to(twist, (count,)),
        np.broadcast_to(palm, (count,)), np.broadcast_to(wrist, (count, 2)), np.broadcast_to(shrug, (count,)),
    )  # fmt: skip


def arm_rotations(arm: Arm) -> dict[str, np.ndarray]:
    """Local rotations (T, 4) of the left arm's bones."""
    x, y, z = np.eye(3)

    def about(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
        return quaternions.from_rotation_vector(angle[:, None] * axis)

    raised = about(z, arm.shrug)
    swing = quaternions.between(np.broadcast_to(x, arm.direction.shape), arm.direction)
    upper = quaternions.multiply(quaternions.inverse(raised), quaternions.multiply(swing, about(x, arm.twist)))
    return {
        "Shoulder": raised,
        "UpperArm": upper,
        "LowerArm": quaternions.multiply(about(y, -arm.elbow), about(x, 0.5 * arm.palm)),
        "Hand": quaternions.multiply(
            about(x, 0.5 * arm.palm), quaternions.multiply(about(z, -arm.wrist[:, 0]), about(y, -arm.wrist[:, 1]))
        ),
    }


def _scaled(plan: Choreography, scale: float) -> Choreography:
    """The plan for a body of another size: shorter legs make shorter steps."""
    return replace(plan, feet=replace(plan.feet, balls=scale * plan.feet.balls), hips=scale * plan.hips)


def _root(plan: Choreography, skeleton: HumanSkeleton) -> np.ndarray:
    """(T, 3): over the feet, more over the one that stands, as high as the body is tall."""
    weight = 0.15 + smooth(plan.feet.stands.astype(float), plan.times_s, plan.follow_s)
    middle = (plan.feet.balls * weight[..., None]).sum(axis=1) / weight.sum(axis=1)[:, None]
    middle = smooth(middle, plan.times_s, plan.follow_s) * [1.0, 0.0, 1.0]
    ahead = smooth(
        quaternions.rotate(plan.feet.feet, np.array([0.0, 0.0, 1.0])).mean(axis=1) * [1.0, 0.0, 1.0], plan.times_s, 0.2
    )
    lever = float(skeleton.rest_positions[BONE["leftToes"], 2] - skeleton.rest_positions[BONE["hips"], 2])
    return middle - 0.75 * lever * ahead + [0.0, skeleton.hip_height, 0.0] + plan.hips
