"""A body's points in the camera's space, metres: seen where the picture has them, limbs as long as the person's.

A monocular tracker's depth is its weak axis. What is known beside it: each point lies on the ray of its picture point, each
limb has its length, and the tracker's limbs in metres have about the right direction, above all the right sign of depth. These
are weighed against each other in one small least-squares problem a frame, linear except for the lengths, solved by a few
Gauss-Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.limb_points import FOOT_ENDS, FOOT_SHARES, FOOT_STARTS, LIMB_ENDS, LIMB_STARTS
from avatarkit.motion.person import Person
from avatarkit.motion.picture_camera import TOWARDS, PictureCamera
from avatarkit.motion.root import translation_to_picture
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import POSE

RAY_SPREAD_M = 0.02
"""How far a visible point's ray passes from the joint."""

DIRECTION_SPREAD = 0.25
"""How far the tracker's limb misses the true one, over its length: 14 degrees. This and the other spreads are chosen by the
error of bone directions on rendered truth."""

LENGTH_SPREAD = 0.06
"""How well a limb's length is known, over its length; the trunk bends."""

UNSEEN_WEIGHT = 0.02
"""What is left of the weight of a point's ray when the point is hidden."""

STEPS = 3
"""Gauss-Newton steps; a fourth moves points by less than a millimetre."""

FOOT_SPREAD = 0.07
"""The same of the sides of a foot, whose points are on the shoe."""

_STARTS, _ENDS = np.concatenate([LIMB_STARTS, FOOT_STARTS]), np.concatenate([LIMB_ENDS, FOOT_ENDS])
_SPREADS = np.concatenate([np.full(len(LIMB_STARTS), LENGTH_SPREAD), np.full(len(FOOT_STARTS), FOOT_SPREAD)])
_SOLVED = np.array(sorted({int(i) for i in (*_STARTS, *_ENDS)}))
_ROW = {point: row for row, point in enumerate(_SOLVED)}
_FROM = np.array([_ROW[int(i)] for i in _STARTS])
_TO = np.array([_ROW[int(i)] for i in _ENDS])
_COUNT, _LIMB_COUNT = len(_SOLVED), len(_STARTS)
_INCIDENCE = np.zeros((_LIMB_COUNT, _COUNT))
_INCIDENCE[np.arange(_LIMB_COUNT), _FROM] = -1.0
_INCIDENCE[np.arange(_LIMB_COUNT), _TO] = 1.0


def _carriers() -> np.ndarray:
    """(33,) the solved point that each point moves along with."""
    carriers = np.arange(len(POSE))
    for name, row in POSE.items():
        if row in _ROW:
            continue
        side = "left" if name.startswith("left") else "right"
        end = "Wrist" if name.endswith(("Pinky", "Index", "Thumb")) and "Foot" not in name else "Ankle"
        carriers[row] = -1 if row < POSE["leftShoulder"] else POSE[side + end]
    return carriers


_CARRIERS = _carriers()
_HEAD = _CARRIERS < 0
_SHOULDERS = [POSE["leftShoulder"], POSE["rightShoulder"]]


@dataclass(frozen=True)
class LiftedBody:
    """A body in the camera's space.

    Attributes:
        points: (33, 3) metres.
        error_px: root mean square distance of the visible solved points from where the picture has them.
    """

    points: np.ndarray
    error_px: float


def lift(body: BodyLandmarks, person: Person, camera: PictureCamera) -> LiftedBody:
    """A body's points in the camera's space.

    Args:
        body: the tracker's points; its metres are as if the body stood on the camera's axis.
        person: whose limbs have their lengths.
        camera: of the picture.
    """
    rays = camera.rays(body.points_px[_SOLVED])
    weights = UNSEEN_WEIGHT + (1.0 - UNSEEN_WEIGHT) * body.visibility[_SOLVED] ** 2
    world = seen_from_the_middle(body.world_m, rays, weights)
    limbs, lengths = world[_ENDS] - world[_STARTS], solved_lengths(person)
    limbs *= (lengths / np.maximum(np.sqrt((limbs * limbs).sum(axis=1)), 1e-6))[:, None]
    scaled = world[_SOLVED] * scale_of(world, person)
    start = scaled + translation_to_picture(scaled, rays, weights)
    solved = _solve(start, limbs, lengths, rays, weights)
    points = _carried(world, solved)
    missed = camera.project(solved) - body.points_px[_SOLVED]
    return LiftedBody(points, float(np.sqrt(np.average((missed * missed).sum(axis=1), weights=weights))))


def solved_lengths(person: Person) -> np.ndarray:
    """(E,) metres, of the limbs and of the sides of the feet."""
    return np.concatenate([person.limb_lengths, FOOT_SHARES * person.foot_length])


def scale_of(world: np.ndarray, person: Person) -> float:
    """How much larger the person is than the tracker's points (33, 3) in metres."""
    limbs = world[LIMB_ENDS] - world[LIMB_STARTS]
    return float(person.limb_lengths.sum() / max(np.sqrt((limbs * limbs).sum(axis=1)).sum(), 1e-6))


def seen_from_the_middle(world: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Points turned by what the camera's axis differs from the way to the body: a tracker looks at a cut-out picture, as if its
    middle were the camera's."""
    middle = (weights[:, None] * rays).sum(axis=0)
    return quaternions.rotate(quaternions.between(TOWARDS, middle), world)


def _solve(points: np.ndarray, limbs: np.ndarray, lengths: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(N, 3) the points that weigh rays, limb directions and limb lengths."""
    matrix, right = _linear_part(limbs, lengths, rays, weights)
    for _ in range(STEPS):
        limb = points[_TO] - points[_FROM]
        length = np.sqrt((limb * limb).sum(axis=1))
        unit = limb / np.maximum(length, 1e-6)[:, None]
        rows = (_INCIDENCE[:, :, None] * unit[:, None, :]).reshape(_LIMB_COUNT, -1)
        rows /= (_SPREADS * lengths)[:, None]
        full = matrix + rows.T @ rows
        points = np.linalg.solve(full, right + rows.T @ (1.0 / _SPREADS)).reshape(-1, 3)
    return points


def _linear_part(
    limbs: np.ndarray, lengths: np.ndarray, rays: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Normal matrix (3N, 3N) and right side (3N,) of the rays and the limbs' directions."""
    trust = (DIRECTION_SPREAD * lengths) ** -2
    edges = (_INCIDENCE.T * trust) @ _INCIDENCE
    matrix = np.zeros((_COUNT, 3, _COUNT, 3))
    for axis in range(3):
        matrix[:, axis, :, axis] = edges
    each = np.arange(_COUNT)
    across = np.eye(3) - rays[:, :, None] * rays[:, None, :]
    matrix[each, :, each, :] += (weights / RAY_SPREAD_M**2)[:, None, None] * across
    return matrix.reshape(3 * _COUNT, -1), ((_INCIDENCE.T * trust) @ limbs).reshape(-1)


def _carried(world: np.ndarray, solved: np.ndarray) -> np.ndarray:
    """(33, 3) all points: the solved ones, and the rest with the wrist, the ankle or the shoulders they belong to."""
    points = np.empty_like(world)
    points[_SOLVED] = solved
    moved = np.zeros_like(world)
    moved[_SOLVED] = solved - world[_SOLVED]
    rest = np.arange(len(world)) != _CARRIERS
    points[rest] = world[rest] + moved[_CARRIERS[rest]]
    points[_HEAD] = world[_HEAD] + moved[_SHOULDERS].mean(axis=0)
    return points
