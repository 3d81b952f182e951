"""Which of two mirrored limbs is the left one: told by what points forward on a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

FEET, KNEES, ELBOWS, FACE, CUSTOM = 3.0, 1.0, 1.0, 1.0, 0.02
"""How much the signs count: toes point forward on every figure, knees and elbows only where they are bent at rest, a
face's joints only where there are some. Where nothing speaks, a figure faces +Z, as glTF wants it."""

CLEAR = 0.01
"""A sign weaker than this part of a limb's length is noise."""


def left_is_first(
    positions: np.ndarray, *, hips: int, top: int, legs: Sequence[Sequence[int]], arms: Sequence[Sequence[int]],
    face: Sequence[int], head: int,
) -> tuple[bool, bool]:  # fmt: skip
    """Whether the first leg and the first arm are the left ones.

    Args:
        positions: (B, 3) of the joints.
        hips, top, head: joints; `top` carries the arms.
        legs, arms: of both sides the joints of hip, knee, ankle, toe's end; shoulder, elbow, wrist, finger's end.
        face: joints on the head.
    """
    up = _unit(positions[top] - positions[hips])
    across = positions[legs[0][0]] - positions[legs[1][0]]
    across = _unit(across - up * (across @ up))
    ahead = np.cross(across, up)
    votes = FEET * _mean(_sign(positions, leg[2], leg[3], ahead, leg) for leg in legs)
    votes += KNEES * _mean(_bulge(positions, leg, ahead) for leg in legs)
    votes -= ELBOWS * _mean(_bulge(positions, arm, ahead) for arm in arms)
    votes += FACE * _mean(_sign(positions, head, joint, ahead, (hips, top)) for joint in face)
    votes += CUSTOM * float(np.sign(ahead[2]))
    leg_first = votes > 0
    arms_agree = (positions[arms[0][0]] - positions[arms[1][0]]) @ across > 0
    return leg_first, leg_first == arms_agree


def _sign(positions: np.ndarray, start: int, end: int, ahead: np.ndarray, scale: Sequence[int]) -> float:
    """How far `end` lies ahead of `start`, in parts of a length; 0 for noise."""
    length = float(np.linalg.norm(positions[scale[1]] - positions[scale[0]]))
    return _clear(float((positions[end] - positions[start]) @ ahead) / (length or 1.0))


def _bulge(positions: np.ndarray, limb: Sequence[int], ahead: np.ndarray) -> float:
    """How far the middle joint of a limb lies ahead of the line between its ends, in parts of the limb."""
    upper, middle, end = positions[list(limb[:3])]
    along = end - upper
    square = float(along @ along) or 1.0
    off = middle - upper - along * ((middle - upper) @ along / square)
    return _clear(float(off @ ahead) / square**0.5)


def _clear(value: float) -> float:
    return float(np.clip(value, -1.0, 1.0)) if abs(value) > CLEAR else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.mean(found)) if found else 0.0


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), np.finfo(float).tiny)
