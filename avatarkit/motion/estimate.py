"""A tracked video becomes the motion of a human body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import Any, Literal

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.borrowed_limbs import without_borrowed_limbs
from avatarkit.motion.contacts import picture_speeds, sole_contacts, sole_landmarks
from avatarkit.motion.excursions import without_excursions
from avatarkit.motion.feet import hold_feet, levelled
from avatarkit.motion.floor import legs_seen, sole_points
from avatarkit.motion.gaps import EASE_S, fill_gaps, fill_places, seen_mask, takes
from avatarkit.motion.grounded import grounded, steadily_away
from avatarkit.motion.human_motion import BONE, HumanMotion, HumanPose
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.kinematics import local_rotations, world_positions, world_rotations
from avatarkit.motion.leg_swaps import unswapped
from avatarkit.motion.person import Person, estimate_person
from avatarkit.motion.picture_camera import assumed_camera
from avatarkit.motion.quiet_legs import quiet_legs
from avatarkit.motion.root_solve import Soles, smooth_root, solve_root
from avatarkit.motion.seen_from_above import over_floor
from avatarkit.motion.smooth import ORDER, smooth, smooth_adaptively
from avatarkit.motion.steps import PoseMemory, pose_step, rest_rotations
from avatarkit.tracking.tracked_frame import TrackedVideo

Feet = Literal["auto", "always", "never"]

STILL_CUTOFF_HZ = 0.5
"""The fastest movement that is kept of what hardly moves: below it, what trembles is noise."""

BODY_CUTOFF_HZ = 7.0
"""The fastest movement of trunk and limbs that is kept at full confidence."""

HAND_CUTOFF_HZ = 5.0
"""The same of fingers."""

FACE_CUTOFF_HZ = 8.0
"""The same of expressions: a blink lasts a tenth of a second."""

ALWAYS_TRUST = 100.0
"""How much more the floor counts than a usual contact when feet may never leave it: the picture then has no say."""

UNSEEN_WEIGHT = 0.1
"""Of what was filled in: enough to be kept, little enough to give way."""

JITTER_UNIT = 10.0
"""Metres per second cubed."""

FADE_HZ = 1.0
"""How fast legs come to rest when they leave the picture."""

QUIET = 0.8
"""Legs so far at rest stand; nearer to being seen the picture tells."""

DRIFT_HZ = 0.1
"""How fast a body whose legs are not seen travels at most: its feet stand."""

_BODY = np.array(
    [
        row
        for name, row in BONE.items()
        if not any(part in name for part in ("Thumb", "Index", "Middle", "Ring", "Little", "Eye"))
    ]
)


def estimate_motion(
    video: TrackedVideo, *, height_m: float | None = None, feet: Feet = "auto", progress: Callable[[float], None] | None = None
) -> HumanMotion:
    """The motion of the person in a video: `pose_step` for each picture, then what only a file allows.

    Args:
        video: as tracked.
        height_m: standing height; `ASSUMED_HEIGHT_M` without it.
        feet: "auto" holds feet that stand, "always" also forbids to leave the floor, "never" leaves all as seen.
        progress: told the share that is done.

    Returns:
        the motion, floor at y = 0, the first place at x = z = 0, +Z towards the camera; `report` says what was measured.

    Raises:
        InputError: nobody is seen in the video.
    """
    seconds: dict[str, float] = {}
    started = perf_counter()

    def lap(name: str) -> None:
        nonlocal started
        seconds[name] = round(perf_counter() - started, 4)
        started = perf_counter()

    person = estimate_person(video, height_m)
    lap("person")
    untangled = without_borrowed_limbs(unswapped(without_excursions(video)))
    raw = raw_motion(untangled, person, progress)
    lap("poses")
    parts = takes(raw.times_s, raw.root_positions, hips_seen(raw))
    filled = replace(raw, rotations=fill_gaps(raw.times_s, raw.rotations, seen_mask(raw.confidence), rest_rotations(), parts))
    smoothed = [smooth_motion(part_of(filled, part)) for part in parts]
    lap("smoothing")
    speeds = [sole_speeds(untangled, part, motion) for part, motion in zip(parts, smoothed, strict=True)]
    standing = [stand_on_floor(part, speed, feet) for part, speed in zip(smoothed, speeds, strict=True)]
    motion = joined([*(ending_in(one, after) for one, after in pairwise(standing)), standing[-1]])
    lap("feet")
    return replace(motion, report=_report(video, person, motion, seconds, len(parts)))


def raw_motion(video: TrackedVideo, person: Person, progress: Callable[[float], None] | None = None) -> HumanMotion:
    """Each picture's pose by `pose_step`, in the camera's space."""
    memory: PoseMemory | None = None
    poses: list[HumanPose] = []
    for number, frame in enumerate(video.frames):
        pose, memory = pose_step(frame, person, memory)
        poses.append(pose)
        if progress is not None:
            progress((number + 1) / len(video.frames))
    return motion_of(person, poses)


def motion_of(person: Person, poses: list[HumanPose]) -> HumanMotion:
    """Poses in a row as one motion."""
    return HumanMotion(
        person.skeleton,
        np.array([pose.time_s for pose in poses]),
        np.array([pose.root_position for pose in poses]),
        np.array([pose.rotations for pose in poses]),
        np.array([pose.confidence for pose in poses]),
        np.array([pose.expressions for pose in poses]),
        np.array([pose.foot_contacts for pose in poses]),
    )


def smooth_motion(motion: HumanMotion) -> HumanMotion:
    """A motion of which nothing is missing with its noise removed, nothing delayed."""
    times, local = motion.times_s, motion.rotations
    weights = np.where(seen_mask(motion.confidence), motion.confidence, UNSEEN_WEIGHT)
    world = world_rotations(local)
    for bone in _BODY:
        world[:, bone] = smooth_adaptively(times, world[:, bone], weights[:, bone], STILL_CUTOFF_HZ, BODY_CUTOFF_HZ)
    smoothed = local_rotations(world)
    for bone in np.setdiff1d(np.arange(len(BONE)), _BODY):
        smoothed[:, bone] = smooth_adaptively(times, local[:, bone], weights[:, bone], STILL_CUTOFF_HZ, HAND_CUTOFF_HZ)
    expressions = np.clip(smooth(times, motion.expressions, np.ones(len(times)), FACE_CUTOFF_HZ), 0.0, 1.0)
    roots = fill_places(times, motion.root_positions, hips_seen(motion))
    return replace(motion, rotations=smoothed, root_positions=roots, expressions=expressions)


def hips_seen(motion: HumanMotion) -> np.ndarray:
    """(T,) at which moments the hips' place was seen."""
    return np.asarray(motion.confidence[:, BONE["hips"]] > 0.0)


