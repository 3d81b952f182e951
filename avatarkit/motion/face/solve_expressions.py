"""The 52 weights that explain a face's landmarks, told apart from what detectors get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import radians, sqrt

import numpy as np

from avatarkit.face_fit.solve import RARE
from avatarkit.geometry.compiled import NUMBER, compilable, compiled, floats, packed_floats
from avatarkit.geometry.plain_matrices import of_array
from avatarkit.geometry.solve_positive import gram, solve_positive
from avatarkit.motion.face.head_view import POSE_UNKNOWNS, HeadView, put_pose_slopes, turned_points
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

_TURN_RAD, _SHIFT, _GROWTH = radians(0.3), 0.005, 0.005
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
    rows = _equations(base, seen, view.matrix, view.shift_px, view.scale_px, view.nearness, _moves())
    noise_px = (load_response().noise * view.scale_px) ** 2 + BLUR_PX**2
    unknowns, error, belief = _explained(gram(rows), rows, EVIDENCE / noise_px, size_px, start)
    return Expressed(view.moved(unknowns[:POSE_UNKNOWNS]), unknowns[-EXPRESSIONS:], error, belief)


_NONE = 1e-9
"""Strain or residual of a face that is explained without any."""


@compiled(floats(2), floats(2), floats(2), floats(1), NUMBER, NUMBER, packed_floats(3, 32))
def _equations(
    base: np.ndarray, seen: np.ndarray, matrix: np.ndarray, shift: np.ndarray, scale: float, nearness: float, moves: np.ndarray
) -> np.ndarray:
    """(6 + S + 52 + 1, 2N) how pixels, all x before all y, move with the unknowns; the last row is by how much they missed.

    `matrix` (3, 3), `shift` (2,), `scale` and `nearness` are the view's, `moves` is `_moves()`.
    """
    count, turn = len(base), of_array(matrix)
    points = turned_points(turn, scale, nearness, base.T)
    rows = np.empty((POSE_UNKNOWNS + moves.shape[1] + 1, 2 * count), np.float32)
    put_pose_slopes(rows, points, nearness / scale)
    slopes = np.empty((3, 2 * count), np.float32)
    for point in range(count):
        right, down, gain = points[3, point], points[4, point], points[5, point]
        nearer = nearness / scale * gain
        for axis in range(3):
            slopes[axis, point] = turn[0][axis] * gain + turn[2][axis] * nearer * right
            slopes[axis, count + point] = -turn[1][axis] * gain + turn[2][axis] * nearer * down
        rows[-1, point] = seen[point, 0] - right - shift[0]
        rows[-1, count + point] = seen[point, 1] - down - shift[1]
    for row in range(moves.shape[1]):
        for place in range(2 * count):
            rows[POSE_UNKNOWNS + row, place] = (
                moves[0, row, place] * slopes[0, place] + moves[1, row, place] * slopes[1, place]
                + moves[2, row, place] * slopes[2, place]
            )  # fmt: skip
    return rows


@cache
def _moves() -> np.ndarray:
    """(3, S + 52, 2N) metres: strays before expressions; all points twice, for both ways of the picture."""
    response = load_response()
    moves = np.concatenate([response.strays, response.expressions], axis=2).swapaxes(1, 2)
    return np.ascontiguousarray(np.concatenate([moves, moves], axis=2), np.float32)


@compilable
def _residual(rows: np.ndarray, unknowns: np.ndarray) -> float:
    """Mean distance in pixels between where landmarks are and where the unknowns put them."""
    last, count = len(unknowns), rows.shape[1] // 2
    missed = np.empty(2 * count, np.float32)
    for place in range(2 * count):
        missed[place] = rows[last, place]
    for row in range(last):
        part = np.float32(unknowns[row])
        for place in range(2 * count):
            missed[place] -= part * rows[row, place]
    total = 0.0
    for point in range(count):
        total += sqrt(missed[point] ** 2 + missed[count + point] ** 2)
    return total / count


@compilable
def _solved(system: np.ndarray, weight: float, size_px: float, start: np.ndarray) -> np.ndarray:
    """(6 + S + 52,) pose, strays and weights; the first two have no bounds and are eliminated.

    `system` are the normal equations with the right side as the last row and column; they count by `weight`.
    """
    free = len(system) - EXPRESSIONS - 1
    answers = _eliminated(system, weight, size_px, free)
    hessian, gradient = _bounded_part(system, weight, answers)
    weights, unknowns = bounded_solve(hessian, gradient, start), np.empty(free + EXPRESSIONS)
    for row in range(free):
        unknowns[row] = answers[row, EXPRESSIONS]
        for column in range(EXPRESSIONS):
            unknowns[row] -= answers[row, column] * weights[column]
    for column in range(EXPRESSIONS):
        unknowns[free + column] = weights[column]
    return unknowns


@compilable
def _eliminated(system: np.ndarray, weight: float, size_px: float, free: int) -> np.ndarray:
    """(6 + S, 53) how pose and strays answer to each weight, and to what was seen."""
    inner, answers = np.empty((free, free)), np.empty((free, EXPRESSIONS + 1))
    for row in range(free):
        for column in range(free):
            inner[row, column] = weight * system[row, column]
        for column in range(EXPRESSIONS + 1):
            answers[row, column] = weight * system[row, free + column]
        inner[row, row] += _free_precision(row, size_px)
    solve_positive(inner, answers)
    return answers


@compilable
def _bounded_part(system: np.ndarray, weight: float, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(52, 52), (52,) the equations of the weights alone, the rest doing its best."""
    free, bound = len(answers), EXPRESSIONS + 1
    hessian, gradient, own = np.empty((EXPRESSIONS, EXPRESSIONS)), np.empty(EXPRESSIONS), np.empty(bound)
    for row in range(EXPRESSIONS):
        for column in range(bound):
            own[column] = weight * system[free + row, free + column]
        for one in range(free):
            factor = weight * system[free + row, one]
            for column in range(bound):
                own[column] -= factor * answers[one, column]
        for column in range(EXPRESSIONS):
            hessian[row, column] = own[column] + _PRECISION[row, column]
        gradient[row] = own[EXPRESSIONS] - _SPARSENESS[row]
    return hessian, gradient


