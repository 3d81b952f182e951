"""The 52 weights that explain a face's landmarks, told apart from what detectors get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.face_fit.solve import RARE
from avatarkit.geometry.solve_positive import gram, solve_positive
from avatarkit.motion.face.head_view import POSE_UNKNOWNS, HeadView
from avatarkit.motion.face.response import load_response
from avatarkit.vocabulary.arkit import ARKIT_NAMES

EXPRESSIONS = len(ARKIT_NAMES)

EVIDENCE = 0.2
"""Neighbouring landmarks still err together, beyond the measured strays: the share of them that counts as independent."""

WIDTH, RARE_WIDTH, NEVER_WIDTH = 0.7, 0.5, 1e-3
"""Natural spread of an expression's weight: of most, of those that are seldom seen, of those that landmarks cannot tell."""

SPARSENESS, SPARSENESS_OF_SIDES, SPARSENESS_OF_FAINT = 6.0, 4.0, 3.0
"""Most expressions rest at any moment: a weight must explain so much more, in natural logarithms at full weight, to be read.
Two sides that move together are one event and not two, so each of them need explain less; around the eyes not, where a blink
would be read as a squint beside. Of `FAINT` less still. Judged on rendered heads: at full price a fearful mouth, drawn wide by
half, was read as no wider than a surprised one."""

FAINT = ("mouthStretch", "mouthUpperUp", "noseSneer")
"""Expressions that move landmarks little, and that nothing else stands for: fear and disgust live by them."""

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

BLUR_PX = 0.1
"""What else a landmark errs by in pixels: it counts where faces are small. On films of whole bodies, whose faces are 12 to 22
pixels between the outer eye corners, less lets mouths wander, more takes smiles from faces twice as large."""

USUAL_ERROR = 0.0045
"""Mean residual, over the distance of the outer eye corners, of faces that are seen well, near or far. Where it is larger, as
in small faces that move, landmarks are as much less sure as it tells."""

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


def _sparseness() -> np.ndarray:
    """(52,) what each weight must explain to be read."""

    def of(name: str) -> float:
        if name.startswith(FAINT):
            return SPARSENESS_OF_FAINT
        mirrored = name.removesuffix("Left").removesuffix("Right")
        two_sided = mirrored != name and mirrored not in ("mouth", "jaw")  # which move to a side
        return SPARSENESS_OF_SIDES if two_sided and not name.startswith("eye") else SPARSENESS

    return np.array([of(name) for name in ARKIT_NAMES])


_SPARSENESS = _sparseness()


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
    rows = _equations(base, seen, view)
    system = gram(rows)
    system *= EVIDENCE / ((load_response().noise * view.scale_px) ** 2 + BLUR_PX**2)
    unknowns = _solved(system, size_px, start)
    strays = unknowns[POSE_UNKNOWNS:-EXPRESSIONS]
    strain, error = float(strays @ strays) / len(strays), _residual(rows, unknowns) / size_px
    belief = min(1.0, USUAL_STRAIN / max(strain, _NONE))
    doubt = (belief * min(1.0, USUAL_ERROR / max(error, _NONE))) ** 2
    if doubt < 1.0:
        unknowns = _solved(doubt * system, size_px, unknowns[-EXPRESSIONS:])
    return Expressed(view.moved(unknowns[:POSE_UNKNOWNS]), unknowns[-EXPRESSIONS:], error, belief)


_NONE = 1e-9
"""Strain or residual of a face that is explained without any."""


def _equations(base: np.ndarray, seen: np.ndarray, view: HeadView) -> np.ndarray:
    """(6 + S + 52 + 1, 2N) how pixels, all x before all y, move with the unknowns; the last row is by how much they missed."""
    projected, moves = view.project(base), _moves()
    rows = np.empty((POSE_UNKNOWNS + moves.shape[1] + 1, 2, len(base)), np.float32)
    rows[:POSE_UNKNOWNS], rows[-1] = 0.0, (seen - projected.pixels).T
    view.put_pose_slopes(projected, rows[:POSE_UNKNOWNS])
    rows = rows.reshape(len(rows), -1)
    slopes = view.point_slopes(projected).reshape(3, -1).astype(np.float32)
    np.einsum("ckn,cn->kn", moves, slopes, out=rows[POSE_UNKNOWNS:-1])
    return rows


def _residual(rows: np.ndarray, unknowns: np.ndarray) -> float:
    """Mean distance in pixels between where landmarks are and where the unknowns put them."""
    missed: np.ndarray = rows[-1] - unknowns.astype(np.float32) @ rows[:-1]
    across, down = missed.reshape(2, -1)
    return float(np.add.reduce(np.sqrt(across * across + down * down))) / len(across)


@cache
def _moves() -> np.ndarray:
    """(3, S + 52, 2N) metres: strays before expressions; all points twice, for both ways of the picture."""
    response = load_response()
    moves = np.concatenate([response.strays, response.expressions], axis=2).swapaxes(1, 2)
    return np.concatenate([moves, moves], axis=2, dtype=np.float32)


def _solved(system: np.ndarray, size_px: float, start: np.ndarray) -> np.ndarray:
    """(6 + S + 52,) pose, strays and weights; the first two have no bounds and are eliminated.

    `system` are the normal equations with the right side as the last row and column.
    """
    free = len(system) - EXPRESSIONS - 1
    inner = system[:free, :free] + _free_precision(free)
    for shift in (3, 4):
        inner[shift, shift] += (_SHIFT * size_px) ** -2
    answers = solve_positive(inner, system[:free, free:])
    bounded = system[free:, free:] - system[free:, :free] @ answers
    weights = bounded_solve(bounded[:-1, :-1] + _PRECISION, bounded[:-1, -1] - _SPARSENESS, start)
    return np.concatenate([answers[:, -1] - answers[:, :-1] @ weights, weights])


@cache
def _free_precision(count: int) -> np.ndarray:
    """(count, count) of the pose, but for its shift, and the strays before anything is seen."""
    precision = np.ones(count)
    precision[:3], precision[3:5], precision[5] = _TURN_RAD**-2, 0.0, _GROWTH**-2
    return np.diag(precision)


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
    for _ in range(ROUNDS):
        free = low == high
        chosen = free.nonzero()[0]
        value, own = high.astype(float), hessian.take(chosen, 0)
        if len(chosen):
            value[chosen] = solve_positive(own.take(chosen, 1), gradient.take(chosen) - own @ value)
        moved = value - SMALL_STEP * (hessian @ value - gradient)
        low, high = moved <= 0.0, moved >= 1.0
        if ((low == high) == free).all():
            break
    return np.minimum(np.maximum(value, 0.0), 1.0)


SMALL_STEP = 1e-9
"""Down the slope, from which it shows that a weight leaves its bound: too small to carry it to the other one."""
