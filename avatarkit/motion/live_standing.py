"""A live body over its floor, its standing feet where they stood: what can be known of them without the future."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, sin

import numpy as np

from avatarkit.geometry import plain_quaternions
from avatarkit.geometry.two_bone_ik import two_bone_ik
from avatarkit.motion.feet import DEPTH_SHARE, EASE_S, LAND_HEIGHT_M, LAND_SPEED, LIFT_HEIGHT_M, LIFT_SPEED
from avatarkit.motion.filters import expectile
from avatarkit.motion.floor import camera_pitch, upright_slope
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.leg_frames import KNEE_HINGE, SHIN, THIGH, leg_frames, with_turned_legs
from avatarkit.motion.person import Person
from avatarkit.motion.quiet_legs import quiet_legs

FLOOR_DOWN_S, FLOOR_UP_S = 0.3, 6.0
"""The floor follows soles below it at once, and soles above it so slowly that a jump does not lift it."""

PLACE_S = 5.0
"""How long it takes to learn where the person stands, from which the camera's tilt follows."""

POSTURE_S = 20.0
"""The same of how straight bodies stand: whoever leans for a while has not tilted the camera, and the floor must not sway."""

SLIP_M = 0.12
"""A held foot this far from where it is seen has stepped."""

JOINED = 3.0
"""A held foot has joined its own path to 95 % after so many time constants: they make up `EASE_S`."""

SHORTEST_STEP_S = 1e-3
"""No two pictures are nearer in time: a speed divides by it."""

QUIET = 0.5
"""Legs that are at rest by more than this stand."""

_HIPS = BONE["hips"]
_UP = np.array([0.0, 1.0, 0.0])
_LEVEL = np.array([1.0, 0.0, 1.0])
_ALONG_PICTURE = np.array([1.0, 1.0, DEPTH_SHARE])


@dataclass(frozen=True)
class Standing:
    """What one live moment hands to the next of floor and feet.

    Attributes:
        time_s: the moment.
        place: (3,) the lower sole in the camera's space, slowly averaged.
        posture: the straight body's slope, likewise; straight: 0..1, in how much of the time it was.
        floor: its height in the upright axes; `origin` (3,) the first place's x and z.
        quiet: 0..1 how far the legs are at rest because they are not seen.
        balls: (2, 3) where the balls of the feet were; `stands` (2,); `anchors`, `offsets` (2, 3) what the feet were moved by.
    """

    time_s: float
    place: np.ndarray
    posture: float
    straight: float
    floor: float
    origin: np.ndarray
    quiet: float
    balls: np.ndarray
    stands: np.ndarray
    anchors: np.ndarray
    offsets: np.ndarray


def stand(
    time_s: float, root: np.ndarray, rotations: np.ndarray, *, legs_seen: bool, person: Person, before: Standing | None
) -> tuple[np.ndarray, np.ndarray, Standing]:
    """A pose of the camera's space over the floor, its standing feet where they stood.

    Args:
        time_s: the moment.
        root: (3,) the hips, metres; rotations: (55, 4) local.
        legs_seen: else they come to rest within a second.
        person: the proportions.
        before: the last moment's; None at the start.

    Returns:
        root (3,) and rotations (55, 4), +Y up, floor at y = 0; and what is remembered.
    """
    step, levers = time_s - before.time_s if before else 0.0, person.sole_levers
    frames = leg_frames(rotations) if legs_seen or before is None else None
    known = _place(root, frames, person, step, before)
    root, rotations, tilt = _upright(root, rotations, camera_pitch(*known))
    quiet = _towards(float(not legs_seen), before.quiet, step) if before else float(not legs_seen)
    if quiet > 0.0:
        rotations = quiet_legs(rotations, np.array(quiet))
    frames = leg_frames(rotations) if quiet > 0.0 or frames is None else tilt @ frames
    arms = (frames @ levers)[..., 0]
    soles, origin = np.add.reduce(arms, axis=1), before.origin if before else root * _LEVEL
    floor = _floor(float(root[1] + soles[:, 1].min()), legs_seen, step, before)
    root = root - origin - floor * _UP
    root[1] += quiet * (person.skeleton.hip_height - root[1])
    now = Standing(time_s, *known, floor, origin, quiet, root + soles, *_held(root + soles, quiet, step, before))
    free = arms[:, THIGH] + arms[:, SHIN]
    turns = two_bone_ik(arms[:, THIGH], arms[:, SHIN], free + now.offsets, frames[:, THIGH] @ KNEE_HINGE)
    return root, with_turned_legs(rotations, frames, *turns), now


