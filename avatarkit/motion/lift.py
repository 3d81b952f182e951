"""A body's points in the camera's space, metres: seen where the picture has them, limbs as long as the person's.

A monocular tracker's depth is its weak axis. What is known beside it: each point lies on the ray of its picture point, each
limb has its length, and the tracker's limbs in metres have about the right direction, above all the right sign of depth. These
are weighed against each other in one small least-squares problem a frame, linear except for the lengths, solved by a few
Gauss-Newton steps.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from avatarkit.geometry.compiled import NUMBER, compilable, compiled, floats
from avatarkit.geometry.plain_matrices import Rows, applied
from avatarkit.geometry.plain_quaternions import to_rows
from avatarkit.geometry.plain_vectors import Vector, across, dot, minus, mixed, plus, put_row, row_of, scaled
from avatarkit.geometry.solve_positive import solve_positive
from avatarkit.motion.joints.frames import smooth_share
from avatarkit.motion.limb_points import LIMB_STARTS
from avatarkit.motion.limb_terms import ENDS, SOLVED, SPREADS, STARTS
from avatarkit.motion.person import Person
from avatarkit.motion.picture_camera import PictureCamera, turn_to
from avatarkit.motion.root import MIN_DEPTH_M
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

RAY_SPREAD_M = 0.02
"""How far a visible point's ray passes from the joint."""

UNSEEN_WEIGHT = 0.02
"""What is left of the weight of a point's ray when the point is hidden."""

STEPS = 3
"""Gauss-Newton steps; a fourth moves points by less than a millimetre."""

LEG_HIDDEN, LEG_SEEN = 0.4, 0.8
"""Visibilities of the less visible knee between which trust in the hips' turn grows: where one leg hides the other, the hip
above it is guessed as well."""

TWIST_OF_HIDDEN = 0.5
"""How much of the turn between the hips' line and the shoulders' is believed when a leg is hidden. Measured in rendered films:
the true turn is 1.1 times the one that is seen when both knees are, and half of it when one is not."""

_SHORTEST_M = 1e-6
_PARALLEL = 1e-9
"""Share of all rays' precision along them: parallel ones say nothing there."""
_COUNT, _LIMBS = len(SOLVED), len(LIMB_STARTS)
_TRUNK = tuple(POSE[name] for name in ("leftHip", "rightHip", "leftShoulder", "rightShoulder"))
_KNEES = POSE["leftKnee"], POSE["rightKnee"]
_FIRST, _SECOND = np.searchsorted(SOLVED, STARTS), np.searchsorted(SOLVED, ENDS)
"""(E,) which of the solved points each limb begins and ends at."""


def _carriers() -> np.ndarray:
    """(33, N) how much each point moves along with each of the solved ones: hands and feet with wrist and ankle, the head with
    both shoulders."""
    carriers = np.zeros((len(POSE), _COUNT))
    for name, row in POSE.items():
        side = "left" if name.startswith("left") else "right"
        end = "Wrist" if name.endswith(("Pinky", "Index", "Thumb")) and "Foot" not in name else "Ankle"
        names = ["leftShoulder", "rightShoulder"] if row < POSE["leftShoulder"] else [side + end]
        rows = [row] if row in SOLVED else [POSE[carrier] for carrier in names]
        carriers[row, np.searchsorted(SOLVED, rows)] = 1.0 / len(rows)
    return carriers


_CARRIERS = _carriers()


def lift(body: BodyLandmarks, person: Person, camera: PictureCamera) -> np.ndarray:
    """A body's points in the camera's space, (33, 3) metres.

    Args:
        body: the tracker's points; its metres are as if the body stood on the camera's axis.
        person: whose limbs have their lengths.
        camera: of the picture.
    """
    terms = person.limb_terms
    return _lifted(
        body.points_px, body.visibility, body.world_m, camera.focal_px, *camera.centre_px,
        terms.lengths, terms.matrix, terms.pull, terms.stretch,
    )  # fmt: skip


@compilable
def _rays(points_px: np.ndarray, focal_px: float, right_px: float, down_px: float) -> np.ndarray:
    """(N, 3) the unit directions in which the solved points are seen; the camera's axis meets the picture at the two last."""
    rays = np.empty((_COUNT, 3))
    for place, point in enumerate(SOLVED):
        x, y = (points_px[point, 0] - right_px) / focal_px, (down_px - points_px[point, 1]) / focal_px
        size = sqrt(x * x + y * y + 1.0)
        put_row(rays, place, (x / size, y / size, -1.0 / size))
    return rays


