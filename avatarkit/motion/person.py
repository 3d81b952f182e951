"""How a person is built: bone lengths estimated once, kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.errors import InputError
from avatarkit.motion.face.identity import FaceIdentity, fit_identity
from avatarkit.motion.human_motion import BONE, BONES, HumanSkeleton
from avatarkit.motion.joints.hands_by_head import levers_of
from avatarkit.motion.kinematics import PARENTS
from avatarkit.motion.leg_frames import LEGS
from avatarkit.motion.limb_points import GROUPS, LIMB_ENDS, LIMB_GROUPS, LIMB_STARTS, LIMBS
from avatarkit.motion.limb_terms import LimbTerms, limb_terms
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedVideo

ASSUMED_HEIGHT_M = 1.70
"""Standing height where nobody told it: between the means of grown women (1.59 to 1.71 m) and men (1.71 to 1.84 m).
Source: NCD Risk Factor Collaboration, A century of trends in adult human height, eLife 2016."""

SURE_VISIBILITY = 0.8
"""A limb counts as seen when both its ends are at least this visible."""

FLAT_SINE = 0.35
"""A limb whose depth is at most this share of its length lies nearly parallel to the picture: its picture is 94 % of it."""

PROPORTION_SPREAD = 0.05
"""People's limb lengths over their height differ by 4 to 6 % (one standard deviation).
Source: ANSUR 2012 anthropometric survey: acromion-radiale, radiale-stylion, tibial and trochanterion heights over stature."""

WORLD_SPREAD, PICTURE_SPREAD = 0.08, 0.04
"""One standard deviation of a limb's length, over many frames, by the landmarks in metres, which shrink towards an average
person, and by the picture of the limb where it lies flat."""

ENOUGH_FRAMES = 10
"""So many sure frames make an estimate as good as it gets; fewer count in proportion."""


@dataclass(frozen=True)
class Person:
    """One person's proportions.

    Attributes:
        skeleton: the joints at rest.
        limb_lengths: (E,) metres, of `LIMBS`.
        height_m: standing height.
        height_assumed: whether nobody told the height.
        face: of whom a face was seen.
        report: each group's length over the average body's, plain values.
    """

    skeleton: HumanSkeleton
    limb_lengths: np.ndarray
    height_m: float
    height_assumed: bool
    face: FaceIdentity | None = None
    report: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def foot_length(self) -> float:
        """Metres from the ankle's joint to the toes'."""
        foot, toes = (self.skeleton.rest_positions[BONE[bone]] for bone in ("leftFoot", "leftToes"))
        return float(np.linalg.norm(toes - foot))

    @cached_property
    def limb_terms(self) -> LimbTerms:
        """What the limbs' lengths ask of the body's points."""
        return limb_terms(self.limb_lengths, self.foot_length)

    @cached_property
    def head_levers(self) -> np.ndarray:
        """(11, 3) metres, what of the body lies between its eyes and its hands."""
        return levers_of(self.skeleton)

    @cached_property
    def to_hips(self) -> np.ndarray:
        """(3,) metres from the middle between the thighs' joints to the hips' joint."""
        rest = self.skeleton.rest_positions
        return np.asarray(rest[BONE["hips"]] - rest[LEGS[:, 0]].mean(axis=0))

    @cached_property
    def to_neck(self) -> np.ndarray:
        """(3,) metres from the hips' joint to the neck's."""
        rest = self.skeleton.rest_positions
        return np.asarray(rest[BONE["neck"]] - rest[BONE["hips"]])

    @cached_property
    def ankles_to_neck(self) -> float:
        """Metres from the ankles up to the neck's joint."""
        rest = self.skeleton.rest_positions
        return float(rest[BONE["neck"], 1] - rest[BONE["leftFoot"], 1])

    @cached_property
    def sole_levers(self) -> np.ndarray:
        """(2, 4, 3, 1) metres that each of `leg_frames` adds to the way from the hips to the sole under the ball."""
        rest = self.skeleton.rest_positions
        toes = rest[[BONE["leftToes"], BONE["rightToes"]]] * (1.0, 0.0, 1.0)
        joints = np.stack([np.tile(rest[BONE["hips"]], (2, 1)), *rest[LEGS].swapaxes(0, 1), toes], axis=1)
        return np.diff(joints, axis=1)[..., None]


@cache
def average_body() -> tuple[HumanSkeleton, float]:
    """The body's own skeleton without sliders, and its standing height in metres."""
    body, rest = load_body(), rest_body({})
    skin = np.unique(np.concatenate([body.parts[name].quads.ravel() for name in ("head", "body")]))
    return HumanSkeleton(rest.joints, np.ones(BONES, bool)), float(rest.positions[skin, 1].max())


def average_person(height_m: float | None = None) -> Person:
    """A person of whom nothing else is known."""
    return person_of_ratios(np.ones(len(GROUPS)), height_m)


def estimate_person(video: TrackedVideo, height_m: float | None = None) -> Person:
    """The proportions of the person in a video.

    Each limb's length over the average body's is a weighted mean, in logarithms, of three: the average body itself, the median
    of the landmarks in metres, and the median of the limb's picture where it lies flat.

    Args:
        video: every frame counts.
        height_m: standing height, if known.

    Raises:
        InputError: nothing of a body, a hand or a face was seen in any frame.
    """
    if not any(f.body or f.left_hand or f.right_hand or f.face for f in video.frames):
        raise InputError(f"{video.source} shows no person: nothing to take motion from.")
    bodies = [frame.body for frame in video.frames if frame.body is not None]
    faces = [frame.face for frame in video.frames if frame.face is not None]
    person = person_of_ratios(limb_ratios(bodies), height_m)
    return replace(person, face=fit_identity(faces)) if faces else person


