"""Which feet stand, and legs that keep them where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanSkeleton
from avatarkit.motion.kinematics import world_positions

UPPER_LEGS = np.array([BONE["leftUpperLeg"], BONE["rightUpperLeg"]])
LOWER_LEGS = np.array([BONE["leftLowerLeg"], BONE["rightLowerLeg"]])
FOOT_BONES = np.array([BONE["leftFoot"], BONE["rightFoot"]])

LAND_HEIGHT_M, LIFT_HEIGHT_M = 0.08, 0.13
"""A sole lands below the first height and is lifted above the second; chosen, as the speeds, by agreement with rendered truth
(85 % of feet and moments over walks, dances and jumps)."""

LAND_SPEED, LIFT_SPEED = 0.45, 0.6
"""Metres per second likewise. Published contact labels use 1 cm a frame at 30 to 60 frames a second."""

DEPTH_SHARE = 0.25
"""How much movement towards the camera counts: what is measured of it is mostly noise."""

MIN_STANCE_S = 0.08
"""Shorter contacts are noise: the stance of a sprint lasts about as long."""

BLUR_S = 0.07
"""Smoothed feet start to move so much before they do, and come to rest so much after."""

EASE_S = 0.15
"""How long a held foot takes to join its own path again: half the swing of a fast walk."""

MAX_REACH = 0.995
"""Share of its length to which a leg is stretched at most; the knee's last half degree of bend avoids pops."""


