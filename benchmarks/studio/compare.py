"""A captured motion, or raw landmarks, beside a clip's truth: one record of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, FEET, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.mediapipe_points import POSE
from benchmarks.studio import metrics
from benchmarks.studio.sole import sole_points
from benchmarks.studio.truth import TruthClip, finger_curls, gaze_deg

POINTS = tuple(f"{side}{bone}" for side in FEET for bone in
               ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot"))  # fmt: skip
"""Joints that a body tracker and a skeleton both have; MediaPipe calls them shoulder, elbow, wrist, hip, knee, ankle."""

_MEDIAPIPE = tuple(f"{side}{point}" for side in FEET for point in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle"))
_ROW = {name: row for row, name in enumerate(POINTS)}
GROUPS = ("torso", "arms", "legs", "feet")
EXPRESSION_GROUPS = {
    "eyes": ("eyeBlink", "eyeSquint", "eyeWide"), "jaw": ("jaw",), "mouth": ("mouth",), "brows": ("brow",),
    "cheeks and nose": ("cheek", "nose"),
}  # fmt: skip


@dataclass(frozen=True)
class Landmarks:
    """A body as points over time.

    Attributes:
        points: (T, 12, 3) in the order of `POINTS`, metres, +Y up.
        feet: (T, 2, 3) from heel to ball of each foot, any length.
        seen: (T,) bool.
    """

    points: np.ndarray
    feet: np.ndarray
    seen: np.ndarray

    def turned(self, rotation: np.ndarray) -> Landmarks:
        """Rotated by (4,) or (T, 1, 4)."""
        return Landmarks(quaternions.rotate(rotation, self.points), quaternions.rotate(rotation, self.feet), self.seen)

    def at(self, moments: np.ndarray) -> Landmarks:
        """Some of the moments."""
        return Landmarks(self.points[moments], self.feet[moments], self.seen[moments])

    @property
    def centred(self) -> np.ndarray:
        """(T, 12, 3) relative to the middle between the hips."""
        return np.asarray(
            self.points - self.points[:, [_ROW["leftUpperLeg"], _ROW["rightUpperLeg"]]].mean(axis=1, keepdims=True)
        )


def of_motion(motion: HumanMotion) -> Landmarks:
    """The points of a motion, in its own world."""
    world = world_rotations(motion.rotations)
    joints = world_positions(motion.skeleton, motion.root_positions, world)
    feet = quaternions.rotate(world[:, [BONE[f"{side}Foot"] for side in FEET]], np.array([0.0, 0.0, 1.0]))
    return Landmarks(joints[:, [BONE[bone] for bone in POINTS]], feet, motion.confidence[:, BONE["hips"]] > 0)


def of_mediapipe(world_m: np.ndarray, seen: np.ndarray) -> Landmarks:
    """Of MediaPipe's 33 world landmarks (T, 33, 3), axes turned to +Y up and +Z towards the camera."""
    feet = np.stack([world_m[:, POSE[f"{side}FootIndex"]] - world_m[:, POSE[f"{side}Heel"]] for side in FEET], axis=1)
    return Landmarks(world_m[:, [POSE[name] for name in _MEDIAPIPE]], feet, seen)


def directions(body: Landmarks) -> dict[str, np.ndarray]:
    """Group -> (T, n, 3) directions of its bones."""
    p = {name: body.points[:, row] for name, row in _ROW.items()}
    hips, shoulders = (0.5 * (p[f"left{bone}"] + p[f"right{bone}"]) for bone in ("UpperLeg", "UpperArm"))
    pairs = {
        "torso": [shoulders - hips, p["leftUpperArm"] - p["rightUpperArm"], p["leftUpperLeg"] - p["rightUpperLeg"]],
        "arms": [p[f"{s}{b}"] - p[f"{s}{a}"] for s in FEET for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"))],
        "legs": [p[f"{s}{b}"] - p[f"{s}{a}"] for s in FEET for a, b in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))],
    }
    return {name: np.stack(bones, axis=1) for name, bones in pairs.items()} | {"feet": body.feet}


def body_record(body: Landmarks, truth: Landmarks, fps: float, *, legs: bool = True) -> dict[str, float]:
    """Directions, positions, jitter, lag and coverage of a body; both in one set of axes.

    Args:
        body, truth: of the same moments.
        fps: frames per second.
        legs: whether the clip shows them; else only torso and arms count.
    """
    seen, ours, theirs = body.seen, directions(body), directions(truth)
    groups = GROUPS if legs else GROUPS[:2]
    record = {"coverage": float(seen.mean())}
    if not seen.any():
        return record
    errors = {group: metrics.angle_deg(ours[group], theirs[group])[seen] for group in groups}
    record |= {f"direction {group}, deg": float(error.mean()) for group, error in errors.items()}
    record["direction, deg"] = float(np.concatenate([error.reshape(-1) for error in errors.values()]).mean())
    rows = [row for name, row in _ROW.items() if legs or "Arm" in name or "Hand" in name]
    points, goal = body.centred[seen][:, rows], truth.centred[seen][:, rows]
    record["position, mm"] = metrics.position_error_mm(points, goal)
    record["position aligned, mm"] = metrics.aligned_error_mm(points, goal)
    record["jitter"] = metrics.jitter(body.centred[:, rows], fps)
    record["jitter of truth"] = metrics.jitter(truth.centred[:, rows], fps)
    record["lag, ms"] = metrics.lag_ms(body.centred[:, rows], truth.centred[:, rows], fps)
    return record