@compilable
def _free_precision(row: int, size_px: float) -> float:
    """Precision of one of the pose's unknowns, or of a stray, before anything is seen."""
    if row < 3:
        return _TURN_RAD**-2.0
    if row < 5:
        return (_SHIFT * size_px) ** -2.0
    return _GROWTH**-2.0 if row == 5 else 1.0


@compilable
def bounded_solve(hessian: np.ndarray, gradient: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The x (K,) between 0 and 1 with the least x'Hx/2 - g'x.

    Source: L. Portugal, J. Judice, L. Vicente, A comparison of block pivoting and interior-point algorithms for linear least
    squares problems with nonnegative variables, 1994.

    Args:
        hessian: (K, K), positive definite.
        gradient: (K,).
        start: (K,) a guess; which of its values lie at a bound is all that counts.
    """
    moved, value = start.astype(np.float64), np.empty(len(gradient))
    for _ in range(ROUNDS):
        for row in range(len(value)):
            value[row] = 1.0 if moved[row] >= 1.0 else 0.0
        _put_free(value, hessian, gradient, moved)
        if not _moved_on(moved, value, hessian, gradient):
            break
    for row in range(len(value)):
        value[row] = min(max(value[row], 0.0), 1.0)
    return value


@compilable
def _put_free(value: np.ndarray, hessian: np.ndarray, gradient: np.ndarray, guess: np.ndarray) -> None:
    """Solve for those values that the guess has between the bounds; the others stay."""
    chosen, free = np.empty(len(value), np.int64), 0
    for row in range(len(value)):
        if 0.0 < guess[row] < 1.0:
            chosen[free] = row
            free += 1
    own, right = np.empty((free, free)), np.empty((free, 1))
    for place in range(free):
        right[place, 0] = -_slope(hessian, gradient, value, chosen[place])
        for other in range(free):
            own[place, other] = hessian[chosen[place], chosen[other]]
    solve_positive(own, right)
    for place in range(free):
        value[chosen[place]] = right[place, 0]


@compilable
def _slope(hessian: np.ndarray, gradient: np.ndarray, value: np.ndarray, row: int) -> float:
    slope = -gradient[row]
    for column in range(len(value)):
        slope += hessian[row, column] * value[column]
    return slope


@compilable
def _moved_on(guess: np.ndarray, value: np.ndarray, hessian: np.ndarray, gradient: np.ndarray) -> bool:
    """Make the guess the values, a small step down the slope: whether other ones than before lie between the bounds now."""
    changed = False
    for row in range(len(value)):
        before, guess[row] = guess[row], value[row] - SMALL_STEP * _slope(hessian, gradient, value, row)
        changed = changed or (0.0 < before < 1.0) != (0.0 < guess[row] < 1.0)
    return changed


SMALL_STEP = 1e-9
"""Down the slope, from which it shows that a weight leaves its bound: too small to carry it to the other one."""


@compiled(packed_floats(2), packed_floats(2, 32), NUMBER, NUMBER, floats(1))
def _explained(
    system: np.ndarray, rows: np.ndarray, evidence: float, size_px: float, start: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """The unknowns, the mean residual and the belief; see `Expressed`. `system` are the products of all `rows`."""
    doubt, error, belief, unknowns = 1.0, -1.0, 1.0, np.empty(0)
    while True:
        unknowns = _solved(system, doubt * evidence, size_px, start)
        if error >= 0.0:
            return unknowns, error, belief
        error, strain = _residual(rows, unknowns) / size_px, _strain(unknowns)
        belief = min(1.0, USUAL_STRAIN / max(strain, _NONE))
        doubt = (belief * min(1.0, USUAL_ERROR / max(error, _NONE))) ** 2
        if doubt >= 1.0:
            return unknowns, error, belief
        start = unknowns[len(unknowns) - EXPRESSIONS :]


@compilable
def _strain(unknowns: np.ndarray) -> float:
    """Mean square of the strays."""
    strays, total = len(unknowns) - EXPRESSIONS - POSE_UNKNOWNS, 0.0
    for stray in range(POSE_UNKNOWNS, POSE_UNKNOWNS + strays):
        total += unknowns[stray] ** 2
    return total / strays
