"""The bendings of space that make a drawn figure's head of a person's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import atan2, cos, sin, sqrt

import numpy as np

from avatarkit.geometry.compiled import NUMBER, compilable, compiled, packed_floats
from avatarkit.geometry.plain_vectors import minus, row_of

Warp = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Points (N, 3) -> where they come to lie, and by how much (N, 3) what is there is scaled along each axis."""

_BRIDGE = 0.5  # how much lower the bridge of a small nose is
_MUZZLE_M = 0.007  # how far the mouth of a flat face lies back
_RELIEF_M = 0.012  # before the plane of the cheeks: relief lower than this is hardly flattened
_EYELID_TURN_RAD = np.radians(80.0)  # this far up and down from the middle of the opening its widening fades out
_LIDS_END, _CORNERS_END = 2.5, 2.0  # in radii of the eyeball, and half widths of the opening: there lids' sliding has faded out
_MOST_OPENING = 1.15  # more than 1.25 times would fold the skin where the widening fades out
_CORNER_BLUNT, _CORNER_RISE_RAD = 0.24, 0.10  # what round eyes do to the inner corner: of the opening's half width, and up


@dataclass(frozen=True)
class Landmarks:
    """Where a head's features are, metres, in the data's own pose.

    Attributes:
        eyes: (2, 3) middles of the left and right eyeballs.
        openings: (2, 3) middles of what the lids leave open.
        opening_width: half of the distance between an eye's corners.
        eye_radius: of the eyeballs.
        nose: (3,) its tip.
        mouth: (3,) where the lips meet.
        chin: (3,) its lowest point in front.
        neck, head: (3,) joints.
        crown: height of the head's top.
    """

    eyes: np.ndarray
    openings: np.ndarray
    opening_width: float
    eye_radius: float
    nose: np.ndarray
    mouth: np.ndarray
    chin: np.ndarray
    neck: np.ndarray
    head: np.ndarray
    crown: float


def face_warps(at: Landmarks, value: Mapping[str, float]) -> list[Warp]:
    """The bendings that are asked for, those of small features first."""
    made: list[Warp] = []
    if value["small-nose"]:
        made.append(_smaller_nose(at, value["small-nose"]))
    if value["small-mouth"]:
        made.append(_other_mouth(at, value["small-mouth"]))
    if value["big-eyes"] or value["low-eyes"]:
        made.append(_other_eyes(at, value["big-eyes"], value["low-eyes"]))
    if value["round-cheeks"]:
        made.append(_rounder_cheeks(at, value["round-cheeks"]))
    if value["small-chin"]:
        made.append(_shorter(at, value["small-chin"]))
    if value["pointed-chin"]:
        made.append(_pointed(at, value["pointed-chin"]))
    if value["flat-face"]:
        made.append(_flattened(at, value["flat-face"]))
    if value["big-head"]:
        made.append(_bigger_head(at, value["big-head"]))
    return made


