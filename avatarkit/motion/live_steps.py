"""What is done with each picture of a live camera: the same pose as from a file, then what can be known without the future."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.feet import (
    DEPTH_SHARE,
    EASE_S,
    FOOT_BONES,
    LAND_HEIGHT_M,
    LAND_SPEED,
    LIFT_HEIGHT_M,
    LIFT_SPEED,
    LOWER_LEGS,
    UPPER_LEGS,
    Legs,
    reach,
)
from avatarkit.motion.filters import Filtered, OneEuro, expectile, filter_rotations, filter_vector
from avatarkit.motion.floor import up_from_one_place
from avatarkit.motion.gaps import LOST, SEEN, presence
from avatarkit.motion.human_motion import BONE, HumanPose
from avatarkit.motion.person import Person
from avatarkit.motion.quiet_legs import quiet_legs
from avatarkit.motion.steps import PoseMemory, pose_step, rest_rotations
from avatarkit.tracking.tracked_frame import TrackedFrame

BONES_FILTER = OneEuro(still_hz=1.0, per_speed=0.7, speed_hz=1.5)
"""Rotations: at rest 1 Hz, 4.5 Hz at five radians a second."""

ROOT_FILTER = OneEuro(still_hz=1.0, per_speed=3.0, speed_hz=1.5)
"""The hips' place, metres."""

DEPTH_FILTER = OneEuro(still_hz=0.3, per_speed=0.6, speed_hz=0.5)
"""Towards the camera, where noise is ten times as strong."""

FACE_FILTER = OneEuro(still_hz=4.0, per_speed=6.0, speed_hz=3.0)
"""Expressions: blinks pass."""

FLOOR_DOWN_S, FLOOR_UP_S = 0.3, 6.0
"""The floor follows soles below it at once, and soles above it so slowly that a jump does not lift it."""

PLACE_S = 5.0
"""How long it takes to learn where the person stands, from which the camera's tilt follows."""

SLIP_M = 0.12
"""A held foot this far from where it is seen has stepped."""

_NOT_YET = -1e9


@dataclass(frozen=True)
class LiveMemory:
    """What one live moment hands to the next.

    Attributes:
        pose: of `pose_step`.
        seen: (55,) which bones count as seen; `seen_s` (55,) when each was last.
        last: (55, 4) each bone's last rotation that was seen.
        bones, root, depth, face: of the filters.
        place: (3,) the lower sole in the camera's space, slowly averaged.
        floor: its height in the upright axes; `origin` (2,) x and z of the first place.
        balls: (2, 3) where the balls of the feet were; `stands` (2,); `anchors`, `offsets` (2, 3) what the feet were moved by.
        quiet: 0..1 how far the legs are at rest because they are not seen.
    """

    pose: PoseMemory
    seen: np.ndarray
    seen_s: np.ndarray
    last: np.ndarray
    bones: Filtered
    root: Filtered
    depth: Filtered
    face: Filtered
    place: np.ndarray
    floor: float
    origin: np.ndarray
    balls: np.ndarray
    stands: np.ndarray
    anchors: np.ndarray
    offsets: np.ndarray
    quiet: float


def live_step(frame: TrackedFrame, person: Person, memory: LiveMemory | None = None) -> tuple[HumanPose, LiveMemory]:
    """The pose to show now: `pose_step`, causal filters, floor and standing feet.

    Args:
        frame: what was seen; its time must be later than the last one's.
        person: the proportions.
        memory: the last moment's; None at the start and after a cut.
    """
    raw, pose_memory = pose_step(frame, person, memory.pose if memory else None)
    seen, seen_s, last = _seen(raw, memory)
    share = np.where(seen, 1.0, presence(raw.time_s - seen_s))
    target = quaternions.slerp(rest_rotations(), np.where(seen[:, None], raw.rotations, last), share)
    bones = filter_rotations(BONES_FILTER, memory.bones if memory else None, raw.time_s, target)
    face = filter_vector(FACE_FILTER, memory.face if memory else None, raw.time_s, raw.expressions)
    root = filter_vector(ROOT_FILTER, memory.root if memory else None, raw.time_s, raw.root_position)
    depth = filter_vector(DEPTH_FILTER, memory.depth if memory else None, raw.time_s, raw.root_position[2:])
    pose = replace(
        raw,
        rotations=bones.value,
        root_position=np.array([*root.value[:2], depth.value[0]]),
        expressions=np.clip(face.value, 0, 1),
    )
    now = LiveMemory(pose_memory, seen, seen_s, last, bones, root, depth, face, *_stand_still(memory))
    return _standing(pose, person, memory, now)


def _stand_still(
    memory: LiveMemory | None,
) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    if memory is not None:
        return (
            memory.place,
            memory.floor,
            memory.origin,
            memory.balls,
            memory.stands,
            memory.anchors,
            memory.offsets,
            memory.quiet,
        )
    nothing = np.zeros((2, 3))
    return np.zeros(3), 0.0, np.zeros(2), nothing, np.zeros(2, bool), nothing, nothing, 0.0


