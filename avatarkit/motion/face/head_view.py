"""A head as one picture sees it: the camera model of `face_fit.head_camera`, in a form that is quick to step and project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt

import numpy as np

from avatarkit.face_fit.head_camera import HEAD_ORIGIN
from avatarkit.geometry import plain_quaternions, quaternions
from avatarkit.geometry.compiled import compilable
from avatarkit.geometry.plain_matrices import Rows
from avatarkit.geometry.plain_quaternions import Quaternion
from avatarkit.geometry.solve_positive import solve_positive

POSE_UNKNOWNS = 6
"""Rotation vector, shift in pixels, logarithm of the scale."""

LONGEST_STEP = 0.5
"""Radians, and logarithm of the scale: no single step is longer."""

DEPTH_SHARE = sqrt(0.3)
"""Square root of how much a landmark's depth counts beside its place in the picture; 0.1 to 1 read rendered heads alike."""

_SOLVABLE = 1e-9
"""On the diagonal: points that fall together leave the system without a solution."""

_PICTURE_AXES = np.array([[1.0], [-1.0]])
"""Pictures count downwards."""

NEAREST = 0.1
"""A point may be enlarged ten times by its nearness at most: a damaged pose divides by nothing."""


@dataclass(frozen=True)
class Projection:
    """Points as seen.

    Attributes:
        pixels: (N, 2).
        turned: (N, 3) metres in the camera's axes about the head's origin.
        gain: (N,) pixels a metre at each point.
    """

    pixels: np.ndarray
    turned: np.ndarray
    gain: np.ndarray


@dataclass(frozen=True)
class HeadView:
    """Where a head is and how it is turned; see `HeadCamera` for the terms.

    Attributes:
        rotation: (4,) head to camera.
        shift_px: (2,) where the head's origin is in the picture.
        scale_px: pixels a metre there.
        nearness: 1/metre.
    """

    rotation: np.ndarray
    shift_px: np.ndarray
    scale_px: float
    nearness: float

    @cached_property
    def matrix(self) -> np.ndarray:
        """(3, 3) the rotation."""
        return plain_quaternions.to_matrix(plain_quaternions.floats(self.rotation))

    def project(self, points: np.ndarray) -> Projection:
        """Points (N, 3), metres in the body's axes, in the picture."""
        turned = self.matrix @ (points - HEAD_ORIGIN).T
        gain = self.gain(turned[2])
        aside = (turned[:2] * gain * _PICTURE_AXES).T
        return Projection(aside + self.shift_px, turned.T, gain)

    def gain(self, depth: np.ndarray) -> np.ndarray:
        """(N,) pixels a metre at points (N,) metres nearer to the camera than the head's origin."""
        gain: np.ndarray = self.scale_px / np.maximum(1.0 - self.nearness * depth, NEAREST)
        return gain

    def moved(self, step: np.ndarray) -> HeadView:
        """The view after a step (6,), cut where it is too long."""
        rotation, shift, scale = stepped(
            plain_quaternions.floats(self.rotation), tuple(self.shift_px.tolist()), self.scale_px, step
        )
        return HeadView(np.array(rotation), np.array(shift), scale, self.nearness)


Shift = tuple[float, float]
"""Where the head's origin is in the picture, pixels."""


@compilable
def stepped(rotation: Quaternion, shift: Shift, scale: float, step: np.ndarray) -> tuple[Quaternion, Shift, float]:
    """Rotation, shift and scale of a view after a step (6,), cut where it is too long."""
    x, y, z, growth = _cut(step[0]), _cut(step[1]), _cut(step[2]), _cut(step[5])
    turn = (0.5 * x, 0.5 * y, 0.5 * z, 1.0)  # before it is given unit length: exact but for the angle's third power
    turned = plain_quaternions.normalize(plain_quaternions.multiply(turn, rotation))
    return turned, (shift[0] + step[3], shift[1] + step[4]), scale * exp(growth)


@compilable
def _cut(part: float) -> float:
    return min(max(part, -LONGEST_STEP), LONGEST_STEP)


@compilable
def turned_points(matrix: Rows, scale: float, nearness: float, base: np.ndarray) -> np.ndarray:
    """(6, N) of points `base` (3, N), coordinate by coordinate: metres in the camera's axes about the head's origin, pixels
    from where that is seen, right and down, and pixels a metre at each."""
    seen = np.empty((6, base.shape[1]))
    (a, b, c), (d, e, f), (g, h, i) = matrix
    for point in range(base.shape[1]):
        x, y, z = base[0, point] - HEAD_ORIGIN[0], base[1, point] - HEAD_ORIGIN[1], base[2, point] - HEAD_ORIGIN[2]
        right, up, near = a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z
        gain = scale / max(1.0 - nearness * near, NEAREST)
        seen[0, point], seen[1, point], seen[2, point] = right, up, near
        seen[3, point], seen[4, point], seen[5, point] = right * gain, -up * gain, gain
    return seen


