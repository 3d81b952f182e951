"""One picture's face: where the head is, how it is turned, what it expresses, where the eyes look.

The head's pose comes from all landmarks with the last picture's expression; then the expressions, each between 0 and 1, are
solved together with what is left of the pose. Lids and irises are read by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, degrees, hypot, sqrt

import numpy as np

from avatarkit.motion.face.eyes import SHORTEST_PX, apertures, common_gaze, eye_rotations, read_gaze, set_eyes
from avatarkit.motion.face.face_points import FRAME, NOSE, OUTER_EYES, POINTS
from avatarkit.motion.face.head_view import HeadView, aligned_view
from avatarkit.motion.face.identity import PITCHES_DEG, YAWS_DEG, FaceIdentity
from avatarkit.motion.face.response import load_response
from avatarkit.motion.face.shown import shown_gaze, shown_share
from avatarkit.motion.face.solve_expressions import EXPRESSIONS, solve_expressions
from avatarkit.tracking.tracked_frame import TrackedFace

MOST_STEPS, SMALL_STEP_RAD, FOLLOWING_STEP_RAD = 6, np.radians(1.0), np.radians(5.0)
"""Gauss-Newton steps for the pose alone: at most so many, and none after one that turned the head by less; the third of a face
that was read a moment ago. The expressions' equations take one more step."""

STEADY_WEIGHT = 4.0
"""Forehead, temples and nose hold the pose: so much more than what moves."""

LOST_ERROR = 0.12
"""Mean residual, over the distance of the outer eye corners, at which a reading says nothing; at half of it, it is sure."""

_STEADY = np.array([STEADY_WEIGHT if point in FRAME or point in NOSE else 1.0 for point in POINTS])


@dataclass(frozen=True)
class FaceReading:
    """What one picture says of a face.

    Attributes:
        head_rotation: (4,) of the head towards the way from it to the camera: the identity when it faces the camera.
        head_px: (2,) where the point between the eyes is in the picture.
        scale_px: pixels a metre there.
        expressions: (52,) 0..1, as far as they are sure; see `shown`.
        eye_rotations: (2, 4) left, right, normalized, relative to the head; likewise.
        lids: (2,) aperture over the model's, left, right.
        gaze: (2, 2) radians to the subject's left and up, of the left and the right eye, the identity's zero included.
        confidence: 0..1.
    """

    head_rotation: np.ndarray
    head_px: np.ndarray
    scale_px: float
    expressions: np.ndarray
    eye_rotations: np.ndarray
    lids: np.ndarray
    gaze: np.ndarray
    confidence: float


@dataclass(frozen=True)
class FaceMemory:
    """The last picture's view, weights (52,) as solved, and gaze (2,), radians to the subject's left and up."""

    view: HeadView
    weights: np.ndarray
    gaze: np.ndarray


def read_face(face: TrackedFace, identity: FaceIdentity, memory: FaceMemory | None = None) -> tuple[FaceReading, FaceMemory]:
    """Read one picture's face.

    Args:
        face: its landmarks.
        identity: whose face it is.
        memory: the previous picture's; None at the start or after the face was lost.
    """
    seen, size_px = face.points_px[POINTS].astype(float), eyes_px(face)
    start = memory or FaceMemory(first_view(face, identity), np.zeros(EXPRESSIONS), np.zeros(2))
    moved = (load_response().expressions @ start.weights).T
    view = fitted_view(start.view, face, identity, moved, SMALL_STEP_RAD if memory is None else FOLLOWING_STEP_RAD)
    base = base_at(identity, view)
    found = solve_expressions(base, seen, view, size_px, start.weights)
    view, weights = found.view, found.weights
    apart, usual = apertures(np.stack([seen, view.project(base).pixels]))
    lids = apart / np.maximum(usual, SHORTEST_PX)
    opened, eyes = lids / identity.open_lids, read_gaze(face.points_px, identity.eyes, view)
    gaze = common_gaze(eyes - identity.gaze_zero, opened, start.gaze)
    confidence = face.confidence * sqrt(found.belief) * min(max(2.0 - 2.0 * found.error / LOST_ERROR, 0.0), 1.0)
    share, shown = shown_share(confidence), shown_gaze(gaze, size_px)
    reading = FaceReading(
        view.rotation,
        view.shift_px,
        view.scale_px,
        share * set_eyes(weights, opened, identity.shut_lids, shown),
        eye_rotations(share * shown),
        lids,
        eyes,
        confidence,
    )
    return reading, FaceMemory(view, weights, gaze)


