"""Faces over time: blinks, glances, smiles, speech, and a tour of all expressions."""

from __future__ import annotations

import numpy as np

from avatarkit.body.expressions import LOOK_DEG
from avatarkit.motion.human_motion import EXPRESSIONS
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS
from benchmarks.studio.curves import bump, smooth, wandering

ROW = {name: index for index, name in enumerate(ARKIT_NAMES)}
LOOKS = tuple(name for name in ARKIT_NAMES if name.startswith("eyeLook"))
VISEMES = ("aa", "ih", "ou", "ee", "oh", "closed")
CLOSED = {"mouthPressLeft": 0.6, "mouthPressRight": 0.6, "mouthRollLower": 0.3, "mouthRollUpper": 0.3}
"""Lips pressed together, as for p, b and m."""

PAIRED = {"mouthClose": {"jawOpen": 0.6}}
"""By its definition it closes the lips of an open jaw."""


def lively_face(random: np.random.Generator, times_s: np.ndarray, mood: str = "happy") -> np.ndarray:
    """(T, 52): blinks, glances, brows that wander, a mood that comes and goes."""
    weights = blinks(random, times_s) + glances(random, times_s)
    strength = np.clip(0.45 + 0.4 * wandering(random, times_s, 1, 2.5)[:, 0], 0.0, 1.0)
    weights += strength[:, None] * preset(mood)
    brows = np.clip(0.5 * wandering(random, times_s, 1, 1.5)[:, 0], 0.0, 1.0)
    for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"):
        weights[:, ROW[name]] += 0.7 * brows
    return settled(weights)


def talking_face(random: np.random.Generator, times_s: np.ndarray) -> np.ndarray:
    """(T, 52): speech, some five sounds a second, in a lively face."""
    weights = 0.5 * lively_face(random, times_s)
    weights[:, [ROW[name] for name in LOOKS]] *= 2.0
    weights[:, [ROW["eyeBlinkLeft"], ROW["eyeBlinkRight"]]] *= 2.0
    moment = 0.15
    while moment < times_s[-1]:
        name = str(random.choice(VISEMES))
        shape = preset(name) if name != "closed" else _vector(CLOSED)
        weights += random.uniform(0.6, 1.0) * bump(times_s, moment, 0.1, 0.03, 0.12)[:, None] * shape
        moment += random.uniform(0.14, 0.26)
    return settled(weights)


def expression_tour(random: np.random.Generator, times_s: np.ndarray) -> np.ndarray:
    """(T, 52): each expression of its own for a moment, in chance order; the gaze moves as well, and the eyes blink."""
    names = [name for name in ARKIT_NAMES if name not in LOOKS and name != "tongueOut"]
    order, every = random.permutation(len(names)), times_s[-1] / (len(names) + 1)
    weights = glances(random, times_s)
    for place, number in enumerate(order):
        name = names[number]
        strength = random.uniform(0.6, 1.0) * bump(times_s, (place + 1) * every, every, 0.2 * every, every)
        weights += strength[:, None] * _vector({name: 1.0, **PAIRED.get(name, {})})
    return settled(weights)


def blinks(random: np.random.Generator, times_s: np.ndarray) -> np.ndarray:
    """(T, 52): shut in 70 ms, open in 150, every one to three seconds.

    Source: the durations of H. Collewijn et al., Exp Brain Res 1985, rounded.
    """
    weights = np.zeros((len(times_s), EXPRESSIONS))
    moment = random.uniform(0.3, 1.2)
    while moment < times_s[-1]:
        shut = bump(times_s, moment, 0.07, 0.04, 0.15)
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            weights[:, ROW[name]] = np.maximum(weights[:, ROW[name]], shut)
        moment += random.uniform(1.0, 3.0)
    return weights


def glances(random: np.random.Generator, times_s: np.ndarray, reach_deg: tuple[float, float] = (22.0, 12.0)) -> np.ndarray:
    """(T, 52): the eyes jump to somewhere and rest there."""
    goals = np.zeros((len(times_s), 2))
    moment = random.uniform(0.2, 0.6)
    while moment < times_s[-1]:
        goals[times_s >= moment] = random.uniform(-1.0, 1.0, 2) * reach_deg
        moment += random.uniform(0.4, 1.2)
    goals = smooth(goals, times_s, 0.02)
    return look(goals[:, 0], goals[:, 1])


def look(yaw_deg: np.ndarray, pitch_deg: np.ndarray) -> np.ndarray:
    """(T, 52): both eyes turned to the subject's left and up by (T,) degrees."""
    weights = np.zeros((len(yaw_deg), EXPRESSIONS))
    for side, outward in (("Left", yaw_deg), ("Right", -yaw_deg)):
        for way, angle in (("Out", outward), ("In", -outward), ("Up", pitch_deg), ("Down", -pitch_deg)):
            weights[:, ROW[f"eyeLook{way}{side}"]] = np.clip(angle / LOOK_DEG[way], 0.0, 1.0)
    return weights


def preset(name: str) -> np.ndarray:
    """(52,) of one of VRM's presets."""
    return _vector(PRESET_EXPRESSIONS[name])


def settled(weights: np.ndarray) -> np.ndarray:
    """Weights (T, 52) within 0..1; shut lids neither squint nor widen."""
    weights = np.clip(weights, 0.0, 1.0)
    for side in ("Left", "Right"):
        open_share = 1.0 - weights[:, ROW[f"eyeBlink{side}"]]
        for name in ("eyeSquint", "eyeWide"):
            weights[:, ROW[name + side]] *= open_share
    return weights


def _vector(named: dict[str, float]) -> np.ndarray:
    vector = np.zeros(EXPRESSIONS)
    for name, value in named.items():
        vector[ROW[name]] = value
    return vector
