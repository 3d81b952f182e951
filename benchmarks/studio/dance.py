"""The dance that `make demo` shows when the caller brings no video: four and a half seconds, side steps, a hop, a pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.studio.choreography import Arm, Choreography, arm
from benchmarks.studio.curves import bump, keyed
from benchmarks.studio.faces import blinks, look, preset, settled
from benchmarks.studio.hands import hand_curves
from benchmarks.studio.moves import bare
from benchmarks.studio.steps import FeetPaths, Stance, feet_paths

DANCE_S = 4.6
BEAT_S = 0.5
"""120 beats a minute."""

Keys = tuple[tuple[float, tuple[float, float, float]], ...]


def dance(times_s: np.ndarray, seed: int = 0) -> Choreography:
    """The dance; T moments from 0 to about `DANCE_S`."""
    plan = bare(times_s, _feet(times_s), seed)
    beat = times_s / BEAT_S
    groove = keyed(times_s, (0.0, 0.3), (0.5, 1.0), (3.6, 1.0), (4.2, 0.15))
    dip = groove * (0.5 - 0.5 * np.cos(2 * np.pi * beat))  # down on each beat
    sway = groove * np.sin(np.pi * beat)
    zero = np.zeros_like(beat)
    hop = _flight(times_s, 3.0, 0.3)
    crouch = bump(times_s, 2.9, 0.25, 0.02, 0.12) + 0.8 * bump(times_s, 3.38, 0.1, 0.05, 0.3)
    face, curls, spread = _face(times_s), *_hands(times_s)
    return replace(
        plan,
        arms=(_left_arm(times_s), _right_arm(times_s)),
        pelvis=np.stack([0.05 * dip + 0.2 * crouch, 0.22 * sway, 0.09 * sway], axis=-1),
        spine=np.stack([0.03 + 0.06 * dip + 0.15 * crouch, -0.3 * sway, -0.14 * sway + _pose(times_s) * 0.12], axis=-1),
        head=np.stack([0.10 * dip - 0.05 - 0.2 * crouch, -0.1 * sway + 0.25 * _pose(times_s), 0.10 * sway], axis=-1),
        hips=np.stack([0.02 * sway, -0.015 - 0.045 * dip - 0.14 * crouch + hop, -0.03 * crouch + zero], axis=-1),
        curls=curls, spread=spread, expressions=face, follow_s=0.16, source="dance",
    )  # fmt: skip


def _feet(times_s: np.ndarray) -> FeetPaths:
    """Step right, touch, step left, touch, once more; two steps; a hop; feet apart for the pose."""
    left = [
        Stance(-1.0, 0.5, 0.10, 0.1, 8), Stance(0.8, 1.0, -0.10, 0.12, 8), Stance(1.3, 2.25, 0.24, 0.08, 12),
        Stance(2.5, 3.0, 0.16, 0.12, 10, 0.14, 35), Stance(3.3, 9.0, 0.22, 0.1, 18),
    ]  # fmt: skip
    right = [
        Stance(-1.0, 0.1, -0.10, 0.1, -8), Stance(0.4, 1.5, -0.30, 0.08, -12), Stance(1.8, 2.0, 0.02, 0.12, -8),
        Stance(2.25, 3.0, -0.16, 0.12, -10, 0.14, 35), Stance(3.3, 9.0, -0.20, 0.1, -18),
    ]  # fmt: skip
    return feet_paths(times_s, left, right)


def _left_arm(times_s: np.ndarray) -> Arm:
    direction = keyed(
        times_s, (0.0, (0.25, -1.0, 0.1)), (0.5, (0.75, -0.5, 0.5)), (1.0, (0.5, -0.7, 0.5)), (1.5, (1.0, 0.25, 0.35)),
        (2.0, (0.8, -0.2, 0.6)), (2.4, (0.75, 0.75, 0.35)), (2.7, (0.95, 0.45, 0.35)), (2.95, (0.4, -0.8, -0.3)),
        (3.2, (0.7, 0.7, 0.4)), (3.7, (0.55, 0.95, 0.25)), (4.6, (0.58, 0.95, 0.25)),
    )  # fmt: skip
    elbow = keyed(times_s, (0.0, 0.4), (0.5, 1.5), (1.0, 1.9), (1.5, 0.7), (2.0, 1.5), (2.4, 0.9), (2.7, 1.2), (2.95, 0.6),
                  (3.2, 0.5), (3.7, 0.2))  # fmt: skip
    twist = keyed(times_s, (0.3, 0.0), (1.0, -0.3), (1.5, -0.8), (2.0, -0.5), (2.4, -0.9), (2.9, 0.0), (3.3, -0.2))
    return arm(times_s, direction=direction, elbow=elbow, twist=twist, shrug=0.3 * np.clip(direction[:, 1], 0, 1))


def _right_arm(times_s: np.ndarray) -> Arm:
    direction = keyed(
        times_s, (0.0, (0.25, -1.0, 0.1)), (0.5, (1.0, 0.2, 0.35)), (1.0, (0.8, -0.2, 0.6)), (1.5, (0.75, -0.5, 0.5)),
        (2.0, (0.5, -0.7, 0.5)), (2.4, (0.95, 0.45, 0.35)), (2.7, (0.75, 0.75, 0.35)), (2.95, (0.4, -0.8, -0.3)),
        (3.2, (0.7, 0.6, 0.4)), (3.7, (0.62, -0.78, -0.18)), (4.6, (0.62, -0.78, -0.18)),
    )  # fmt: skip
    elbow = keyed(times_s, (0.0, 0.4), (0.5, 0.7), (1.0, 1.5), (1.5, 1.5), (2.0, 1.9), (2.4, 1.2), (2.7, 0.9), (2.95, 0.6),
                  (3.2, 0.5), (3.7, 1.55))  # fmt: skip
    twist = keyed(
        times_s, (0.3, 0.0), (0.5, -0.8), (1.0, -0.5), (2.0, -0.3), (2.7, -0.9), (2.95, 0.0), (3.3, -0.1), (3.7, 0.75)
    )
    palm = keyed(times_s, (3.3, 0.0), (3.7, 0.4))
    return arm(times_s, direction=direction, elbow=elbow, twist=twist, palm=palm, shrug=0.3 * np.clip(direction[:, 1], 0, 1))


def _pose(times_s: np.ndarray) -> np.ndarray:
    """1 in the final pose."""
    return keyed(times_s, (3.3, 0.0), (3.8, 1.0))


def _hands(times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left = hand_curves(times_s, [(0.0, "relaxed"), (0.5, "fist"), (1.2, "relaxed"), (1.6, "open"), (2.6, "open"),
                                 (2.95, "fist"), (3.3, "open"), (3.8, "point")])  # fmt: skip
    right = hand_curves(times_s, [(0.0, "relaxed"), (0.5, "open"), (1.2, "relaxed"), (1.6, "fist"), (2.2, "open"),
                                  (2.6, "open"), (2.95, "fist"), (3.3, "relaxed")])  # fmt: skip
    curls, spread = (np.stack(part, axis=1) for part in zip(left, right, strict=True))
    return curls, spread


def _face(times_s: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(7)
    smile = keyed(times_s, (0.0, 0.35), (1.0, 0.6), (2.6, 0.5), (3.3, 0.75), (4.0, 0.95))
    surprise = 0.7 * bump(times_s, 3.1, 0.15, 0.1, 0.3)
    aside = keyed(times_s, (0.3, 0.0), (0.6, -12.0), (1.3, -10.0), (1.5, 12.0), (2.2, 8.0), (2.4, 0.0), (3.5, 0.0), (3.8, 8.0))
    gaze = look(aside, keyed(times_s, (0.5, 0.0), (3.3, 2.0), (3.8, 6.0)))
    weights = smile[:, None] * preset("happy") + surprise[:, None] * preset("surprised") + blinks(random, times_s) + gaze
    return settled(weights)


def _flight(times_s: np.ndarray, start_s: float, fly_s: float) -> np.ndarray:
    """(T,) height of a thrown body, metres."""
    share = np.clip((times_s - start_s) / fly_s, 0.0, 1.0)
    return 9.81 / 2 * fly_s**2 * share * (1.0 - share)
