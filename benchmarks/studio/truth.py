"""What is known of a filmed clip."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatarkit.body.expressions import LOOK_DEG
from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.human_motion import BONE, FEET, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.render.camera import PinholeCamera
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.studio.sole import SolePoints

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
"""Order of the columns of `finger_curls`."""

SEGMENTS = {finger: ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else ("Proximal", "Intermediate", "Distal")
            for finger in FINGERS}  # fmt: skip


@dataclass(frozen=True)
class TruthClip:
    """A clip's truth, frame by frame. World axes: +Y up, the floor at y = 0, metres.

    Attributes:
        name: the clip's.
        motion: the filmed body: its proportions, times, root, normalized local rotations, expressions and contacts.
        soles: where under the feet the body touches the floor.
        focal_px, principal_px, size_px: the camera's, without distortion, as in avatarkit/render/camera.py.
        camera_to_world: (T, 4, 4); +X right, +Y down, +Z forward in camera axes.
        recipe: the avatar's recipe, JSON.
        height_m: how tall the body is, to the crown of its head, without hair and shoes.
        full_body: whether the whole body is meant to be seen.
    """

    name: str
    motion: HumanMotion
    soles: SolePoints
    focal_px: float
    principal_px: tuple[float, float]
    size_px: tuple[int, int]
    camera_to_world: np.ndarray
    recipe: str
    height_m: float
    full_body: bool = True

    def __post_init__(self) -> None:
        shape = (len(self.motion), 4, 4)
        object.__setattr__(self, "camera_to_world", checked_array("camera_to_world", self.camera_to_world, shape, np.float64))

    @property
    def times_s(self) -> np.ndarray:
        """(T,) seconds."""
        return self.motion.times_s

    @property
    def fps(self) -> float:
        """Frames per second."""
        return float((len(self.times_s) - 1) / (self.times_s[-1] - self.times_s[0]))

    @property
    def world_rotations(self) -> np.ndarray:
        """(T, 55, 4)."""
        return world_rotations(self.motion.rotations)

    @property
    def joints(self) -> np.ndarray:
        """(T, 55, 3) world positions of all joints, metres."""
        return world_positions(self.motion.skeleton, self.motion.root_positions, self.world_rotations)

    @property
    def sole_points(self) -> np.ndarray:
        """(T, 2 feet, heel and ball, 3) world, metres."""
        return self.soles.world(self.motion.skeleton, self.joints, self.world_rotations)

    @property
    def gaze_deg(self) -> np.ndarray:
        """(T, 2 eyes, 2): left and right eye, degrees to the subject's left and up, relative to the head."""
        return gaze_deg(self.motion.expressions)

    @property
    def finger_curls(self) -> np.ndarray:
        """(T, 2 hands, 5) radians."""
        return finger_curls(self.motion.rotations)

    def camera(self, frame: int) -> PinholeCamera:
        """The camera of one frame."""
        return PinholeCamera(self.focal_px, self.principal_px, self.size_px, self.camera_to_world[frame])

    def save(self, path: str | Path) -> None:
        """Write all of it, and for other programs what follows from it (joints, gaze, curls, soles), as NPZ."""
        motion, skeleton = self.motion, self.motion.skeleton
        about = {
            "name": self.name,
            "recipe": self.recipe,
            "full_body": self.full_body,
            "source": motion.report.get("source", ""),
        }
        np.savez_compressed(
            Path(path), about=json.dumps(about), times_s=motion.times_s, root_positions=motion.root_positions,
            rotations=motion.rotations, confidence=motion.confidence, expressions=motion.expressions,
            foot_contacts=motion.foot_contacts, rest_positions=skeleton.rest_positions, present=skeleton.present,
            heels=self.soles.heels, balls=self.soles.balls, focal_px=self.focal_px, principal_px=self.principal_px,
            size_px=self.size_px, height_m=self.height_m, camera_to_world=self.camera_to_world,
            joints=self.joints.astype(np.float32),
            gaze_deg=self.gaze_deg, finger_curls=self.finger_curls, sole_points=self.sole_points.astype(np.float32),
        )  # fmt: skip


def load_truth(path: str | Path) -> TruthClip:
    """What `TruthClip.save` wrote."""
    with np.load(Path(path)) as content:
        about = json.loads(str(content["about"]))
        motion = HumanMotion(
            HumanSkeleton(content["rest_positions"], content["present"]), content["times_s"], content["root_positions"],
            content["rotations"], content["confidence"], content["expressions"], content["foot_contacts"],
            {"source": about["source"]},
        )  # fmt: skip
        return TruthClip(
            about["name"], motion, SolePoints(content["heels"], content["balls"]), float(content["focal_px"]),
            tuple(content["principal_px"].tolist()), tuple(content["size_px"].tolist()), content["camera_to_world"],
            about["recipe"], float(content["height_m"]), about["full_body"],
        )  # fmt: skip


def gaze_deg(expressions: np.ndarray) -> np.ndarray:
    """(..., 2 eyes, 2) degrees to the subject's left and up, of expressions (..., 52)."""
    weight = {name: expressions[..., index] for index, name in enumerate(ARKIT_NAMES)}
    eyes = []
    for side, outward in (("Left", 1.0), ("Right", -1.0)):
        turn = {way: full * weight[f"eyeLook{way}{side}"] for way, full in LOOK_DEG.items()}
        eyes.append(np.stack([outward * (turn["Out"] - turn["In"]), turn["Up"] - turn["Down"]], axis=-1))
    return np.stack(eyes, axis=-2)


def finger_curls(rotations: np.ndarray) -> np.ndarray:
    """How far each finger is bent, (..., 2 hands, 5) radians: the sum of the angles by which its three bones turn.

    A finger's bones turn about its hinge nearly alone; the angle of a bone's whole turn, signed by the hinge, is its bend.
    """
    curls = []
    for side, sign in zip(FEET, (-1.0, 1.0), strict=True):
        for finger, segments in SEGMENTS.items():
            bones = [BONE[f"{side}{finger}{segment}"] for segment in segments]
            curls.append(_bend(rotations[..., bones, :], sign, finger == "Thumb").sum(axis=-1))
    return np.moveaxis(np.array(curls).reshape(2, len(FINGERS), *rotations.shape[:-2]), (0, 1), (-2, -1))


def _bend(rotations: np.ndarray, sign: float, thumb: bool) -> np.ndarray:
    """Signed bend (..., 3) radians of local rotations (..., 3, 4): the twist about the hinge."""
    hinge = thumb_hinge(sign) if thumb else np.array([0.0, 0.0, sign])
    along = rotations[..., :3] @ hinge
    angle = 2.0 * np.arctan2(along, rotations[..., 3])
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def thumb_hinge(sign: float) -> np.ndarray:
    """Unit axis (3,) about which the thumb bends; `sign` -1 for the left hand, 1 for the right.

    VRM's thumbs point 45 degrees forward of the hand; they bend towards the palm and across it.
    """
    along = np.array([-sign, 0.0, 1.0]) / np.sqrt(2.0)
    inward = np.array([sign * 0.5, -0.7, -0.5])
    axis = np.cross(along, inward)
    return axis / np.linalg.norm(axis)
