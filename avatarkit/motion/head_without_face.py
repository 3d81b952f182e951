"""Heads whose face is not seen any more: a body's points tell how a head nods, but for one person always amiss alike.

Eleven points of a body show the head up to 25 degrees lower, or 10 higher, than the face shows it, depending on the person and
on how the camera looks at them. Without this, whoever turns away until the face is lost bows at that moment, and again when it
is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import atan2, cos, sin
from statistics import median

import numpy as np

from avatarkit.geometry import plain_quaternions
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.motion.joints.head import HEAD_ROWS, head_rotation

MOST_NOD_RAD = np.radians(30.0)
"""By more nobody's points are wrong, but faces may be: the medians of 19 clips are up to 25 degrees."""

SHARE = 0.7
"""Of what faces and points differ by, how much is the points' error: with it heads of rendered clips whose faces were taken
away are nearest to the truth."""

APART_S, MOST = 0.3, 9
"""So long after each other heads are remembered, and so many: one reading of a face is wrong by as much as the points are."""


@dataclass(frozen=True)
class FacedHead:
    """A head whose face and whose body were seen in one picture.

    Attributes:
        time_s: of the picture.
        rotation: (4,) the head's in the world, by the face.
        body: (33, 3) the body's points in the same axes.
    """

    time_s: float
    rotation: np.ndarray
    body: np.ndarray

    @cached_property
    def nod_rad(self) -> float:
        """About the ears' axis, from where the body's points show the head to where the face did; down is more."""
        shown = plain_quaternions.floats(head_rotation(self.body))
        x, _, _, scalar = plain_quaternions.multiply(_inverse(shown), plain_quaternions.floats(self.rotation))
        return 2.0 * atan2(x, scalar) if scalar >= 0.0 else 2.0 * atan2(-x, -scalar)


FacedHeads = tuple[FacedHead, ...]
"""The last ones, `APART_S` from each other. What they say of nods is worked out only when a face is lost."""


def remembered(heads: FacedHeads, time_s: float, rotation: np.ndarray, body: np.ndarray) -> FacedHeads:
    """The heads after one more picture that shows body and face."""
    if heads and time_s - heads[-1].time_s < APART_S:
        return heads
    return (*heads[1 - MOST :], FacedHead(time_s, rotation, body))


def nodding_as_before(body: np.ndarray, heads: FacedHeads) -> np.ndarray:
    """A body's points (33, 3) with the head's nodded by as much as they mostly were wrong while its face was seen."""
    half = 0.5 * SHARE * float(np.clip(median(head.nod_rad for head in heads), -MOST_NOD_RAD, MOST_NOD_RAD))
    shown = plain_quaternions.floats(head_rotation(body))
    nod = plain_quaternions.multiply(shown, (sin(half), 0.0, 0.0, cos(half)))
    turn = plain_quaternions.to_matrix(plain_quaternions.multiply(nod, _inverse(shown)))
    nodded, head = np.array(body), body[HEAD_ROWS]
    middle = head.mean(axis=0)
    nodded[HEAD_ROWS] = middle + (head - middle) @ turn.T
    return nodded


def _inverse(rotation: Quaternion) -> Quaternion:
    x, y, z, scalar = rotation
    return -x, -y, -z, scalar
