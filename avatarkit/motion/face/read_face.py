"""One picture's face: where the head is, how it is turned, what it expresses, where the eyes look.

The head's pose comes from all landmarks with the last picture's expression; then the expressions, each between 0 and 1, are
solved together with what is left of the pose. Lids and irises are read by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.face_fit.solve import RARE
from avatarkit.motion.face.eyes import apertures, common_gaze, eye_rotations, irises, read_gaze, set_eyes
from avatarkit.motion.face.face_points import FRAME, NOSE, OUTER_EYES, POINTS
from avatarkit.motion.face.head_view import POSE_UNKNOWNS, HeadView, aligned_view
from avatarkit.motion.face.identity import PITCHES_DEG, YAWS_DEG, FaceIdentity
from avatarkit.motion.face.response import load_response
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES

EXPRESSIONS = len(ARKIT_NAMES)

FIRST_STEPS, STEPS = 6, 2
"""Gauss-Newton steps for the pose alone, without and with a picture before."""

EVIDENCE = 0.2
"""Neighbouring landmarks still err together, beyond the measured strays: the share of them that counts as independent."""

WIDTH, RARE_WIDTH, NEVER_WIDTH = 0.7, 0.5, 1e-3
"""Natural spread of an expression's weight: of most, of those that are seldom seen, of those that landmarks cannot tell."""

SPARSENESS = 6.0
"""Most expressions rest at any moment: a weight must explain so much more, in natural logarithms at full weight, to be read."""

SAMENESS = 0.5
"""Left and right differ by so much of a width: faces are nearly symmetric, and noise is not."""

ROUNDS = 8
"""Of the bounded solve; three are the rule."""

STEADY_WEIGHT = 4.0
"""Forehead, temples and nose hold the pose: so much more than what moves."""

LOST_ERROR = 0.12
"""Mean residual, over the distance of the outer eye corners, at which a reading says nothing; at half of it, it is sure."""

UNOBSERVED = ("tongueOut",)
"""Expressions that no landmark tells: always 0."""

_SELDOM = (*RARE, "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight")
_NEVER = (*UNOBSERVED, "eyeLookIn", "eyeLookOut")
_STEADY = np.array([STEADY_WEIGHT if point in FRAME or point in NOSE else 1.0 for point in POINTS])
_TURN_RAD, _SHIFT, _GROWTH = np.radians(0.3), 0.005, 0.005
"""How far off the first pose may be: its turn, its shift over the distance of the outer eye corners, its scale."""