def part_of(motion: HumanMotion, part: slice) -> HumanMotion:
    """The moments of a slice."""
    return HumanMotion(
        motion.skeleton, motion.times_s[part], motion.root_positions[part], motion.rotations[part], motion.confidence[part],
        motion.expressions[part], motion.foot_contacts[part],
    )  # fmt: skip


def joined(parts: list[HumanMotion]) -> HumanMotion:
    """Parts of one motion in a row, each beginning over the place where the one before ended."""
    roots = [parts[0].root_positions]
    for part in parts[1:]:
        way = (roots[-1][-1] - part.root_positions[0]) * (1.0, 0.0, 1.0)
        roots.append(part.root_positions + way)
    return HumanMotion(
        parts[0].skeleton,
        np.concatenate([part.times_s for part in parts]),
        np.concatenate(roots),
        np.concatenate([part.rotations for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.expressions for part in parts]),
        np.concatenate([part.foot_contacts for part in parts]),
    )


def ending_in(motion: HumanMotion, following: HumanMotion) -> HumanMotion:
    """A part of a motion whose bones, where they are not seen any more, ease to the first pose of the part that follows."""
    seen, times = seen_mask(motion.confidence), motion.times_s
    rotations, roots, contacts = (np.array(part) for part in (motion.rotations, motion.root_positions, motion.foot_contacts))
    for bone in np.flatnonzero(~seen[-1]):
        since = times[np.flatnonzero(seen[:, bone])[-1]] if seen[:, bone].any() else times[0]
        start = max(since, following.times_s[0] - EASE_S)
        share = smooth_step(times, start, following.times_s[0])
        rotations[:, bone] = quaternions.slerp(rotations[:, bone], following.rotations[0, bone], share)
        if bone == BONE["hips"]:
            roots[:, 1] += share * (following.root_positions[0, 1] - roots[:, 1])
            contacts[share > 0.0] = 0.0
    return replace(motion, rotations=rotations, root_positions=roots, foot_contacts=contacts)


def sole_speeds(video: TrackedVideo, part: slice, motion: HumanMotion) -> np.ndarray:
    """(T, 2, 2) metres per second at which heels and balls move across the picture in a part of a video, given its motion."""
    frames = TrackedVideo(video.frames[part])
    focal_px = assumed_camera(frames.frames[0].size_px).focal_px
    return picture_speeds(motion.times_s, sole_landmarks(frames), -motion.root_positions[:, 2], focal_px)


def stand_on_floor(motion: HumanMotion, speeds: np.ndarray, feet: Feet) -> HumanMotion:
    """A motion of the camera's space over its floor, as far away as feet that stand there say; see `stand`."""
    over, camera = over_floor(motion)
    over = steadily_away(over, camera)
    return stand(over if feet == "never" else grounded(over, speeds, camera), speeds, feet)