def neutral_offsets(face: TrackedFace, identity: FaceIdentity, read: FaceMemory, kept: np.ndarray) -> np.ndarray:
    """(N, 3) metres across the line of sight by which the landmarks miss the identity's face with the weights `kept` (52,)."""
    points, seen = base_at(identity, read.view) + (load_response().expressions @ kept).T, face.points_px[POINTS]
    projected = read.view.project(points)
    aside = (seen - projected.pixels) / projected.gain[:, None] * (1.0, -1.0)
    return np.column_stack([aside, np.zeros(len(aside))]) @ read.view.matrix


def first_view(face: TrackedFace, identity: FaceIdentity) -> HeadView:
    """A first pose from the landmarks with their depth."""
    base = identity.bases[len(YAWS_DEG) // 2, len(PITCHES_DEG) // 2]
    scale = eyes_px(face) / identity.eye_distance
    return aligned_view(base, face.points_px[POINTS], face.depth_px[POINTS], scale, identity.nearness)


def fitted_view(
    view: HeadView,
    face: TrackedFace,
    identity: FaceIdentity,
    moved: np.ndarray,
    small_step_rad: float = SMALL_STEP_RAD,
    *,
    bias: np.ndarray | None = None,
) -> HeadView:
    """The pose that the landmarks tell, for a face whose expression moves its points by (N, 3) metres.

    Args:
        view: where to begin.
        face, identity: whose landmarks.
        moved: see above.
        small_step_rad: how little a last step turns the head.
        bias: of the landmarks' depth, where it is not the measured one.
    """
    bias = load_response().depth_bias if bias is None else bias
    seen, depth_px = face.points_px[POINTS], face.depth_px[POINTS] - eyes_px(face) * bias
    for _ in range(MOST_STEPS):
        before, view = view, view.fitted(base_at(identity, view) + moved, seen, depth_px, _STEADY)
        if 1.0 - abs(float(before.rotation @ view.rotation)) < small_step_rad**2 / 8.0:  # the cosine of half the angle
            break
    return view


def eyes_px(face: TrackedFace) -> float:
    """Pixels between the outer eye corners."""
    across, down = (face.points_px[OUTER_EYES[1]] - face.points_px[OUTER_EYES[0]]).tolist()
    return max(hypot(across, down), SHORTEST_PX)


def base_at(identity: FaceIdentity, view: HeadView) -> np.ndarray:
    """Neutral landmarks (N, 3), blended for the head's turn."""
    return np.asarray((turn_shares(view).reshape(-1) @ identity.bases_by_axis).reshape(3, -1).T)


def turn_shares(view: HeadView) -> np.ndarray:
    """(Y, P) weights of `YAWS_DEG` and `PITCHES_DEG` for a turned head; their sum is 1."""
    x, y, z = view.matrix[:, 2].tolist()
    yaw, pitch = degrees(atan2(x, z)), degrees(asin(min(max(y, -1.0), 1.0)))
    return np.multiply.outer(_shares(yaw, YAWS_DEG), _shares(pitch, PITCHES_DEG))


def _shares(angle: float, grid: tuple[float, ...]) -> list[float]:
    """Weights of the angles of an even grid; beyond its ends the end's is 1."""
    angle, step = min(max(angle, grid[0]), grid[-1]), grid[1] - grid[0]
    return [max(0.0, 1.0 - abs(angle - one) / step) for one in grid]
