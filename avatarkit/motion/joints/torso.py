"""Pelvis, chest and collar bones from the hips' and the shoulders' points."""

from __future__ import annotations

from math import asin, cos, radians, sin
from typing import NamedTuple

import numpy as np

from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows, frame, transposed
from avatarkit.geometry.plain_vectors import Vector, across, dot, minus, mixed, plus, row_of, unit
from avatarkit.vocabulary.mediapipe_points import POSE

BEND_PER_CHORD = 1.8
"""How far the chest tilts sideways per tilt of the line from hips to shoulders against the pelvis. A spine that bends evenly
in three joints tilts its chord by 0.55 of its end, with the shares of length of the body's own spine (`assets` body: 16, 29,
30, 25 %)."""

MAX_SIDE_BEND_RAD = radians(40.0)
"""Side bend of the whole spine below the neck. Source: Kapandji, The Physiology of the Joints 3: lumbar 20 and thoracic 20
degrees."""

MAX_COLLAR_RAD = radians(30.0)
"""How far the collar bone rises or sinks in its joint at the breastbone. Source: Ludewig et al., Motion of the shoulder complex
during multiplanar humeral elevation, J Bone Joint Surg 2009: below 30 degrees in all arm movements measured."""

_LEFT_HIP, _RIGHT_HIP, _LEFT_SHOULDER, _RIGHT_SHOULDER = (
    POSE[name] for name in ("leftHip", "rightHip", "leftShoulder", "rightShoulder")
)


class Torso(NamedTuple):
    """World rotations of the pelvis, the upper chest and both collar bones: one turn in the chest's front plane serves both."""

    pelvis: Rows
    chest: Rows
    collars: Rows


@compilable
def solve_torso(body: np.ndarray, hips_seen: float, shoulders_seen: float, held_pelvis: Rows) -> Torso:
    """The trunk's frames.

    The pelvis has the hips' axis and leans as the spine does. The chest has the shoulders' twist; its side bend continues the
    one between pelvis and spine evenly, and what the shoulders' line tilts beyond that is the collar bones'.

    Args:
        body: (33, 3) points.
        hips_seen, shoulders_seen: 0..1; what is not seen comes from `held_pelvis`, in that share.
        held_pelvis: world rotation.
    """
    left_hip, right_hip = row_of(body, _LEFT_HIP), row_of(body, _RIGHT_HIP)
    left_shoulder, right_shoulder = row_of(body, _LEFT_SHOULDER), row_of(body, _RIGHT_SHOULDER)
    side, up, _ = transposed(held_pelvis)
    hip_axis = _towards(side, minus(left_hip, right_hip), hips_seen)
    shoulder_axis = _towards(side, minus(left_shoulder, right_shoulder), shoulders_seen)
    trunk = minus(plus(left_shoulder, right_shoulder), plus(left_hip, right_hip))
    spine = _towards(up, trunk, min(hips_seen, shoulders_seen))
    pelvis_up = unit(across(spine, hip_axis), up)
    bend = _bounded(BEND_PER_CHORD * asin(_bounded(dot(spine, hip_axis), 1.0)), MAX_SIDE_BEND_RAD)
    chest_up = mixed(pelvis_up, hip_axis, cos(bend), sin(bend))
    chest_axis = unit(across(shoulder_axis, chest_up), hip_axis)
    rise = _bounded(asin(_bounded(dot(shoulder_axis, chest_up), 1.0)), MAX_COLLAR_RAD)
    collar_axis = mixed(chest_axis, chest_up, cos(rise), sin(rise))
    collar_up = mixed(chest_up, chest_axis, cos(rise), -sin(rise))
    return Torso(frame(hip_axis, pelvis_up), frame(chest_axis, chest_up), frame(collar_axis, collar_up))


@compilable
def _towards(held: Vector, seen: Vector, share: float) -> Vector:
    """The unit vector so far on the way from the held one to the direction that is seen."""
    return unit(mixed(held, unit(seen, held), 1.0 - share, share), held)


@compilable
def _bounded(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))
