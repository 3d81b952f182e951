"""The floor under a body: where its soles are, and which way is up when the camera was tilted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import world_positions, world_rotations

FOOT_BONES = np.array([BONE["leftFoot"], BONE["rightFoot"]])
TOE_BONES = np.array([BONE["leftToes"], BONE["rightToes"]])

HEEL_BEHIND_ANKLE = 0.4
"""How far the heel's sole lies behind the ankle, over the distance from ankle to ball: the heel's quarter of the foot's length.
Source: ANSUR 2012, lateral malleolus and ball of foot lengths."""

TILT_SPREAD_RAD = np.radians(8.0)
"""How far people tilt a camera that they mean to hold level, one standard deviation."""

POSTURE_SPREAD_RAD = np.radians(5.0)
"""How far the line from a standing person's ankles to the neck is from upright, over a whole clip, the tracker's lean included."""

POINT_SPREAD_M = 0.05
"""How far a standing foot is seen from the plane of the floor."""

MAX_TILT_RAD = np.radians(35.0)
"""Beyond this the picture does not show people upright."""

FLOOR_PERCENTILE = 30.0
"""Of the lower sole's heights: most of the time somebody stands, and noise is as often below as above."""

SURE = 0.5
"""Confidence from which a leg's joint counts as seen."""

STRAIGHT = 0.9
"""A body stands when hips to ankles take up this share of the legs' length."""


@dataclass(frozen=True)
class Floor:
    """Attributes: to_world: (4,) rotation from the camera's axes to ours. origin: (3,) of the turned space, where ours begins."""

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

    Up is the camera's own, corrected by the posture of the standing body and by the plane through the lower soles, each as far as
    it can be trusted. The origin lies under the body's first place.
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
    """(3,) the direction up in the camera's axes: the slopes that agree best with camera, posture and the lower soles."""
    matrix, right = np.eye(2) / TILT_SPREAD_RAD**2, np.zeros(2)
    ankles, neck = places[:, FOOT_BONES].mean(axis=1), places[:, BONE["neck"]]
    rest = skeleton.rest_positions
    standing = neck[:, 1] - ankles[:, 1] > STRAIGHT * (rest[BONE["neck"], 1] - rest[FOOT_BONES[0], 1])
    if standing.any():
        body = np.median(neck[standing] - ankles[standing], axis=0)
        share = standing.mean() / POSTURE_SPREAD_RAD**2
        matrix, right = matrix + share * np.eye(2), right + share * body[[0, 2]] / body[1]
    lowest = np.take_along_axis(soles.reshape(len(soles), 4, 3), soles[..., 1].reshape(-1, 4).argmin(axis=1)[:, None, None], 1)[
        :, 0
    ]
    for _ in range(5):
        level = lowest - np.median(lowest, axis=0)
        missed = level[:, 1] - level[:, [0, 2]] @ -np.linalg.solve(matrix, right)
        trust = 1.0 / (1.0 + (missed / POINT_SPREAD_M) ** 2) / POINT_SPREAD_M**2
        trust *= min(1.0, 30.0 / len(level))
        flat = level[:, [0, 2]]
        now = matrix + (flat.T * trust) @ flat, right - (flat.T * trust) @ level[:, 1]
        slopes = np.linalg.solve(*now)
    limit = np.tan(MAX_TILT_RAD)
    slopes = slopes * min(1.0, limit / max(float(np.hypot(*slopes)), 1e-9))
    return np.array([slopes[0], 1.0, slopes[1]]) / np.sqrt(1.0 + slopes @ slopes)


def onto_floor(motion: HumanMotion, floor: Floor) -> HumanMotion:
    """A motion of the camera's space with +Y up and the floor at y = 0."""
    rotations = np.array(motion.rotations)
    rotations[:, BONE["hips"]] = quaternions.multiply(floor.to_world, rotations[:, BONE["hips"]])
    roots = quaternions.rotate(floor.to_world, motion.root_positions) - floor.origin
    return replace(motion, rotations=rotations, root_positions=roots)
