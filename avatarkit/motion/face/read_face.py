"""One picture's face: where the head is, how it is turned, what it expresses, where the eyes look.

The head's pose comes from all landmarks with the last picture's expression; then the expressions, each between 0 and 1, are
solved together with what is left of the pose. Lids and irises are read by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.face_fit.solve import RARE
from avatarkit.geometry import quaternions
from avatarkit.motion.face.eyes import EYES_SHUT, apertures, common_gaze, eye_rotations, irises, read_gaze, set_eyes
from avatarkit.motion.face.face_points import FRAME, NOSE, OUTER_EYES, POINTS
from avatarkit.motion.face.head_view import POSE_UNKNOWNS, HeadView, aligned_view
from avatarkit.motion.face.identity import PITCHES_DEG, YAWS_DEG, FaceIdentity
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES

EXPRESSIONS = len(ARKIT_NAMES)

FIRST_STEPS, STEPS = 6, 1
"""Gauss-Newton steps for the pose alone, without and with a picture before."""

NOISE = 0.012
"""How far landmarks miss the model, over the distance of the outer eye corners: `benchmarks/face_fit` on photos."""

EVIDENCE = 0.2
"""Neighbouring landmarks err together: the share of them that counts as independent."""

WIDTH, RARE_WIDTH, NEVER_WIDTH = 0.6, 0.22, 1e-3
"""Natural spread of an expression's weight: of most, of those that are seldom seen, of those that landmarks cannot tell."""

SAMENESS = 0.8
"""Left and right differ by so much of a width: faces are nearly symmetric, and noise is not."""

ROUNDS = 3
"""Of the bounded solve: in each, weights that leave 0..1 are held at the bound."""

STEADY_WEIGHT = 4.0
"""Forehead, temples and nose hold the pose: so much more than what moves."""

HEAD_FROM_FIT = quaternions.from_rotation_vector(np.radians([3.4, 0.0, 0.0]))
"""The detector's average face looks a little lower than ours: measured on rendered heads turned by up to 35 degrees."""

LOST_ERROR = 0.12
"""Mean residual, over the distance of the outer eye corners, at which a reading says nothing; at half of it, it is sure."""

UNOBSERVED = ("tongueOut",)
"""Expressions that no landmark tells: always 0."""

_SELDOM = (*RARE, "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight")
_NEVER = (*UNOBSERVED, "eyeLookIn", "eyeLookOut")
_STEADY = np.array([STEADY_WEIGHT if point in FRAME or point in NOSE else 1.0 for point in POINTS])
_OUTER = np.searchsorted(POINTS, OUTER_EYES)
_LITTLE = (1e-6, 1e-6, 1e-6, 1e-9, 1e-9, 1e-6)  # of the pose's unknowns: solvable, whatever is seen


def _precision() -> np.ndarray:
    """(6 + 52, same) of pose and weights before anything is seen: weights about 0, left and right about equal."""
    widths = [NEVER_WIDTH if n.startswith(_NEVER) else RARE_WIDTH if n in _SELDOM else WIDTH for n in ARKIT_NAMES]
    precision = np.diag([*_LITTLE, *(width**-2.0 for width in widths)])
    for column, name in enumerate(ARKIT_NAMES):
        partner = name.removesuffix("Left") + "Right"
        if name.endswith("Left") and name not in RARE and partner in ARKIT_NAMES:
            pair = [POSE_UNKNOWNS + column, POSE_UNKNOWNS + ARKIT_NAMES.index(partner)]
            precision[np.ix_(pair, pair)] += (SAMENESS * widths[column]) ** -2.0 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return precision


_PRECISION = _precision()


@dataclass(frozen=True)
class FaceReading:
    """What one picture says of a face.

    Attributes:
        head_rotation: (4,) of the head towards the way from it to the camera: the identity when it faces the camera.
        head_px: (2,) where the point between the eyes is in the picture.
        scale_px: pixels a metre there.
        expressions: (52,) 0..1.
        eye_rotations: (2, 4) left, right, normalized, relative to the head.
        lids: (2,) aperture over the model's, left, right.
        confidence: 0..1.
    """

    head_rotation: np.ndarray
    head_px: np.ndarray
    scale_px: float
    expressions: np.ndarray
    eye_rotations: np.ndarray
    lids: np.ndarray
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
    seen = face.points_px[POINTS]
    eyes_px = max(float(np.hypot(*(seen[_OUTER[0]] - seen[_OUTER[1]]))), 1e-6)
    start = memory or _start(face, identity, eyes_px)
    base, moves = model_at(identity, start.view)
    view = start.view.fitted(base + (moves @ start.weights).T, seen, _STEADY, STEPS if memory else FIRST_STEPS)
    view, weights, error = _expressed(base, moves, seen, view, eyes_px)
    fitted, neutral = (view.project(points).pixels for points in (base + (moves @ weights).T, base))
    lids = apertures(seen) / np.maximum(apertures(neutral), 1e-6)
    opened = lids / identity.open_lids
    gaze = common_gaze(read_gaze(irises(face.points_px), seen, fitted, identity.eyes, view), opened)
    gaze = gaze if opened.max() > EYES_SHUT else start.gaze
    reading = FaceReading(
        quaternions.multiply(view.rotation, HEAD_FROM_FIT),
        view.shift_px,
        view.scale_px,
        set_eyes(weights, opened, gaze),
        eye_rotations(gaze),
        lids,
        float(face.confidence * min(max(2.0 - 2.0 * error / LOST_ERROR, 0.0), 1.0)),
    )
    return reading, FaceMemory(view, weights, gaze)