def detect_contacts(times_s: np.ndarray, soles: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Which feet stand: low and slow, with hysteresis in both.

    Args:
        times_s: (T,).
        soles: (T, 2, 2, 3) left and right foot, heel and ball, floor at y = 0.
        seen: (T, 2) which legs were seen; an unseen leg stands.

    Returns:
        (T, 2) bool.
    """
    lowest = soles[..., 1].min(axis=2)
    speeds = _speeds(times_s, soles).min(axis=2)
    land = (lowest < LAND_HEIGHT_M) & (speeds < LAND_SPEED)
    stay = (lowest < LIFT_HEIGHT_M) & (speeds < LIFT_SPEED)
    contacts = np.empty(land.shape, bool)
    for foot in range(2):
        stances = without_short(times_s, hysteresis(land[:, foot], stay[:, foot]), MIN_STANCE_S)
        contacts[:, foot] = widened(times_s, stances) & (lowest[:, foot] < LIFT_HEIGHT_M)
    return contacts | ~seen


def _speeds(times_s: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(T, ...) metres per second of points (T, ..., 3), depth counting little."""
    if len(times_s) == 1:
        return np.zeros(points.shape[:-1])
    return np.linalg.norm(np.gradient(points, times_s, axis=0) * (1.0, 1.0, DEPTH_SHARE), axis=-1)


def hysteresis(on: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """(T,) runs of `stay` that hold at least one `on`."""
    contacts = np.zeros(len(stay), bool)
    for start, end in runs(stay):
        contacts[start:end] = on[start:end].any()
    return contacts


def without_short(times_s: np.ndarray, mask: np.ndarray, shortest_s: float) -> np.ndarray:
    """(T,) the mask without runs shorter than that."""
    kept = np.zeros(len(mask), bool)
    for start, end in runs(mask):
        kept[start:end] = times_s[end - 1] - times_s[start] >= shortest_s or len(mask) == 1
    return kept


def widened(times_s: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(T,) the mask with each run longer by `BLUR_S` at both ends."""
    wide = np.array(mask)
    for start, end in runs(mask):
        wide |= (times_s >= times_s[start] - BLUR_S) & (times_s <= times_s[end - 1] + BLUR_S)
    return wide


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """First and past-the-last index of each run of true values of a mask (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def held_offsets(times_s: np.ndarray, path: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """What to add to a foot's path so that it keeps its place while it stands.

    Args:
        times_s: (T,).
        path: (T, 3) of a sole point, floor at y = 0.
        stands: (T,) bool.

    Returns:
        (T, 3) metres; outside of stances what is left of the nearest ones' ends.
    """
    stances = runs(stands)
    before, after = np.zeros_like(path), np.zeros_like(path)
    inside = np.zeros_like(path)
    for start, end in stances:
        anchor = np.median(path[start:end], axis=0) * (1.0, 0.0, 1.0)
        inside[start:end] = anchor - path[start:end]
        after[end:] = inside[end - 1] * _ease(times_s[end:] - times_s[end - 1])[:, None]
    for start, _ in reversed(stances):
        before[:start] = inside[start] * _ease(times_s[start] - times_s[:start])[:, None]
    return np.where(stands[:, None], inside, before + after)


def _ease(since_s: np.ndarray) -> np.ndarray:
    """1 at 0 seconds, 0 from `EASE_S` on, level at both ends."""
    share = np.clip(since_s / EASE_S, 0.0, 1.0)
    return 1.0 - share * share * (3.0 - 2.0 * share)


STRAIGHT_KNEE_M = 0.01
"""A knee this near to the line from hip to ankle bends half to where the thigh's front is."""

TINY_M = 1e-6


@dataclass(frozen=True)
class Legs:
    """World rotations (T, 2, 4) of both upper and lower legs."""

    upper: np.ndarray
    lower: np.ndarray


def reach(hips: np.ndarray, knees: np.ndarray, ankles: np.ndarray, targets: np.ndarray, legs: Legs) -> Legs:
    """Legs turned so that the ankles come to their targets, knees staying in their plane.

    Args:
        hips, knees, ankles: (..., 3) where the joints are.
        targets: (..., 3) where the ankles shall be; beyond the leg's reach as near as it gets.
        legs: (..., 4) world rotations now.
    """
    thigh, shank = (np.linalg.norm(b - a, axis=-1, keepdims=True) for a, b in ((hips, knees), (knees, ankles)))
    way = targets - hips
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    away = way / np.maximum(distance, TINY_M)
    distance = np.clip(distance, np.abs(thigh - shank) + STRAIGHT_KNEE_M, MAX_REACH * (thigh + shank))
    along = (thigh**2 - shank**2 + distance**2) / (2.0 * distance)
    aside = np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
    pole = _knee_side(hips, knees, ankles, legs)
    pole = quaternions.rotate(quaternions.between(ankles - hips, away), pole)
    pole = pole - (pole * away).sum(axis=-1, keepdims=True) * away
    pole = pole / np.maximum(np.linalg.norm(pole, axis=-1, keepdims=True), TINY_M)
    new_knees = hips + along * away + aside * pole
    new_ankles = hips + distance * away
    upper = quaternions.multiply(quaternions.between(knees - hips, new_knees - hips), legs.upper)
    lower = quaternions.multiply(quaternions.between(ankles - knees, new_ankles - new_knees), legs.lower)
    return Legs(upper, lower)


def _knee_side(hips: np.ndarray, knees: np.ndarray, ankles: np.ndarray, legs: Legs) -> np.ndarray:
    """(..., 3) from the line between hip and ankle to the knee; of a straight leg where the thigh's front is."""
    line = ankles - hips
    line = line / np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), TINY_M)
    bend = knees - hips + STRAIGHT_KNEE_M * quaternions.rotate(legs.upper, np.array([0.0, 0.0, 1.0]))
    return np.asarray(bend - (bend * line).sum(axis=-1, keepdims=True) * line)


def move_ankles(skeleton: HumanSkeleton, roots: np.ndarray, world: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """World rotations (T, 55, 4), the legs turned so that the ankles move by `offsets` (T, 2, 3); feet keep their own turn."""
    places = world_positions(skeleton, roots, world)
    ankles = places[:, FOOT_BONES]
    legs = Legs(world[:, UPPER_LEGS], world[:, LOWER_LEGS])
    new = reach(places[:, UPPER_LEGS], places[:, LOWER_LEGS], ankles, ankles + offsets, legs)
    moved = np.array(world)
    moved[:, UPPER_LEGS], moved[:, LOWER_LEGS] = new.upper, new.lower
    return moved
