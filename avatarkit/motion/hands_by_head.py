"""Hands near the head come where the picture shows them beside it.

A tracker's shoulder lies on the shirt above the joint and rises with the arm, and its limbs are only nearly as long as a
person's: an arm that has the tracked directions ends up to a tenth of a metre from the place that the picture shows. In the air
nobody sees that, at a chin or a brow everybody does. So there the hand is brought to where it is seen from the eyes: elbow and
shoulder give way, bones keep their lengths, the hand its own rotation.
"""

from __future__ import annotations

from math import hypot

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.two_bone_ik import two_bone_ik
from avatarkit.motion.human_motion import BONE, FEET, HumanSkeleton
from avatarkit.motion.joints.confidence import HIDDEN_BELOW, SEEN_ABOVE
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.joints.rest_directions import LIMB_HINGES
from avatarkit.motion.picture_camera import PictureCamera
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

NEAR_M, FAR_M = 0.28, 0.45
"""From wrist to eyes, across the picture: up to the first hands are brought to their place, from the second on left alone. A
hand that touches the chin has its wrist within the first; hands before the breast are beyond the second."""

MOST_M = 0.15
"""No hand is moved further: what is missed by more was seen wrongly."""

_TRUNK = [BONE[bone] for bone in ("hips", "spine", "chest", "upperChest")]
_NECK, _HEAD, _EYES = BONE["neck"], BONE["head"], [BONE["leftEye"], BONE["rightEye"]]
_ARMS = np.array([[BONE[side + bone] for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")] for side in FEET])
_SEEN_EYES = [POSE["leftEye"], POSE["rightEye"]]
_WRISTS = [POSE["leftWrist"], POSE["rightWrist"]]
_HINGES = LIMB_HINGES[: len(_ARMS), :, None]


def hands_by_head(
    rotations: np.ndarray,
    root: np.ndarray,
    confidence: np.ndarray,
    body: BodyLandmarks,
    *,
    skeleton: HumanSkeleton,
    camera: PictureCamera,
) -> np.ndarray:
    """A pose whose hands, where they are near the head, are as far from the eyes as in the picture.

    Args:
        rotations: (55, 4) local.
        root: (3,) the hips' joint in the camera's space.
        confidence: (55,) of the bones: hands count as far as their forearms do.
        body: as tracked.
        skeleton: whose bones have their lengths.
        camera: of the picture.

    Returns:
        (55, 4) local.
    """
    slopes = (body.points_px - camera.centre_px) / (camera.focal_px, -camera.focal_px)
    eyes = 0.5 * (slopes[_SEEN_EYES[0]] + slopes[_SEEN_EYES[1]])
    away = [hypot(*(slopes[wrist] - eyes).tolist()) * -root[2] for wrist in _WRISTS]
    if min(away) >= FAR_M:
        return rotations
    trust = smooth_step(body.visibility[_SEEN_EYES], HIDDEN_BELOW, SEEN_ABOVE).min()
    shares = trust * confidence[_ARMS[:, 2]] * (1.0 - smooth_step(np.array(away), NEAR_M, FAR_M))
    if not shares.any():
        return rotations
    frames, places, own_eyes = _chains(rotations, root, skeleton)
    wrists = places[:, 3]
    seen = slopes[_WRISTS] * -wrists[:, 2:] - eyes * -own_eyes[2]
    misses = seen - (wrists - own_eyes)[:, :2]
    misses *= (shares * np.minimum(1.0, MOST_M / np.maximum(np.sqrt((misses**2).sum(axis=1)), MOST_M)))[:, None]
    goals = wrists - places[:, 1]
    goals[:, :2] += misses
    hinges = (frames[:, 1] @ _HINGES)[..., 0]
    upper, lower = two_bone_ik(places[:, 2] - places[:, 1], wrists - places[:, 2], goals, hinges)
    return _turned(rotations, frames, upper, lower)


def _chains(rotations: np.ndarray, root: np.ndarray, skeleton: HumanSkeleton) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """World matrices (2, 4, 3, 3) of both arms' bones from the collar on, where those begin (2, 4, 3), and the eyes' middle
    (3,)."""
    rest = skeleton.rest_positions
    trunk, place, last = np.eye(3), root, _TRUNK[0]
    for bone, turn in zip(_TRUNK, quaternions.to_matrix(rotations[_TRUNK]), strict=True):
        place, trunk, last = place + trunk @ (rest[bone] - rest[last]), trunk @ turn, bone
    neck, head = quaternions.to_matrix(rotations[[_NECK, _HEAD]])
    neck = trunk @ neck
    eyes = place + trunk @ (rest[_NECK] - rest[last]) + neck @ (rest[_HEAD] - rest[_NECK])
    eyes = eyes + neck @ head @ (rest[_EYES].sum(axis=0) * 0.5 - rest[_HEAD])
    frames, places = quaternions.to_matrix(rotations[_ARMS]), np.empty((len(_ARMS), _ARMS.shape[1], 3))
    ways = np.diff(rest[_ARMS], axis=1)[..., None]
    frames[:, 0] = trunk @ frames[:, 0]
    places[:, 0] = place + (rest[_ARMS[:, 0]] - rest[last]) @ trunk.T
    for bone in range(1, _ARMS.shape[1]):
        places[:, bone] = places[:, bone - 1] + (frames[:, bone - 1] @ ways[:, bone - 1])[..., 0]
        frames[:, bone] = frames[:, bone - 1] @ frames[:, bone]
    return frames, places, eyes


def _turned(rotations: np.ndarray, frames: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """The pose with turned arms, hands keeping their world rotation; see `two_bone_ik`."""
    turned = np.array(frames)
    turned[:, 1], turned[:, 2] = upper @ frames[:, 1], upper @ lower @ frames[:, 2]
    changed = np.array(rotations)
    changed[_ARMS[:, 1:]] = quaternions.from_matrix(turned[:, :-1].swapaxes(-1, -2) @ turned[:, 1:])
    return changed