def _seen(raw: HumanPose, memory: LiveMemory | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which bones count as seen (55,), when each was last (55,), and its rotation then (55, 4)."""
    if memory is None:
        seen = raw.confidence >= SEEN
        return seen, np.where(seen, raw.time_s, _NOT_YET), np.where(seen[:, None], raw.rotations, rest_rotations())
    seen = raw.confidence >= np.where(memory.seen, LOST, SEEN)
    return seen, np.where(seen, raw.time_s, memory.seen_s), np.where(seen[:, None], raw.rotations, memory.last)


def _standing(pose: HumanPose, person: Person, before: LiveMemory | None, now: LiveMemory) -> tuple[HumanPose, LiveMemory]:
    """The pose over the floor, its standing feet where they stood."""
    step = pose.time_s - before.bones.time_s if before else 0.0
    legs_seen = bool(now.seen[LOWER_LEGS].any())
    soles = _soles(person, pose.rotations)
    lower = pose.root_position + soles[soles[:, 1].argmin()]
    place = lower if before is None else now.place + min(step / PLACE_S, 1.0) * (lower - now.place) * legs_seen
    tilt = quaternions.between(up_from_one_place(place), np.array([0.0, 1.0, 0.0]))
    rotations, root = np.array(pose.rotations), quaternions.rotate(tilt, pose.root_position)
    rotations[BONE["hips"]] = quaternions.multiply(tilt, rotations[BONE["hips"]])
    origin = root[[0, 2]] if before is None else now.origin
    quiet = _towards(now.quiet if before else float(not legs_seen), float(not legs_seen), step)
    if quiet > 0.0:
        rotations = quiet_legs(rotations, np.array(quiet))
        soles = _soles(person, rotations)
    else:
        soles = quaternions.rotate(tilt, soles)
    low = float(root[1] + soles[:, 1].min())
    floor = now.floor
    if legs_seen:
        floor = expectile(floor, low, step, FLOOR_DOWN_S, FLOOR_UP_S) if before else low
    root = root - (origin[0], floor, origin[1])
    root[1] += quiet * (person.skeleton.hip_height - root[1])
    now = replace(now, place=place, origin=origin, floor=floor, quiet=quiet)
    return _held(replace(pose, rotations=rotations, root_position=root), soles, person, before, now)


def _held(
    pose: HumanPose, soles: np.ndarray, person: Person, before: LiveMemory | None, now: LiveMemory
) -> tuple[HumanPose, LiveMemory]:
    """The pose with its standing feet where they stood; `soles` (2, 3) from the hips."""
    step = pose.time_s - before.bones.time_s if before else 0.0
    balls = pose.root_position + soles
    moved = (balls - now.balls) * (1.0, 1.0, DEPTH_SHARE) if before else np.zeros((2, 3))
    speed = np.sqrt((moved * moved).sum(axis=1)) / max(step, 1e-3)
    low, slow = np.where(now.stands, LIFT_HEIGHT_M, LAND_HEIGHT_M), np.where(now.stands, LIFT_SPEED, LAND_SPEED)
    stands = ((balls[:, 1] < low) & (speed < slow)) | (now.quiet > 0.5)
    slipped = np.linalg.norm(now.anchors - balls, axis=1) > SLIP_M
    keep = stands & now.stands & ~slipped
    anchors = np.where(keep[:, None], now.anchors, balls + now.offsets) * (1.0, 0.0, 1.0)
    wanted = np.where(stands[:, None], anchors - balls, 0.0)
    offsets = now.offsets + (1.0 - np.exp(-3.0 * step / EASE_S)) * (wanted - now.offsets)
    rotations = _moved_ankles(pose.rotations, person, offsets)
    memory = replace(now, balls=balls, stands=stands, anchors=anchors, offsets=offsets)
    return replace(pose, rotations=rotations, foot_contacts=stands.astype(float)), memory


def _towards(value: float, goal: float, step: float) -> float:
    """`value` moved to `goal` within a second."""
    return float(np.clip(goal, value - step, value + step))


def _leg_chain(rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """World rotations (2, 4) of upper legs, lower legs and feet."""
    upper = quaternions.multiply(rotations[BONE["hips"]], rotations[UPPER_LEGS])
    lower = quaternions.multiply(upper, rotations[LOWER_LEGS])
    return upper, lower, quaternions.multiply(lower, rotations[FOOT_BONES])


def _leg_places(rotations: np.ndarray, chain: tuple[np.ndarray, np.ndarray, np.ndarray], person: Person) -> np.ndarray:
    """(3, 2, 3) hips, knees and ankles, from the hips' joint."""
    rest = person.skeleton.rest_positions
    hips = quaternions.rotate(rotations[BONE["hips"]], rest[UPPER_LEGS] - rest[BONE["hips"]])
    knees = hips + quaternions.rotate(chain[0], rest[LOWER_LEGS] - rest[UPPER_LEGS])
    return np.stack([hips, knees, knees + quaternions.rotate(chain[1], rest[FOOT_BONES] - rest[LOWER_LEGS])])


def _soles(person: Person, rotations: np.ndarray) -> np.ndarray:
    """(2, 3) the balls of both feet, from the hips' joint."""
    chain = _leg_chain(rotations)
    return _leg_places(rotations, chain, person)[2] + quaternions.rotate(chain[2], _ball_levers(person))


def _ball_levers(person: Person) -> np.ndarray:
    """(2, 3) from the ankle to the sole under the ball, at rest."""
    rest = person.skeleton.rest_positions
    toes = rest[[BONE["leftToes"], BONE["rightToes"]]] * (1.0, 0.0, 1.0)
    return toes - rest[FOOT_BONES]


def _moved_ankles(rotations: np.ndarray, person: Person, offsets: np.ndarray) -> np.ndarray:
    """Local rotations (55, 4) with the ankles moved by `offsets` (2, 3), feet turned as before."""
    chain = _leg_chain(rotations)
    hips, knees, ankles = _leg_places(rotations, chain, person)
    legs = reach(hips, knees, ankles, ankles + offsets, Legs(chain[0], chain[1]))
    moved = np.array(rotations)
    moved[UPPER_LEGS] = quaternions.multiply(quaternions.inverse(rotations[BONE["hips"]]), legs.upper)
    moved[LOWER_LEGS] = quaternions.multiply(quaternions.inverse(legs.upper), legs.lower)
    moved[FOOT_BONES] = quaternions.multiply(quaternions.inverse(legs.lower), chain[2])
    return moved
