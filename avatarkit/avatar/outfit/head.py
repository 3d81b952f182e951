"""One person's head, measured for what is worn on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit.legs import hull_radius
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.nearest import tree_of

# Places on the average head in the data's own pose, metres: the nearest vertex stands for them on everybody.
_PLACES = {
    "forehead": (0.0, 0.778, 0.150),
    "nape": (0.0, 0.730, -0.047),
    "crown": (0.0, 0.842, 0.040),
    "ear": (0.0787, 0.7405, 0.0438),
    "ear root": (0.0700, 0.7370, 0.0560),
    "behind the ear": (0.0680, 0.7150, 0.0270),
    "lobe": (0.0735, 0.6930, 0.0500),
    "bridge": (0.0, 0.7400, 0.1480),
}
_COLUMNS = 72
_SLICE_M = 0.012
_FADING = 4.0  # metres a metre by which the skull counts less beyond that slice: cut off at once, a hat would leap
ROUNDNESS = 2.35
"""Exponent of the superellipse that hats' domes are, upright; 2 would be an ellipsoid."""


@cache
def _vertex(name: str) -> int:
    """The head's vertex nearest to a place on the average head."""
    body = load_body()
    head = np.unique(body.parts["head"].quads)
    return int(head[np.linalg.norm(body.positions[head] - _PLACES[name], axis=1).argmin()])


@cache
def skull_vertices() -> np.ndarray:
    """Vertices of the head without its ears."""
    body = load_body()
    part = body.parts["head"]
    of_ears = np.unique(part.quads[body.regions["ears"][part.uv_quads] > 0.0])
    return np.setdiff1d(np.unique(part.quads), of_ears)


def landmark(rest: RestBody, name: str) -> np.ndarray:
    """(3,) a place on somebody's head, on the left side if it has two."""
    return np.asarray(rest.positions[_vertex(name)], float)


