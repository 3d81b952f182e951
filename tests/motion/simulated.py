"""Landmarks of motions that are known: a perfect skeleton before a camera, with or without a tracker's faults."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.feet import move_ankles
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion
from avatarkit.motion.kinematics import local_rotations, world_positions, world_rotations
from avatarkit.motion.person import average_person
from avatarkit.motion.picture_camera import assumed_camera
from avatarkit.motion.steps import rest_rotations
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFrame, TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE, POSE_POINTS

SIZE_PX = (1280, 720)
CAMERA_HEIGHT_M, DISTANCE_M = 1.3, 4.5
JOINTS = {"Shoulder": "UpperArm", "Elbow": "LowerArm", "Wrist": "Hand", "Hip": "UpperLeg", "Knee": "LowerLeg", "Ankle": "Foot"}
ON_BONE = {"Pinky": ("Hand", (0.08, 0, -0.03)), "Index": ("Hand", (0.09, 0, 0.02)), "Thumb": ("Hand", (0.05, 0, 0.05)),
           "Heel": ("Foot", (0, -0.06, -0.045)), "FootIndex": ("Foot", (0, -0.055, 0.155))}  # fmt: skip
HEAD = {"nose": (0, 0.02, 0.11), "mouthLeft": (0.025, -0.03, 0.09), "leftEyeInner": (0.015, 0.05, 0.09),
        "leftEye": (0.03, 0.05, 0.09),
        "leftEyeOuter": (0.045, 0.05, 0.08), "leftEar": (0.075, 0.03, 0.0)}  # fmt: skip
PERSON = average_person()


def motion_of(times_s: np.ndarray, roots: np.ndarray, rotations: np.ndarray, contacts: np.ndarray | None = None) -> HumanMotion:
    count = len(times_s)
    stands = np.ones((count, 2)) if contacts is None else contacts
    return HumanMotion(
        PERSON.skeleton, times_s, roots, rotations, np.ones((count, BONES)), np.zeros((count, EXPRESSIONS)), stands
    )


def standing(times_s: np.ndarray) -> HumanMotion:
    """Arms in front that move, feet that do not."""
    rotations = np.tile(rest_rotations(), (len(times_s), 1, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        bend = 0.6 + 0.5 * np.sin(2.0 * np.pi * 0.5 * times_s + sign)
        vectors = np.stack([np.zeros_like(bend), -sign * bend, np.zeros_like(bend)], axis=-1)
        rotations[:, BONE[f"{side}LowerArm"]] = quaternions.from_rotation_vector(vectors)
    return motion_of(times_s, np.tile([0.0, PERSON.skeleton.hip_height, 0.0], (len(times_s), 1)), rotations)


def walking(times_s: np.ndarray, speed: float = 1.0, step_s: float = 0.5) -> HumanMotion:
    """To the picture's right: each foot stands for `step_s`, then moves two steps on; arms and trunk as at rest, facing +X."""
    rotations = np.tile(rest_rotations(), (len(times_s), 1, 1))
    rotations[:, 0] = quaternions.from_rotation_vector(np.array([0.0, np.pi / 2, 0.0]))
    roots = np.stack([speed * times_s, np.full(len(times_s), PERSON.skeleton.hip_height - 0.05), 0.0 * times_s], axis=-1)
    world = world_rotations(rotations)
    ankles = world_positions(PERSON.skeleton, roots, world)[:, [BONE["leftFoot"], BONE["rightFoot"]]]
    phase = np.stack([times_s / step_s, times_s / step_s + 1.0], axis=-1)
    swing = np.clip(phase % 2.0 - 1.0, 0.0, 1.0)
    ahead = 2.0 * (np.floor(phase / 2.0) + swing * swing * (3.0 - 2.0 * swing)) - phase + 0.5
    goals = np.array(ankles)
    goals[..., 0] += ahead * speed * step_s
    goals[..., 1] = PERSON.skeleton.rest_positions[BONE["leftFoot"], 1] + 0.12 * np.sin(np.pi * swing)
    world = move_ankles(PERSON.skeleton, roots, world, goals - ankles)
    return motion_of(times_s, roots, local_rotations(world), (swing == 0.0).astype(float))


