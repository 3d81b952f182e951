"""Legs that bring feet where they shall be: what makes contacts true."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from benchmarks.studio.curves import rate_of, smooth

FULL_REACH = 0.995
"""Of the leg's length: a knee that is quite straight has no plane and snaps."""

COMFORTABLE_REACH = 0.985
"""Of the leg's length: as far as a standing leg is stretched."""


def with_feet(
    skeleton: HumanSkeleton, root: np.ndarray, world: np.ndarray, *, ankles: np.ndarray, feet: np.ndarray, poles: np.ndarray
) -> np.ndarray:
    """World rotations with the legs' bones made anew.

    Args:
        skeleton: the body.
        root: (T, 3) the hips' joint.
        world: (T, 55, 4) world rotations; of the legs only the toes' are kept, relative to the feet.
        ankles: (T, 2, 3) where the left and right ankle shall be; out of reach they are met as nearly as the leg is long.
        feet: (T, 2, 4) world rotations of the feet.
        poles: (T, 2, 3) directions towards which the knees bend.

    Returns:
        (T, 55, 4).
    """
    rest, world = skeleton.rest_positions, world.copy()
    for side, name in enumerate(FEET):
        upper, lower, foot, toes = (BONE[f"{name}{bone}"] for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        curled = quaternions.multiply(quaternions.inverse(world[:, foot]), world[:, toes])
        hip = root + quaternions.rotate(world[:, BONE["hips"]], rest[upper] - rest[BONE["hips"]])
        thigh, shank = rest[lower] - rest[upper], rest[foot] - rest[lower]
        world[:, upper], world[:, lower] = leg_rotations(thigh, shank, ankles[:, side] - hip, poles[:, side])
        world[:, foot] = feet[:, side]
        world[:, toes] = quaternions.multiply(feet[:, side], curled)
    return world


def leg_rotations(thigh: np.ndarray, shank: np.ndarray, goal: np.ndarray, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World rotations (T, 4) of thigh and shank whose end lies at `goal` (T, 3) from the hip, the knee towards `pole` (T, 3).

    Source: the law of cosines. At rest the bones `thigh`, `shank` (3,) hang down and the knee's hinge is +X.
    """
    a, b = np.linalg.norm(thigh), np.linalg.norm(shank)
    reach = np.linalg.norm(goal, axis=-1, keepdims=True)
    along = goal / reach
    distance = np.clip(reach, abs(a - b) + 0.01, FULL_REACH * (a + b))
    forward = pole - along * np.sum(pole * along, axis=-1, keepdims=True)
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    cosine = (a * a + distance**2 - b * b) / (2.0 * a * distance)
    knee = a * (cosine * along + np.sqrt(1.0 - cosine**2) * forward)
    hinge = np.cross(forward, along)
    return _turn(thigh, knee, hinge), _turn(shank, distance * along - knee, hinge)


def _turn(rest: np.ndarray, now: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """Rotations (T, 4) that bring `rest` (3,) to `now` (T, 3) and the hinge +X to `hinge` (T, 3), as nearly as may be."""
    before = _frame(rest, np.array([1.0, 0.0, 0.0]))
    return quaternions.from_matrix(_frame(now, hinge) @ before.T)


def _frame(direction: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    first = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    second = hinge - first * np.sum(hinge * first, axis=-1, keepdims=True)
    second = second / np.linalg.norm(second, axis=-1, keepdims=True)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def within_reach(
    skeleton: HumanSkeleton, root: np.ndarray, world: np.ndarray, ankles: np.ndarray, times_s: np.ndarray
) -> np.ndarray:
    """Roots (T, 3) lowered, smoothly, to where both ankles (T, 2, 3) can be reached."""
    lower, rest = np.zeros(len(root)), skeleton.rest_positions
    for side, name in enumerate(FEET):
        upper, knee, foot = (BONE[f"{name}{bone}"] for bone in ("UpperLeg", "LowerLeg", "Foot"))
        length = COMFORTABLE_REACH * (np.linalg.norm(rest[knee] - rest[upper]) + np.linalg.norm(rest[foot] - rest[knee]))
        hip = root + quaternions.rotate(world[:, BONE["hips"]], rest[upper] - rest[BONE["hips"]])
        flat = np.hypot(*(hip - ankles[:, side])[:, [0, 2]].T)
        lower = np.maximum(lower, hip[:, 1] - ankles[:, side, 1] - np.sqrt(np.maximum(length**2 - flat**2, 0.0)))
    widened = maximum_filter1d(lower, 2 * round(0.08 * rate_of(times_s)) + 1)
    return root - smooth(widened, times_s, 0.05)[:, None] * [0.0, 1.0, 0.0]