def _fall(distance: np.ndarray, inner: float, outer: float) -> np.ndarray:
    """1 within `inner`, 0 beyond `outer`, smooth between."""
    t = np.clip((outer - distance) / (outer - inner), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _near(distance: np.ndarray, reach: float) -> np.ndarray:
    """1 at the middle, 0 from `reach` on: what grows by it up to 2.25 times its size is nowhere folded."""
    return np.clip(1.0 - (distance / reach) ** 2, 0.0, None) ** 2


def _around(distance: np.ndarray, reach: float) -> np.ndarray:
    """The same with a broad top, for what shrinks: that cannot fold."""
    return np.clip(1.0 - (distance / reach) ** 4, 0.0, None) ** 2


@dataclass(frozen=True)
class LidOpening:
    """Lids farther apart or rounder: skin slides up and down around the axis through both eyeballs.

    Attributes:
        at: the head's landmarks.
        tall, round: slider values.
    """

    at: Landmarks
    tall: float
    round: float

    def reaches(self, points: np.ndarray) -> np.ndarray:
        """(N,) whether lids' sliding may touch points (N, 3) or where an expression takes them."""
        reach = 3.0 * self.at.eye_radius
        return np.min([np.linalg.norm(points - eye, axis=1) for eye in self.at.eyes], axis=0) < reach

    def slid(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) where points (N, 3) come to lie."""
        moved = np.array(points, float, order="C")
        wider = 0.9 * self.tall if self.tall > 0.0 else 0.45 * self.tall
        for eye, opening in zip(self.at.eyes, self.at.openings, strict=True):
            turned: np.ndarray = _around_eye(
                moved, np.array([eye, opening], float), self.at.opening_width, self.at.eye_radius, wider, self.round
            )
            moved = turned
        return moved


@compiled(packed_floats(2), packed_floats(2), NUMBER, NUMBER, NUMBER, NUMBER)
def _around_eye(  # noqa: PLR0917
    points: np.ndarray, middles: np.ndarray, width: float, radius: float, wider: float, rounder: float
) -> np.ndarray:
    """Points (N, 3), those on one side of the head turned about the middle of its eye, given the `middles` (2, 3) of the eye
    and of its opening; half of the opening's width, the eyeball's radius, and how much wider and rounder it gets."""
    moved, side = points.copy(), 1.0 if middles[0, 0] > 0.0 else -1.0
    level = atan2(middles[1, 1] - middles[0, 1], middles[1, 2] - middles[0, 2])
    for point in range(len(points)):
        x, y, z = minus(row_of(points, point), row_of(middles, 0))
        outward = side * (points[point, 0] - middles[1, 0]) / width
        across, depth = abs(outward), sqrt(y * y + z * z) / radius
        if side * points[point, 0] <= 0.0 or z <= 0.0 or depth >= _LIDS_END or across >= _CORNERS_END:
            continue
        up = atan2(y, z) - level
        near = max(1.0 - (up / _EYELID_TURN_RAD) ** 2, 0.0) ** 2 * _falling(depth, 1.5, _LIDS_END)
        # a person's inner corner hangs, long and pointed
        corner = rounder * near * max(1.0 - ((outward + 1.0) / 0.9) ** 2, 0.0) ** 2
        opened = min(wider + 0.75 * rounder * min(across, 1.1) ** 2, _MOST_OPENING)
        turn = opened * up * near * _falling(across, 1.05, _CORNERS_END) + _CORNER_RISE_RAD * corner
        moved[point, 0] = middles[0, 0] + x + side * _CORNER_BLUNT * width * corner
        moved[point, 1] = middles[0, 1] + y * cos(turn) + z * sin(turn)
        moved[point, 2] = middles[0, 2] + z * cos(turn) - y * sin(turn)
    return moved


@compilable
def _falling(distance: float, inner: float, outer: float) -> float:
    """`_fall` of one number."""
    t = min(max((outer - distance) / (outer - inner), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def lid_opening(at: Landmarks, tall: float, rounder: float) -> LidOpening | None:
    """How lids slide; None if they do not."""
    return LidOpening(at, tall, rounder) if tall or rounder else None


def _shrinking(center: np.ndarray, change: np.ndarray, reach: float) -> Warp:
    """Scaling about a point by 1 + `change`, fading out until `reach` metres."""

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = points - center
        more = change * _around(np.linalg.norm(away, axis=1), reach)[:, None]
        return points + away * more, 1.0 + more

    return warp


def _other_eyes(at: Landmarks, big: float, low: float) -> Warp:
    """Both eyes scaled about their own middles, mostly across the face: a ball that grew as deep would leave the head."""
    change = np.array([0.60 * big, 0.80 * big, 0.25 * big])
    shift = np.array([0.0, -0.012 * low - 0.001 * big, -0.003 * big])
    reach = 0.90 * float(at.eyes[0, 0] - at.eyes[1, 0])  # one eye's bending ends before the other eye begins

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        aways = points - at.eyes[:, None]
        shares = np.stack([_near(_spread(away, side), reach) for away, side in zip(aways, (1.0, -1.0), strict=True)])
        shares = shares / np.maximum(shares.sum(axis=0), 1.0)
        moves = [(away * change + shift) * share[:, None] for away, share in zip(aways, shares, strict=True)]
        return points + moves[0] + moves[1], 1.0 + change * shares.sum(axis=0)[:, None]

    return warp


def _spread(away: np.ndarray, outward: float) -> np.ndarray:
    """Distances from an eye's middle by which its bending fades: slower over cheek and temple, where there is room."""
    x = np.where(away[:, 0] * outward > 0.0, 0.80, 1.0) * away[:, 0]
    y = np.where(away[:, 1] > 0.0, 0.85, 1.0) * away[:, 1]
    return np.sqrt(x * x + y * y + (0.6 * away[:, 2]) ** 2)


def _smaller_nose(at: Landmarks, value: float) -> Warp:
    """The nose drawn towards its own base, its bridge lower."""
    base, change = np.array([0.0, at.nose[1] + 0.002, at.nose[2] - 0.024]), -value * np.array([0.45, 0.42, 0.55])
    eye_height, sockets = at.eyes[0, 1], at.eyes[0, 2] + 0.85 * at.eye_radius

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = points - base
        x, y = 1.3 * away[:, 0], np.where(away[:, 1] < 0.0, 1.8, 1.2) * away[:, 1]  # the lips are near, and so are the eyeballs
        more = change * _around(np.sqrt(x * x + y * y + away[:, 2] ** 2), 0.045)[:, None]
        moved, scale = points + away * more, 1.0 + more
        bridge = _near(points[:, 0], 0.022) * _near(np.clip(points[:, 1] - eye_height, 0.0, None), 0.03)
        bridge = _BRIDGE * value * bridge * _near(np.clip(eye_height - points[:, 1], 0.0, None), 0.04)
        moved[:, 2] -= bridge * np.maximum(moved[:, 2] - sockets, 0.0)
        scale[:, 2] *= 1.0 - bridge
        return moved, scale

    return warp


def _other_mouth(at: Landmarks, value: float) -> Warp:
    """The mouth with all that is in it."""
    return _shrinking(at.mouth - np.array([0.0, 0.0, 0.012]), -value * np.array([0.45, 0.40, 0.20]), 0.052)


def _rounder_cheeks(at: Landmarks, value: float) -> Warp:
    """Round cheeks beside mouth and nose."""
    height = 0.5 * (at.nose[1] + at.mouth[1])

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = points.copy()
        for side in (1.0, -1.0):
            center = np.array([side * 1.45 * abs(at.eyes[0, 0]), height, at.eyes[0, 2] - 0.02])
            share = _fall(np.linalg.norm(points - center, axis=1), 0.0, 0.055)[:, None]
            moved += value * share * np.array([side * 0.010, -0.002, 0.008])
        return moved, np.ones_like(points)

    return warp


def _in_front(at: Landmarks, points: np.ndarray) -> np.ndarray:
    """(N,) 0 behind the ears, 1 from the middle of the cheeks forward."""
    return 1.0 - _fall(points[:, 2] - at.head[2], -0.03, 0.045)


def _shorter(at: Landmarks, value: float) -> Warp:
    """All between nose and chin shorter, the chin drawn up; the skin below it follows as far as the neck has room."""
    top, bottom = at.nose[1] - 0.004, at.chin[1]
    share = (0.30 if value > 0.0 else 0.22) * value  # longer than that, the skin below the chin would fold

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        below = _fall(bottom - points[:, 1], 0.0, 0.055)
        front = _in_front(at, points)
        down = np.clip(top - points[:, 1], 0.0, top - bottom)
        moved, scale = points.copy(), np.ones_like(points)
        moved[:, 1] += share * down * below * front
        scale[:, 1] -= share * front * below * (down > 0.0)
        return moved, scale

    return warp


def _pointed(at: Landmarks, value: float) -> Warp:
    """The lower face narrower the lower it is, down to the chin; the neck stays."""
    top, bottom = at.eyes[0, 1], at.chin[1]

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        down = np.clip((top - points[:, 1]) / (top - bottom), 0.0, 1.0)
        below = _fall(bottom - points[:, 1], 0.0, 0.05)
        share = value * (0.30 * down**2 + 0.34 * down**5) * below * _in_front(at, points)
        scale = np.ones_like(points)
        scale[:, 0] -= share
        return points * scale, scale

    return warp


def _flattened(at: Landmarks, value: float) -> Warp:
    """The face's relief pressed towards the plane of the cheeks."""
    plane = at.eyes[0, 2] - 0.012

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        above, below = _fall(points[:, 1], at.crown - 0.05, at.crown), _fall(at.chin[1] - points[:, 1], -0.02, 0.03)
        over = np.maximum(points[:, 2] - plane, 0.0)
        strength = 0.42 * value * above * below
        moved, scale = points.copy(), np.ones_like(points)
        moved[:, 2] -= strength * over * over / (over + _RELIEF_M)
        moved[:, 2] -= _MUZZLE_M * value * _near(np.linalg.norm((points - at.mouth) * [0.8, 1.0, 0.6], axis=1), 0.045)
        scale[:, 2] -= strength * over * (over + 2.0 * _RELIEF_M) / (over + _RELIEF_M) ** 2
        return moved, scale

    return warp


def _bigger_head(at: Landmarks, value: float) -> Warp:
    """The head scaled about the top of the neck; the neck's skin makes the transition."""
    factor = 0.5 * value

    def warp(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rising = 1.0 - _fall(points[:, 1], at.neck[1] + 0.01, at.chin[1] + 0.015)
        behind = 1.0 - _fall(points[:, 1], at.neck[1] + 0.03, at.head[1] + 0.01)
        front = _fall(at.head[2] - points[:, 2], 0.0, 0.07)
        share = front * rising + (1.0 - front) * behind
        center = np.array([0.0, at.chin[1] + 0.008, at.head[2] - 0.012])
        more = factor * share[:, None]
        return points + more * (points - center), np.repeat(1.0 + more, 3, axis=1)

    return warp