def _precision() -> np.ndarray:
    """(52, 52) of the weights before anything is seen: weights about 0, left and right about equal."""
    widths = [NEVER_WIDTH if n.startswith(_NEVER) else RARE_WIDTH if n in _SELDOM else WIDTH for n in ARKIT_NAMES]
    precision = np.diag([width**-2.0 for width in widths])
    for column, name in enumerate(ARKIT_NAMES):
        partner = name.removesuffix("Left") + "Right"
        if name.endswith("Left") and name not in RARE and partner in ARKIT_NAMES:
            pair = [column, ARKIT_NAMES.index(partner)]
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
    seen = face.points_px[POINTS]
    start = memory or FaceMemory(first_view(face, identity), np.zeros(EXPRESSIONS), np.zeros(2))
    moved = (load_response().expressions @ start.weights).T
    view = fitted_view(start.view, face, identity, moved, STEPS if memory else FIRST_STEPS)
    base = base_at(identity, view)
    view, weights, error = _expressed(base, seen, start, view, eyes_px(face))
    lids = apertures(seen) / np.maximum(apertures(view.project(base).pixels), 1e-6)
    opened, eyes = lids / identity.open_lids, read_gaze(irises(face.points_px), seen, identity.eyes, view)
    gaze = common_gaze(eyes - identity.gaze_zero, opened, start.gaze)
    reading = FaceReading(
        view.rotation,
        view.shift_px,
        view.scale_px,
        set_eyes(weights, opened, gaze),
        eye_rotations(gaze),
        lids,
        eyes,
        float(face.confidence * min(max(2.0 - 2.0 * error / LOST_ERROR, 0.0), 1.0)),
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


def fitted_view(  # noqa: PLR0917
    view: HeadView, face: TrackedFace, identity: FaceIdentity, moved: np.ndarray, steps: int, bias: np.ndarray | None = None
) -> HeadView:
    """The pose after some steps towards the landmarks, for a face whose expression moves its points by (N, 3) metres."""
    seen, depth_px = (
        face.points_px[POINTS],
        face.depth_px[POINTS] - eyes_px(face) * (load_response().depth_bias if bias is None else bias),
    )
    for _ in range(steps):
        view = view.fitted(base_at(identity, view) + moved, seen, depth_px, _STEADY)
    return view


def eyes_px(face: TrackedFace) -> float:
    """Pixels between the outer eye corners."""
    right, left = face.points_px[list(OUTER_EYES)]
    return max(float(np.hypot(*(right - left))), 1e-6)


def base_at(identity: FaceIdentity, view: HeadView) -> np.ndarray:
    """Neutral landmarks (N, 3), blended for the head's turn."""
    shares = turn_shares(view)
    return np.asarray(shares.reshape(-1) @ identity.bases.reshape(shares.size, -1)).reshape(-1, 3)


def turn_shares(view: HeadView) -> np.ndarray:
    """(Y, P) weights of `YAWS_DEG` and `PITCHES_DEG` for a turned head; their sum is 1."""
    forward = view.matrix[:, 2]
    yaw, pitch = np.degrees(np.arctan2(forward[0], forward[2])), np.degrees(np.arcsin(min(max(forward[1], -1.0), 1.0)))
    shares = [np.maximum(0.0, 1.0 - np.abs(np.clip(angle, grid[0], grid[-1]) - grid) / (grid[1] - grid[0]))
              for angle, grid in ((yaw, _YAWS), (pitch, _PITCHES))]  # fmt: skip
    return np.outer(*shares)


_YAWS, _PITCHES = np.array(YAWS_DEG), np.array(PITCHES_DEG)


def _expressed(
    base: np.ndarray, seen: np.ndarray, start: FaceMemory, view: HeadView, size_px: float
) -> tuple[HeadView, np.ndarray, float]:
    """The view a small step on and the weights (52,) that together explain the landmarks; the mean residual over the eyes."""
    projected, response = view.project(base), load_response()
    to_picture = view.picture_slopes(projected)
    moves = _moves()
    turned = (view.matrix @ moves.reshape(3, -1)).reshape(moves.shape)
    rows = np.empty((2, len(base), POSE_UNKNOWNS + moves.shape[2]))
    rows[..., :POSE_UNKNOWNS] = np.moveaxis(view.pose_slopes(projected, to_picture), 1, 0)
    for axis in (0, 1):
        aside, nearer = to_picture[:, axis, axis, None], to_picture[:, axis, 2, None]
        rows[axis, :, POSE_UNKNOWNS:] = aside * turned[axis] + nearer * turned[2]
    rows = rows.reshape(-1, rows.shape[2])
    wrong = (seen - projected.pixels).T.reshape(-1)
    trust = EVIDENCE / (response.noise * view.scale_px) ** 2
    hessian, gradient = trust * (rows.T @ rows), trust * (rows.T @ wrong)
    unknowns = _solved(hessian, gradient, size_px, start.weights)
    left = (wrong - rows @ unknowns).reshape(2, -1)
    error = float(np.hypot(left[0], left[1]).mean() / size_px)
    return view.moved(unknowns[:POSE_UNKNOWNS]), unknowns[-EXPRESSIONS:], error


@cache
def _moves() -> np.ndarray:
    """(3, N, S + 52) metres: strays and expressions side by side."""
    response = load_response()
    return np.concatenate([response.strays, response.expressions], axis=2)


def _solved(hessian: np.ndarray, gradient: np.ndarray, size_px: float, start: np.ndarray) -> np.ndarray:
    """(6 + S + 52,) pose, strays and weights; the first two have no bounds and are eliminated."""
    free = len(gradient) - EXPRESSIONS
    pose = [_TURN_RAD**-2] * 3 + [(_SHIFT * size_px) ** -2] * 2 + [_GROWTH**-2]
    inner = hessian[:free, :free] + np.diag(pose + [1.0] * (free - POSE_UNKNOWNS))
    mixed = hessian[free:, :free]
    answers = np.linalg.solve(inner, np.column_stack([mixed.T, gradient[:free]]))
    own_hessian = hessian[free:, free:] - mixed @ answers[:, :-1] + _PRECISION
    weights = bounded_solve(own_hessian, gradient[free:] - mixed @ answers[:, -1] - SPARSENESS, start)
    return np.concatenate([answers[:, -1] - answers[:, :-1] @ weights, weights])


def bounded_solve(hessian: np.ndarray, gradient: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The x (K,) between 0 and 1 with the least x'Hx/2 - g'x.

    Source: L. Portugal, J. Judice, L. Vicente, A comparison of block pivoting and interior-point algorithms for linear least
    squares problems with nonnegative variables, 1994.

    Args:
        hessian: (K, K), positive definite.
        gradient: (K,).
        start: (K,) a guess; which of its values lie at a bound is all that counts.
    """
    low, high = start <= 0.0, start >= 1.0
    value = np.zeros(len(gradient))
    for _ in range(ROUNDS):
        free = np.flatnonzero(~(low | high))
        value = high.astype(float)
        value[free] = np.linalg.solve(hessian[np.ix_(free, free)], gradient[free] - hessian[free] @ value)
        slope = hessian @ value - gradient
        too_low, too_high = ~low & (value < 0.0), ~high & (value > 1.0)
        released = (low & (slope < -RELEASED)) | (high & (slope > RELEASED))
        if not (too_low | too_high | released).any():
            break
        low, high = (low | too_low) & ~released, (high | too_high) & ~released
    return np.clip(value, 0.0, 1.0)


RELEASED = 1e-9
"""Slope from which a weight leaves its bound."""
