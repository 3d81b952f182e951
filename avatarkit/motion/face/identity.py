"""One person's face as it will be read in every picture: fitted once per clip, or in a few seconds of a live session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from avatarkit.body.body import load_body
from avatarkit.face_fit.face_model import FaceModel, load_face_model
from avatarkit.face_fit.first_guess import load_guess_table
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.solve import SolveSettings
from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.face.face_points import EYE_CORNERS, POINTS
from avatarkit.motion.face.response import PITCHES_DEG, YAWS_DEG, load_response
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES

if TYPE_CHECKING:  # reading needs identities, and learning one needs reading
    from avatarkit.motion.face.read_face import FaceMemory, FaceReading

FRAMES_FITTED = 24
"""Pictures whose sliders are averaged: detector noise falls with their root."""

FRONTAL_ASYMMETRY = 0.25
"""Of the distances from the nose to both outer eye corners, over their sum: a head turned by more than about 20 degrees."""

QUIET_SHARE = 0.2
"""Of a clip's pictures, those with the least expression show the person's resting face; what the model reads there is the
detector's and the model's error and becomes part of the neutral face."""

FORGIVEN_AT_REST = {"mouthSmile": 0.25, "jawOpen": 0.15, "mouth": 0.3, "jaw": 0.3, "cheek": 0.3, "nose": 0.3, "": 1.0}
"""Beginning of an expression's name -> what of it is error when a resting face shows it. Somebody who smiles throughout does
smile; but how high brows sit and how far lids are open tells nothing."""

MOST_READ = 120
"""Pictures that are read to learn the resting face: more of them teach nothing new."""

STRAY_SHARE = 1.0
"""In motion all of the detector's measured straying is believed: what an expression adds is what the detector makes of it."""

CORNER_STRAY_SHARE = 0.45
"""The same of the eyes' corners on the average face, with which the eyeballs were placed and the gaze was judged."""

GAZE_ZERO_SHARE, GAZE_ZERO_COUNT = 0.7, 20
"""Eyes mostly look ahead: so much of the usual gaze is taken for the detector's error on this person, half of it after so many
pictures. On rendered heads that error differs between people by 6 degrees to the side and 4 up."""

EXPRESSED_M = 0.003
"""Of what the model misses where an expression moves a resting face by so much, half is the face's."""

REST_ROUNDS = (1.0, 0.0)
"""The resting face is learnt twice, the second time from pictures that are read better: shares of `FORGIVEN_AT_REST`."""

SURE = 0.5
"""Confidence from which a picture teaches."""

STRANGE_SHARE = 0.5
"""Of a clip's pictures: where fewer are read surely, it is the model that the face is far from, as drawn ones are. How little
it seems to express says nothing then; its most usual look is taken for its rest, and all pictures teach."""

SHUT_LIMITS, SHUT_PICTURES, SHUT_NOISE = (0.25, 0.5), 3, 0.04
"""A person's shut eyes are taken from the third lowest aperture. Sharp rendered ones read 0.1 to 0.25, blurred ones in videos
0.4 to 0.6; where nobody blinks, nothing above the second limit is believed."""

OPEN_LIMITS = (0.5, 2.0)
"""Of how far lids stand apart over what the model's do."""

OPEN_QUANTILE = 0.75
"""Eyes are open to their usual width in most pictures: a blink takes a tenth of the time."""


@dataclass(frozen=True)
class FaceIdentity:
    """A person's own neutral face, at the landmarks that are read.

    Attributes:
        bases: (Y, P, N, 3) metres in the body's axes: the neutral landmarks for each of `YAWS_DEG` and `PITCHES_DEG`.
        nearness: 1/metre, the inverse distance of the camera, of `HeadCamera`.
        eyes: (2, 4) metres, middle of the left and the right eyeball and their radius.
        open_lids: (2,) how far the lids stand apart at rest, over what the model's do; left, right.
        shut_lids: how far shut lids seem to stand apart, over `open_lids`.
        gaze_zero: (2, 2) radians to the subject's left and up that the left and the right eye seem to look when ahead.
        eye_distance: metres between the outer eye corners.
    """

    bases: np.ndarray
    nearness: float
    eyes: np.ndarray
    open_lids: np.ndarray
    shut_lids: float
    gaze_zero: np.ndarray
    eye_distance: float

    @cached_property
    def bases_by_axis(self) -> np.ndarray:
        """(Y P, 3 N) the bases, coordinate by coordinate."""
        return self.bases.reshape(-1, *self.bases.shape[2:]).swapaxes(1, 2).reshape(-1, self.bases[0, 0].size)

    def __post_init__(self) -> None:
        count, grid = len(POINTS), (len(YAWS_DEG), len(PITCHES_DEG))
        shapes = {
            "bases": (*grid, count, 3),
            "eyes": (2, 4),
            "open_lids": (2,),
            "gaze_zero": (2, 2),
        }
        for name, shape in shapes.items():
            object.__setattr__(self, name, checked_array(name, getattr(self, name), shape, np.float64))


