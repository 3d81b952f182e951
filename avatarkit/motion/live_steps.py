"""What is done with each picture of a live camera: the same pose as from a file, then what can be known without the future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import plain_quaternions, quaternions
from avatarkit.motion.feet import LOWER_LEGS
from avatarkit.motion.filters import Filtered, OneEuro, filter_rotations, filter_vector, side_by_side
from avatarkit.motion.gaps import LOST, SEEN, presence
from avatarkit.motion.human_motion import BONE, EXPRESSIONS, HumanPose
from avatarkit.motion.live_standing import Standing, stand
from avatarkit.motion.person import Person
from avatarkit.motion.quiet_legs import heading
from avatarkit.motion.steps import PoseMemory, pose_step, rest_rotations
from avatarkit.tracking.coming_frame import ComingFrame
from avatarkit.tracking.tracked_frame import TrackedFrame

BONES_FILTER = OneEuro(still_hz=1.0, per_speed=0.7, speed_hz=1.5)
"""Rotations: at rest 1 Hz, 4.5 Hz at five radians a second."""

ROOT_FILTER = OneEuro(still_hz=1.0, per_speed=3.0, speed_hz=1.5)
"""The hips' place, metres."""

DEPTH_FILTER = OneEuro(still_hz=0.3, per_speed=0.6, speed_hz=0.5)
"""Towards the camera, where noise is ten times as strong."""

FACE_FILTER = OneEuro(still_hz=4.0, per_speed=6.0, speed_hz=3.0)
"""Expressions: blinks pass."""

_ROOT_AND_FACE = side_by_side([ROOT_FILTER, ROOT_FILTER, DEPTH_FILTER, *[FACE_FILTER] * EXPRESSIONS])

_HIPS = BONE["hips"]
_NOT_YET = -1e9


@dataclass(frozen=True)
class LiveMemory:
    """What one live moment hands to the next.

    Attributes:
        pose: of `pose_step`.
        seen: (55,) which bones count as seen; `seen_s` (55,) when each was last.
        last: (55, 4) each bone's last rotation that was seen.
        bones: of the rotations' filter; `root_and_face` of the other one, (55,): the hips' place and the expressions.
        standing: of floor and feet.
    """

    pose: PoseMemory
    seen: np.ndarray
    seen_s: np.ndarray
    last: np.ndarray
    bones: Filtered
    root_and_face: Filtered
    standing: Standing


def live_step(
    frame: TrackedFrame | ComingFrame, person: Person, memory: LiveMemory | None = None
) -> tuple[HumanPose, LiveMemory]:
    """The pose to show now: `pose_step`, causal filters, floor and standing feet.

    Args:
        frame: what was seen; its time must be later than the last one's.
        person: the proportions.
        memory: the last moment's; None at the start and after a cut.
    """
    raw, pose_memory = pose_step(frame, person, memory.pose if memory else None)
    seen, seen_s, last = _seen(raw, memory)
    rest = np.array(rest_rotations())
    rest[_HIPS] = heading(plain_quaternions.floats(last[_HIPS]))  # who is lost faces where they faced
    target = quaternions.slerp(rest, last, presence(raw.time_s - seen_s))
    bones = filter_rotations(BONES_FILTER, memory.bones if memory else None, raw.time_s, target)
    values = np.concatenate([raw.root_position, raw.expressions])
    smooth = filter_vector(_ROOT_AND_FACE, memory.root_and_face if memory else None, raw.time_s, values)
    root, rotations, standing = stand(
        raw.time_s,
        smooth.value[:3],
        bones.value,
        legs_seen=bool(seen[LOWER_LEGS].any()),
        person=person,
        before=memory.standing if memory else None,
    )
    expressions = np.minimum(np.maximum(smooth.value[3:], 0.0), 1.0)
    pose = HumanPose(raw.time_s, root, rotations, raw.confidence, expressions, standing.stands)
    return pose, LiveMemory(pose_memory, seen, seen_s, last, bones, smooth, standing)


def _seen(raw: HumanPose, memory: LiveMemory | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which bones count as seen (55,), when each was last (55,), and its rotation then (55, 4)."""
    if memory is None:
        seen = raw.confidence >= SEEN
        return seen, np.where(seen, raw.time_s, _NOT_YET), np.where(seen[:, None], raw.rotations, rest_rotations())
    seen = raw.confidence >= np.where(memory.seen, LOST, SEEN)
    return seen, np.where(seen, raw.time_s, memory.seen_s), np.where(seen[:, None], raw.rotations, memory.last)
