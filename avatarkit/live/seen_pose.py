"""A pose as it comes to a session, from pictures or from another program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from avatarkit.motion.human_motion import HumanPose, HumanSkeleton

PARTS = ("body", "hands", "face")


@dataclass(frozen=True)
class SeenPose:
    """A pose.

    Attributes:
        pose: normalized.
        skeleton: whose it is.
        parts: which of `PARTS` are seen.
        arrived_s: when what it was made of came, on the clock of `time.monotonic`.
        came: whether anything did; else the camera is silent, and this is of nobody.
    """

    pose: HumanPose
    skeleton: HumanSkeleton
    parts: frozenset[str]
    arrived_s: float
    came: bool = True


class PoseSource(Protocol):
    """Where a session's poses come from.

    Attributes:
        paused: nothing is looked at, as if nobody were there.
    """

    paused: bool

    @property
    def dropped(self) -> int:
        """Pictures that came while the one before was waiting."""

    def __iter__(self) -> Iterator[SeenPose]:
        """Poses, each later than the one before, until there are no more."""

    def calibrate(self) -> None:
        """Measure the person anew."""

    @property
    def is_calibrating(self) -> bool:
        """Whether the person is being measured."""

    def end(self) -> None:
        """Let the poses end soon; from any thread."""

    def close(self) -> None:
        """Let go of everything."""
