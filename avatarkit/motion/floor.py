"""The floor under a body: where its soles are, and which way is up when the camera was tilted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan, hypot, radians

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_vectors import Vector, row_of
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanSkeleton
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.kinematics import world_positions, world_rotations

FOOT_BONES = np.array([BONE["leftFoot"], BONE["rightFoot"]])
_THIGHS = np.array([BONE["leftUpperLeg"], BONE["rightUpperLeg"]])
TOE_BONES = np.array([BONE["leftToes"], BONE["rightToes"]])

HEEL_BEHIND_ANKLE = 0.4
"""How far the heel's sole lies behind the ankle, over the distance from ankle to ball: the heel's quarter of the foot's length.
Source: ANSUR 2012, lateral malleolus and ball of foot lengths."""

ROLL_SPREAD_RAD, PITCH_SPREAD_RAD = radians(3.0), radians(8.0)
"""How far people tilt a camera that they mean to hold level, sideways and up or down, one standard deviation."""

CAMERA_HEIGHT_M, CAMERA_HEIGHT_SPREAD_M = 1.3, 0.35
"""Where people hold or stand a camera: between a table's laptop and the eyes of somebody who films standing."""

POSTURE_LEAN_RAD, POSTURE_SPREAD_RAD = radians(2.0), radians(4.0)
"""How far the line from a standing person's ankles to the hips is from upright: bodies seem to lean towards the camera
(google-ai-edge/mediapipe#2918). Mean and spread over 15 rendered clips whose camera is known, level and up to 34 degrees above.
Trunks tell less: from above they are shown up to 18 degrees too upright."""

_LEAN = float(np.tan(POSTURE_LEAN_RAD))

POINT_SPREAD_M = 0.15
"""How far a standing foot is seen from the plane of the floor; mostly its depth."""

PLANE_FRAMES = 10
"""Soles count at most as so many independent ones: what is wrong with depth is wrong for seconds."""

ROUNDS = 8
"""Of weighing anew what speaks for a slope."""

TINY = 1e-6
"""Metres and slopes that are none."""

MAX_TILT_RAD, MAX_ROLL_RAD = np.radians(35.0), np.radians(10.0)
"""Beyond this, up or down and sideways, the picture does not show people upright."""

TILTED = float(np.tan(radians(6.0))), float(np.tan(radians(10.0)))
"""Slopes by which bodies lean to one side all the time, from which on the camera is taken for tilted, and then wholly. In 20
films of level cameras they never did by more than 3 degrees."""

TILTED_FRAMES, TILTED_PERCENTILES = 40, (10.0, 90.0)
"""So many moments tell that, of which a tenth on either side may be otherwise."""

_WEIGHT = np.array([BONE["hips"], BONE["chest"], BONE["head"]])
_STEEPEST, _ASLANT = float(np.tan(MAX_TILT_RAD)), float(np.tan(MAX_ROLL_RAD))

FLOOR_PERCENTILE = 30.0
"""Of the lower sole's heights: most of the time somebody stands, and noise is as often below as above."""

SURE = 0.5
"""Confidence from which a leg's joint counts as seen."""

STRAIGHT = 0.9
"""A body stands when the neck is so far from the ankles, over how far it is at rest; which way is for the tilt to tell."""


@dataclass(frozen=True)
class Floor:
    """Where the floor is.

    Attributes:
        to_world: (4,) rotation from the camera's axes to ours.
        origin: (3,) where ours begin, in the turned axes.
    """

    to_world: np.ndarray
    origin: np.ndarray


