"""A motion at other moments."""

from __future__ import annotations

import numpy as np

from avatarkit.errors import UsageError
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import HumanMotion

FPS = (1.0, 1000.0)
"""Frame rates that make sense."""

MAX_MOMENTS = 500_000
"""Most moments that are made."""


def resample(motion: HumanMotion, fps: float) -> HumanMotion:
    """The motion at a steady rate, beginning at its first moment: rotations on the sphere, all else in straight lines.

    Raises:
        UsageError: a rate below 1 or above 1000, or too many moments.
    """
    if not FPS[0] <= fps <= FPS[1]:
        raise UsageError(f"A frame rate is {FPS[0]:g} to {FPS[1]:g} frames per second, not {fps:g}.")
    length = motion.times_s[-1] - motion.times_s[0]
    if length * fps >= MAX_MOMENTS:
        raise UsageError(f"{length:.0f} s at {fps:g} frames per second are more than {MAX_MOMENTS} moments.")
    return sample(motion, motion.times_s[0] + np.arange(int(np.floor(length * fps + _ROUNDING)) + 1) / fps)


_ROUNDING = 1e-6
"""Of a frame: times are sums of rounded numbers, and the last frame shall not be lost by that."""


def sample(motion: HumanMotion, times_s: np.ndarray) -> HumanMotion:
    """The motion at the given moments (T,), rising strictly; before its beginning and after its end it holds still."""
    after = np.clip(np.searchsorted(motion.times_s, times_s, side="right"), 1, max(len(motion) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(motion) - 1)
    span = motion.times_s[after] - motion.times_s[before]
    share = np.clip((times_s - motion.times_s[before]) / np.where(span > 0, span, 1.0), 0.0, 1.0)

    def straight(values: np.ndarray) -> np.ndarray:
        part = share.reshape(-1, *([1] * (values.ndim - 1)))
        return values[before] + part * (values[after] - values[before])

    return HumanMotion(
        skeleton=motion.skeleton,
        times_s=times_s,
        root_positions=straight(motion.root_positions),
        rotations=quaternions.slerp(motion.rotations[before], motion.rotations[after], share[:, None]),
        confidence=straight(motion.confidence),
        expressions=straight(motion.expressions),
        foot_contacts=straight(motion.foot_contacts),
        report=motion.report,
    )
