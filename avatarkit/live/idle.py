"""Somebody whom nobody sees stands at ease and breathes: an avatar that freezes looks broken."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanPose
from avatarkit.vocabulary.arkit import ARKIT_NAMES

BEGINS_S, FULL_S = 1.3, 3.0
"""After so long unseen the body has eased to rest and begins to breathe; after so long it does in full."""

BREATH_S, SWAY_S, BLINK_S, SHUT_S = 4.2, 9.1, 4.7, 0.16
"""Breaths of somebody at rest take 3.5 to 5 s, and eyes shut for a sixth of a second; the swaying is slower than either."""

BREATH_RAD, SHRUG_RAD, SWAY_RAD = np.radians(1.2), np.radians(1.0), np.radians(0.8)

_BLINKS = [ARKIT_NAMES.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")]


def idle(pose: HumanPose, unseen_s: float) -> HumanPose:
    """The pose, breathing as much as the time says that nobody has been seen."""
    share = min(max((unseen_s - BEGINS_S) / (FULL_S - BEGINS_S), 0.0), 1.0)
    if share == 0.0:
        return pose
    breath, sway = (share * sin(2.0 * pi * pose.time_s / period) for period in (BREATH_S, SWAY_S))
    turns = {
        "chest": (-BREATH_RAD * breath, 0.0, SWAY_RAD * sway),
        "spine": (0.0, 0.0, -0.5 * SWAY_RAD * sway),
        "neck": (0.5 * BREATH_RAD * breath, SWAY_RAD * sway, 0.0),
        "leftShoulder": (0.0, 0.0, SHRUG_RAD * breath),
        "rightShoulder": (0.0, 0.0, -SHRUG_RAD * breath),
    }
    rotations = np.array(pose.rotations)
    for bone, turn in turns.items():
        row = BONE[bone]
        rotations[row] = quaternions.multiply(rotations[row], quaternions.from_rotation_vector(np.array(turn)))
    return replace(pose, rotations=rotations, expressions=_blinking(pose, share))


def _blinking(pose: HumanPose, share: float) -> np.ndarray:
    expressions = np.array(pose.expressions)
    since = pose.time_s % BLINK_S
    if since < SHUT_S:
        expressions[_BLINKS] = np.maximum(expressions[_BLINKS], share * sin(pi * since / SHUT_S))
    return expressions
