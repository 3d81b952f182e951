"""One picture's face: where the head is, how it is turned, what it expresses, where the eyes look.

The head's pose comes from all landmarks with the last picture's expression; then the expressions, each between 0 and 1, are
solved together with what is left of the pose. Lids and irises are read by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, degrees, hypot, sqrt

import numpy as np

from avatarkit.geometry.compiled import NUMBER, compilable, compiled, floats, packed_floats
from avatarkit.geometry.plain_matrices import Rows, of_array
from avatarkit.geometry.plain_quaternions import to_rows
from avatarkit.motion.face.eyes import SHORTEST_PX, apertures, common_gaze, eye_rotations, read_gaze, set_eyes
from avatarkit.motion.face.face_points import FRAME, NOSE, OUTER_EYES, POINTS
from avatarkit.motion.face.head_view import HeadView, aligned_view, pose_step, stepped, turned_points
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
    rotation, shift, scale = _fitted(
        view.rotation, view.shift_px, view.scale_px, view.nearness, identity.bases_by_axis, moved, seen, depth_px,
        small_step_rad,
    )  # fmt: skip
    return HeadView(rotation, shift, scale, view.nearness)


def eyes_px(face: TrackedFace) -> float:
    """Pixels between the outer eye corners."""
    across, down = (face.points_px[OUTER_EYES[1]] - face.points_px[OUTER_EYES[0]]).tolist()
    return max(hypot(across, down), SHORTEST_PX)


def base_at(identity: FaceIdentity, view: HeadView) -> np.ndarray:
    """Neutral landmarks (N, 3), blended for the head's turn."""
    return _base(view.matrix, identity.bases_by_axis).T


def turn_shares(view: HeadView) -> np.ndarray:
    """(Y, P) weights of `YAWS_DEG` and `PITCHES_DEG` for a turned head; their sum is 1."""
    return _turn_shares(of_array(view.matrix)).reshape(len(YAWS_DEG), len(PITCHES_DEG))


@compilable
def _turn_shares(matrix: Rows) -> np.ndarray:
    """(Y P,) the same, one after the other."""
    x, y, z = matrix[0][2], matrix[1][2], matrix[2][2]
    yaw, pitch = degrees(atan2(x, z)), degrees(asin(min(max(y, -1.0), 1.0)))
    shares = np.empty(len(YAWS_DEG) * len(PITCHES_DEG))
    for row, one in enumerate(YAWS_DEG):
        for column, other in enumerate(PITCHES_DEG):
            shares[row * len(PITCHES_DEG) + column] = _share(yaw, one, YAWS_DEG) * _share(pitch, other, PITCHES_DEG)
    return shares


@compilable
def _share(angle: float, one: float, grid: tuple[float, ...]) -> float:
    """Weight of one angle of an even grid; beyond its ends the end's is 1."""
    angle, step = min(max(angle, grid[0]), grid[-1]), grid[1] - grid[0]
    return max(0.0, 1.0 - abs(angle - one) / step)


@compilable
def _blended(shares: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """(3, N) neutral landmarks, coordinate by coordinate, of `bases` (Y P, 3 N)."""
    base = np.zeros(bases.shape[1])
    for row, share in enumerate(shares):
        if share > 0.0:
            for place in range(len(base)):
                base[place] += share * bases[row, place]
    return base.reshape(3, len(base) // 3)


@compiled(floats(2), packed_floats(2))
def _base(matrix: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """(3, N) of `_blended`, for a head's rotation (3, 3)."""
    return _blended(_turn_shares(of_array(matrix)), bases)


@compiled(
    floats(1), floats(1), NUMBER, NUMBER, packed_floats(2), floats(2), floats(2), floats(1), NUMBER
)  # fmt: skip
def _fitted(
    rotation: np.ndarray, shift_px: np.ndarray, scale: float, nearness: float, bases: np.ndarray, moved: np.ndarray,
    seen_px: np.ndarray, depth_px: np.ndarray, small_step_rad: float,
) -> tuple[np.ndarray, np.ndarray, float]:  # fmt: skip
    """Rotation (4,), shift (2,) and scale; see `fitted_view`."""
    turn, shift = (rotation[0], rotation[1], rotation[2], rotation[3]), (shift_px[0], shift_px[1])
    for _ in range(MOST_STEPS):
        matrix = to_rows(turn)
        base = _blended(_turn_shares(matrix), bases)
        for point in range(len(moved)):
            for axis in range(3):
                base[axis, point] += moved[point, axis]
        step = pose_step(turned_points(matrix, scale, nearness, base), shift, scale, nearness, seen_px, depth_px, _STEADY)
        a, b, c, d = turn
        turn, shift, scale = stepped(turn, shift, scale, step)
        cosine = abs(a * turn[0] + b * turn[1] + c * turn[2] + d * turn[3])
        if 1.0 - cosine < small_step_rad**2 / 8.0:  # the cosine of half the angle
            break
    return np.array(turn), np.array(shift), scale
