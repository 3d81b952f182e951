"""One person's face as it will be read in every picture: fitted once per clip, or in a few seconds of a live session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.face_fit.face_model import FaceModel, load_face_model
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.solve import SolveSettings, solve_face
from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.face.face_points import EYE_CORNERS, POINTS
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES

YAWS_DEG = (-45.0, -22.5, 0.0, 22.5, 45.0)
PITCHES_DEG = (-30.0, 0.0, 30.0)
"""Head turns for which the landmarks' places on the head are looked up beforehand; between them they are blended."""

FRAMES_FITTED = 6
"""Pictures whose sliders are averaged: detector noise falls with their root, a solve takes 80 ms."""

FRONTAL_ASYMMETRY = 0.25
"""Of the distances from the nose to both outer eye corners, over their sum: a head turned by more than about 20 degrees."""

QUIET_SHARE = 0.2
"""Of a clip's pictures, those with the least expression show the person's resting face; what the model reads there is the
detector's and the model's error and becomes part of the neutral face."""

KEPT_AT_REST = {"mouthSmileLeft": 0.3, "mouthSmileRight": 0.3, "jawOpen": 0.2}
"""Somebody who smiles or speaks throughout does smile or speak: beyond so much these are no error."""

MOST_READ = 120
"""Pictures that are read to learn the resting face: more of them teach nothing new."""

STRAY_SHARE = 1.0
"""In motion all of the detector's measured straying is believed: what an expression adds is what the detector makes of it."""

SURE = 0.5
OPEN_QUANTILE = 0.75
"""Eyes are open to their usual width in most pictures: a blink takes a tenth of the time."""


@dataclass(frozen=True)
class FaceIdentity:
    """A person's own neutral face and expressions, at the landmarks that are read.

    Attributes:
        bases: (Y, P, N, 3) metres in the body's axes: the neutral landmarks for each of `YAWS_DEG` and `PITCHES_DEG`.
        expressions: (Y, P, 3, N, 52) metres: what each expression adds.
        nearness: 1/metre, the inverse distance of the camera, of `HeadCamera`.
        eyes: (2, 4) metres, middle of the left and the right eyeball and their radius.
        open_lids: (2,) how far the lids stand apart at rest, over what the model's do; left, right.
        eye_distance: metres between the outer eye corners.
    """

    bases: np.ndarray
    expressions: np.ndarray
    nearness: float
    eyes: np.ndarray
    open_lids: np.ndarray
    eye_distance: float

    def __post_init__(self) -> None:
        count, grid = len(POINTS), (len(YAWS_DEG), len(PITCHES_DEG))
        shapes = {
            "bases": (*grid, count, 3),
            "expressions": (*grid, 3, count, len(ARKIT_NAMES)),
            "eyes": (2, 4),
            "open_lids": (2,),
        }
        for name, shape in shapes.items():
            object.__setattr__(self, name, checked_array(name, getattr(self, name), shape, np.float64))


def fit_identity(faces: Sequence[TrackedFace]) -> FaceIdentity:
    """The identity of the person whose face was tracked.

    Sliders are the mean of those of a few sure, frontal pictures; then the pictures are read once to learn the resting face.

    Args:
        faces: of one person, at least one; in the order of time.
    """
    from avatarkit.motion.face.read_face import neutral_offsets, read_face

    identity = _fitted(_best(faces))
    memory, read = None, []
    for face in _spread(faces, MOST_READ):
        reading, memory = read_face(face, identity, memory)
        if reading.confidence > SURE:
            read.append((face, reading, memory))
    if not read:
        return identity
    effort = np.array([memory.weights.sum() for *_, memory in read])
    quiet = [read[i] for i in np.argsort(effort, kind="stable")[: max(1, round(QUIET_SHARE * len(read)))]]
    offsets = np.mean([neutral_offsets(face, identity, memory, _kept(memory.weights)) for face, _, memory in quiet], axis=0)
    lids = np.array([reading.lids for _, reading, _ in read])
    return replace(
        identity, bases=identity.bases + offsets, open_lids=np.clip(np.quantile(lids, OPEN_QUANTILE, axis=0), 0.5, 2.0)
    )


