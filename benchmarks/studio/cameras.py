"""Cameras that stand on a tripod or sway in a hand, and frame a whole movement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.render.camera import PinholeCamera, look_at
from benchmarks.studio.curves import wandering

Part = Literal["body", "upper", "head"]
FLESH_M = {"body": 0.14, "upper": 0.12, "head": 0.11}
"""What is around the joints that frame a part: hair above, shoes below, hands beyond the wrists' joints."""

_UPPER = ("hips", "head", "leftHand", "rightHand", "leftLowerArm", "rightLowerArm", "leftMiddleDistal", "rightMiddleDistal")


@dataclass(frozen=True)
class CameraWork:
    """How a clip is filmed.

    Attributes:
        part: what has to be in the picture all the time.
        yaw_deg: the camera stands this far to the subject's left.
        height: of the camera above the floor, metres; None is the height of what is filmed.
        fov_deg: vertical field of view.
        sway: metres by which a hand-held camera wanders; 0 for a tripod.
        room: distance beyond the least that frames all, as a factor.
    """

    part: Part = "body"
    yaw_deg: float = 0.0
    height: float | None = 1.3
    fov_deg: float = 42.0
    sway: float = 0.0
    room: float = 1.06

    def poses(self, motion: HumanMotion, size_px: tuple[int, int], seed: int) -> tuple[float, np.ndarray]:
        """Focal length in pixels, and camera_to_world (T, 4, 4)."""
        position, target = self._place(framed_points(motion, self.part), size_px)
        random = np.random.default_rng(seed)
        wander, glance = (self.sway * wandering(random, motion.times_s, 3, 1.5) for _ in range(2))
        cameras = [look_at(position + w, target + g, self.fov_deg, size_px) for w, g in zip(wander, glance, strict=True)]
        return cameras[0].focal_px, np.stack([camera.camera_to_world for camera in cameras])

    def _place(self, points: np.ndarray, size_px: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Where the camera stands and what it looks at: a little beyond the nearest place from which it sees all points."""
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        angle, height = np.radians(self.yaw_deg), middle[1] if self.height is None else self.height
        away = np.array([np.sin(angle), 0.0, np.cos(angle)])
        nearest, farthest = 0.2, 30.0
        for _ in range(30):
            distance = (nearest + farthest) / 2
            position = middle * [1.0, 0.0, 1.0] + distance * away + [0.0, height, 0.0]
            camera = look_at(position, _centred(position, middle, points, self.fov_deg, size_px), self.fov_deg, size_px)
            inside = _all_inside(camera, points, FLESH_M[self.part])
            nearest, farthest = (nearest, distance) if inside else (distance, farthest)
        position = middle * [1.0, 0.0, 1.0] + self.room * farthest * away + [0.0, height, 0.0]
        return position, _centred(position, middle, points, self.fov_deg, size_px)


def _centred(
    position: np.ndarray, target: np.ndarray, points: np.ndarray, fov_deg: float, size_px: tuple[int, int]
) -> np.ndarray:
    """What to look at (3,) so that the points' outline lies in the middle of the picture."""
    for _ in range(3):
        camera = look_at(position, target, fov_deg, size_px)
        if camera.depth(points).min() < 0.05:
            return target
        pixels, axes = camera.project(points), camera.camera_to_world[:3, :2]
        aside = (pixels.min(axis=0) + pixels.max(axis=0)) / 2 - camera.principal_px
        target = target + axes @ aside * float(camera.depth(target)) / camera.focal_px
    return target


def framed_points(motion: HumanMotion, part: Part) -> np.ndarray:
    """(N, 3) the joints of all moments that a part consists of."""
    joints = world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    rows = {
        "body": list(range(joints.shape[1])),
        "upper": [BONE[bone] for bone in _UPPER],
        "head": [BONE["head"], BONE["leftEye"]],
    }
    points = joints[:, rows[part]].reshape(-1, 3)
    crown = joints[:, BONE["head"]] + [0.0, 0.12, 0.0]
    return np.concatenate([points, crown])


def _all_inside(camera: PinholeCamera, points: np.ndarray, flesh_m: float) -> bool:
    depth = camera.depth(points)
    if depth.min() < 2 * flesh_m:
        return False
    edge = camera.focal_px * flesh_m / depth
    pixels = camera.project(points)
    return bool((pixels >= edge[:, None]).all() and (pixels <= np.array(camera.size_px) - edge[:, None]).all())