def jumping(times_s: np.ndarray, start_s: float = 1.0, air_s: float = 0.5) -> HumanMotion:
    """A jump with straight legs, by gravity's parabola."""
    motion = standing(times_s)
    share = np.clip((times_s - start_s) / air_s, 0.0, 1.0)
    roots = motion.root_positions + 9.81 / 2.0 * air_s**2 * (share * (1.0 - share))[:, None] * np.array([0.0, 1.0, 0.0])
    return motion_of(times_s, roots, motion.rotations, np.tile(((share == 0) | (share == 1))[:, None], 2).astype(float))


def filmed(motion: HumanMotion, noise_m: float = 0.0, depth_noise_m: float = 0.0, seed: int = 0) -> TrackedVideo:
    """What a tracker would tell of a motion before a level camera."""
    random, camera = np.random.default_rng(seed), assumed_camera(SIZE_PX)
    seen = points_of(motion) - (0.0, CAMERA_HEIGHT_M, DISTANCE_M)
    pixel = DISTANCE_M / camera.focal_px
    pixels = camera.project(seen) + random.normal(0.0, 1.0, (*seen.shape[:2], 2)) * noise_m / pixel
    metres = seen - seen[:, [POSE["leftHip"], POSE["rightHip"]]].mean(axis=1, keepdims=True)
    metres = metres + random.normal(0.0, 1.0, metres.shape) * (noise_m, noise_m, max(noise_m, depth_noise_m))
    frames = [
        TrackedFrame(float(time), SIZE_PX, BodyLandmarks(p, -m[:, 2] / pixel, m, np.ones(len(m)), 1.0))
        for time, p, m in zip(motion.times_s, pixels, metres, strict=True)
    ]
    return TrackedVideo(tuple(frames), "simulated")


def points_of(motion: HumanMotion) -> np.ndarray:
    """(T, 33, 3) metres, the motion's world."""
    world = world_rotations(motion.rotations)
    places = world_positions(motion.skeleton, motion.root_positions, world)
    points = np.zeros((len(motion), len(POSE_POINTS), 3))
    for side, mirror in (("left", 1.0), ("right", -1.0)):
        for point, bone in JOINTS.items():
            points[:, POSE[side + point]] = places[:, BONE[side + bone]]
        for point, (bone, offset) in ON_BONE.items():
            turned = quaternions.rotate(world[:, BONE[side + bone]], np.array(offset) * (mirror, 1.0, 1.0))
            points[:, POSE[side + point]] = places[:, BONE[side + bone]] + turned
        for point, offset in HEAD.items():
            name = point.replace("left", side) if point.startswith("left") else point.replace("Left", side.capitalize())
            turned = quaternions.rotate(world[:, BONE["head"]], np.array(offset) * (mirror, 1.0, 1.0))
            points[:, POSE[name]] = places[:, BONE["head"]] + turned
    return points


def mirrored(video: TrackedVideo) -> TrackedVideo:
    """The video as a mirror shows it: left is right."""
    names = [_other_side(name) for name in POSE_POINTS]
    rows = [POSE[name] for name in names]
    frames = []
    for frame in video.frames:
        body = frame.body
        assert body is not None
        points = body.points_px[rows] * (-1.0, 1.0) + (frame.size_px[0], 0.0)
        metres = body.world_m[rows] * (-1.0, 1.0, 1.0)
        flipped = BodyLandmarks(points, body.depth_px[rows], metres, body.visibility[rows], body.confidence)
        frames.append(TrackedFrame(frame.time_s, frame.size_px, flipped))
    return TrackedVideo(tuple(frames), video.source)


def _other_side(name: str) -> str:
    for a, b in (("left", "right"), ("Left", "Right")):
        for one, other in ((a, b), (b, a)):
            if name.startswith(one) or (one[0].isupper() and name.endswith(one)):
                return name.replace(one, other)
    return name