def _kept(weights: np.ndarray) -> np.ndarray:
    """(52,) what of a resting face's weights is expression, not error."""
    kept = np.zeros(len(ARKIT_NAMES))
    for name, most in KEPT_AT_REST.items():
        column = ARKIT_NAMES.index(name)
        kept[column] = max(weights[column] - most, 0.0)
    return kept


@cache
def average_identity() -> FaceIdentity:
    """The average face, for whom no face was seen well."""
    model = load_face_model()
    return _identity(model, np.zeros(len(model.slider_names)), 1.0)


def _fitted(faces: Sequence[TrackedFace]) -> FaceIdentity:
    model, table = load_face_model(), load_landmark_table()
    solutions = [solve_face(face.points_px, face.depth_px, model, table) for face in faces]
    sliders = np.mean([s.state.sliders for s in solutions], axis=0)
    return _identity(model, sliders, float(np.median([s.state.camera.nearness for s in solutions])))


def _identity(model: FaceModel, sliders: np.ndarray, nearness: float) -> FaceIdentity:
    table, share = load_landmark_table(), STRAY_SHARE
    nothing = np.zeros(len(ARKIT_NAMES))
    turns = [(np.radians(yaw), np.radians(pitch)) for yaw in YAWS_DEG for pitch in PITCHES_DEG]
    places = [model.landmarks(table, yaw, pitch, share) for yaw, pitch in turns]
    grid = (len(YAWS_DEG), len(PITCHES_DEG))
    bases = np.array([place.positions(sliders, nothing)[POINTS] for place in places]).reshape(*grid, len(POINTS), 3)
    expressions = np.array([place.expressions[:, POINTS] for place in places])
    middle = bases[len(YAWS_DEG) // 2, len(PITCHES_DEG) // 2]
    corners = np.searchsorted(POINTS, [EYE_CORNERS["Left"], EYE_CORNERS["Right"]])
    average = _average_corners()
    moved = middle[corners].mean(axis=1) - average
    return FaceIdentity(
        bases,
        expressions.reshape(*grid, *expressions.shape[1:]),
        nearness,
        _eyeballs() + np.column_stack([moved, np.zeros(2)]),
        np.ones(2),
        float(np.linalg.norm(middle[corners[0, 1]] - middle[corners[1, 1]])),
    )


@cache
def _average_corners() -> np.ndarray:
    """(2, 3) between the corners of the average face's left and right eye."""
    model, table = load_face_model(), load_landmark_table()
    places = model.landmarks(table, 0.0, 0.0, SolveSettings().stray_share)
    base = places.positions(np.zeros(len(model.slider_names)), np.zeros(len(ARKIT_NAMES)))
    return base[[EYE_CORNERS["Left"], EYE_CORNERS["Right"]]].mean(axis=1)


@cache
def _eyeballs() -> np.ndarray:
    """(2, 4) metres, the average face's left and right eyeball: middle and radius."""
    body = load_body()
    eyes = []
    for side in ("left", "right"):
        ball = body.positions[np.unique(body.parts[f"eye-{side}"].quads)].astype(float)
        low, high = ball.min(axis=0), ball.max(axis=0)
        eyes.append([*(0.5 * (low + high)), 0.5 * float(high[2] - low[2])])
    return np.array(eyes)


def _best(faces: Sequence[TrackedFace]) -> list[TrackedFace]:
    """A few of the surest frontal pictures, spread over the clip."""
    scores = np.array([face.confidence - 2.0 * max(_asymmetry(face) - FRONTAL_ASYMMETRY, 0.0) for face in faces])
    good = np.flatnonzero(scores >= np.quantile(scores, 0.5))
    return [faces[i] for i in good[np.unique(np.linspace(0, len(good) - 1, FRAMES_FITTED).astype(int))]]


def _asymmetry(face: TrackedFace) -> float:
    nose, right, left = face.points_px[[1, 33, 263]]
    a, b = float(np.linalg.norm(nose - right)), float(np.linalg.norm(nose - left))
    return abs(a - b) / max(a + b, 1e-9)


def _spread(faces: Sequence[TrackedFace], most: int) -> list[TrackedFace]:
    """At most so many faces in stretches of neighbours: what is read of a picture depends a little on the one before."""
    return list(faces) if len(faces) <= most else [faces[i] for i in np.linspace(0, len(faces) - 1, most).astype(int)]