@compilable
def put_pose_slopes(rows: np.ndarray, seen: np.ndarray, nearer: float) -> None:
    """Fill rows (6, 2N) with how pixels, all x before all y, move with the pose's unknowns.

    `seen` (6, N) is of `turned_points`; `nearer` is the nearness over the scale.
    """
    count = seen.shape[1]
    for point in range(count):
        x, y, z, right, down, gain = (
            seen[0, point], seen[1, point], seen[2, point], seen[3, point], seen[4, point], seen[5, point]
        )  # fmt: skip
        below, deep = count + point, gain * z
        to_right, to_down = nearer * gain * right, nearer * gain * down  # what comes nearer moves so
        rows[0, point], rows[0, below] = to_right * y, to_down * y + deep
        rows[1, point], rows[1, below] = deep - to_right * x, -to_down * x
        rows[2, point], rows[2, below] = down, -right
        rows[3, point], rows[3, below] = 1.0, 0.0
        rows[4, point], rows[4, below] = 0.0, 1.0
        rows[5, point], rows[5, below] = right, down


@compilable
def pose_step(
    seen: np.ndarray, shift: Shift, scale: float, nearness: float, pixels: np.ndarray, depth_px: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """(6,) a Gauss-Newton step that brings points nearer to where they are seen (N, 2), and how deep (N,).

    The picture alone tells a nod badly: landmarks slide on the face so as to hide it.

    Args:
        seen: (6, N) of `turned_points`.
        shift, scale, nearness: of the view.
        pixels, depth_px: see above.
        weights: (N,) how much each point counts.
    """
    count = seen.shape[1]
    rows, level = np.zeros((POSE_UNKNOWNS + 1, 3 * count)), np.zeros(POSE_UNKNOWNS + 1)  # the last one: by how much points miss
    put_pose_slopes(rows, seen, nearness / scale)
    whole = 0.0
    for point in range(count):
        deep = 2 * count + point
        rows[6, point] = pixels[point, 0] - seen[3, point] - shift[0]
        rows[6, count + point] = pixels[point, 1] - seen[4, point] - shift[1]
        rows[0, deep], rows[1, deep] = -scale * seen[1, point], scale * seen[0, point]
        rows[5, deep], rows[6, deep] = -scale * seen[2, point], depth_px[point] + scale * seen[2, point]
        whole += weights[point]
        for row in range(POSE_UNKNOWNS + 1):
            level[row] += weights[point] * rows[row, deep]
    for row in range(POSE_UNKNOWNS + 1):
        for deep in range(2 * count, 3 * count):
            rows[row, deep] = DEPTH_SHARE * (rows[row, deep] - level[row] / whole)  # depth has no zero of its own
    system, right = np.zeros((POSE_UNKNOWNS, POSE_UNKNOWNS)), np.zeros((POSE_UNKNOWNS, 1))
    for row in range(POSE_UNKNOWNS):
        for other in range(row, POSE_UNKNOWNS + 1):
            total = 0.0
            for place in range(3 * count):
                total += weights[place % count] * rows[row, place] * rows[other, place]
            if other < POSE_UNKNOWNS:
                system[row, other] = total
            else:
                right[row, 0] = total
        system[row, row] += _SOLVABLE
    solve_positive(system, right)
    return right[:, 0]


def aligned_view(points: np.ndarray, pixels: np.ndarray, depth_px: np.ndarray, scale_px: float, nearness: float) -> HeadView:
    """A first view from points (N, 3) and where they are seen (N, 2), with depth (N,) away from the camera.

    Source: S. Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991.
    """
    seen = np.column_stack([pixels * (1.0, -1.0), -depth_px])
    a, b = points - points.mean(axis=0), seen - seen.mean(axis=0)
    u, _, vt = np.linalg.svd(b.T @ a)
    rotation = u @ np.diag([1.0, 1.0, 1.0 if np.linalg.det(u @ vt) >= 0 else -1.0]) @ vt
    origin = scale_px * rotation @ (HEAD_ORIGIN - points.mean(axis=0)) + seen.mean(axis=0)
    return HeadView(quaternions.from_matrix(rotation), origin[:2] * (1.0, -1.0), scale_px, nearness)
