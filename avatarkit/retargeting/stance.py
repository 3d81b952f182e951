"""Feet that stand where the source's feet stand, on a body with other proportions.

A step without memory: the sole's lower end is brought to the (scaled) place where the source has it, by bending hip and knee;
the foot keeps its own rotation. It counts fully near the floor and fades out higher up, so nothing pops, and live equals
offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from avatarkit.errors import unknown_name
from avatarkit.geometry import quaternions
from avatarkit.geometry.two_bone_ik import two_bone_ik
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.retargeting.ground import Soles

Feet = Literal["auto", "always", "never"]
"""When legs follow the source's feet: near the floor and in contact, always, never."""

NEAR_FLOOR = (0.12, 0.45)
"""Heights of a sole, in leg lengths, up to which a foot is held fully and from which on the leg is free: a swinging foot
in a walk stays below the first, a kick is above the second."""

ROLL = 0.03
"""Difference in height of heel and ball, in leg lengths, over which the place that is held moves from one to the other."""

_HINGE = np.array([1.0, 0.0, 0.0])
"""The knee's axis in the T-pose: turning about it in the positive sense takes the shin back."""

_OUTWARD = np.array([1.0, -1.0])
"""Sign of X on the outer side of the left and the right foot."""

_HORIZONTAL = np.array([1.0, 0.0, 1.0])