@dataclass(frozen=True)
class HatFrame:
    """Where a hat sits: a plane from the forehead to the nape, and a dome over the skull.

    Attributes:
        origin: (3,) the middle of the plane.
        axes: (3, 3) rows: to the left, up, ahead; metres.
        radius: (_COLUMNS,) of the rim at angles from ahead over the left, without any ease.
        height: of the dome.
    """

    origin: np.ndarray
    axes: np.ndarray
    radius: np.ndarray
    height: float

    def local(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) left, up, ahead of places (..., 3)."""
        return (points - self.origin) @ self.axes.T

    def world(self, local: np.ndarray) -> np.ndarray:
        """(..., 3) places of coordinates left, up, ahead (..., 3)."""
        return self.origin + local @ self.axes

    def rim(self, turn: np.ndarray) -> np.ndarray:
        """(...) the rim's radius at angles from ahead over the left."""
        whole = 2 * np.pi
        at = np.linspace(0.0, whole, _COLUMNS + 1)
        return np.interp(np.mod(turn, whole), at, np.append(self.radius, self.radius[0]))

    def place(self, turn: np.ndarray, radius: np.ndarray, up: np.ndarray | float) -> np.ndarray:
        """(..., 3) places at angles from ahead over the left, distances from the axis and heights above the plane."""
        turn, radius, up = np.broadcast_arrays(turn, radius, np.asarray(up, float))
        return self.world(np.stack([radius * np.sin(turn), up, radius * np.cos(turn)], axis=-1))

    def depth(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far out places (N, 3) are, 1 on the dome; and their height (N,) above the plane, metres.

        Below the plane the dome goes on as an upright tube.
        """
        x, up, z = self.local(points).T
        level = np.hypot(x, z) / self.rim(np.arctan2(x, z))
        return (level**ROUNDNESS + np.maximum(up / self.height, 0.0) ** ROUNDNESS) ** (1.0 / ROUNDNESS), up


def hat_frame(rest: RestBody) -> HatFrame:
    """Where hats sit on somebody."""
    front, back, ear = (landmark(rest, name) for name in ("forehead", "nape", "ear"))
    ahead = (front - back) * [0.0, 1.0, 1.0]
    ahead /= np.linalg.norm(ahead)
    left = np.array([1.0, 0.0, 0.0])
    axes = np.stack([left, np.cross(ahead, left), ahead])
    origin = 0.5 * (front + back) * [0.0, 1.0, 1.0]
    origin = origin + axes[1] * max(float((ear - origin) @ axes[1]) + _ABOVE_EAR_M, 0.0)
    local = (np.asarray(rest.positions, float)[skull_vertices()] - origin) @ axes.T
    turn = np.linspace(0.0, 2 * np.pi, _COLUMNS, endpoint=False)
    outward = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    slice_at = np.array([_SLICE_M])
    radius = hull_radius(local[:, [0, 2]], local[:, 1], slice_at, outward, band_m=_SLICE_M, fading=_FADING)[0]
    above = local[:, 1] > 0.0
    height = float(local[above, 1].max())  # of a tilted head it is not the crown that is highest
    frame = HatFrame(origin, axes, radius, height)
    tightest = frame.depth(frame.world(local[above]))[0].max()
    return HatFrame(origin, axes, radius * tightest, height * tightest)


_ABOVE_EAR_M = 0.004


@dataclass(frozen=True)
class FaceFrame:
    """Where glasses sit.

    Attributes:
        eye: (3,) the middle of the left eye.
        cornea: how far ahead the eyeball reaches.
        scale: of the eyes against the average person's.
        bridge: (3,) of the nose.
        ear_root, behind_ear, lobe: (3,) on the left.
        skin: (P, 3) the head's vertices.
    """

    eye: np.ndarray
    cornea: float
    scale: float
    bridge: np.ndarray
    ear_root: np.ndarray
    behind_ear: np.ndarray
    lobe: np.ndarray
    skin: np.ndarray

    @cached_property
    def tree(self) -> cKDTree:
        """The head's side: nearest vertices by height and depth."""
        return tree_of(self.skin[:, 1:])

    def front(self, x: np.ndarray, y: np.ndarray, reach_m: float) -> float:
        """How far ahead the face reaches near places, metres."""
        near = np.abs(self.skin[:, :2] - np.stack([x, y], axis=-1).reshape(-1, 1, 2)).max(axis=2) < reach_m
        return float(self.skin[near.any(axis=0), 2].max())

    def ahead(self, place: np.ndarray) -> float:
        """How far ahead the front of the face lies at a place (2,), metres."""
        front = self.skin[self.skin[:, 2] > self.eye[2]]
        away = np.linalg.norm(front[:, :2] - place, axis=1)
        nearest = np.argsort(away)[:4]
        return float(np.average(front[nearest, 2], weights=1.0 / (away[nearest] + 1e-4)))

    def side(self, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """(N,) how far out the left of the head reaches at heights and depths (N,)."""
        _, nearest = self.tree.query(np.stack([y, z], axis=1), k=12)
        return self.skin[nearest, 0].max(axis=1)


def face_frame(rest: RestBody) -> FaceFrame:
    """Where glasses sit on somebody."""
    body = load_body()
    eyeball = np.unique(body.parts["eye-left"].quads)
    size, average = (np.ptp(np.asarray(p, float)[eyeball], axis=0)[:2].max() for p in (rest.positions, body.positions))
    eye = rest.joint("leftEye")
    apart = float(eye[0]) / float(body.positions[eyeball, 0].mean())
    skin = np.asarray(rest.positions, float)[np.unique(body.parts["head"].quads)]
    bridge, root, behind, lobe = (landmark(rest, name) for name in ("bridge", "ear root", "behind the ear", "lobe"))
    cornea, scale = float(rest.positions[eyeball, 2].max()), max(float(size / average), apart)
    return FaceFrame(np.asarray(eye, float), cornea, scale, bridge, root, behind, lobe, skin)
