"""How far away people are who stand before a camera that looks down: where their feet stand on the floor, the picture tells.

A person's distance is guessed by their size, a twentieth amiss at every moment. Seen from above that lifts whole bodies off the
floor, or sinks them: 30 cm of distance are 16 cm of height where the camera looks down by 33 degrees. How feet move in the
picture is measured, and so is when they stand; the way along the ray to the camera that brings them to the floor is the error.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.motion.feet import runs
from avatarkit.motion.floor import TINY, legs_seen, sole_points
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.kinematics import world_rotations
from avatarkit.motion.smooth import smooth

STILL_SPEED, STILL_S = 0.45, 0.12
"""A foot stands, at whatever height, that moves across the picture no faster than this, metres per second, for so long. At the
top of a jump feet are as slow for less than a tenth of a second."""

DISTANCE_SPREAD_M = 0.25
"""How far a person's distance by their size is from the true one."""

HEIGHT_SPREAD_M = 0.05
"""How far a standing sole is off the floor for other reasons: legs that are bent a little too much, a floor too steep."""

DISTANCE_HZ = 1.0
"""The fastest change of somebody's distance that is followed: faster ones are the guess's. A jump before a camera that looks
down by 30 degrees keeps nine tenths of its height."""

MOST_SPREADS = 2.0
"""Distances are not corrected by more of their spreads."""

CHANGES_HZ = 0.6
"""The fastest change of a distance's error that is followed: faster ones are jumps and steps. Who walks into the picture is
guessed amiss otherwise from second to second; with 0.8 jumps lose a tenth of their height."""

SURER = 10.0
"""How much more a moment counts at which both feet stand and would be below the floor: nobody sinks into it, while a distance
that changes faster than is followed takes them there and the knees bend."""

ROUNDS = 3
"""Of telling those moments anew."""

LOOKS_DOWN = (0.2, 0.4)
"""How far down a ray goes, a metre, from which on that begins to count, and then counts fully: before level cameras distances
hardly tell heights."""

UNTOLD = 0.02
"""How much a moment counts at which no foot stands, and nothing is to be corrected."""


def grounded(motion: HumanMotion, speeds: np.ndarray, camera: np.ndarray) -> HumanMotion:
    """The motion with the hips moved along the rays to the camera so that feet stand on the floor when they stand.

    Args:
        motion: over the floor, which is at y = 0.
        speeds: (T, 2, 2) of heels and balls across the picture, metres per second.
        camera: (3,) where it is.
    """
    times, stands = motion.times_s, still_feet(motion.times_s, speeds.min(axis=2)) & legs_seen(motion.confidence)
    told = stands.any(axis=1)
    if not told.any():
        return motion
    soles = sole_points(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))[..., 1].min(axis=2)
    heights = np.where(told, np.where(stands, soles, np.inf).min(axis=1), 0.0)
    rays = motion.root_positions - camera
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    wanted, weights = distance_errors(heights, -rays[:, 1]), np.where(told, 1.0, UNTOLD)
    surer = np.where(stands.all(axis=1), (SURER - 1.0) * smooth_step(-rays[:, 1], *LOOKS_DOWN), 0.0)
    further = smooth(times, wanted, weights, CHANGES_HZ)
    for _ in range(ROUNDS):
        sunk = heights + rays[:, 1] * further < 0.0
        further = smooth(times, wanted, weights * (1.0 + surer * sunk), CHANGES_HZ)
    return replace(motion, root_positions=motion.root_positions + rays * np.asarray(further)[:, None])


def steadily_away(motion: HumanMotion, camera: np.ndarray) -> HumanMotion:
    """The motion with the hips' distance from the camera (3,) freed of what it trembles; what the picture shows stays.

    It is done along the rays: once the floor is level, the distance of people seen from above is height, too.
    """
    ways, sure = motion.root_positions - camera, np.maximum(motion.confidence[:, BONE["hips"]], UNTOLD)
    distances = np.linalg.norm(ways, axis=1, keepdims=True)
    steady = smooth(motion.times_s, distances, sure, DISTANCE_HZ)
    return replace(motion, root_positions=camera + ways / np.maximum(distances, TINY) * steady)


def still_feet(times_s: np.ndarray, speeds: np.ndarray) -> np.ndarray:
    """(T, 2) bool, which feet stand by their speeds (T, 2) across the picture alone."""
    still = speeds < STILL_SPEED
    for foot in range(2):
        for start, end in runs(still[:, foot]):
            still[start:end, foot] = times_s[end - 1] - times_s[start] >= STILL_S
    return np.asarray(still)


def distance_errors(heights: np.ndarray, down: np.ndarray) -> np.ndarray:
    """(T,) metres by which people are likely to be further away than they seem, standing at such heights (T,) and seen along
    rays that go down by so much a metre (T,): nothing before a level camera, where heights do not tell."""
    spread, height = DISTANCE_SPREAD_M**2, HEIGHT_SPREAD_M**2
    errors = heights * down * spread / (down * down * spread + height)
    return np.clip(errors, -MOST_SPREADS * DISTANCE_SPREAD_M, MOST_SPREADS * DISTANCE_SPREAD_M)