_LEGS = np.array([[BONE[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot")] for side in FEET])
_HIPS = BONE["hips"]
_HIPS_AND_LEGS = np.insert(_LEGS, 0, _HIPS, axis=1)


def check_feet(feet: str) -> Feet:
    """`feet` if it is one of the ways to treat them. Raises UsageError for another word."""
    if feet not in get_args(Feet):
        raise unknown_name("way to hold feet", feet, get_args(Feet))
    return feet  # type: ignore[return-value]


@dataclass(frozen=True)
class LegShape:
    """One body's legs, left and right, as seen from joint to joint in the T-pose; metres.

    Attributes:
        hip: (2, 3) from the hips to the thigh's joint; thigh, shin: (2, 3) on to the knee and the ankle.
        pivots: (2, 2, 3) from the ankle to the heel and the ball, on the sole.
        length: of a leg; height: of the thighs' joints over the floor, the scale of a body's steps.
    """

    hip: np.ndarray
    thigh: np.ndarray
    shin: np.ndarray
    pivots: np.ndarray
    length: float
    height: float

    @property
    def pelvis(self) -> np.ndarray:
        """(3,) from the hips' joint to the middle between the thighs' joints: rigs have the hips' joint anywhere."""
        return self.hip.mean(axis=0)


def leg_shape(skeleton: HumanSkeleton, soles: Soles) -> LegShape:
    """The legs of a body."""
    rest = skeleton.rest_positions
    upper, lower, foot = (rest[_LEGS[:, part]] for part in range(3))
    toes = rest[[BONE[f"{side}Toes"] for side in FEET]] - foot
    pivots = np.stack([soles.heels, soles.balls + (toes if soles.has_toes else 0.0)], axis=1)
    length = float(np.linalg.norm(lower - upper, axis=-1).mean() + np.linalg.norm(foot - lower, axis=-1).mean())
    return LegShape(upper - rest[_HIPS], lower - upper, foot - lower, pivots, length, float(upper[:, 1].mean()))


def stand(
    root: np.ndarray, rotations: np.ndarray, contacts: np.ndarray, *, source: LegShape, target: LegShape, feet: Feet
) -> tuple[np.ndarray, np.ndarray]:
    """A pose of one body as another body stands in it.

    Args:
        root: (..., 3) the source's hips, metres.
        rotations: (..., 55, 4) normalized.
        contacts: (..., 2) 0..1.
        source, target: the two bodies' legs.
        feet: see `Feet`.

    Returns:
        the target's hips (..., 3), metres; and rotations (..., 55, 4) with other thighs, shins and feet: the feet stand where
        the source's do, and their world rotations are as before.
    """
    locals_ = quaternions.to_matrix(rotations[..., _HIPS_AND_LEGS, :])
    hips, scale = locals_[..., 0, :, :], target.height / source.height
    placed = scale * root + _turn(hips[..., 0, :, :], scale * source.pelvis - target.pelvis)
    if feet == "never":
        return placed, rotations
    thigh = hips @ locals_[..., 1, :, :]
    shin = thigh @ locals_[..., 2, :, :]
    foot = shin @ locals_[..., 3, :, :]
    held, weight = _held(root, (hips, thigh, shin, foot), contacts, source=source, scale=scale, feet=feet)
    upper, lower = _turn(thigh, target.thigh), _turn(shin, target.shin)
    start = placed[..., None, :] + _turn(hips, target.hip)
    free = start + upper + lower
    goal = _ankle(held, foot, target) + _wider(foot, source, target, scale)
    goal = free + weight[..., None] * (goal - free)
    goal[..., 1] += np.maximum(0.0, -_lowest(goal, foot, target))  # no foot goes through the floor
    upper_turn, lower_turn = two_bone_ik(upper, lower, goal - start, thigh @ _HINGE)
    return placed, _with_legs(rotations, hips, upper_turn @ thigh, upper_turn @ lower_turn @ shin, foot)


def _held(
    root: np.ndarray, world: tuple[np.ndarray, ...], contacts: np.ndarray, *, source: LegShape, scale: float, feet: Feet
) -> tuple[np.ndarray, np.ndarray]:
    """The place (..., 2, 4) that each foot holds (x, y, z scaled, the share of the ball), and how much it counts (..., 2)."""
    hips, thigh, shin, foot = world
    ankle = root[..., None, :] + _turn(hips, source.hip) + _turn(thigh, source.thigh) + _turn(shin, source.shin)
    pivots = ankle[..., None, :] + (foot[..., None, :, :] @ source.pivots[..., None])[..., 0]
    heights = pivots[..., 1]
    ball = np.clip(0.5 + (heights[..., 0] - heights[..., 1]) / (2 * ROLL * source.length), 0.0, 1.0)
    place = pivots[..., 0, :] + ball[..., None] * (pivots[..., 1, :] - pivots[..., 0, :])
    low, high = NEAR_FLOOR
    near = np.clip((high - heights.min(axis=-1) / source.length) / (high - low), 0.0, 1.0)
    near = near * near * (3 - 2 * near)
    weight = {"auto": np.maximum(near, contacts), "always": np.ones_like(near)}[feet]
    return np.concatenate([scale * place, ball[..., None]], axis=-1), weight


def _ankle(held: np.ndarray, foot: np.ndarray, target: LegShape) -> np.ndarray:
    """Where the ankle (..., 2, 3) has to be so that the sole holds its place."""
    pivots = (foot[..., None, :, :] @ target.pivots[..., None])[..., 0]
    arm = pivots[..., 0, :] + held[..., 3:] * (pivots[..., 1, :] - pivots[..., 0, :])
    return held[..., :3] - arm


def _wider(foot: np.ndarray, source: LegShape, target: LegShape, scale: float) -> np.ndarray:
    """How much further out (..., 2, 3) the feet of broader hips stand: to the foot's own side, which stays while it stands."""
    wider = np.maximum(0.0, (target.hip[:, 0] - scale * source.hip[:, 0]) * _OUTWARD) * _OUTWARD
    side = foot[..., :, 0] * _HORIZONTAL
    return side * wider[:, None]


def _lowest(ankle: np.ndarray, foot: np.ndarray, target: LegShape) -> np.ndarray:
    """Height (..., 2) of the lowest point of each sole."""
    return ankle[..., 1] + (foot[..., None, :, :] @ target.pivots[..., None])[..., 1, 0].min(axis=-1)


def _with_legs(rotations: np.ndarray, hips: np.ndarray, thigh: np.ndarray, shin: np.ndarray, foot: np.ndarray) -> np.ndarray:
    above, below = np.stack([hips, thigh, shin], axis=-3), np.stack([thigh, shin, foot], axis=-3)
    locals_ = np.swapaxes(above, -1, -2) @ below
    held = np.array(rotations)
    held[..., _LEGS, :] = quaternions.from_matrix(locals_)
    return held


def _turn(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (matrices @ vectors[..., None])[..., 0]
