"""One foot and its shin, measured on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit.legs import hull_radius
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.nearest import tree_of

_NEAR = 8  # skin vertices that are asked how high or wide the foot is somewhere
_UP = np.array([0.0, 1.0, 0.0])


@cache
def _skin_of(side: str, bones: tuple[str, ...]) -> np.ndarray:
    """Body vertices that some bones of "left" or "right" carry."""
    body = load_body()
    joints = [body.joint_names.index(side + bone) for bone in bones]
    share = (np.isin(body.joint_indices, joints) * body.joint_weights).sum(axis=1)
    skin = np.unique(body.parts["body"].quads)
    return skin[share[skin] > 0.5]


def foot_vertices(side: str) -> np.ndarray:
    """Body vertices that the foot and the toes of "left" or "right" carry."""
    return _skin_of(side, ("Foot", "Toes"))


def shin_vertices(side: str) -> np.ndarray:
    """Body vertices that the lower leg of "left" or "right" carries."""
    return _skin_of(side, ("LowerLeg",))


@dataclass(frozen=True)
class Foot:
    """One foot: places are along from the heel, outward, and up from the ground, metres.

    Attributes:
        side: "left" or "right".
        heel: (3,) its rearmost place, on the ground.
        forward, outward: (3,) level unit vectors.
        length, half_width: metres.
        ankle: (2,) along and outward; ankle_radii: (2,) the same axes; ankle_height.
        toe_joint: along.
        knee: (2,) along and outward; knee_height.
        skin: (P, 3) vertices of the foot, along, outward, up; shin: (Q, 3) those of the lower leg.
    """

    side: str
    heel: np.ndarray
    forward: np.ndarray
    outward: np.ndarray
    length: float
    half_width: float
    ankle: np.ndarray
    ankle_radii: np.ndarray
    ankle_height: float
    toe_joint: float
    knee: np.ndarray
    knee_height: float
    skin: np.ndarray
    shin: np.ndarray

    def place(self, along: np.ndarray, out: np.ndarray, up: np.ndarray | float) -> np.ndarray:
        """(..., 3) of coordinates (...), metres."""
        along, out, up = np.broadcast_arrays(along, out, np.asarray(up, float))
        return self.heel + along[..., None] * self.forward + out[..., None] * self.outward + up[..., None] * _UP

    def local(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) along, outward and up of places (..., 3)."""
        return (points - self.heel) @ np.stack([self.forward, self.outward, _UP], axis=1)

    @cached_property
    def _from_above(self) -> cKDTree:
        return tree_of(self.skin[:, :2])

    def top(self, along: np.ndarray, out: np.ndarray) -> np.ndarray:
        """(N,) how high the foot is at places (N,)."""
        _, nearest = self._from_above.query(np.stack([along, out], axis=1), k=_NEAR)
        return self.skin[nearest, 2].max(axis=1)

    def edge(self, along: np.ndarray, sign: np.ndarray, below_m: float) -> np.ndarray:
        """(N,) how far out (`sign` 1) or in (-1) the foot reaches just below a height, at places along it (N,)."""
        low = self.skin[self.skin[:, 2] < max(below_m, np.partition(self.skin[:, 2], _NEAR)[_NEAR])]
        near = np.abs(low[:, 0] - along[:, None]) < _SLICE_M
        out = np.where(near, low[:, 1] * sign[:, None], -np.inf)
        at_edge = np.where(low[:, 2] > below_m - _SLICE_M, out, -np.inf).max(axis=1)
        reached = np.where(near.any(axis=1), out.max(axis=1), self._nearest_out(low, along) * sign)
        return np.where(np.isfinite(at_edge), at_edge, reached) * sign

    @staticmethod
    def _nearest_out(low: np.ndarray, along: np.ndarray) -> np.ndarray:
        return low[np.abs(low[:, 0] - along[:, None]).argmin(axis=1), 1]

    def over(self, along: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """(R, C) distance from the ground under its middle where slices of the foot end; `turn` from outward over up."""
        low = self.skin[self.skin[:, 2] < self.ankle_height * _LOW_FOOT]
        outward = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        return hull_radius(low[:, 1:], low[:, 0], along, outward, band_m=_SLICE_M)

    def shaft(self, heights: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The leg's middle (R, 2), along and outward, and hull (R, C) at heights (R,); `turn` from the heel outward."""
        share = (heights - self.ankle_height) / (self.knee_height - self.ankle_height)
        middle = self.ankle + share[:, None] * (self.knee - self.ankle)
        points = np.concatenate([self.skin[self.skin[:, 2] > self.ankle_height * _LOW_ANKLE], self.shin])
        at = (points[:, 2] - self.ankle_height) / (self.knee_height - self.ankle_height)
        from_middle = points[:, :2] - self.ankle - at[:, None] * (self.knee - self.ankle)
        outward = np.stack([-np.cos(turn), np.sin(turn)], axis=1)
        return middle, hull_radius(from_middle, points[:, 2], heights, outward, band_m=_SHIN_SLICE_M)


_SLICE_M, _SHIN_SLICE_M = 0.016, 0.030
_LOW_FOOT = 1.25  # of the ankle's height: what lies higher is shin
_LOW_ANKLE = 0.8  # of the ankle's height: what lies lower is foot


def _around(distances: np.ndarray, within_m: float) -> np.ndarray:
    """Which of some places lie close; the closest few where none of an odd foot's skin does."""
    far = np.abs(distances)
    return far < max(within_m, np.partition(far, _NEAR)[_NEAR])


def measured_foot(rest: RestBody, side: str) -> Foot:
    """The "left" or "right" foot of somebody."""
    ankle, toes, knee = (rest.joint(side + bone) for bone in ("Foot", "Toes", "LowerLeg"))
    forward = (toes - ankle) * [1.0, 0.0, 1.0]
    forward /= np.linalg.norm(forward)
    outward = np.array([forward[2], 0.0, -forward[0]]) * (1.0 if side == "left" else -1.0)
    positions = np.asarray(rest.positions, float)
    points = positions[foot_vertices(side)]
    ground = points[:, 1].min()
    along, out = points @ forward, points @ outward
    ball = _around(along - toes @ forward, 0.04)
    middle = 0.5 * (out[ball].min() + out[ball].max())
    heel = along.min() * forward + middle * outward + np.array([0.0, ground, 0.0])
    ring = _around(points[:, 1] - ankle[1], 0.02)
    low, high = (np.array([f(along[ring]), f(out[ring])]) for f in (np.min, np.max))
    axes = np.stack([forward, outward, _UP], axis=1)
    shin = (positions[shin_vertices(side)] - heel) @ axes
    at_knee = (knee - heel) @ axes
    return Foot(
        side=side,
        heel=heel,
        forward=forward,
        outward=outward,
        length=float(np.ptp(along)),
        half_width=0.5 * float(np.ptp(out[ball])),
        ankle=0.5 * (low + high) - [along.min(), middle],
        ankle_radii=0.5 * (high - low),
        ankle_height=float(ankle[1] - ground),
        toe_joint=float(toes @ forward - along.min()),
        knee=at_knee[:2],
        knee_height=float(at_knee[2]),
        skin=(points - heel) @ axes,
        shin=shin,
    )