@compilable
def _turned(world: np.ndarray, turn: Rows) -> np.ndarray:
    """(33, 3) points, turned."""
    turned = np.empty((len(world), 3))
    for point in range(len(world)):
        put_row(turned, point, applied(turn, row_of(world, point)))
    return turned


@compilable
def _long(limb: Vector) -> float:
    return max(sqrt(dot(limb, limb)), _SHORTEST_M)


@compilable
def _mean_of(points: np.ndarray, weights: np.ndarray) -> Vector:
    """The weighted mean of points (N, 3), times the sum of the weights."""
    mean = (0.0, 0.0, 0.0)
    for place in range(len(points)):
        mean = plus(mean, scaled(row_of(points, place), weights[place]))
    return mean


@compilable
def _onto_rays(points: np.ndarray, to_rays: np.ndarray) -> Vector:
    """The translation that brings points (N, 3) nearest to their rays, of which `to_rays` (N, 3, 3) are the precisions."""
    matrix, right = np.zeros((3, 3)), np.zeros((3, 1))
    for place in range(len(points)):
        for row in range(3):
            for column in range(3):
                matrix[row, column] += to_rays[place, row, column]
                right[row, 0] -= to_rays[place, row, column] * points[place, column]
    along = _PARALLEL * (matrix[0, 0] + matrix[1, 1] + matrix[2, 2])
    for row in range(3):
        matrix[row, row] += along
    solve_positive(matrix, right)
    return right[0, 0], right[1, 0], right[2, 0]


