"""Fingers: poses by name, and rotations of bends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET
from benchmarks.studio.curves import keyed, wandering
from benchmarks.studio.truth import FINGERS, SEGMENTS, thumb_hinge

SHARES = {"Thumb": (0.2, 0.35, 0.45), "other": (0.36, 0.38, 0.26)}
"""How a finger's bend is spread over its bones. Of the order of joint ranges (90, 100, 70 degrees); thumb 20, 50, 80."""

HAND_POSES: dict[str, tuple[float, float, float, float, float]] = {
    "relaxed": (0.3, 0.5, 0.6, 0.7, 0.75),
    "open": (0.0, 0.05, 0.05, 0.05, 0.05),
    "fist": (1.3, 3.9, 4.0, 4.0, 3.9),
    "point": (1.2, 0.05, 3.8, 3.9, 3.8),
    "thumb up": (-0.1, 3.8, 3.9, 3.9, 3.8),
    "victory": (1.2, 0.05, 0.05, 3.8, 3.8),
    "hook": (0.6, 2.4, 2.5, 2.5, 2.4),
}
"""Bend of thumb, index, middle, ring and little finger, radians."""

SPREAD = {"open": 0.2, "victory": 0.22}
"""Radians between neighbouring fingers, where not 0.03."""


def hand_curves(times_s: np.ndarray, keys: Sequence[tuple[float, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Bends (T, 5) and spread (T,) through named poses."""
    curls = keyed(times_s, *((time, HAND_POSES[name]) for time, name in keys))
    return curls, keyed(times_s, *((time, SPREAD.get(name, 0.03)) for time, name in keys))


def random_hands(random: np.random.Generator, times_s: np.ndarray, seconds: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Bends (T, 2, 5) and spread (T, 2): poses one after another, in chance order, never quite the same."""
    both = []
    for _ in FEET:
        names = random.choice(list(HAND_POSES), int(times_s[-1] / seconds) + 2)
        curls, spread = hand_curves(times_s, [(number * seconds, str(name)) for number, name in enumerate(names)])
        both.append((curls + 0.08 * wandering(random, times_s, len(FINGERS), 0.8), spread))
    curls, spread = (np.stack(part, axis=1) for part in zip(*both, strict=True))
    return np.clip(curls, -0.1, 4.2), spread


def finger_rotations(curls: np.ndarray, spread: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Rows of the finger bones, and their local rotations (T, rows, 4), of bends (T, 2, 5) and spread (T, 2)."""
    rows, rotations = [], []
    for k, (side, sign) in enumerate(zip(FEET, (-1.0, 1.0), strict=True)):
        for number, finger in enumerate(FINGERS):
            hinge = thumb_hinge(sign) if finger == "Thumb" else np.array([0.0, 0.0, sign])
            for place, (segment, share) in enumerate(zip(SEGMENTS[finger], SHARES.get(finger, SHARES["other"]), strict=True)):
                turn = quaternions.from_rotation_vector(share * curls[:, k, number, None] * hinge)
                if place == 0 and finger != "Thumb":
                    apart = sign * (number - 2.3) * spread[:, k] * np.clip(1.0 - curls[:, k, number] / 3.0, 0.0, 1.0)
                    turn = quaternions.multiply(quaternions.from_rotation_vector(-apart[:, None] * [0.0, -1.0, 0.0]), turn)
                rows.append(BONE[f"{side}{finger}{segment}"])
                rotations.append(turn)
    return rows, np.stack(rotations, axis=1)
