"""A live body over its floor, its standing feet where they stood: what can be known of them without the future."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, sqrt, tan

import numpy as np

from avatarkit.geometry.compiled import FLAG, NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_matrices import applied
from avatarkit.geometry.plain_quaternions import multiply, put_quaternion, quaternion_in, to_rows
from avatarkit.geometry.plain_vectors import Vector, minus, mixed, plus, row_of
from avatarkit.motion.feet import DEPTH_SHARE, EASE_S, LAND_HEIGHT_M, LAND_SPEED, LIFT_HEIGHT_M, LIFT_SPEED
from avatarkit.motion.filters import expectile
from avatarkit.motion.floor import STRAIGHT, camera_pitch, stands_straight, sure_tilt, upright_slope
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.leg_frames import leg_frames, put_foot
from avatarkit.motion.person import Person
from avatarkit.motion.quiet_legs import rest_legs
from avatarkit.motion.seen_from_above import lean_trunk, trunk_lean

FLOOR_DOWN_S, FLOOR_UP_S = 0.3, 6.0
"""The floor follows soles below it at once, and soles above it so slowly that a jump does not lift it."""

PLACE_S = 5.0
"""How long it takes to learn where the person stands, from which the camera's tilt follows."""

POSTURE_S = 20.0
"""The same of how straight bodies stand: whoever leans for a while has not tilted the camera, and the floor must not sway."""

TILT_S = (10.0 / 3.0, 30.0)
"""How long slopes sideways take towards the end that is sought, the least or the most, and away from it. So a camera tilted
by 14 degrees is made up for within 20 seconds, and of 20 films of level cameras, repeated for a minute, none seemed tilted by
2."""

SLIP_M = 0.12
"""A held foot this far from where it is seen has stepped."""

JOINED = 3.0
"""A held foot has joined its own path to 95 % after so many time constants: they make up `EASE_S`."""

SHORTEST_STEP_S = 1e-3
"""No two pictures are nearer in time: a speed divides by it."""

QUIET = 0.5
"""Legs that are at rest by more than this stand."""

_HIPS = BONE["hips"]

_PLACE, _POSTURE, _STRAIGHT, _FLOOR, _ORIGIN, _QUIET, _LEAST, _MOST, _WEIGHT, _GROUND = 0, 3, 4, 5, 6, 9, 10, 12, 14, 15
_BALL, _STANDS, _ANCHOR, _OFFSET, _FOOT = 0, 3, 4, 7, 10
"""Where in `Standing`'s arrays what begins, and how long these are."""


@dataclass(frozen=True)
class Standing:
    """What one live moment hands to the next of floor and feet.

    Attributes:
        time_s: the moment.
        ground: (15,) the lower sole's place (3) in the camera's space, slowly averaged; the slope of a straight body's legs,
            likewise; 0..1, in how much of the time it was straight; the floor's height in the upright axes; the first place
            (3), whose height is 0; 0..1 how far the legs are at rest because they are not seen; the slopes sideways (x over y)
            by which straight bodies and their legs lean at least (2) and at most (2), and their weight on the average.
        feet: (2, 10) of each foot: where its ball was (3), whether it stands, where (3), and what it was moved by (3).
    """

    time_s: float
    ground: np.ndarray
    feet: np.ndarray

    @property
    def stands(self) -> np.ndarray:
        """(2,) which feet stand, 1 or 0."""
        return self.feet[:, _STANDS]


_BEFORE_ALL = np.zeros(_GROUND), np.zeros((2, _FOOT))


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
    ground, feet = (before.ground, before.feet) if before else _BEFORE_ALL
    root, rotations, ground, feet = _stood(
        root, rotations, legs_seen, before is None, time_s - before.time_s if before else 0.0, ground, feet,
        person.sole_levers, person.to_neck, person.ankles_to_neck, person.skeleton.hip_height,
    )  # fmt: skip
    return root, rotations, Standing(time_s, ground, feet)


@compilable
def _arms(rotations: np.ndarray, side: int, levers: np.ndarray) -> tuple[Vector, Vector, Vector, Vector]:
    """The ways from the hips to a thigh's joint, on to the knee, to the ankle and to the sole under the ball."""
    hips = to_rows(quaternion_in(rotations, _HIPS))
    thigh, shin, foot = leg_frames(rotations, side, hips)
    own = levers[side]
    return (
        applied(hips, row_of(own, 0)), applied(thigh, row_of(own, 1)),
        applied(shin, row_of(own, 2)), applied(foot, row_of(own, 3)),
    )  # fmt: skip