@compilable
def _in_front(translation: Vector, points: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> Vector:
    """`translation`, pushed away along the mean ray where the points would be at or behind the camera."""
    nearest = -(translation[2] + _mean_of(points, weights)[2] / weights.sum())
    if nearest >= MIN_DEPTH_M:
        return translation
    ray = _mean_of(rays, weights)
    return scaled(ray, MIN_DEPTH_M / -ray[2])


@compilable
def _add_block(system: np.ndarray, row: int, column: int, block: np.ndarray, share: float) -> None:
    """Add a share of a block (3, 3) to where two points meet."""
    for down in range(3):
        for along in range(3):
            system[3 * row + down, 3 * column + along] += share * block[down, along]


@compilable
def _add_vector(right: np.ndarray, row: int, vector: Vector) -> None:
    right[3 * row, 0] += vector[0]
    right[3 * row + 1, 0] += vector[1]
    right[3 * row + 2, 0] += vector[2]


@compilable
def _add_limb(system: np.ndarray, right: np.ndarray, points: np.ndarray, limb: int, stretch: float) -> None:
    """Add what the length of one limb asks of its two points."""
    first, second = _FIRST[limb], _SECOND[limb]
    way = minus(row_of(points, second), row_of(points, first))
    along, block = scaled(way, stretch / _long(way)), np.empty((3, 3))
    _add_vector(right, second, scaled(along, 1.0 / SPREADS[limb]))
    _add_vector(right, first, scaled(along, -1.0 / SPREADS[limb]))
    for row in range(3):
        put_row(block, row, scaled(along, along[row]))
    _add_block(system, first, first, block, 1.0)
    _add_block(system, second, second, block, 1.0)
    _add_block(system, first, second, block, -1.0)
    _add_block(system, second, first, block, -1.0)


@compilable
def _solve(
    points: np.ndarray, limbs: np.ndarray, matrix: np.ndarray, pull: np.ndarray, stretch: np.ndarray, to_rays: np.ndarray
) -> np.ndarray:
    """(N, 3) the points that weigh rays, limb directions and limb lengths; `points` (N, 3) are where they begin."""
    right = np.zeros((3 * _COUNT, 1))
    for place in range(_COUNT):
        for limb in range(len(limbs)):
            _add_vector(right, place, scaled(row_of(limbs, limb), pull[place, limb]))
    for _ in range(STEPS):
        system, answer = matrix.copy(), right.copy()
        for place in range(_COUNT):
            _add_block(system, place, place, to_rays[place], 1.0)
        for limb in range(len(limbs)):
            _add_limb(system, answer, points, limb, stretch[limb])
        solve_positive(system, answer)
        points = answer.reshape(_COUNT, 3)
    return points


@compilable
def _precisions(rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(N, 3, 3) across each ray."""
    across = np.empty((len(rays), 3, 3))
    for place in range(len(rays)):
        ray, weight = row_of(rays, place), weights[place] / RAY_SPREAD_M**2
        for row in range(3):
            put_row(across[place], row, scaled(ray, -weight * ray[row]))
            across[place, row, row] += weight
    return across


@compilable
def _scaled_limbs(world: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, float]:
    """(E, 3) the tracked limbs with the person's lengths, and how many times as large as tracked the person is."""
    limbs, wanted, tracked = np.empty((len(lengths), 3)), 0.0, 0.0
    for limb in range(len(lengths)):
        way = minus(row_of(world, ENDS[limb]), row_of(world, STARTS[limb]))
        long = _long(way)
        put_row(limbs, limb, scaled(way, lengths[limb] / long))
        if limb < _LIMBS:
            wanted, tracked = wanted + lengths[limb], tracked + long
    return limbs, wanted / tracked


@compilable
def _untwist_hips(points: np.ndarray, kept: float) -> None:
    """Turn the hips' points about the spine towards the shoulders' line, so that a share of their turn against it is kept."""
    left_hip, right_hip, left_shoulder, right_shoulder = _TRUNK
    left, right = row_of(points, left_hip), row_of(points, right_hip)
    shoulders = minus(row_of(points, left_shoulder), row_of(points, right_shoulder))
    middle, half = mixed(left, right, 0.5, 0.5), scaled(minus(left, right), 0.5)
    neck = mixed(row_of(points, left_shoulder), row_of(points, right_shoulder), 0.5, 0.5)
    spine = minus(neck, middle)
    spine = scaled(spine, 1.0 / _long(spine))
    flat, goal = across(half, spine), across(shoulders, spine)
    turned = mixed(flat, goal, kept / _long(flat), (1.0 - kept) / _long(goal))
    half = plus(minus(half, flat), scaled(turned, _long(flat) / _long(turned)))
    put_row(points, left_hip, plus(middle, half))
    put_row(points, right_hip, minus(middle, half))


@compiled(
    floats(2), floats(1), floats(2), NUMBER, NUMBER, NUMBER, floats(1), floats(2), floats(2), floats(1)
)  # fmt: skip
def _lifted(
    points_px: np.ndarray, visibility: np.ndarray, world_m: np.ndarray, focal_px: float, right_px: float, down_px: float,
    lengths: np.ndarray, matrix: np.ndarray, pull: np.ndarray, stretch: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """(33, 3) metres; see `lift`. The last four are of `LimbTerms`."""
    rays, weights = _rays(points_px, focal_px, right_px, down_px), np.empty(_COUNT)
    for place, point in enumerate(SOLVED):
        weights[place] = UNSEEN_WEIGHT + (1.0 - UNSEEN_WEIGHT) * visibility[point] ** 2
    # A tracker looks at a cut-out picture, as if its middle were the camera's.
    world = _turned(world_m, to_rows(turn_to(_mean_of(rays, weights))))
    limbs, size = _scaled_limbs(world, lengths)
    start, to_rays = np.empty((_COUNT, 3)), _precisions(rays, weights)
    for place, point in enumerate(SOLVED):
        put_row(start, place, scaled(row_of(world, point), size))
    move = _in_front(_onto_rays(start, to_rays), start, rays, weights)
    for place in range(_COUNT):
        put_row(start, place, plus(row_of(start, place), move))
    solved, lifted = _solve(start, limbs, matrix, pull, stretch, to_rays), world.copy()
    for place, point in enumerate(SOLVED):
        moved = minus(row_of(solved, place), row_of(world, point))
        for carried in range(len(world)):
            put_row(lifted, carried, plus(row_of(lifted, carried), scaled(moved, _CARRIERS[carried, place])))
    legs_seen = smooth_share(min(visibility[_KNEES[0]], visibility[_KNEES[1]]), LEG_HIDDEN, LEG_SEEN)
    if legs_seen < 1.0:
        _untwist_hips(lifted, TWIST_OF_HIDDEN + (1.0 - TWIST_OF_HIDDEN) * legs_seen)
    return lifted
