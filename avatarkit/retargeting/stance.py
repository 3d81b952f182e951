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
from avatarkit.motion.leg_frames import FOOT, KNEE_HINGE, LEGS, THIGH, leg_frames, with_turned_legs
from avatarkit.retargeting.ground import Soles

Feet = Literal["auto", "always", "never"]
"""When legs follow the source's feet: near the floor and in contact, always, never."""

NEAR_FLOOR = (0.12, 0.45)
"""Heights of a sole, in leg lengths, up to which a foot is held fully and from which on the leg is free: a swinging foot
in a walk stays below the first, a kick is above the second."""

ROLL = 0.03
"""Difference in height of heel and ball, in leg lengths, over which the place that is held moves from one to the other."""

_OUTWARD = np.array([1.0, -1.0])
"""Sign of X on the outer side of the left and the right foot."""

_HORIZONTAL = np.array([1.0, 0.0, 1.0])


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

    @property
    def levers(self) -> np.ndarray:
        """(2, 4, 3, 2) what each of `leg_frames` adds to the way from the hips to the heel (0) and to the ball (1)."""
        bones = np.stack([self.hip, self.thigh, self.shin], axis=1)
        return np.concatenate([np.repeat(bones[..., None], 2, axis=-1), self.pivots.swapaxes(1, 2)[:, None]], axis=1)


def leg_shape(skeleton: HumanSkeleton, soles: Soles) -> LegShape:
    """The legs of a body."""
    rest = skeleton.rest_positions
    upper, lower, foot = (rest[LEGS[:, part]] for part in range(3))
    toes = rest[[BONE[f"{side}Toes"] for side in FEET]] - foot
    pivots = np.stack([soles.heels, soles.balls + (toes if soles.has_toes else 0.0)], axis=1)
    length = float(np.linalg.norm(lower - upper, axis=-1).mean() + np.linalg.norm(foot - lower, axis=-1).mean())
    return LegShape(upper - rest[BONE["hips"]], lower - upper, foot - lower, pivots, length, float(upper[:, 1].mean()))


@dataclass(frozen=True)
class Stance:
    """What standing as another body stands needs of the two; made once by `make_stance`.

    Attributes:
        feet: see `Feet`.
        scale: of steps; length: of the source's legs.
        pelvis: (3,) from the scaled hips of the source, turned with them, to the target's.
        levers: (2, 4, 3, 4) of both bodies: the source's to heel and ball, the target's to heel and ball.
        wider: (2, 1) how much further out the feet of broader hips stand.
    """

    feet: Feet
    scale: float
    length: float
    pelvis: np.ndarray
    levers: np.ndarray
    wider: np.ndarray


def make_stance(source: LegShape, target: LegShape, feet: Feet) -> Stance:
    """How `target` stands as `source` does."""
    scale = target.height / source.height
    wider = np.maximum(0.0, (target.hip[:, 0] - scale * source.hip[:, 0]) * _OUTWARD) * _OUTWARD
    levers = np.concatenate([source.levers, target.levers], axis=-1)
    return Stance(feet, scale, source.length, scale * source.pelvis - target.pelvis, levers, wider[:, None])


def stand(root: np.ndarray, rotations: np.ndarray, contacts: np.ndarray, stance: Stance) -> tuple[np.ndarray, np.ndarray]:
    """A pose of one body as another body stands in it.

    Args:
        root: (..., 3) the source's hips, metres.
        rotations: (..., 55, 4) normalized.
        contacts: (..., 2) 0..1.
        stance: of the two bodies.

    Returns:
        the target's hips (..., 3), metres; and rotations (..., 55, 4) with other thighs, shins and feet: the feet stand where
        the source's do, and their world rotations are as before.
    """
    if stance.feet == "never":
        return stance.scale * root + quaternions.rotate(rotations[..., BONE["hips"], :], stance.pelvis), rotations
    frames = leg_frames(rotations)
    placed = stance.scale * root + frames[..., 0, 0, :, :] @ stance.pelvis
    arms = (frames @ stance.levers).swapaxes(-1, -2)  # (..., 2 legs, 4 bones, heel and ball of both bodies, 3)
    pivots = root[..., None, None, :] + np.add.reduce(arms[..., :2, :], axis=-3)
    ball, weight = _held(pivots[..., 1], contacts, stance)
    hip, upper, lower = (arms[..., bone, 2, :] for bone in range(FOOT))
    heels, balls = arms[..., FOOT, 2, :], arms[..., FOOT, 3, :]
    start = placed[..., None, :] + hip
    free = upper + lower
    held = stance.scale * _between(pivots[..., 0, :], pivots[..., 1, :], ball) - _between(heels, balls, ball)
    side = frames[..., FOOT, :, 0] * _HORIZONTAL
    goal = _between(free, held + side * stance.wider - start, weight)
    lowest = start[..., 1] + goal[..., 1] + np.minimum(heels[..., 1], balls[..., 1])
    goal[..., 1] -= np.minimum(lowest, 0.0)  # no foot goes through the floor
    leg_turn, shin_turn = two_bone_ik(upper, lower, goal, frames[..., THIGH, :, :] @ KNEE_HINGE)
    return placed, with_turned_legs(rotations, frames, leg_turn, shin_turn)


def _held(heights: np.ndarray, contacts: np.ndarray, stance: Stance) -> tuple[np.ndarray, np.ndarray]:
    """Of each foot the ball's share (..., 2, 1) of the place it holds, and how much that place counts (..., 2, 1).

    `heights` (..., 2, 2) are the heels' and the balls'.
    """
    heel, ball = heights[..., :1], heights[..., 1:]
    share = np.minimum(np.maximum(0.5 + (heel - ball) / (2 * ROLL * stance.length), 0.0), 1.0)
    if stance.feet == "always":
        return share, np.ones_like(share)
    low, high = NEAR_FLOOR
    near = np.minimum(np.maximum((high - np.minimum(heel, ball) / stance.length) / (high - low), 0.0), 1.0)
    return share, np.maximum(near * near * (3 - 2 * near), contacts[..., None])


def _between(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The point (..., 3) so far (..., 1) on the way from the first to the second."""
    point: np.ndarray = first + share * (second - first)
    return point
