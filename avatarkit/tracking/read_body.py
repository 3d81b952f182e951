"""People in a picture: where they may be, their landmarks, and whether it is a person at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.tracking.person_graphs import BODY_INPUT_PX, PERSON_DETECTOR_PX, PersonGraphs
from avatarkit.tracking.regions import BODY_MARGIN, person_square, to_our_axes, whole_picture
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE, POSE_POINTS

MIN_BODY_PRESENCE = 0.5
"""MediaPipe's own for following a body."""

MIN_PERSON_PX = 60
"""Smaller circles around a person hold too little to build on."""


def _mirror_partners() -> np.ndarray:
    swap = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    partner = {name: next((name.replace(a, b) for a, b in swap.items() if a in name), name) for name in POSE_POINTS}
    return np.array([POSE[partner[name]] for name in POSE_POINTS])


MIRROR = _mirror_partners()
"""(33,) where each landmark of a body is found among those of its mirror image."""

_TORSO = [POSE[side + joint] for side in ("left", "right") for joint in ("Shoulder", "Hip")]
_LIMBS = _TORSO + [POSE[side + joint] for side in ("left", "right") for joint in ("Elbow", "Knee")]


@dataclass(frozen=True)
class BodyReading:
    """A body, and where to look for it next."""

    body: BodyLandmarks
    square: SquareCrop


@dataclass(frozen=True)
class Steadiness:
    """How well a body and the body in the mirror image agree: for people they do, for bottles and rabbits they do not.

    Attributes:
        presence: the lower of both.
        torso, limbs: root mean square distance of shoulders and hips, and of these with elbows and knees by their visibility,
            over the radius of the circle around the person.
    """

    presence: float
    torso: float
    limbs: float

    def is_within(self, other: Steadiness) -> bool:
        """Whether this is at least as steady."""
        return self.presence >= other.presence and self.torso <= other.torso and self.limbs <= other.limbs


PROVEN = Steadiness(presence=0.6, torso=0.055, limbs=0.075)
"""A new body must be this steady. Measured on clips, 10th, 50th and 90th percentile of `torso`: people 0.01, 0.02, 0.03
(a backflip against the light 0.07), a hand and bottles taken for people 0.04, 0.07, 0.15, a cartoon rabbit 0.04, 0.12, 0.24,
several men taken for one 0.06, 0.08, 0.09; of `limbs`: people 0.01, 0.02, 0.04, rabbit 0.07, 0.14, 0.32."""

PROOF_SIZES = (1.0, 1.15)
"""Squares in which a new body must be steady."""

KEPT = Steadiness(presence=0.4, torso=0.12, limbs=0.2)
"""A followed body must stay this steady: people turn sideways, bend and are hidden."""


def find_people(pyramid: PhotoPyramid, view: SquareCrop, graphs: PersonGraphs) -> list[SquareCrop]:
    """Squares for the body model around what the detector takes for people in a view, largest first."""
    rows = graphs.detect_people(pyramid.cut(view, PERSON_DETECTOR_PX))
    squares = [person_square(view.to_photo(row[1:].reshape(2, 2))) for row in rows]
    return sorted((square for square in squares if square.side >= MIN_PERSON_PX), key=lambda square: -square.side)


def closer_views(size: tuple[int, int]) -> list[SquareCrop]:
    """Overlapping squares of half a picture's longer side, for people too small or too many for the whole picture."""
    whole = whole_picture(size)
    middles = [np.unique([whole.side / 4, length / 2, length - whole.side / 4]) for length in size]
    middles = [np.array([length / 2]) if length <= whole.side / 2 else m for length, m in zip(size, middles, strict=True)]
    return [SquareCrop((float(x), float(y)), whole.side / 2) for y in middles[1] for x in middles[0]]


def read_body(pyramid: PhotoPyramid, square: SquareCrop, graphs: PersonGraphs) -> BodyReading | None:
    """The body in a square; None where there is none."""
    found = graphs.read_body(*pyramid.window(square, BODY_INPUT_PX))
    if found is None or found.presence < MIN_BODY_PRESENCE:
        return None
    body = BodyLandmarks(
        points_px=square.to_photo(found.points[:, :2]),
        depth_px=found.points[:, 2] * square.side,
        world_m=to_our_axes(found.world, square.roll),
        visibility=np.clip(found.visibility, 0, 1),
        confidence=float(np.clip(found.presence, 0, 1)),
    )
    return BodyReading(body, person_square(square.to_photo(found.circle)))


def is_person(pyramid: PhotoPyramid, reading: BodyReading, graphs: PersonGraphs) -> bool:
    """Whether a new body may be believed."""
    return all(steadiness(pyramid, reading, graphs, size).is_within(PROVEN) for size in PROOF_SIZES)


def steadiness(pyramid: PhotoPyramid, reading: BodyReading, graphs: PersonGraphs, size: float = 1.0) -> Steadiness:
    """Read the body once more, in a mirror and in a square that many times as large, and compare."""
    square = replace(reading.square, mirrored=True, side=reading.square.side * size)
    found = graphs.read_body(*pyramid.window(square, BODY_INPUT_PX))
    if found is None:
        return Steadiness(0.0, np.inf, np.inf)
    apart = np.linalg.norm(square.to_photo(found.points[:, :2])[MIRROR] - reading.body.points_px, axis=1)
    apart = apart / (reading.square.side / 2 / BODY_MARGIN)
    seen = np.minimum(found.visibility[MIRROR], reading.body.visibility)
    return Steadiness(
        presence=min(found.presence, reading.body.confidence),
        torso=float(np.sqrt(np.mean(apart[_TORSO] ** 2))),
        limbs=float(np.sqrt(np.average(apart[_LIMBS] ** 2, weights=seen[_LIMBS] + np.finfo(float).tiny))),
    )