def _place(
    root: np.ndarray, frames: np.ndarray | None, person: Person, step: float, before: Standing | None
) -> tuple[np.ndarray, float, float]:
    """Where the person stands in the camera's space (3,), the straight body's slope and how often it was straight, of legs with
    such frames; as before where they are not seen."""
    if frames is None:
        assert before is not None
        return before.place, before.posture, before.straight
    arms = (frames @ person.sole_levers)[..., 0]
    soles, ankles = np.add.reduce(arms, axis=1), np.add.reduce(arms[:, : SHIN + 1], axis=(0, 1)) / len(arms)
    lower = root + soles[soles[:, 1].argmin()]
    slope = upright_slope(frames[0, 0] @ person.to_neck - ankles, person.ankles_to_neck)
    if before is None:
        return lower, slope or 0.0, float(slope is not None)
    place = before.place + min(step / PLACE_S, 1.0) * (lower - before.place)
    share = min(step / POSTURE_S, 1.0)
    straight = before.straight + share * (float(slope is not None) - before.straight)
    posture = before.posture if slope is None else before.posture + share / max(straight, share) * (slope - before.posture)
    return place, posture, straight


def _upright(root: np.ndarray, rotations: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A pose turned about +X by so much, and that turn's matrix (3, 3)."""
    turn = (sin(0.5 * pitch), 0.0, 0.0, cos(0.5 * pitch))
    matrix, turned = plain_quaternions.to_matrix(turn), np.array(rotations)
    turned[_HIPS] = plain_quaternions.multiply(turn, plain_quaternions.floats(rotations[_HIPS]))
    return matrix @ root, turned, matrix


def _floor(low: float, legs_seen: bool, step: float, before: Standing | None) -> float:
    """Height of the floor in the upright axes, the lower sole being at `low`."""
    if before is None:
        return low if legs_seen else 0.0
    return expectile(before.floor, low, step, FLOOR_DOWN_S, FLOOR_UP_S) if legs_seen else before.floor


def _held(balls: np.ndarray, quiet: float, step: float, before: Standing | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which feet stand (2,), where (2, 3), and what moves them there (2, 3)."""
    if before is None:
        stands = (balls[:, 1] < LAND_HEIGHT_M) | (quiet > QUIET)
        return stands, balls * _LEVEL, np.zeros((2, 3))
    moved, away = (balls - before.balls) * _ALONG_PICTURE, before.anchors - balls
    speed, slip = np.sqrt(np.einsum("mfi,mfi->mf", both := np.array([moved, away]), both))
    low, slow = np.where(before.stands, _LIFTING, _LANDING)
    stands = ((balls[:, 1] < low) & (speed < slow * max(step, SHORTEST_STEP_S))) | (quiet > QUIET)
    keep = stands & before.stands & (slip <= SLIP_M)
    anchors = np.where(keep[:, None], before.anchors, (balls + before.offsets) * _LEVEL)
    wanted = (anchors - balls) * stands[:, None]
    return stands, anchors, before.offsets + (1.0 - exp(-JOINED * step / EASE_S)) * (wanted - before.offsets)


_LIFTING, _LANDING = (
    np.array([[height], [speed]]) for height, speed in ((LIFT_HEIGHT_M, LIFT_SPEED), (LAND_HEIGHT_M, LAND_SPEED))
)


def _towards(goal: float, value: float, step: float) -> float:
    """`value` moved to `goal` within a second."""
    return min(max(goal, value - step), value + step)