def fit_identity(faces: Sequence[TrackedFace]) -> FaceIdentity:
    """The identity of the person whose face was tracked.

    Sliders are the mean of those that a few sure, frontal pictures make likely; then the pictures are read to learn what the
    resting face shows, and read again to learn how wide its eyes are open and where they seem to look.

    Args:
        faces: of one person, at least one; in the order of time.
    """
    identity = guess_identity(faces)
    some = _spread(faces, MOST_READ)
    identity = rested(identity, some, REST_ROUNDS)
    return _with_eyes(identity, _sure(_read(some, identity)))


def rested(identity: FaceIdentity, faces: Sequence[TrackedFace], rounds: Sequence[float]) -> FaceIdentity:
    """The identity with what the faces show at rest; `rounds` as `REST_ROUNDS`."""
    strange = None
    for allowance in rounds:
        read = _read(faces, identity)
        strange = _strange(read) if strange is None else strange
        quiet = _most_alike(identity, read) if strange else _least_moved(_sure(read))
        identity = _with_rest(identity, quiet, allowance)
    return identity


_Read = list[tuple[TrackedFace, "FaceReading", "FaceMemory"]]


def _read(faces: Sequence[TrackedFace], identity: FaceIdentity) -> _Read:
    from avatarkit.motion.face.read_face import read_face

    memory, read = None, []
    for face in faces:
        reading, memory = read_face(face, identity, memory)
        read.append((face, reading, memory))
    return read


def _sure(read: _Read) -> _Read:
    """Those of the pictures that were read surely; of a face so far from the model that none was, all."""
    return [one for one in read if one[1].confidence > SURE] or read


def _strange(read: _Read) -> bool:
    return sum(reading.confidence > SURE for _, reading, _ in read) < STRANGE_SHARE * len(read)


def _least_moved(read: _Read) -> _Read:
    """The pictures that show the least expression."""
    effort = np.array([memory.weights.sum() for *_, memory in read])
    return [read[i] for i in np.argsort(effort, kind="stable")[: _quiet_count(read)]]


def _most_alike(identity: FaceIdentity, read: _Read) -> _Read:
    """The pictures that look most like one another: the densest spot among them."""
    from avatarkit.motion.face.read_face import neutral_offsets

    still = np.zeros(len(ARKIT_NAMES))
    looks = np.array([neutral_offsets(face, identity, memory, still).reshape(-1) for face, _, memory in read])
    apart, count = cdist(looks, looks), _quiet_count(read)
    middle = np.argmin(np.sort(apart, axis=1)[:, min(count, len(read) - 1)])
    return [read[i] for i in np.argsort(apart[middle], kind="stable")[:count]]


def _quiet_count(read: _Read) -> int:
    return max(1, round(QUIET_SHARE * len(read)))


def _with_rest(identity: FaceIdentity, quiet: _Read, allowance: float) -> FaceIdentity:
    """The identity with what its model misses in quiet pictures added to its neutral face.

    Where even the quietest pictures show an expression, what is missed is as likely more of it: who smiles throughout has no
    wide mouth.
    """
    from avatarkit.motion.face.read_face import neutral_offsets

    if not quiet:
        return identity
    kept = [_kept(memory.weights, allowance) for *_, memory in quiet]
    offsets = np.mean(
        [neutral_offsets(face, identity, memory, own) for (face, _, memory), own in zip(quiet, kept, strict=True)], axis=0
    )
    moved = np.linalg.norm(load_response().expressions @ np.mean(kept, axis=0), axis=0)
    return replace(identity, bases=identity.bases + offsets / (1.0 + (moved / EXPRESSED_M) ** 2)[:, None])


