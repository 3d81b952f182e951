"""The 52 weights that explain a face's landmarks, told apart from what detectors get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.face_fit.solve import RARE
from avatarkit.motion.face.head_view import POSE_UNKNOWNS, HeadView
from avatarkit.motion.face.response import load_response
from avatarkit.vocabulary.arkit import ARKIT_NAMES

EXPRESSIONS = len(ARKIT_NAMES)

EVIDENCE = 0.2
"""Neighbouring landmarks still err together, beyond the measured strays: the share of them that counts as independent."""

WIDTH, RARE_WIDTH, NEVER_WIDTH = 0.7, 0.5, 1e-3
"""Natural spread of an expression's weight: of most, of those that are seldom seen, of those that landmarks cannot tell."""

SPARSENESS = 6.0
"""Most expressions rest at any moment: a weight must explain so much more, in natural logarithms at full weight, to be read."""

SAMENESS = 0.5
"""Left and right differ by so much of a width: faces are nearly symmetric, and noise is not."""

OPPOSED = (("mouthLeft", "mouthRight"), ("jawLeft", "jawRight"), ("mouthSmile", "mouthFrown"), ("browDown", "browOuterUp"),
           ("eyeWide", "eyeSquint"), ("eyeWide", "eyeBlink"))  # fmt: skip
"""Expressions that one muscle's rest is the other's work: both at once are noise."""

OPPOSITION = 0.6
"""How much rather one of them is read than both, in the geometric mean of their precisions; up to 0.7 there is a minimum."""

ROUNDS = 8
"""Of the bounded solve; three are the rule."""

UNOBSERVED = ("tongueOut",)
"""Expressions that no landmark tells: always 0."""

_SELDOM = (*RARE, "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight")
_NEVER = (*UNOBSERVED, "eyeLookIn", "eyeLookOut")

USUAL_STRAIN = 1.0
"""Mean square of the strays, in their standard deviations, that faces have: 0.1 to 1 in videos. A hand before the mouth makes
it 2 to 4, a profile 5 to 10; then landmarks are believed less."""

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
    for one, other in OPPOSED:
        for side in ("",) if one in ARKIT_NAMES else ("Left", "Right"):
            pair = [ARKIT_NAMES.index(one + side), ARKIT_NAMES.index(other + side)]
            precision[pair, pair[::-1]] += OPPOSITION * np.sqrt(precision[pair, pair].prod())
    return precision


_PRECISION = _precision()


@dataclass(frozen=True)
class Expressed:
    """What was solved: the view a small step on, the weights (52,), the mean residual over the distance of the outer eye
    corners, and 0..1 how usual the detector's errors are."""

    view: HeadView
    weights: np.ndarray
    error: float
    belief: float


def solve_expressions(base: np.ndarray, seen: np.ndarray, view: HeadView, size_px: float, start: np.ndarray) -> Expressed:
    """Weights that together with strays and a little change of pose explain the landmarks.

    Args:
        base: (N, 3) metres, the neutral face's `POINTS`.
        seen: (N, 2) pixels, where they are seen.
        view: of the head, nearly right.
        size_px: between the outer eye corners.
        start: (52,) the last picture's weights, or zeros: the answer is the same, and sooner found.
    """
    rows, projected = _slopes(base, view)
    wrong = (seen - projected).T.reshape(-1).astype(np.float32)
    trust = EVIDENCE / (load_response().noise * view.scale_px) ** 2
    hessian, gradient = trust * (rows.T @ rows).astype(float), trust * (rows.T @ wrong).astype(float)
    unknowns = _solved(hessian, gradient, size_px, start)
    belief = min(1.0, USUAL_STRAIN / float(np.mean(unknowns[POSE_UNKNOWNS:-EXPRESSIONS] ** 2) + 1e-9))
    if belief < 1.0:
        unknowns = _solved(belief**2 * hessian, belief**2 * gradient, size_px, unknowns[-EXPRESSIONS:])
    left = (wrong - rows @ unknowns).reshape(2, -1)
    error = float(np.hypot(left[0], left[1]).mean() / size_px)
    return Expressed(view.moved(unknowns[:POSE_UNKNOWNS]), unknowns[-EXPRESSIONS:], error, belief)


def _slopes(base: np.ndarray, view: HeadView) -> tuple[np.ndarray, np.ndarray]:
    """How pixels (2N, 6 + S + 52), all x before all y, move with the unknowns; where the base is seen (N, 2)."""
    projected, moves = view.project(base), _moves()
    to_picture = view.picture_slopes(projected)
    rows = np.empty((2, len(base), POSE_UNKNOWNS + moves.shape[2]), np.float32)
    rows[..., :POSE_UNKNOWNS] = np.moveaxis(view.pose_slopes(projected, to_picture), 1, 0)
    to_axes = (to_picture @ view.matrix).astype(np.float32)  # (N, 2, 3) how pixels move with a point in the head's axes
    for axis in (0, 1):
        np.matmul(to_axes[:, axis, None], moves, out=rows[axis, :, None, POSE_UNKNOWNS:])
    return rows.reshape(-1, rows.shape[2]), projected.pixels


@cache
def _moves() -> np.ndarray:
    """(N, 3, S + 52) metres: strays and expressions side by side."""
    response = load_response()
    moves = np.concatenate([response.strays, response.expressions], axis=2)
    return np.ascontiguousarray(np.moveaxis(moves, 1, 0), np.float32)


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
