"""Pelvis, chest and collar bones from the hips' and the shoulders' points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.joints.frames import across, cross, unit
from avatarkit.vocabulary.mediapipe_points import POSE

BEND_PER_CHORD = 1.8
"""How far the chest tilts sideways per tilt of the line from hips to shoulders against the pelvis. A spine that bends evenly
in three joints tilts its chord by 0.55 of its end, with the shares of length of the body's own spine (`assets` body: 16, 29,
30, 25 %)."""

MAX_SIDE_BEND_RAD = np.radians(40.0)
"""Side bend of the whole spine below the neck. Source: Kapandji, The Physiology of the Joints 3: lumbar 20 and thoracic 20
degrees."""

MAX_COLLAR_RAD = np.radians(30.0)
"""How far the collar bone rises or sinks in its joint at the breastbone. Source: Ludewig et al., Motion of the shoulder complex
during multiplanar humeral elevation, J Bone Joint Surg 2009: below 30 degrees in all arm movements measured."""

_LEFT = [POSE["leftHip"], POSE["leftShoulder"]]
_RIGHT = [POSE["rightHip"], POSE["rightShoulder"]]


@dataclass(frozen=True)
class Torso:
    """World rotations (3, 3) of the pelvis, the upper chest and both collar bones (one turn in the chest's front plane serves
    both)."""

    pelvis: np.ndarray
    chest: np.ndarray
    collars: np.ndarray


def solve_torso(body: np.ndarray, hips_seen: float, shoulders_seen: float, held_pelvis: np.ndarray) -> Torso:
    """The trunk's frames.

    The pelvis has the hips' axis and leans as the spine does. The chest has the shoulders' twist; its side bend continues the
    one between pelvis and spine evenly, and what the shoulders' line tilts beyond that is the collar bones'.

    Args:
        body: (33, 3) points.
        hips_seen, shoulders_seen: 0..1; what is not seen comes from `held_pelvis`, in that share.
        held_pelvis: (3, 3) world rotation.
    """
    left, right = body[_LEFT], body[_RIGHT]
    seen = np.array([[hips_seen], [shoulders_seen], [min(hips_seen, shoulders_seen)]])
    middle = left + right
    sideways = unit(left - right, held_pelvis[:, 0])
    spine = unit(middle[1] - middle[0], held_pelvis[:, 1])
    held = held_pelvis.T[[0, 0, 1]]
    hip_axis, shoulder_axis, spine = unit(held + seen * (np.array([*sideways, spine]) - held), held)
    pelvis = _frame(hip_axis, unit(across(spine, hip_axis), held[2]))
    bend = _bounded(BEND_PER_CHORD * np.arcsin(_bounded(spine @ hip_axis, 1.0)), MAX_SIDE_BEND_RAD)
    up = np.cos(bend) * pelvis[:, 1] + np.sin(bend) * pelvis[:, 0]
    chest = _frame(unit(across(shoulder_axis, up), pelvis[:, 0]), up)
    rise = _bounded(np.arcsin(_bounded(shoulder_axis @ up, 1.0)), MAX_COLLAR_RAD)
    return Torso(pelvis, chest, chest @ _about_z(rise))


def _frame(sideways: np.ndarray, up: np.ndarray) -> np.ndarray:
    return np.array([sideways, up, cross(sideways, up)]).T


def _about_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _bounded(value: float, limit: float) -> float:
    return max(-limit, min(limit, float(value)))
