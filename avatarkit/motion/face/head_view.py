"""A head as one picture sees it: the camera model of `face_fit.head_camera`, in a form that is quick to step and project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt

import numpy as np

from avatarkit.face_fit.head_camera import HEAD_ORIGIN
from avatarkit.geometry import plain_quaternions, quaternions
from avatarkit.geometry.solve_positive import solve_positive

POSE_UNKNOWNS = 6
"""Rotation vector, shift in pixels, logarithm of the scale."""

LONGEST_STEP = 0.5
"""Radians, and logarithm of the scale: no single step is longer."""

DEPTH_SHARE = sqrt(0.3)
"""Square root of how much a landmark's depth counts beside its place in the picture; 0.1 to 1 read rendered heads alike."""

_SOLVABLE = 1e-9 * np.eye(POSE_UNKNOWNS)
"""Points that fall together leave the system without a solution."""

_PICTURE_AXES = np.array([[1.0], [-1.0]])
"""Pictures count downwards."""

NEAREST = 0.1
"""A point may be enlarged ten times by its nearness at most: a damaged pose divides by nothing."""


@dataclass(frozen=True)
class Projection:
    """Points as seen.

    Attributes:
        aside: (N, 2) pixels from where the head's origin is seen.
        pixels: (N, 2).
        turned: (N, 3) metres in the camera's axes about the head's origin.
        gain: (N,) pixels a metre at each point.
    """

    aside: np.ndarray
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
        """Points (N, 3), metres in the body's axes, in the picture.

        What comes back lies in memory coordinate by coordinate; points that do are projected soonest.
        """
        turned = self.matrix @ (points - HEAD_ORIGIN).T
        gain = self.gain(turned[2])
        aside = (turned[:2] * gain * _PICTURE_AXES).T
        return Projection(aside, aside + self.shift_px, turned.T, gain)

    def gain(self, depth: np.ndarray) -> np.ndarray:
        """(N,) pixels a metre at points (N,) metres nearer to the camera than the head's origin."""
        gain: np.ndarray = self.scale_px / np.maximum(1.0 - self.nearness * depth, NEAREST)
        return gain

    def point_slopes(self, seen: Projection) -> np.ndarray:
        """(3, 2, N) how pixels move with points in the body's axes."""
        along, nearer = self.matrix[:2] * _PICTURE_AXES, self.matrix[2]
        return along.T[:, :, None] * seen.gain + nearer[:, None, None] * self._nearer(seen)

    def put_pose_slopes(self, seen: Projection, rows: np.ndarray) -> None:
        """Fill rows (6, 2, N) of zeros with how pixels move with the pose's unknowns."""
        (x, y, z), aside, nearer = seen.turned.T, seen.aside.T, self._nearer(seen)
        deep = seen.gain * z
        rows[0], rows[1] = nearer * y, nearer * -x
        rows[0, 1] += deep
        rows[1, 0] += deep
        rows[2, 0], rows[2, 1] = aside[1], -aside[0]
        rows[3, 0] = rows[4, 1] = 1.0
        rows[5] = aside

    def _nearer(self, seen: Projection) -> np.ndarray:
        """(2, N) how pixels move with points that come nearer."""
        return (self.nearness / self.scale_px) * seen.gain * seen.aside.T

    def moved(self, step: np.ndarray) -> HeadView:
        """The view after a step (6,), cut where it is too long."""
        x, y, z, _, _, growth = (min(max(part, -LONGEST_STEP), LONGEST_STEP) for part in step.tolist())
        turn = (0.5 * x, 0.5 * y, 0.5 * z, 1.0)  # before it is given unit length: exact but for the angle's third power
        rotation = plain_quaternions.normalize(plain_quaternions.multiply(turn, plain_quaternions.floats(self.rotation)))
        return HeadView(np.array(rotation), self.shift_px + step[3:5], self.scale_px * exp(growth), self.nearness)

    def fitted(self, points: np.ndarray, pixels: np.ndarray, depth_px: np.ndarray, weights: np.ndarray) -> HeadView:
        """The view after a Gauss-Newton step that brings points (N, 3) nearer to where they are seen (N, 2), and how deep (N,).

        The picture alone tells a nod badly: landmarks slide on the face so as to hide it.
        """
        seen = self.project(points)
        rows = np.zeros((POSE_UNKNOWNS + 1, 3, len(points)))  # the last one is by how much the points missed
        self.put_pose_slopes(seen, rows[:-1, :2])
        rows[-1, :2] = (pixels - seen.pixels).T
        x, y, z = self.scale_px * seen.turned.T
        rows[0, 2], rows[1, 2], rows[5, 2], rows[6, 2] = -y, x, -z, depth_px + z
        deep = rows[:, 2]
        deep -= (deep @ weights / weights.sum())[:, None]  # depth has no zero of its own
        deep *= DEPTH_SHARE
        flat = rows.reshape(len(rows), -1)
        system = (rows * weights).reshape(len(rows), -1) @ flat.T
        return self.moved(solve_positive(system[:-1, :-1] + _SOLVABLE, system[:-1, -1]))


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