def floor_record(motion: HumanMotion, clip: TruthClip, moments: np.ndarray) -> dict[str, float]:
    """Feet, floor and root of a captured motion; `moments` are the truth's frames it has."""
    world = world_rotations(motion.rotations)
    joints = world_positions(motion.skeleton, motion.root_positions, world)
    soles, true_soles = sole_points(motion.skeleton).world(motion.skeleton, joints, world), clip.sole_points[moments]
    error_m, path_m = metrics.root_error(motion.root_positions, clip.motion.root_positions[moments])
    record = {
        "skate, mm/frame": metrics.skate_mm(soles.reshape(len(soles), -1, 3), true_soles.reshape(len(soles), -1, 3)),
        "skate in contacts, mm/frame": metrics.contact_skate_mm(soles[:, :, 1], clip.motion.foot_contacts[moments]),
        "penetration, mm": metrics.penetration_mm(soles.reshape(len(soles), -1, 3)),
        "root error, mm": 1000.0 * error_m,
        "contacts right": float(((motion.foot_contacts > 0.5) == (clip.motion.foot_contacts[moments] > 0.5)).mean()),
        "world jitter": metrics.jitter(joints[:, [BONE[bone] for bone in POINTS]], clip.fps),
        "world jitter of truth": metrics.jitter(clip.joints[moments][:, [BONE[bone] for bone in POINTS]], clip.fps),
    }
    return record | ({"root drift, share of path": error_m / path_m} if path_m > LEAST_PATH_M else {})


LEAST_PATH_M = 1.0
"""Whoever goes less than a metre stays where they are: a share of nothing says nothing."""


def hand_record(motion: HumanMotion, clip: TruthClip, moments: np.ndarray) -> dict[str, float]:
    """Fingers, over the frames in which a hand was seen; and where hands are that are by the head, seen from the eyes."""
    seen = np.stack([motion.confidence[:, BONE[f"{side}IndexProximal"]] > 0 for side in FEET], axis=-1)
    error = np.abs(finger_curls(motion.rotations) - clip.finger_curls[moments])
    curl = {"finger curl, deg": float(np.degrees(error[seen].mean() / BONES_OF_A_FINGER))} if seen.any() else {}
    ours = from_eyes(world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations)))
    theirs = quaternions.rotate(to_view(clip), from_eyes(clip.joints[moments]))
    near = np.linalg.norm(theirs, axis=-1) < NEAR_EYES_M
    missed = (
        {"hands by the head, mm": 1000.0 * float(np.linalg.norm(ours - theirs, axis=-1)[near].mean())} if near.any() else {}
    )
    return {"hands seen": float(seen.mean())} | curl | missed


NEAR_EYES_M = 0.35
"""A wrist is by the head when it is so near to the eyes: a hand that touches the chin, and a little more."""


def from_eyes(joints: np.ndarray) -> np.ndarray:
    """(T, 2, 3) from the middle between the eyes to the left and the right wrist, of joints (T, 55, 3)."""
    eyes = joints[:, [BONE[f"{side}Eye"] for side in FEET]].mean(axis=1, keepdims=True)
    return np.asarray(joints[:, [BONE[f"{side}Hand"] for side in FEET]] - eyes)


BONES_OF_A_FINGER = 3
"""Curls are sums over three bones; the error is said for one."""


def face_record(expressions: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Expressions and gaze (T, 52) beside the truth; beside them what a face that does nothing would have."""
    error, looks = np.abs(expressions - truth), np.array([name.startswith("eyeLook") for name in ARKIT_NAMES])
    record = {"expression": float(error.mean()), "expression of a still face": float(np.abs(truth).mean())}
    for group, beginnings in EXPRESSION_GROUPS.items():
        rows = [row for row, name in enumerate(ARKIT_NAMES) if name.startswith(beginnings) and not looks[row]]
        record[f"expression {group}"] = float(error[:, rows].mean())
    gaze = gaze_deg(expressions).mean(axis=1) - gaze_deg(truth).mean(axis=1)
    still = gaze_deg(truth).mean(axis=1)
    record["gaze, deg"] = float(np.linalg.norm(gaze, axis=-1).mean())
    record["gaze of a still face, deg"] = float(np.linalg.norm(still, axis=-1).mean())
    return record


def to_view(clip: TruthClip) -> np.ndarray:
    """(4,) the turn about +Y after which +Z points to the first frame's camera."""
    back = -clip.camera_to_world[0, :3, 2]
    return quaternions.from_rotation_vector(np.array([0.0, -np.arctan2(back[0], back[2]), 0.0]))


def to_camera(clip: TruthClip, moments: np.ndarray) -> np.ndarray:
    """(T, 1, 4) the rotations into each frame's camera: +X right, +Y up, +Z towards it."""
    axes = np.swapaxes(clip.camera_to_world[moments, :3, :3], 1, 2)
    return quaternions.from_matrix(np.diag([1.0, -1.0, -1.0]) @ axes)[:, None]
