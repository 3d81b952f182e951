"""Where the feet stand and how they get from stand to stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from benchmarks.studio.curves import keyed, smooth


@dataclass(frozen=True)
class Stance:
    """One foot on the floor.

    Attributes:
        start_s, end_s: from touching down to leaving.
        x, z: where the ball of the foot is, metres.
        yaw_deg: how far the foot points to the subject's left.
        lift: how high the foot is raised on its way to the next stance, metres.
        push_deg: how far the heel is lifted when the foot leaves; it begins to lift `push_s` before.
    """

    start_s: float
    end_s: float
    x: float
    z: float
    yaw_deg: float = 0.0
    lift: float = 0.07
    push_deg: float = 25.0
    push_s: float = 0.16


@dataclass(frozen=True)
class FeetPaths:
    """Feet over time, left and right.

    Attributes:
        balls: (T, 2, 3) metres, world.
        feet: (T, 2, 4) world rotations.
        toes: (T, 2, 4) the toes' rotations relative to the feet.
        stands: (T, 2) bool.
    """

    balls: np.ndarray
    feet: np.ndarray
    toes: np.ndarray
    stands: np.ndarray

    def ankles(self, skeleton: HumanSkeleton, balls_at_rest: np.ndarray) -> np.ndarray:
        """(T, 2, 3) where the ankles are."""
        rest = skeleton.rest_positions[[BONE[f"{side}Foot"] for side in FEET]]
        return self.balls + quaternions.rotate(self.feet, rest - balls_at_rest)


def feet_paths(times_s: np.ndarray, left: Sequence[Stance], right: Sequence[Stance]) -> FeetPaths:
    """The feet between and in their stances."""
    sides = [_path(times_s, stances) for stances in (left, right)]
    balls, yaw, pitch, stands = (np.stack(part, axis=1) for part in zip(*sides, strict=True))
    flat = smooth(stands.astype(float), times_s, 0.05)
    return FeetPaths(balls, _about((0, 1, 0), yaw, (1, 0, 0), -pitch), _about((1, 0, 0), pitch * flat), stands)


def _path(times_s: np.ndarray, stances: Sequence[Stance]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ball (T, 3), yaw (T,) and pitch (T,) in radians, stands (T,) of one foot."""
    ball, yaw = np.zeros((len(times_s), 3)), np.zeros(len(times_s))
    stands = np.zeros(len(times_s), bool)
    ball[:], yaw[:] = [stances[0].x, 0.0, stances[0].z], stances[0].yaw_deg
    pitch_keys: list[tuple[float, float]] = [(times_s[0] - 1.0, 0.0)]
    for stance, following in zip(stances, [*stances[1:], None], strict=True):
        inside = (times_s >= stance.start_s - 1e-9) & (times_s <= stance.end_s + 1e-9)
        ball[inside], yaw[inside], stands[inside] = [stance.x, 0.0, stance.z], stance.yaw_deg, True
        if following is None:
            ball[times_s > stance.end_s], yaw[times_s > stance.end_s] = [stance.x, 0.0, stance.z], stance.yaw_deg
            break
        gap = following.start_s - stance.end_s
        away = (times_s > stance.end_s) & (times_s < following.start_s)
        share = (times_s[away] - stance.end_s) / gap
        eased = share**3 * (10.0 + share * (6.0 * share - 15.0))  # minimum jerk
        ball[away] = np.stack(
            [stance.x + eased * (following.x - stance.x), stance.lift * np.sin(np.pi * share) ** 2,
             stance.z + eased * (following.z - stance.z)], axis=-1,
        )  # fmt: skip
        yaw[away] = stance.yaw_deg + eased * (following.yaw_deg - stance.yaw_deg)
        pitch_keys += [
            (stance.end_s - stance.push_s, 0.0), (stance.end_s, -stance.push_deg),
            (stance.end_s + 0.7 * gap, 0.1 * stance.push_deg), (following.start_s, 0.0),
        ]  # fmt: skip
    pitch = keyed(times_s, *_rising(pitch_keys), ease_s=0.02)
    return ball, np.radians(yaw), np.radians(np.where(stands, np.minimum(pitch, 0.0), pitch)), stands


def _rising(keys: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Keys at rising times: of two that come too close the later is left out."""
    kept = keys[:1]
    for key in keys[1:]:
        if key[0] > kept[-1][0] + 1e-3:
            kept.append(key)
    return kept


def _about(*turns: object) -> np.ndarray:
    """Rotations (..., 4) about axes by angles: axis, angles, axis, angles ...; the last is applied first."""
    rotation = None
    for axis, angle in zip(turns[::2], turns[1::2], strict=True):
        turn = quaternions.from_rotation_vector(np.asarray(angle)[..., None] * np.asarray(axis, float))
        rotation = turn if rotation is None else quaternions.multiply(rotation, turn)
    assert rotation is not None
    return rotation
