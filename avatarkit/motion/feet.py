"""Which feet stand, and legs that keep them where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.floor import FOOT_BONES, TOE_BONES, sole_offsets
from avatarkit.motion.human_motion import BONE, HumanSkeleton
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.kinematics import world_positions
from avatarkit.motion.smooth import smooth

UPPER_LEGS = np.array([BONE["leftUpperLeg"], BONE["rightUpperLeg"]])
LOWER_LEGS = np.array([BONE["leftLowerLeg"], BONE["rightLowerLeg"]])

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


def level_turns(times_s: np.ndarray, feet: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """What turns a foot so that it is level and keeps its heading while it stands on heel and ball.

    Args:
        times_s: (T,).
        feet: (T, 4) its world rotation.
        flat: (T,) bool, when it stands so.

    Returns:
        (T, 4) world rotations to apply after its own; easing to none before and after.
    """
    turns = np.tile(quaternions.IDENTITY, (len(times_s), 1))
    for start, end in runs(flat):
        own = turns_to_level(feet[start:end])
        share = _ease(_since(times_s, start, end))[:, None]
        part = np.concatenate([np.tile(own[0], (start, 1)), own, np.tile(own[-1], (len(times_s) - end, 1))])
        turns = quaternions.multiply(quaternions.slerp(quaternions.IDENTITY, part, share[:, 0]), turns)
    return turns


def turns_to_level(feet: np.ndarray) -> np.ndarray:
    """(S, 4) what turns a foot's rotations (S, 4) to the one level rotation with their mean heading."""
    forward = quaternions.rotate(feet, np.array([0.0, 0.0, 1.0])).sum(axis=0)
    level = quaternions.from_rotation_vector(np.array([0.0, np.arctan2(forward[0], forward[2]), 0.0]))
    return quaternions.multiply(level, quaternions.inverse(feet))