@compilable
def _soles(rotations: np.ndarray, levers: np.ndarray) -> tuple[tuple[Vector, Vector], Vector]:
    """The ways from the hips to both soles, and to the middle between the ankles."""
    left, right = _arms(rotations, 0, levers), _arms(rotations, 1, levers)
    left_ankle, right_ankle = plus(plus(left[0], left[1]), left[2]), plus(plus(right[0], right[1]), right[2])
    return (plus(left_ankle, left[3]), plus(right_ankle, right[3])), mixed(left_ankle, right_ankle, 0.5, 0.5)


@compilable
def _to_thighs(levers: np.ndarray) -> Vector:
    """From the hips' joint to the middle between the thighs', at rest."""
    return mixed(row_of(levers[0], 0), row_of(levers[1], 0), 0.5, 0.5)


@compilable
def _learn_place(
    ground: np.ndarray, root: Vector, rotations: np.ndarray, step: float, first: bool, levers: np.ndarray, to_neck: Vector,
    ankles_to_neck: float,
) -> None:  # fmt: skip
    """Note where the person stands in the camera's space, the straight body's slope and how often it is straight."""
    soles, ankles = _soles(rotations, levers)
    lower = plus(root, soles[0] if soles[0][1] <= soles[1][1] else soles[1])
    hips = to_rows(quaternion_in(rotations, _HIPS))
    neck = applied(hips, to_neck)
    body, legs = minus(neck, ankles), minus(applied(hips, _to_thighs(levers)), ankles)
    if not first and hypot(hypot(body[0], body[1]), body[2]) > STRAIGHT * ankles_to_neck:
        _learn_tilt(ground, body, legs, minus(mixed(root, plus(root, neck), 0.5, 0.5), lower), step)
    straight = stands_straight(body, ankles_to_neck, _tilt(ground))
    slope = upright_slope(legs) if straight else 0.0
    if first:
        ground[0], ground[1], ground[2] = lower
        ground[_POSTURE], ground[_STRAIGHT] = slope, 1.0 if straight else 0.0
        return
    share = min(step / PLACE_S, 1.0)
    for axis in range(3):
        ground[axis] += share * (lower[axis] - ground[axis])
    share = min(step / POSTURE_S, 1.0)
    ground[_STRAIGHT] += share * ((1.0 if straight else 0.0) - ground[_STRAIGHT])
    if straight:
        ground[_POSTURE] += share / max(ground[_STRAIGHT], share) * (slope - ground[_POSTURE])


@compilable
def _learn_tilt(ground: np.ndarray, body: Vector, legs: Vector, weight: Vector, step: float) -> None:
    """Note how far a straight body leans sideways: all of it, its legs, and its weight beside the foot that it stands on."""
    if min(body[1], legs[1], weight[1]) <= 0.0:
        return
    soon, late = TILT_S
    for part, way in enumerate((body, legs)):
        slope = way[0] / way[1]
        ground[_LEAST + part] = expectile(ground[_LEAST + part], slope, step, soon, late)
        ground[_MOST + part] = expectile(ground[_MOST + part], slope, step, late, soon)
    ground[_WEIGHT] = expectile(ground[_WEIGHT], weight[0] / weight[1], step, PLACE_S, PLACE_S)


@compilable
def _tilt(ground: np.ndarray) -> float:
    """The slope sideways of upright before a camera that is tilted for sure; see `sure_tilt`."""
    least = min(ground[_LEAST], ground[_LEAST + 1], ground[_WEIGHT])
    return sure_tilt(least, max(ground[_MOST], ground[_MOST + 1], ground[_WEIGHT]))


@compilable
def _upright_turn(aside: float, pitch: float) -> tuple[float, float, float, float]:
    """The shortest turn of the camera's axes into upright ones, of upright's slope sideways and the pitch."""
    ahead = -tan(pitch)
    length = sqrt(aside * aside + 1.0 + ahead * ahead)
    w = sqrt(0.5 + 0.5 / length)
    half = 0.5 / (w * length)
    return -half * ahead, 0.0, half * aside, w


