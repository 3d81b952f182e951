"""Where the soles of a skeleton are, how high the floor is under a motion, and when a foot stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.kinematics import world_positions, world_rotations

ANKLE_HEIGHT = 0.08
"""Height of the ankle's joint over the sole, in leg lengths (hip to ankle): 0.039 of the stature of which the leg is 0.491.

Source: D. Winter, Biomechanics and Motor Control of Human Movement, figure 4.1."""

BALL_HEIGHT = 0.02
"""Height of the toes' joint over the sole, in leg lengths: the ball of a foot is some 15 mm thick under the joint."""

HEEL_BEHIND = 0.25
"""How far the heel lies behind the ankle, in parts of the way from the ankle to the toes' joint."""

FOOT_LENGTH = 0.17
"""From the ankle to the toes' joint, in leg lengths, where a skeleton does not tell; larger feet show by where they end."""

SAME_FLOOR = 0.12
"""A guessed sole within this many leg lengths of y = 0 is at y = 0, where files have their floor; thick soles are no fault."""

FLOOR_QUANTILE = 0.02
"""The floor lies where the lower sole is in the lowest 2 % of the moments: single stray frames do not count."""

CONTACT_HEIGHT_M = (0.03, 0.05)
CONTACT_SPEED = (0.25, 0.45)
"""A foot begins to stand below the first of each and stops above the second: metres over the floor nearby, metres per second,
of a grown body.

"Nearby" is the lowest that a sole gets within `NEARBY_S`: the floors of captures rise and fall by centimetres along a walk.
Of the order of the stance thresholds of gait analysis; the pair is a hysteresis, so that a standing foot does not flicker."""


GROWN_HIP_HEIGHT_M = 0.95
"""Height of a grown body's hips, the size that contacts are told for; smaller bodies take smaller steps."""

NEARBY_S = 0.8
"""Seconds before and after a moment in which a foot surely comes down: half a slow stride, more than a jump's flight."""


@dataclass(frozen=True)
class Soles:
    """Points under the feet.

    Attributes:
        heels: (2, 3) left and right, from the ankle, in the T-pose, metres.
        balls: (2, 3) from the toes' joint (from the ankle where there are no toes).
        has_toes: whether the balls turn with the toes.
        floor: height of the soles in the rig's own canonical world, metres.
    """

    heels: np.ndarray
    balls: np.ndarray
    has_toes: bool
    floor: float

    def points(self, skeleton: HumanSkeleton, root: np.ndarray, world: np.ndarray) -> np.ndarray:
        """World places (..., 2 feet, 2, 3) of heel and ball. `root` (..., 3) and `world` (..., 55, 4) as in kinematics."""
        places = world_positions(skeleton, root, world)
        found = []
        for side, name in enumerate(FEET):
            foot, toes = BONE[f"{name}Foot"], BONE[f"{name}Toes"]
            heel = places[..., foot, :] + quaternions.rotate(world[..., foot, :], self.heels[side])
            base = toes if self.has_toes else foot  # the ball turns with the foot: toes that curl up leave it where it is
            ball = places[..., base, :] + quaternions.rotate(world[..., foot, :], self.balls[side])
            found.append(np.stack([heel, ball], axis=-2))
        return np.stack(found, axis=-3)

    def heights(self, skeleton: HumanSkeleton, root: np.ndarray, world: np.ndarray) -> np.ndarray:
        """Height (..., 2) of the lowest point of each sole, metres."""
        return self.points(skeleton, root, world)[..., 1].min(axis=-1)