def sole_points(skeleton: HumanSkeleton, root_positions: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Where the soles are.

    Args:
        skeleton: the body.
        root_positions: (..., 3).
        world: (..., 55, 4) world rotations.

    Returns:
        (..., 2, 2, 3) metres; left and right foot, heel and ball.
    """
    places = world_positions(skeleton, root_positions, world)
    return places[..., FOOT_BONES, None, :] + sole_offsets(skeleton, world)


def sole_offsets(skeleton: HumanSkeleton, world: np.ndarray) -> np.ndarray:
    """(..., 2, 2, 3) from each ankle to the sole under its heel and its ball, metres, as the feet are turned."""
    rest = skeleton.rest_positions
    heel = -HEEL_BEHIND_ANKLE * (rest[TOE_BONES] - rest[FOOT_BONES])
    ball = rest[TOE_BONES] - rest[FOOT_BONES]
    offsets = np.stack([heel, ball], axis=1)
    offsets[..., 1] = -rest[FOOT_BONES, None, 1]
    return quaternions.rotate(world[..., FOOT_BONES, None, :], offsets)


def legs_seen(confidence: np.ndarray) -> np.ndarray:
    """(T, 2) which lower legs were seen, of confidence (T, 55)."""
    return confidence[:, [BONE["leftLowerLeg"], BONE["rightLowerLeg"]]] > SURE


def find_floor(motion: HumanMotion) -> Floor:
    """The floor of a motion in the camera's space.

    Up is the camera's own, corrected by its usual height, the legs of the standing body and the plane through the lower soles,
    each as far as it can be trusted. The origin lies under the body's first place.
    """
    world = world_rotations(motion.rotations)
    places = world_positions(motion.skeleton, motion.root_positions, world)
    soles = places[:, FOOT_BONES, None, :] + sole_offsets(motion.skeleton, world)
    seen = legs_seen(motion.confidence).all(axis=1)
    if not seen.any():
        return Floor(quaternions.IDENTITY, motion.root_positions[0] - (0.0, motion.skeleton.hip_height, 0.0))
    tilt = quaternions.between(_up(places[seen], soles[seen], motion.skeleton), np.array([0.0, 1.0, 0.0]))
    heights = quaternions.rotate(tilt, soles[seen])[..., 1].min(axis=(1, 2))
    first = quaternions.rotate(tilt, motion.root_positions[0])
    return Floor(tilt, np.array([first[0], np.percentile(heights, FLOOR_PERCENTILE), first[2]]))


def _up(places: np.ndarray, soles: np.ndarray, skeleton: HumanSkeleton) -> np.ndarray:
    """(3,) the direction up in the camera's axes: the slopes (x, z over y) that agree best with a level camera at the usual
    height, with the posture of the standing body, and with the plane of the lower soles."""
    flat = soles.reshape(len(soles), -1, 3)
    lower = flat[np.arange(len(flat)), flat[..., 1].argmin(axis=1)]
    roll = _tilted(places, skeleton)
    foot, upright = np.median(lower, axis=0), _upright(places, skeleton, roll)
    matrix, right = np.zeros((2, 2)), np.array([roll / ROLL_SPREAD_RAD**2, 0.0])
    if len(upright):
        share = len(upright) / len(places) / POSTURE_SPREAD_RAD**2
        legs = np.median(upright, axis=0)
        matrix, right = share * np.eye(2), right + share * (legs[[0, 2]] / legs[1] - (0.0, _LEAN))
    slopes = np.zeros(2)
    for _ in range(ROUNDS):
        told = (_level_camera(foot, slopes[1]), _plane(lower - foot, slopes))
        slopes = np.linalg.solve(matrix + sum(one for one, _ in told), right + sum(one for _, one in told))
    slopes = slopes * min(1.0, _STEEPEST / max(float(np.hypot(*slopes)), TINY))
    return np.array([slopes[0], 1.0, slopes[1]]) / np.sqrt(1.0 + slopes @ slopes)


@compilable
def camera_pitch(foot: Vector, posture: float, share: float) -> float:
    """Radians about +X that turn the camera's axes into upright ones, as `_up` would if it knew nothing of a plane.

    Args:
        foot: where one stands.
        posture: slope (z over y) of upright by the straight body; see `upright_slope`.
        share: 0..1 of the time in which the body was straight.
    """
    straight, slope = share / POSTURE_SPREAD_RAD**2, 0.0
    precision, times_slope = _slope_by_height(foot)
    for _ in range(ROUNDS):
        level, usual, weighted = _level_pitch(precision, times_slope, slope)
        slope = (weighted + straight * posture) / (level + usual + straight)
    return -atan(min(max(slope, -_STEEPEST), _STEEPEST))


@compilable
def stands_straight(body: Vector, length: float, roll: float) -> bool:
    """Whether a body stands straight, by the way from its ankles to its neck, which at rest is `length` long, before a camera
    in whose picture upright has the slope `roll` sideways."""
    x, y, z = body
    return hypot(hypot(x, y), z) > STRAIGHT * length and abs(x - roll * y) < _ASLANT * y and abs(z) < _STEEPEST * y


@compilable
def sure_tilt(least: float, most: float) -> float:
    """The slope sideways (x over y) of upright, by the slopes by which a body leans at least and at most: 0 but for a camera
    that is tilted for sure."""
    slope = max(least, 0.0) + min(most, 0.0)
    return min(max(slope, -_STEEPEST), _STEEPEST) * smooth_share(abs(slope), TILTED[0], TILTED[1])


@compilable
def upright_slope(legs: Vector) -> float:
    """The slope (z over y) of upright in the camera's axes, by the way from the ankles to the hips of a straight body."""
    return legs[2] / legs[1] - _LEAN


@compilable
def _slope_by_height(foot: Vector) -> tuple[float, float]:
    """Precision of the floor's slope away from a camera at its usual height above a foot, and the slope times it."""
    _, height, near = foot
    away = max(-near, TINY)
    precision = (away / CAMERA_HEIGHT_SPREAD_M) ** 2
    return precision, precision * (CAMERA_HEIGHT_M + height) / away


def _level_camera(foot: np.ndarray, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Normal equations (2, 2), (2,) of the slopes: none, and the one of a camera at its usual height above a foot (3,).

    Either counts less the more the `slope` that was found before exceeds it: some cameras hang on a wall and look down.
    """
    level, usual, weighted = _level_pitch(*_slope_by_height(row_of(foot[None], 0)), slope)
    return np.diag([ROLL_SPREAD_RAD**-2, level + usual]), np.array([0.0, weighted])


@compilable
def _level_pitch(precision: float, weighted: float, slope: float) -> tuple[float, float, float]:
    """Of the slope away from the camera: the precision of none, that of the usual height's one, and the latter times it.

    Args:
        precision, weighted: as `_slope_by_height` gives them.
        slope: as found before.
    """
    level = 1.0 / (PITCH_SPREAD_RAD**2 + max(slope, 0.0) ** 2)
    usual = 1.0 / (1.0 + precision * max(slope - weighted / precision, 0.0) ** 2)
    return level, usual * precision, usual * weighted


def _upright(places: np.ndarray, skeleton: HumanSkeleton, roll: float) -> np.ndarray:
    """(S, 3) from the ankles to the thighs' joints at the moments when the body stands straight before a camera so tilted."""
    ankles = places[:, FOOT_BONES].mean(axis=1)
    bodies, legs = places[:, BONE["neck"]] - ankles, places[:, _THIGHS].mean(axis=1) - ankles
    aside, up, ahead = bodies.T
    straight = _straight(bodies, skeleton)
    return legs[straight & (up > 0.0) & (np.abs(aside - roll * up) < _ASLANT * up) & (np.abs(ahead) < _STEEPEST * up)]


def _straight(bodies: np.ndarray, skeleton: HumanSkeleton) -> np.ndarray:
    """(T,) bool, which ways (T, 3) from the ankles to the neck are those of straight bodies."""
    rest = skeleton.rest_positions
    return np.asarray(np.linalg.norm(bodies, axis=1) > STRAIGHT * (rest[BONE["neck"], 1] - rest[FOOT_BONES[0], 1]))


def _tilted(places: np.ndarray, skeleton: HumanSkeleton) -> float:
    """The slope sideways (x over y) of upright before a camera that is tilted for sure: by which body and legs lean even when
    they lean least, if they are out of balance otherwise; else 0."""
    feet = places[:, FOOT_BONES]
    stood_on = feet[np.arange(len(feet)), feet[..., 1].argmin(axis=1)]
    bodies, legs = (places[:, rows].mean(axis=1) - feet.mean(axis=1) for rows in ([BONE["neck"]], _THIGHS))
    weights = places[:, _WEIGHT].mean(axis=1) - stood_on
    shown = _straight(bodies, skeleton) & (np.stack([bodies, legs, weights])[..., 1] > 0.0).all(axis=0)
    if shown.sum() < TILTED_FRAMES:
        return 0.0
    body, leg, weight = (ways[shown, 0] / ways[shown, 1] for ways in (bodies, legs, weights))
    ends = np.percentile([body, leg], TILTED_PERCENTILES, axis=1)
    low, high = min(ends[0].min(), np.median(weight)), max(ends[1].max(), np.median(weight))
    return sure_tilt(float(low), float(high))


def _plane(soles: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal equations (2, 2), (2,) of the slopes of the plane through soles (N, 3) about their middle; those that lay far off
    with the `slopes` (2,) found before count less."""
    across, up = soles[:, [0, 2]], soles[:, 1]
    missed = up + across @ slopes
    trust = min(1.0, PLANE_FRAMES / len(soles)) / (POINT_SPREAD_M**2 + missed**2)
    return (across.T * trust) @ across, -(across.T * trust) @ up


def onto_floor(motion: HumanMotion, floor: Floor) -> HumanMotion:
    """A motion of the camera's space with +Y up and the floor at y = 0."""
    rotations = np.array(motion.rotations)
    rotations[:, BONE["hips"]] = quaternions.multiply(floor.to_world, rotations[:, BONE["hips"]])
    roots = quaternions.rotate(floor.to_world, motion.root_positions) - floor.origin
    return replace(motion, rotations=rotations, root_positions=roots)