@compilable
def _hold(feet: np.ndarray, balls: tuple[Vector, Vector], quiet: float, step: float, first: bool) -> None:
    """Note which feet stand, where, and what moves them there."""
    for side, ball in enumerate(balls):
        foot = feet[side]
        if first:
            stands = ball[1] < LAND_HEIGHT_M or quiet > QUIET
            held, offset = (ball[0], 0.0, ball[2]), (0.0, 0.0, 0.0)
        else:
            last, anchor = (foot[0], foot[1], foot[2]), (foot[_ANCHOR], foot[_ANCHOR + 1], foot[_ANCHOR + 2])
            offset, stood = (foot[_OFFSET], foot[_OFFSET + 1], foot[_OFFSET + 2]), foot[_STANDS] > 0.0
            speed, slip = _along_picture(minus(ball, last)), _along_picture(minus(anchor, ball))
            low, slow = (LIFT_HEIGHT_M, LIFT_SPEED) if stood else (LAND_HEIGHT_M, LAND_SPEED)
            stands = (ball[1] < low and speed < slow * max(step, SHORTEST_STEP_S)) or quiet > QUIET
            moved = plus(ball, offset)
            held = anchor if stands and stood and slip <= SLIP_M else (moved[0], 0.0, moved[2])
            wanted = minus(held, ball) if stands else (0.0, 0.0, 0.0)
            share = 1.0 - exp(-JOINED * step / EASE_S)
            offset = mixed(offset, wanted, 1.0 - share, share)
        foot[0], foot[1], foot[2] = ball
        foot[_STANDS] = 1.0 if stands else 0.0
        foot[_ANCHOR], foot[_ANCHOR + 1], foot[_ANCHOR + 2] = held
        foot[_OFFSET], foot[_OFFSET + 1], foot[_OFFSET + 2] = offset


@compilable
def _along_picture(way: Vector) -> float:
    """How long a way is, of which little counts towards the camera."""
    x, y, z = way
    return sqrt(x * x + y * y + (DEPTH_SHARE * z) ** 2)


@compilable
def _move_feet(rotations: np.ndarray, feet: np.ndarray, levers: np.ndarray) -> None:
    """Turn the legs so that each foot is moved by its offset and keeps its rotation."""
    hips = to_rows(quaternion_in(rotations, _HIPS))
    for side in range(len(feet)):
        foot = feet[side]
        frames = leg_frames(rotations, side, hips)
        upper, lower = applied(frames[0], row_of(levers[side], 1)), applied(frames[1], row_of(levers[side], 2))
        goal = plus(plus(upper, lower), (foot[_OFFSET], foot[_OFFSET + 1], foot[_OFFSET + 2]))
        put_foot(rotations, side, hips, frames, upper, lower, goal)


@compiled(
    floats(1), floats(2), FLAG, FLAG, NUMBER, floats(1), floats(2), floats(4), floats(1), NUMBER, NUMBER
)  # fmt: skip
def _stood(
    root: np.ndarray, rotations: np.ndarray, legs_seen: bool, first: bool, step: float, ground: np.ndarray, feet: np.ndarray,
    sole_levers: np.ndarray, to_neck: np.ndarray, ankles_to_neck: float, hip_height: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Root, rotations, ground and feet; see `stand`."""
    rotations, ground, feet, levers = rotations.copy(), ground.copy(), feet.copy(), sole_levers[:, :, :, 0]
    place = (root[0], root[1], root[2])
    if legs_seen or first:
        _learn_place(ground, place, rotations, step, first, levers, (to_neck[0], to_neck[1], to_neck[2]), ankles_to_neck)
    pitch = camera_pitch((ground[0], ground[1], ground[2]), ground[_POSTURE], ground[_STRAIGHT])
    tilt = _upright_turn(_tilt(ground), pitch)
    place = plus(place, lean_trunk(rotations, _to_thighs(levers), trunk_lean(-pitch)))
    place = applied(to_rows(tilt), place)
    if first:
        ground[_ORIGIN], ground[_ORIGIN + 2] = place[0], place[2]
    put_quaternion(rotations, _HIPS, multiply(tilt, quaternion_in(rotations, _HIPS)))
    hidden = 0.0 if legs_seen else 1.0
    ground[_QUIET] = hidden if first else min(max(hidden, ground[_QUIET] - step), ground[_QUIET] + step)
    quiet = ground[_QUIET]
    if quiet > 0.0:
        rest_legs(rotations, quiet)
    soles, _ = _soles(rotations, levers)
    if legs_seen:
        low = place[1] + min(soles[0][1], soles[1][1])
        ground[_FLOOR] = low if first else expectile(ground[_FLOOR], low, step, FLOOR_DOWN_S, FLOOR_UP_S)
    x, y, z = minus(place, (ground[_ORIGIN], ground[_FLOOR], ground[_ORIGIN + 2]))
    y += quiet * (hip_height - y)
    _hold(feet, (plus((x, y, z), soles[0]), plus((x, y, z), soles[1])), quiet, step, first)
    _move_feet(rotations, feet, levers)
    return np.array([x, y, z]), rotations, ground, feet