def soles_of(rest: np.ndarray, present: np.ndarray, ends: np.ndarray) -> Soles:
    """The soles of a skeleton.

    Args:
        rest: (55, 3) T-pose, canonical axes, metres, at any height.
        present: (55,).
        ends: (E, 3) ends of chains; those near the feet may be toe tips.
    """
    foot = rest[[BONE["leftFoot"], BONE["rightFoot"]]]
    leg = float(np.linalg.norm(rest[BONE["leftUpperLeg"]] - foot[0]))
    has_toes = bool(present[BONE["leftToes"]] and present[BONE["rightToes"]])
    toes = rest[[BONE["leftToes"], BONE["rightToes"]]]
    floor = float(foot[:, 1].mean()) - ANKLE_HEIGHT * leg
    if has_toes:
        floor = min(floor, float(toes[:, 1].mean()) - BALL_HEIGHT * leg)
    near = ends[(np.abs(ends[:, 1] - foot[0, 1]) < ANKLE_HEIGHT * leg * 2) & (ends[:, 1] < foot[:, 1].min())]
    if len(near):
        floor = min(floor, float(near[:, 1].min()))
    if abs(floor) < SAME_FLOOR * leg:
        floor = 0.0
    length = max(float((near[:, 2] - foot[:, 2].mean()).max(initial=0.0)), FOOT_LENGTH * leg)
    ball_base = toes if has_toes else np.add(foot, (0.0, 0.0, length))
    heels = np.zeros((2, 3))
    heels[:, 1] = floor - foot[:, 1]
    heels[:, 2] = -HEEL_BEHIND * np.abs(ball_base - foot)[:, 2]
    balls = np.zeros((2, 3)) if has_toes else ball_base - foot
    balls[:, 1] = floor - (toes if has_toes else foot)[:, 1]
    return Soles(heels, balls, has_toes, floor)


def body_soles(skeleton: HumanSkeleton) -> Soles:
    """The soles of a body whose floor is known to be y = 0."""
    known = soles_of(skeleton.rest_positions, skeleton.present, np.zeros((0, 3)))
    lift = (0.0, known.floor, 0.0)
    return Soles(np.subtract(known.heels, lift), np.subtract(known.balls, lift), known.has_toes, 0.0)


def ground_height(sole_heights: np.ndarray) -> float:
    """The floor's height under a motion whose soles have heights (T, 2)."""
    return float(np.quantile(sole_heights.min(axis=1), FLOOR_QUANTILE))


def foot_contacts(
    soles: Soles, skeleton: HumanSkeleton, root: np.ndarray, rotations: np.ndarray, times_s: np.ndarray
) -> np.ndarray:
    """Whether each foot stands, (T, 2) of 0 or 1: its lower end is near the floor and hardly moves."""
    if len(times_s) == 1:
        low = skeleton.hip_height / GROWN_HIP_HEIGHT_M * CONTACT_HEIGHT_M[0]
        return (soles.heights(skeleton, root, world_rotations(rotations)) < low).astype(float)
    points = soles.points(skeleton, root, world_rotations(rotations))
    speeds = np.linalg.norm(np.gradient(points, times_s, axis=0), axis=-1)
    lower = np.argmin(points[..., 1], axis=-1)[..., None]
    speed = np.take_along_axis(speeds, lower, axis=-1)[..., 0]
    height = np.take_along_axis(points[..., 1], lower, axis=-1)[..., 0]
    height = height - _floor_nearby(height.min(axis=-1), times_s)[:, None]
    size = skeleton.hip_height / GROWN_HIP_HEIGHT_M
    begins = (height < size * CONTACT_HEIGHT_M[0]) & (speed < size * CONTACT_SPEED[0])
    ends = (height > size * CONTACT_HEIGHT_M[1]) | (speed > size * CONTACT_SPEED[1])
    return _latched(begins, ends).astype(float)


def _floor_nearby(lowest: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """The lowest sole (T,) within `NEARBY_S` of each moment."""
    reach = int(NEARBY_S / np.median(np.diff(times_s)))
    return minimum_filter1d(lowest, 2 * min(reach, len(lowest)) + 1, mode="nearest")


def _latched(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """True from each beginning until the next end (T, ...)."""
    events = np.where(begins, 1, np.where(ends, -1, 0))
    moments = np.arange(len(events)).reshape(-1, *([1] * (events.ndim - 1)))
    last = np.maximum.accumulate(np.where(events != 0, moments, -1), axis=0)
    return (last >= 0) & (np.take_along_axis(events, np.maximum(last, 0), axis=0) == 1)