def held_moves(times_s: np.ndarray, ankles: np.ndarray, soles: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """What to add to an ankle's path so that the points under the foot roll over the floor without slipping while they stand.

    Args:
        times_s: (T,).
        ankles: (T, 3), floor at y = 0.
        soles: (T, 2, 3) heel and ball, from the ankle, as the foot will be turned.
        stands: (T, 2) bool.

    Returns:
        (T, 3) metres; outside of stances what is left of the nearest ones' ends.
    """
    moves = np.zeros_like(ankles)
    for start, end in stances(stands):
        goals = rolling(soles[start:end], stands[start:end])
        own = goals - ankles[start:end]
        own -= np.median(own, axis=0) * (1.0, 0.0, 1.0)
        part = np.concatenate([np.tile(own[0], (start, 1)), own, np.tile(own[-1], (len(times_s) - end, 1))])
        moves += _ease(_since(times_s, start, end))[:, None] * part
    return moves


def stances(stands: np.ndarray) -> list[tuple[int, int]]:
    """First and past-the-last index of the times during which one of a foot's points (T, 2) after the other stands, the next
    before the last is lifted."""
    standing, linked = stands.any(axis=1), (stands[1:] & stands[:-1]).any(axis=1)
    cuts = np.flatnonzero(standing[1:] & standing[:-1] & ~linked) + 1
    return [
        (int(first), int(last))
        for start, end in runs(standing)
        for first, last in pairwise([start, *cuts[(cuts > start) & (cuts < end)], end])
    ]


def rolling(soles: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(S, 3) an ankle's path from x = z = 0 on which the standing (S, 2) points under the foot, from the ankle (S, 2, 3), keep
    their places on the floor."""
    both = (stands[1:] & stands[:-1]).astype(float)
    steps = -(np.diff(soles, axis=0) * both[..., None]).sum(axis=1) / both.sum(axis=1, keepdims=True)
    path = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    path[:, 1] = -np.average(soles[..., 1], axis=1, weights=stands.astype(float))
    return path


def _since(times_s: np.ndarray, start: int, end: int) -> np.ndarray:
    """(T,) seconds until the first of some moments or since the last, 0 between."""
    return np.maximum(np.maximum(times_s[start] - times_s, times_s - times_s[end - 1]), 0.0)


def _ease(since_s: np.ndarray) -> np.ndarray:
    """1 at 0 seconds, 0 from `EASE_S` on, level at both ends."""
    return 1.0 - smooth_step(since_s, 0.0, EASE_S)


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


def levelled(times_s: np.ndarray, world: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """World rotations (T, 55, 4) with feet level while heel and ball (T, 2, 2) stand; what is level stays as it is."""
    turned = np.array(world)
    for foot, bones in enumerate(np.stack([FOOT_BONES, TOE_BONES], axis=1)):
        turns = level_turns(times_s, world[:, bones[0]], stands[:, foot].all(axis=1))
        turned[:, bones] = quaternions.multiply(turns[:, None], world[:, bones])
    return turned


def hold_feet(
    skeleton: HumanSkeleton, times_s: np.ndarray, roots: np.ndarray, world: np.ndarray, stands: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A motion whose standing feet keep their place, level where heel and ball stand, legs and hips giving way.

    Args:
        skeleton: the body.
        times_s: (T,); roots: (T, 3), the floor at y = 0; world: (T, 55, 4) rotations.
        stands: (T, 2, 2) bool, left and right foot, heel and ball.

    Returns:
        roots and world rotations, shaped as they came.
    """
    moves, held = np.empty((len(times_s), 2, 3)), np.empty((len(times_s), 2))
    places = world_positions(skeleton, roots, world)
    ankles, turned = places[:, FOOT_BONES], levelled(times_s, world, stands)
    soles = sole_offsets(skeleton, turned)
    for foot in range(2):
        moves[:, foot] = held_moves(times_s, ankles[:, foot], soles[:, foot], stands[:, foot])
        held[:, foot] = held_shares(times_s, stands[:, foot].any(axis=1))
    pulled = giving_way(skeleton, places[:, UPPER_LEGS], ankles + moves, held)
    way = smooth(times_s, pulled, np.ones(len(times_s)), GIVING_HZ)
    return roots + way, move_ankles(skeleton, roots + way, turned, moves - way[:, None])


def held_shares(times_s: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(T,) 1 while a foot stands (T,), easing to 0 before and after."""
    shares = np.zeros(len(times_s))
    for start, end in runs(stands):
        shares = np.maximum(shares, _ease(_since(times_s, start, end)))
    return shares


def giving_way(skeleton: HumanSkeleton, hips: np.ndarray, goals: np.ndarray, held: np.ndarray) -> np.ndarray:
    """How hips move towards ankles' goals that legs do not reach.

    Args:
        skeleton: the body.
        hips: (T, 2, 3) the legs' upper ends.
        goals: (T, 2, 3) of the ankles.
        held: (T, 2) 0..1 how far each has to be reached.

    Returns:
        (T, 3) metres.
    """
    rest = skeleton.rest_positions
    bones = ((UPPER_LEGS, LOWER_LEGS), (LOWER_LEGS, FOOT_BONES))
    reach_m = MAX_REACH * sum(np.linalg.norm(rest[end] - rest[start], axis=-1) for start, end in bones)
    moved = np.zeros((len(hips), 3))
    for _ in range(ROUNDS):
        for foot in range(2):
            way = goals[:, foot] - hips[:, foot] - moved
            distance = np.linalg.norm(way, axis=-1)
            short = held[:, foot] * np.maximum(distance - reach_m[foot], 0.0) / np.maximum(distance, TINY_M)
            moved += short[:, None] * way
    return moved


GIVING_HZ = 3.0
"""The fastest movement of hips that give way; a shorter pull is left to the leg."""

ROUNDS = 4
"""In which the hips are pulled by one leg after the other; two legs seldom pull at once."""


def move_ankles(skeleton: HumanSkeleton, roots: np.ndarray, world: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """World rotations (T, 55, 4), the legs turned so that the ankles move by `offsets` (T, 2, 3); feet keep their own turn."""
    places = world_positions(skeleton, roots, world)
    ankles = places[:, FOOT_BONES]
    legs = Legs(world[:, UPPER_LEGS], world[:, LOWER_LEGS])
    new = reach(places[:, UPPER_LEGS], places[:, LOWER_LEGS], ankles, ankles + offsets, legs)
    moved = np.array(world)
    moved[:, UPPER_LEGS], moved[:, LOWER_LEGS] = new.upper, new.lower
    return moved
