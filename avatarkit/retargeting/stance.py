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
from avatarkit.geometry.compiled import FLAG, NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_matrices import Rows, applied
from avatarkit.geometry.plain_quaternions import quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import Vector, minus, mixed, plus, row_of, scaled
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.leg_frames import LEGS, leg_frames, put_foot
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

_HIPS = BONE["hips"]


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
    poses = len(root) if root.ndim > 1 else 1
    placed, turned = _stood(
        root.reshape(poses, 3), rotations.reshape(poses, *rotations.shape[-2:]), contacts.reshape(poses, len(FEET)),
        stance.scale, stance.length, stance.feet == "always", stance.pelvis, stance.levers, stance.wider[:, 0],
    )  # fmt: skip
    return placed.reshape(root.shape), turned.reshape(rotations.shape)


@compilable
def _arms(frames: tuple[Rows, Rows, Rows], hips: Rows, levers: np.ndarray, body: int) -> tuple[Vector, Vector, Vector, Vector]:
    """The ways from the hips to a thigh's joint, on to the knee and to the ankle, and on to heel or ball: column `body` of
    levers (4, 3, 4)."""
    thigh, shin, foot = frames
    ways = levers[:, :, body]
    return (
        applied(hips, row_of(ways, 0)),
        applied(thigh, row_of(ways, 1)),
        applied(shin, row_of(ways, 2)),
        applied(foot, row_of(ways, 3)),
    )


@compilable
def _whole(arms: tuple[Vector, Vector, Vector, Vector]) -> Vector:
    return plus(plus(plus(arms[0], arms[1]), arms[2]), arms[3])


@compilable
def _held(heel: float, ball: float, contact: float, length: float, always: bool) -> tuple[float, float]:
    """The ball's share of the place that a foot holds, and how much that place counts, by its heights and its contact."""
    share = min(max(0.5 + (heel - ball) / (2.0 * ROLL * length), 0.0), 1.0)
    if always:
        return share, 1.0
    low, high = NEAR_FLOOR
    near = min(max((high - min(heel, ball) / length) / (high - low), 0.0), 1.0)
    return share, max(near * near * (3.0 - 2.0 * near), contact)


@compilable
def _between(first: Vector, second: Vector, share: float) -> Vector:
    """The point so far on the way from the first to the second."""
    return mixed(first, minus(second, first), 1.0, share)


@compilable
def _put_leg(
    rotations: np.ndarray, side: int, root: Vector, placed: Vector, contact: float, scale: float, length: float, always: bool,
    levers: np.ndarray, wider: float,
) -> None:  # fmt: skip
    """Put one of a pose's feet where the source's is; `levers` (4, 3, 4) are the leg's."""
    hips = to_rows(quaternion_in(rotations, _HIPS))
    frames = leg_frames(rotations, side, hips)
    heel, ball = plus(root, _whole(_arms(frames, hips, levers, 0))), plus(root, _whole(_arms(frames, hips, levers, 1)))
    share, weight = _held(heel[1], ball[1], contact, length, always)
    hip, upper, lower, own_heel = _arms(frames, hips, levers, 2)
    own_ball = _arms(frames, hips, levers, 3)[3]
    start = plus(placed, hip)
    held = minus(scaled(_between(heel, ball, share), scale), _between(own_heel, own_ball, share))
    foot = frames[2]
    aside = (wider * foot[0][0], 0.0, wider * foot[2][0])
    x, y, z = _between(plus(upper, lower), minus(plus(held, aside), start), weight)
    lowest = start[1] + y + min(own_heel[1], own_ball[1])
    put_foot(rotations, side, hips, frames, upper, lower, (x, y - min(lowest, 0.0), z))  # no foot goes through the floor


@compiled(floats(2), floats(3), floats(2), NUMBER, NUMBER, FLAG, floats(1), floats(4), floats(1))
def _stood(
    roots: np.ndarray, rotations: np.ndarray, contacts: np.ndarray, scale: float, length: float, always: bool,
    pelvis: np.ndarray, levers: np.ndarray, wider: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Hips (T, 3) and rotations (T, 55, 4); see `stand`."""
    places, turned = np.empty((len(roots), 3)), rotations.copy()
    for pose in range(len(roots)):
        root, hips = row_of(roots, pose), to_rows(quaternion_in(turned[pose], _HIPS))
        placed = plus(scaled(root, scale), applied(hips, (pelvis[0], pelvis[1], pelvis[2])))
        places[pose, 0], places[pose, 1], places[pose, 2] = placed
        for side in range(len(levers)):
            _put_leg(turned[pose], side, root, placed, contacts[pose, side], scale, length, always, levers[side], wider[side])
    return places, turned