def limb_ratios(bodies: Sequence[BodyLandmarks]) -> np.ndarray:
    """(G,) lengths of `GROUPS` over the average body's, up to one common factor."""
    prior = np.zeros(len(GROUPS))
    total, weight = prior / PROPORTION_SPREAD**2, np.full(len(GROUPS), PROPORTION_SPREAD**-2)
    if bodies:
        world, pixels, sure, flat = _measured(bodies)
        log_world, seen = _group_medians(world, sure)
        log_picture, lying = _group_medians(pixels, sure & flat)
        for ratio, count, spread in ((log_world, seen, WORLD_SPREAD), (log_picture, lying, PICTURE_SPREAD)):
            share = np.minimum(count / ENOUGH_FRAMES, 1.0) / spread**2
            common = float(np.average(ratio, weights=share)) if share.any() else 0.0
            total, weight = total + share * (ratio - common), weight + share
    return np.exp(total / weight)


def _measured(bodies: Sequence[BodyLandmarks]) -> tuple[np.ndarray, ...]:
    """Per frame and limb, (T, E): log length over the average's in metres and in the picture; whether sure; whether flat."""
    world = np.array([body.world_m for body in bodies])
    pixels = np.array([body.points_px for body in bodies])
    visibility = np.array([body.visibility for body in bodies])
    limbs, flat_limbs = (p[:, LIMB_ENDS] - p[:, LIMB_STARTS] for p in (world, pixels))
    lengths, depths = np.linalg.norm(limbs, axis=-1), np.abs(limbs[..., 2])
    sure = np.minimum(visibility[:, LIMB_ENDS], visibility[:, LIMB_STARTS]) > SURE_VISIBILITY
    average = np.log(_limb_lengths(average_body()[0]))
    log_world = np.log(np.maximum(lengths, 1e-3)) - average
    log_pixels = np.log(np.maximum(np.linalg.norm(flat_limbs, axis=-1), 1.0)) - average
    flat = depths < FLAT_SINE * lengths
    scale = _median_of(log_pixels, sure & flat, axis=1, otherwise=0.0)
    return log_world, log_pixels - scale[:, None], sure, flat & ((sure & flat).sum(axis=1) >= 3)[:, None]


def _group_medians(values: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and count, each (G,), of the counted values (T, E) of each group."""
    medians, counts = np.zeros(len(GROUPS)), np.zeros(len(GROUPS))
    for group in range(len(GROUPS)):
        own = group == LIMB_GROUPS
        chosen = values[:, own][counted[:, own]]
        counts[group] = len(chosen)
        medians[group] = np.median(chosen) if len(chosen) else 0.0
    return medians, counts


def _median_of(values: np.ndarray, counted: np.ndarray, axis: int, otherwise: float) -> np.ndarray:
    masked = np.ma.median(np.ma.array(values, mask=~counted), axis=axis)
    return np.ma.filled(masked, otherwise)


def person_of_ratios(ratios: np.ndarray, height_m: float | None = None) -> Person:
    """The person whose `GROUPS` have the given ratios (G,) to the average body's, at a standing height."""
    height = ASSUMED_HEIGHT_M if height_m is None else height_m
    shape = dict(zip(GROUPS, ratios, strict=True))
    rest, average_height = average_body()
    places = _reshaped(rest.rest_positions, shape)
    own_height = average_height + float(places[BONE["head"], 1] - rest.rest_positions[BONE["head"], 1])
    skeleton = HumanSkeleton(places * (height / own_height), rest.present)
    report = {group: round(float(ratio), 3) for group, ratio in shape.items()}
    return Person(skeleton, _limb_lengths(skeleton), height, height_m is None, report=report)


def _reshaped(rest: np.ndarray, shape: dict[str, float]) -> np.ndarray:
    """(55, 3) the average joints with each group's ratio, soles on the ground."""
    factors = np.ones((BONES, 3))
    for side in ("left", "right"):
        factors[BONE[f"{side}UpperLeg"], 0] = shape["pelvis"]
        factors[BONE[f"{side}LowerLeg"]] = shape["thigh"]
        factors[BONE[f"{side}Foot"]] = shape["shank"]
        factors[BONE[f"{side}LowerArm"]] = shape["upper arm"]
        factors[BONE[f"{side}Hand"]] = shape["forearm"]
        for bone in ("Shoulder", "UpperArm"):
            factors[BONE[side + bone]] = (shape["shoulders"], shape["trunk"], 1.0)
    for bone in ("spine", "chest", "upperChest", "neck"):
        factors[BONE[bone]] = (1.0, shape["trunk"], shape["trunk"])
    places = np.zeros_like(rest)
    for row, parent in enumerate(PARENTS):
        places[row] = rest[row] if parent < 0 else places[parent] + factors[row] * (rest[row] - rest[parent])
    foot = BONE["leftFoot"]
    return np.asarray(places + np.array([0.0, rest[foot, 1] - places[foot, 1], 0.0]))


def _limb_lengths(skeleton: HumanSkeleton) -> np.ndarray:
    joints = skeleton.rest_positions
    starts, ends = [limb.start_bone for limb in LIMBS], [limb.end_bone for limb in LIMBS]
    return np.linalg.norm(joints[ends] - joints[starts], axis=-1)
