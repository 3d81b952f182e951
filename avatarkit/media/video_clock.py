"""Times of pictures that start at zero and rise strictly, whatever the file says."""

from __future__ import annotations

from dataclasses import dataclass, replace

USUAL_RATE_HZ = 30.0
"""Assumed where a file neither says nor shows how many pictures a second it has."""

SMALL_STEP_BACK_S = 1.0
"""A time this little behind is one picture's mistake; further back, the clock was set anew (files joined end to end)."""

LONGEST_PAUSE_S = 60.0
"""A longer pause is a clock set anew, not a person standing still: broadcast recordings jump by hours."""


@dataclass(frozen=True)
class VideoClock:
    """What must be remembered to go from a file's times to ours.

    Attributes:
        interval_s: how long a picture usually stays.
        last_s: our time of the picture before; None at the start.
        offset_s: our time minus the file's.
        repaired: how many times had to be made up.
    """

    interval_s: float = 1 / USUAL_RATE_HZ
    last_s: float | None = None
    offset_s: float = 0.0
    repaired: int = 0

    def next(self, stated_s: float | None) -> VideoClock:
        """The clock at the next picture; its `last_s` is that picture's time.

        Args:
            stated_s: the file's time of it, if it has one.
        """
        if self.last_s is None:
            return replace(self, last_s=0.0, offset_s=-(stated_s or 0.0))
        if stated_s is None:
            return replace(self, last_s=self.last_s + self.interval_s, repaired=self.repaired + 1)
        step = stated_s + self.offset_s - self.last_s
        if 0 < step <= LONGEST_PAUSE_S:
            return replace(self, last_s=self.last_s + step)
        if -SMALL_STEP_BACK_S <= step <= 0:
            # Half an interval leaves room for the next picture to be on time again.
            return replace(self, last_s=self.last_s + self.interval_s / 2, repaired=self.repaired + 1)
        last = self.last_s + self.interval_s
        return replace(self, last_s=last, offset_s=last - stated_s, repaired=self.repaired + 1)