def stand(motion: HumanMotion, speeds: np.ndarray, feet: Feet) -> HumanMotion:
    """A motion over the floor with its root from picture and feet together, and standing feet held.

    Args:
        motion: over the floor.
        speeds: (T, 2, 2) of heels and balls across the picture, metres per second.
        feet: see `estimate_motion`.
    """
    times, skeleton = motion.times_s, motion.skeleton
    quiet = hidden_legs(motion)
    motion = still_legs(motion, quiet)
    world = world_rotations(motion.rotations)
    weights = np.maximum(motion.confidence[:, BONE["hips"]], UNSEEN_WEIGHT)
    roots = smooth_root(times, motion.root_positions, weights)
    contacts = sole_contacts(times, speeds, sole_points(skeleton, roots, world), quiet > QUIET)
    if feet != "never":
        world = levelled(times, world, contacts)  # or the hips would go up and down with heels that will not be there
        from_hips = sole_points(skeleton, np.zeros_like(roots), world).reshape(len(times), -1, 3)
        stands = contacts.reshape(len(times), -1).astype(float)
        grounded = np.array(stands)
        if feet == "always":
            heights = from_hips[..., 1]
            grounded[heights == heights.min(axis=1, keepdims=True)] = ALWAYS_TRUST
        roots = solve_root(times, motion.root_positions, weights, Soles(from_hips, stands, grounded))
        roots, world = hold_feet(skeleton, times, roots, world, contacts)
    return replace(
        motion, rotations=local_rotations(world), root_positions=roots, foot_contacts=contacts.any(axis=2).astype(float)
    )


def hidden_legs(motion: HumanMotion) -> np.ndarray:
    """(T,) 0..1 how far legs are at rest because neither is seen."""
    seen = legs_seen(motion.confidence).any(axis=1)
    if seen.all():
        return np.zeros(len(motion))
    smoothed = smooth(motion.times_s, seen.astype(float), np.ones(len(motion)), FADE_HZ)
    return np.asarray(1.0 - np.clip(smoothed, 0.0, 1.0))


def still_legs(motion: HumanMotion, quiet: np.ndarray) -> HumanMotion:
    """The motion with legs that are at rest as far as told (T,), under hips that hardly travel."""
    if not quiet.any():
        return motion
    times, share = motion.times_s, quiet[:, None]
    roots = smooth(times, motion.root_positions, np.maximum(motion.confidence[:, BONE["hips"]], UNSEEN_WEIGHT), DRIFT_HZ)
    roots[:, 1] = motion.skeleton.hip_height
    rotations = quiet_legs(motion.rotations, quiet)
    return replace(motion, rotations=rotations, root_positions=motion.root_positions + share * (roots - motion.root_positions))


def _report(
    video: TrackedVideo, person: Person, motion: HumanMotion, seconds: dict[str, float], takes_count: int
) -> dict[str, Any]:
    parts = {"body": "body", "left hand": "left_hand", "right hand": "right_hand", "face": "face"}
    coverage = {
        name: round(float(np.mean([getattr(frame, part) is not None for frame in video.frames])), 4)
        for name, part in parts.items()
    }
    return {
        "frames": len(video.frames),
        "coverage": coverage,
        "height_m": round(person.height_m, 3),
        "height_assumed": person.height_assumed,
        "proportions": person.report,
        "focal_px_assumed": round(assumed_camera(video.frames[0].size_px).focal_px, 1),
        "takes": takes_count,
        "jitter": round(jitter(motion), 2),
        "skate_mm_per_frame": round(skate_mm(motion), 2),
        "contacts": [round(float(share), 3) for share in motion.foot_contacts.mean(axis=0)],
        "seconds": seconds,
    }


def jitter(motion: HumanMotion) -> float:
    """Mean third difference of the joints times the frame rate cubed, 10 m/s^3. Source: the evaluation of WHAM and GVHMR."""
    if len(motion) <= ORDER:
        return 0.0
    world = world_rotations(motion.rotations)
    places = world_positions(motion.skeleton, motion.root_positions, world)[:, _BODY]
    thirds = np.linalg.norm(np.diff(places, ORDER, axis=0), axis=-1).mean()
    return float(thirds / np.median(np.diff(motion.times_s)) ** ORDER / JITTER_UNIT)


def skate_mm(motion: HumanMotion) -> float:
    """Mean movement of the lower ends of the feet between two frames in which they stand, millimetres."""
    soles = sole_points(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    stands = (motion.foot_contacts[1:] > 0) & (motion.foot_contacts[:-1] > 0)
    lower = np.maximum(soles[1:, ..., 1], soles[:-1, ..., 1]).argmin(axis=2)[..., None]
    moves = np.take_along_axis(np.linalg.norm(np.diff(soles, axis=0), axis=-1), lower, axis=2)[..., 0][stands]
    return 1000.0 * float(moves.mean()) if len(moves) else 0.0
