"""People of whom no legs are seen, turned as if the camera stood straight before them.

Who is filmed at the picture's edge and looks into the camera looks at whoever sees the motion, however wide the lens was, which
nobody told. Whose legs are seen goes somewhere, in the camera's axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, sin

import numpy as np

from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.motion.joints.confidence import HIDDEN_BELOW, SEEN_ABOVE
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.root import MIN_DEPTH_M
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

WATCHED_S = 5.0
"""Over so long it is averaged whether legs are seen: who bends or passes a table shall not turn."""

SELDOM, OFTEN = 0.2, 0.6
"""Parts of that time: whose legs are seen less than the first is turned all the way, more than the second not at all."""

_SHOULDERS = [POSE["leftShoulder"], POSE["rightShoulder"]]
_LEGS = [[POSE[side + joint] for joint in ("Hip", "Knee", "Ankle")] for side in ("left", "right")]
_HALF_SEEN = 0.5 * (HIDDEN_BELOW + SEEN_ABOVE)


@dataclass(frozen=True)
class Facing:
    """What one picture hands to the next of how a person is turned.

    Attributes:
        time_s: of the last picture that showed them; watched_s: for how long they have been, at most `WATCHED_S`.
        legs: 0..1, in how much of that time legs were seen.
        aside: how far to the camera's right they were last seen, in distances.
    """

    time_s: float
    watched_s: float
    legs: float
    aside: float

    @property
    def turn(self) -> Quaternion | None:
        """What turns the way from the person to the camera to +Z, about +Y, as far as legs are hidden; None if they are not."""
        share = 1.0 - smooth_share(self.legs, SELDOM, OFTEN)
        if share == 0.0:
            return None
        half = 0.5 * share * atan(self.aside)
        return 0.0, sin(half), 0.0, cos(half)


def facing_of(time_s: float, place: tuple[float, float], legs_seen: bool | None, before: Facing | None) -> Facing:
    """How a person is turned after one more picture that shows them.

    Args:
        time_s: of the picture.
        place: (2,) metres to the right and away.
        legs_seen: None where the picture does not tell.
        before: what was known; None at the start.
    """
    aside, now = place[0] / max(place[1], MIN_DEPTH_M), float(bool(legs_seen))
    if before is None:
        return Facing(time_s, 0.0, now, aside)
    if legs_seen is None:
        return Facing(time_s, before.watched_s, before.legs, aside)
    step = time_s - before.time_s
    watched = min(before.watched_s + step, WATCHED_S)
    share = min(step / watched, 1.0) if watched > 0.0 else 1.0
    return Facing(time_s, watched, before.legs + share * (now - before.legs), aside)


def place_of(points: np.ndarray) -> tuple[float, float]:
    """(2,) metres to the right and away, of a body's points (33, 3) in the camera's space: of its shoulders, which the picture
    shows when it hides the hips."""
    (left_x, _, left_z), (right_x, _, right_z) = points[_SHOULDERS].tolist()
    return 0.5 * (left_x + right_x), -0.5 * (left_z + right_z)


def shows_legs(body: BodyLandmarks) -> bool:
    """Whether one of a body's legs is seen down to the ankle."""
    return bool(body.visibility[_LEGS].min(axis=1).max() > _HALF_SEEN)
