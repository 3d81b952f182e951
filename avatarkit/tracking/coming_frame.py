"""A person in a picture of whom the body is known already, while hands and face are still being read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks, TrackedFace, TrackedFrame


@dataclass(frozen=True)
class ComingFrame:
    """What a `TrackedFrame` has. Hands and face are waited for when they are asked for, so that what needs the body alone, or
    the face alone, is computed meanwhile.

    Attributes:
        time_s, size_px, body: as there.
        read_face: waits for the face; read_all: for everything.
    """

    time_s: float
    size_px: tuple[int, int]
    body: BodyLandmarks | None
    read_face: Callable[[], TrackedFace | None]
    read_all: Callable[[], TrackedFrame]

    @cached_property
    def whole(self) -> TrackedFrame:
        """Everything, waited for."""
        return self.read_all()

    @cached_property
    def face(self) -> TrackedFace | None:
        """The face, waited for."""
        return self.read_face()

    @property
    def left_hand(self) -> HandLandmarks | None:
        """The left hand, waited for."""
        return self.whole.left_hand

    @property
    def right_hand(self) -> HandLandmarks | None:
        """The right hand, waited for."""
        return self.whole.right_hand
