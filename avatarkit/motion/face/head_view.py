"""A head as one picture sees it: the camera model of `face_fit.head_camera`, in a form that is quick to step and project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt

import numpy as np

from avatarkit.face_fit.head_camera import HEAD_ORIGIN
from avatarkit.geometry import quaternions

POSE_UNKNOWNS = 6
"""Rotation vector, shift in pixels, logarithm of the scale."""

LONGEST_STEP = 0.5
"""Radians, and logarithm of the scale: no single step is longer."""

DEPTH_SHARE = sqrt(0.3)
"""Square root of how much a landmark's depth counts beside its place in the picture; 0.1 to 1 read rendered heads alike."""

_SOLVABLE = 1e-9 * np.eye(POSE_UNKNOWNS)
"""Points that fall together leave the system without a solution."""

_BOTH_WAYS = np.eye(2)

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
        return quaternions.to_matrix(self.rotation)

    def project(self, points: np.ndarray) -> Projection:
        """Points (N, 3), metres in the body's axes, in the picture."""
        turned = (points - HEAD_ORIGIN) @ self.matrix.T
        gain = self.gain(turned[:, 2])
        pixels = turned[:, :2] * gain[:, None]
        pixels[:, 1] *= -1.0
        return Projection(pixels + self.shift_px, turned, gain)

    def gain(self, depth: np.ndarray) -> np.ndarray:
        """(N,) pixels a metre at points (N,) metres nearer to the camera than the head's origin."""
        gain: np.ndarray = self.scale_px / np.maximum(1.0 - self.nearness * depth, NEAREST)
        return gain

    def picture_slopes(self, seen: Projection) -> np.ndarray:
        """(N, 2, 3) how pixels move with a point in the camera's axes."""
        slopes = np.zeros((len(seen.gain), 2, 3))
        slopes[:, 0, 0], slopes[:, 1, 1] = seen.gain, -seen.gain
        nearer = seen.gain * seen.gain * (self.nearness / self.scale_px)
        slopes[:, 0, 2], slopes[:, 1, 2] = nearer * seen.turned[:, 0], -nearer * seen.turned[:, 1]
        return slopes

    def pose_slopes(self, seen: Projection, slopes: np.ndarray) -> np.ndarray:
        """(N, 2, 6) how pixels move with the pose's unknowns, given `picture_slopes`."""
        rows = np.empty((len(seen.gain), 2, POSE_UNKNOWNS))
        x, y, z = seen.turned.T[:, :, None]
        dx, dy, dz = slopes[..., 0], slopes[..., 1], slopes[..., 2]
        rows[..., 0] = dz * y - dy * z
        rows[..., 1] = dx * z - dz * x
        rows[..., 2] = dy * x - dx * y
        rows[..., 3:5] = _BOTH_WAYS
        rows[..., 5] = seen.pixels - self.shift_px
        return rows

    def moved(self, step: np.ndarray) -> HeadView:
        """The view after a step (6,), cut where it is too long."""
        x, y, z, _, _, growth = (min(max(part, -LONGEST_STEP), LONGEST_STEP) for part in step.tolist())
        turn = np.array([x, y, z, 2.0])  # as a quaternion before it is given unit length: exact but for the angle's third power
        turned = quaternions.multiply(turn, self.rotation)
        rotation = turned / np.sqrt(turned @ turned)
        return HeadView(rotation, self.shift_px + step[3:5], self.scale_px * exp(growth), self.nearness)

    def fitted(self, points: np.ndarray, pixels: np.ndarray, depth_px: np.ndarray, weights: np.ndarray) -> HeadView:
        """The view after a Gauss-Newton step that brings points (N, 3) nearer to where they are seen (N, 2), and how deep (N,).

        The picture alone tells a nod badly: landmarks slide on the face so as to hide it.
        """
        seen = self.project(points)
        rows = np.empty((len(points), 3, POSE_UNKNOWNS + 1))  # the last column is by how much the points missed
        rows[:, :2, :-1], rows[:, :2, -1] = self.pose_slopes(seen, self.picture_slopes(seen)), pixels - seen.pixels
        deep = np.column_stack([self.depth_slopes(seen), depth_px + self.scale_px * seen.turned[:, 2]])
        rows[:, 2] = DEPTH_SHARE * (deep - weights @ deep / weights.sum())  # depth has no zero of its own
        system = (rows * weights[:, None, None]).reshape(-1, POSE_UNKNOWNS + 1).T @ rows.reshape(-1, POSE_UNKNOWNS + 1)
        hessian = system[:-1, :-1] + _SOLVABLE
        return self.moved(np.linalg.solve(hessian, system[:-1, -1]))

    def depth_slopes(self, seen: Projection) -> np.ndarray:
        """(N, 6) how a point's depth in pixels moves with the pose's unknowns."""
        slopes = np.zeros((len(seen.gain), POSE_UNKNOWNS))
        slopes[:, 0], slopes[:, 1] = -self.scale_px * seen.turned[:, 1], self.scale_px * seen.turned[:, 0]
        slopes[:, 5] = -self.scale_px * seen.turned[:, 2]
        return slopes


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