def neutral_offsets(face: TrackedFace, identity: FaceIdentity, read: FaceMemory, kept: np.ndarray) -> np.ndarray:
    """(N, 3) metres across the line of sight by which the landmarks miss the identity's face with the weights `kept` (52,)."""
    base, moves = model_at(identity, read.view)
    points, seen = base + (moves @ kept).T, face.points_px[POINTS]
    view = read.view.fitted(points, seen, _STEADY, STEPS)
    projected = view.project(points)
    aside = (seen - projected.pixels) / projected.gain[:, None] * (1.0, -1.0)
    return np.column_stack([aside, np.zeros(len(aside))]) @ view.matrix


def _start(face: TrackedFace, identity: FaceIdentity, eyes_px: float) -> FaceMemory:
    """A first pose from the landmarks with their depth."""
    base = identity.bases[len(YAWS_DEG) // 2, len(PITCHES_DEG) // 2]
    scale = eyes_px / identity.eye_distance
    view = aligned_view(base, face.points_px[POINTS], face.depth_px[POINTS], scale, identity.nearness)
    return FaceMemory(view, np.zeros(EXPRESSIONS), np.zeros(2))


def model_at(identity: FaceIdentity, view: HeadView) -> tuple[np.ndarray, np.ndarray]:
    """Neutral landmarks (N, 3), blended for the head's turn, and the nearest turn's expressions (3, N, 52)."""
    forward = view.matrix[:, 2]
    yaw, pitch = np.degrees(np.arctan2(forward[0], forward[2])), np.degrees(np.arcsin(min(max(forward[1], -1.0), 1.0)))
    (y, ys), (p, ps) = _between(YAWS_DEG, float(yaw)), _between(PITCHES_DEG, float(pitch))
    b = identity.bases
    base = (1 - ys) * ((1 - ps) * b[y, p] + ps * b[y, p + 1]) + ys * ((1 - ps) * b[y + 1, p] + ps * b[y + 1, p + 1])
    return base, identity.expressions[y + round(ys), p + round(ps)]


def _between(grid: tuple[float, ...], value: float) -> tuple[int, float]:
    """The cell of a grid that a value lies in, and how far along in it, 0..1."""
    cell = min(max(int(np.searchsorted(grid, value)) - 1, 0), len(grid) - 2)
    return cell, min(max((value - grid[cell]) / (grid[cell + 1] - grid[cell]), 0.0), 1.0)


def _expressed(
    base: np.ndarray, moves: np.ndarray, seen: np.ndarray, view: HeadView, eyes_px: float
) -> tuple[HeadView, np.ndarray, float]:
    """The view a small step on and the weights (52,) that together explain the landmarks; the mean residual over the eyes."""
    projected = view.project(base)
    to_picture = view.picture_slopes(projected)
    rows = np.empty((len(base), 2, POSE_UNKNOWNS + EXPRESSIONS))
    rows[..., :POSE_UNKNOWNS] = view.pose_slopes(projected, to_picture)
    rows[..., POSE_UNKNOWNS:] = np.matmul(to_picture @ view.matrix, np.moveaxis(moves, 0, 1))
    flat_rows = rows.reshape(-1, POSE_UNKNOWNS + EXPRESSIONS)
    wrong = (seen - projected.pixels).reshape(-1)
    trust = EVIDENCE / (NOISE * eyes_px) ** 2
    unknowns = bounded_solve(trust * (flat_rows.T @ flat_rows) + _PRECISION, trust * (flat_rows.T @ wrong), POSE_UNKNOWNS)
    left = (wrong - flat_rows @ unknowns).reshape(-1, 2)
    error = float(np.hypot(left[:, 0], left[:, 1]).mean() / eyes_px)
    return view.moved(unknowns[:POSE_UNKNOWNS]), unknowns[POSE_UNKNOWNS:], error


def bounded_solve(hessian: np.ndarray, gradient: np.ndarray, unbounded: int = 0) -> np.ndarray:
    """The x (K,) between 0 and 1 with the least x'Hx/2 - g'x, but for weights that a few rounds of holding leave a little off.

    Args:
        hessian: (K, K), positive definite.
        gradient: (K,).
        unbounded: so many of the first unknowns may have any value.
    """
    value, held = np.zeros(len(gradient)), np.zeros(len(gradient), bool)
    high = np.where(np.arange(len(gradient)) < unbounded, np.inf, 1.0)
    low = np.where(np.isinf(high), -np.inf, 0.0)
    for _ in range(ROUNDS):
        free = ~held
        right = gradient[free] - hessian[np.ix_(free, held)] @ value[held]
        value[free] = np.linalg.solve(hessian[np.ix_(free, free)], right)
        beyond = free & ((value < low) | (value > high))
        if not beyond.any():
            break
        held |= beyond
        value = np.clip(value, low, high)
    return np.clip(value, low, high)
