"""A body's points in the camera's space, metres: seen where the picture has them, limbs as long as the person's.

A monocular tracker's depth is its weak axis. What is known beside it: each point lies on the ray of its picture point, each
limb has its length, and the tracker's limbs in metres have about the right direction, above all the right sign of depth. These
are weighed against each other in one small least-squares problem a frame, linear except for the lengths, solved by a few
Gauss-Newton steps.
"""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import plain_quaternions
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.geometry.solve_positive import solve_positive
from avatarkit.motion.limb_points import LIMB_STARTS
from avatarkit.motion.limb_terms import ENDS, INCIDENCE, SOLVED, SPREADS, STARTS, LimbTerms
from avatarkit.motion.person import Person
from avatarkit.motion.picture_camera import PictureCamera, turn_towards
from avatarkit.motion.root import in_front
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

RAY_SPREAD_M = 0.02
"""How far a visible point's ray passes from the joint."""

UNSEEN_WEIGHT = 0.02
"""What is left of the weight of a point's ray when the point is hidden."""

STEPS = 3
"""Gauss-Newton steps; a fourth moves points by less than a millimetre."""

_SHORTEST_M = 1e-6
_PARALLEL = 1e-9
"""Share of all rays' precision along them: parallel ones say nothing there."""
_COUNT, _LIMBS = len(SOLVED), len(LIMB_STARTS)


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
    terms, rays = person.limb_terms, camera.rays(body.points_px[SOLVED])
    weights = UNSEEN_WEIGHT + (1.0 - UNSEEN_WEIGHT) * body.visibility[SOLVED] ** 2
    world = body.world_m @ plain_quaternions.to_matrix(_seen_from_the_middle(rays, weights)).T
    limbs = world[ENDS] - world[STARTS]
    long = _lengths(limbs)
    scaled = world[SOLVED] * (terms.lengths[:_LIMBS].sum() / long[:_LIMBS].sum())
    to_rays = (weights / RAY_SPREAD_M**2)[:, None, None] * (_EVERY_WAY - rays[:, :, None] * rays[:, None, :])
    start = scaled + in_front(_onto_rays(scaled, to_rays), scaled, rays, weights)
    solved = _solve(start, limbs * (terms.lengths / long)[:, None], terms, to_rays)
    return world + _CARRIERS @ (solved - world[SOLVED])


def _onto_rays(points: np.ndarray, to_rays: np.ndarray) -> np.ndarray:
    """(3,) the translation that brings points (N, 3) nearest to their rays, of which `to_rays` (N, 3, 3) are the precisions."""
    matrix, away = np.add.reduce(to_rays), np.einsum("nij,nj->i", to_rays, points)
    return solve_positive(matrix + _PARALLEL * matrix.trace() * _EVERY_WAY, -away)


def _seen_from_the_middle(rays: np.ndarray, weights: np.ndarray) -> Quaternion:
    """What the camera's axis differs from the way to the body: a tracker looks at a cut-out picture, as if its middle were
    the camera's."""
    return turn_towards(weights @ rays)


def _solve(points: np.ndarray, limbs: np.ndarray, terms: LimbTerms, to_rays: np.ndarray) -> np.ndarray:
    """(N, 3) the points that weigh rays, limb directions and limb lengths."""
    matrix, right = np.array(terms.matrix), (terms.pull @ limbs).reshape(-1)
    own_blocks = np.einsum("iaib->iab", matrix.reshape(_COUNT, 3, _COUNT, 3))  # a view
    own_blocks += to_rays
    for _ in range(STEPS):
        limb = INCIDENCE @ points
        along = limb * (terms.stretch / _lengths(limb))[:, None]
        rows = (INCIDENCE[:, :, None] * along[:, None, :]).reshape(len(limb), -1)
        points = solve_positive(matrix + rows.T @ rows, right + _ONE_OVER_SPREADS @ rows).reshape(-1, 3)
    return points


def _lengths(limbs: np.ndarray) -> np.ndarray:
    """(E,) of limbs (E, 3)."""
    return np.maximum(np.sqrt(np.einsum("li,li->l", limbs, limbs)), _SHORTEST_M)


_ONE_OVER_SPREADS = 1.0 / SPREADS
_EVERY_WAY = np.eye(3)
