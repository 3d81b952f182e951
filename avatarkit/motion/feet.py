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
TOE_BONES = np.array([BONE["leftToes"], BONE["rightToes"]])

LAND_HEIGHT_M, LIFT_HEIGHT_M = 0.08, 0.13
"""A sole lands below the first height and is lifted above the second; chosen, as the speeds, by agreement with rendered truth
(85 % of feet and moments over walks, dances and jumps)."""

LAND_SPEED, LIFT_SPEED = 0.45, 0.6
"""Metres per second likewise. Published contact labels use 1 cm a frame at 30 to 60 frames a second."""

DEPTH_SHARE = 0.25
"""How much movement towards the camera counts: what is measured of it is mostly noise."""

EASE_S = 0.15
"""How long a held foot takes to join its own path again: half the swing of a fast walk."""

MAX_REACH = 0.995
"""Share of its length to which a leg is stretched at most; the knee's last half degree of bend avoids pops."""


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


def held_feet(times_s: np.ndarray, soles: np.ndarray, stands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What keeps the standing points of feet where they stand.

    A foot of which heel and ball stand is level and keeps its heading; one of which one point stands turns about it as it was
    seen to.

    Args:
        times_s: (T,).
        soles: (T, 2, 2, 3) left and right foot, heel and ball, floor at y = 0.
        stands: (T, 2, 2) bool.

    Returns:
        turns (T, 2, 4) of the feet, and where their balls come to (T, 2, 3), metres.
    """
    wanted, shares = np.array(soles), np.empty(stands.shape)
    for foot in range(2):
        for point in range(2):
            wanted[:, foot, point] += held_offsets(times_s, soles[:, foot, point], stands[:, foot, point])
            shares[:, foot, point] = held_shares(times_s, stands[:, foot, point])
    length = soles[:, :, 1] - soles[:, :, 0]
    turns = quaternions.between(length, wanted[:, :, 1] - wanted[:, :, 0])
    by_heel, by_ball = wanted[:, :, 0] + quaternions.rotate(turns, length), wanted[:, :, 1]
    of_ball = (shares[..., 1:] + TINY_M) / (shares.sum(axis=-1, keepdims=True) + 2.0 * TINY_M)
    return turns, by_heel + of_ball * (by_ball - by_heel)


def held_shares(times_s: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(T,) 1 while a point stands (T,), easing to 0 before and after."""
    shares = stands.astype(float)
    for start, end in runs(stands):
        since = np.maximum(np.maximum(times_s[start] - times_s, times_s - times_s[end - 1]), 0.0)
        shares = np.maximum(shares, _ease(since))
    return shares


def place_feet(
    skeleton: HumanSkeleton, roots: np.ndarray, world: np.ndarray, turns: np.ndarray, moves: np.ndarray
) -> np.ndarray:
    """World rotations (T, 55, 4), the feet turned by `turns` (T, 2, 4), toes along, and the ankles moved by `moves` (T, 2, 3)."""
    turned = np.array(move_ankles(skeleton, roots, world, moves))
    for bones in (FOOT_BONES, TOE_BONES):
        turned[:, bones] = quaternions.multiply(turns, turned[:, bones])
    return turned


def move_ankles(skeleton: HumanSkeleton, roots: np.ndarray, world: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """World rotations (T, 55, 4), the legs turned so that the ankles move by `offsets` (T, 2, 3); feet keep their own turn."""
    places = world_positions(skeleton, roots, world)
    ankles = places[:, FOOT_BONES]
    legs = Legs(world[:, UPPER_LEGS], world[:, LOWER_LEGS])
    new = reach(places[:, UPPER_LEGS], places[:, LOWER_LEGS], ankles, ankles + offsets, legs)
    moved = np.array(world)
    moved[:, UPPER_LEGS], moved[:, LOWER_LEGS] = new.upper, new.lower
    return moved