def _with_eyes(identity: FaceIdentity, read: _Read) -> FaceIdentity:
    if not read:
        return identity
    seen = np.array([reading.lids for _, reading, _ in read])
    usual = np.clip(np.quantile(seen, OPEN_QUANTILE, axis=0), *OPEN_LIMITS)
    lowest = np.sort((seen / usual).mean(axis=1))[min(SHUT_PICTURES, len(read)) - 1]
    shut = float(np.clip(lowest + SHUT_NOISE, *SHUT_LIMITS))
    sure = GAZE_ZERO_SHARE * len(read) / (len(read) + GAZE_ZERO_COUNT)
    return replace(
        identity,
        open_lids=usual,
        shut_lids=shut,
        gaze_zero=sure * np.median([reading.gaze for _, reading, _ in read], axis=0),
    )


def _kept(weights: np.ndarray, allowance: float) -> np.ndarray:
    """(52,) what of a resting face's weights is expression, not error: of smiles twice as large as errors are, all."""
    kept = np.maximum(weights - allowance * _forgiven(), 0.0)
    kept[_SMILES] = np.minimum(2.0 * kept[_SMILES], weights[_SMILES])
    return kept


_SMILES = [ARKIT_NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]


@cache
def _forgiven() -> np.ndarray:
    """(52,) of `FORGIVEN_AT_REST`."""
    starts = [max((start for start in FORGIVEN_AT_REST if name.startswith(start)), key=len) for name in ARKIT_NAMES]
    return np.array([FORGIVEN_AT_REST[start] for start in starts])


@cache
def average_identity() -> FaceIdentity:
    """The average face, for whom no face was seen well."""
    model = load_face_model()
    return _identity(model, np.zeros(len(model.slider_names)), 1.0)


def guess_identity(faces: Sequence[TrackedFace], turns: float = 1.0) -> FaceIdentity:
    """The identity of the mean sliders that sure, frontal pictures make likely; they are nearer the truth than solved ones.

    Args:
        faces: of one person.
        turns: share of what the head's turn was measured to add.
    """
    table, faces = load_guess_table(), _best(faces)
    sliders = np.mean([table.guess(face.points_px, face.depth_px).mean for face in faces], axis=0)
    identity = _identity(load_face_model(), np.clip(sliders, -1.0, 1.0), SolveSettings().nearness)
    return replace(identity, bases=identity.bases + turns * load_response().turns) if turns else identity


def _identity(model: FaceModel, sliders: np.ndarray, nearness: float) -> FaceIdentity:
    table, share = load_landmark_table(), STRAY_SHARE
    nothing = np.zeros(len(ARKIT_NAMES))
    turns = [(np.radians(yaw), np.radians(pitch)) for yaw in YAWS_DEG for pitch in PITCHES_DEG]
    places = [model.landmarks(table, yaw, pitch, share) for yaw, pitch in turns]
    grid = (len(YAWS_DEG), len(PITCHES_DEG))
    bases = np.array([place.positions(sliders, nothing)[POINTS] for place in places]).reshape(*grid, len(POINTS), 3)
    middle = bases[len(YAWS_DEG) // 2, len(PITCHES_DEG) // 2]
    corners = np.searchsorted(POINTS, [EYE_CORNERS["Left"], EYE_CORNERS["Right"]])
    average = _average_corners()
    moved = middle[corners].mean(axis=1) - average
    return FaceIdentity(
        bases,
        nearness,
        _eyeballs() + np.column_stack([moved, np.zeros(2)]),
        np.ones(2),
        SHUT_LIMITS[1],
        np.zeros((2, 2)),
        float(np.linalg.norm(middle[corners[0, 1]] - middle[corners[1, 1]])),
    )


@cache
def _average_corners() -> np.ndarray:
    """(2, 3) between the corners of the average face's left and right eye."""
    model, table = load_face_model(), load_landmark_table()
    places = model.landmarks(table, 0.0, 0.0, CORNER_STRAY_SHARE)
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
