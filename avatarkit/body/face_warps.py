"""The bendings of space that make a drawn figure's head of a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import atan2, cos, sin, sqrt

import numpy as np

from avatarkit.geometry.compiled import NUMBER, compilable, compiled, packed_floats, rows_of_numbers
from avatarkit.geometry.plain_vectors import Vector, length, minus, plus, put_row, row_of, scaled, times

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

    @cached_property
    def marks(self) -> tuple[Vector, ...]:
        """The same for compiled functions, in the order of the names below; of the crown its height alone."""
        points = (*self.eyes, self.nose, self.mouth, self.chin, self.neck, self.head, (0.0, self.crown, 0.0))
        return tuple((float(x), float(y), float(z)) for x, y, z in points)


_Marks = tuple[Vector, ...]
_LEAST_NECK_M = 0.015  # over which a bigger head passes into the neck, however short that is
_LEFT, _RIGHT, _NOSE, _MOUTH, _CHIN, _NECK, _HEAD, _CROWN = range(8)
_SLIDERS = (
    "small-nose", "small-mouth", "big-eyes", "low-eyes", "round-cheeks", "small-chin", "pointed-chin", "flat-face", "big-head",
)  # fmt: skip
"""Those that bend space, small features first."""


def bent_face(points: np.ndarray, at: Landmarks, value: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Where points (N, 3) come to lie, and by how much (N, 3) what is there is scaled along each axis."""
    amounts = np.array([value[name] for name in _SLIDERS])
    moved, scales = _bent(np.ascontiguousarray(points, float), at.eye_radius, at.marks, amounts)
    return moved, scales


@compiled(packed_floats(2), NUMBER, rows_of_numbers(8, 3), packed_floats(1))
def _bent(points: np.ndarray, radius: float, marks: _Marks, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """See `bent_face`, by an eyeball's radius, `Landmarks.marks`, and amounts (9,) of `_SLIDERS`."""
    nose, mouth, eyes, low, cheeks, chin, point, flat, head = amounts
    moved, scales = np.empty_like(points), np.empty_like(points)
    for number in range(len(points)):
        at, scale, more = row_of(points, number), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)
        if nose != 0.0:
            at, scale = _smaller_nose(at, marks, radius, nose)
        if mouth != 0.0:
            at, more = _other_mouth(at, marks, mouth)
            scale = times(scale, more)
        if eyes != 0.0 or low != 0.0:
            at, more = _other_eyes(at, marks, eyes, low)
            scale = times(scale, more)
        if cheeks != 0.0:
            at = _rounder_cheeks(at, marks, cheeks)
        if chin != 0.0:
            at, more = _shorter(at, marks, chin)
            scale = times(scale, more)
        if point != 0.0:
            at, more = _pointed(at, marks, point)
            scale = times(scale, more)
        if flat != 0.0:
            at, more = _flattened(at, marks, flat)
            scale = times(scale, more)
        if head != 0.0:
            at, more = _bigger_head(at, marks, head)
            scale = times(scale, more)
        put_row(moved, number, at)
        put_row(scales, number, scale)
    return moved, scales


@compilable
def _fall(distance: float, inner: float, outer: float) -> float:
    """1 within `inner`, 0 beyond `outer`, smooth between."""
    t = min(max((outer - distance) / (outer - inner), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@compilable
def _near(distance: float, reach: float) -> float:
    """1 at the middle, 0 from `reach` on: what grows by it up to 2.25 times its size is nowhere folded."""
    return max(1.0 - (distance / reach) ** 2, 0.0) ** 2


@compilable
def _around(distance: float, reach: float) -> float:
    """The same with a broad top, for what shrinks: that cannot fold."""
    return max(1.0 - (distance / reach) ** 4, 0.0) ** 2


@compilable
def _grown(point: Vector, center: Vector, more: Vector) -> tuple[Vector, Vector]:
    """A point moved away from a center by so much of its distance along each axis, and 1 + `more`."""
    return plus(point, times(minus(point, center), more)), plus((1.0, 1.0, 1.0), more)


@compilable
def _smaller_nose(point: Vector, marks: _Marks, radius: float, value: float) -> tuple[Vector, Vector]:
    """The nose drawn towards its own base, its bridge lower."""
    base = 0.0, marks[_NOSE][1] + 0.002, marks[_NOSE][2] - 0.024
    x, y, z = minus(point, base)
    x, y = 1.3 * x, (1.8 if y < 0.0 else 1.2) * y  # the lips are near, and so are the eyeballs
    more = -value * _around(sqrt(x * x + y * y + z * z), 0.045)
    moved, scale = _grown(point, base, (0.45 * more, 0.42 * more, 0.55 * more))
    above, sockets = point[1] - marks[_LEFT][1], marks[_LEFT][2] + 0.85 * radius
    bridge = _BRIDGE * value * _near(point[0], 0.022) * _near(max(above, 0.0), 0.03) * _near(max(-above, 0.0), 0.04)
    z = moved[2] - bridge * max(moved[2] - sockets, 0.0)
    return (moved[0], moved[1], z), (scale[0], scale[1], scale[2] * (1.0 - bridge))


@compilable
def _other_mouth(point: Vector, marks: _Marks, value: float) -> tuple[Vector, Vector]:
    """The mouth with all that is in it; larger ones get wider above all, and come no farther forward, as a muzzle would."""
    center = marks[_MOUTH][0], marks[_MOUTH][1], marks[_MOUTH][2] - 0.012
    more = -value * _around(length(minus(point, center)), 0.052)
    tall, deep = (0.40, 0.20) if more < 0.0 else (0.25, 0.0)
    return _grown(point, center, (0.45 * more, tall * more, deep * more))


@compilable
def _other_eyes(point: Vector, marks: _Marks, big: float, low: float) -> tuple[Vector, Vector]:
    """Both eyes scaled about their own middles, mostly across the face: a ball that grew as deep would leave the head."""
    change, shift = (0.60 * big, 0.80 * big, 0.25 * big), (0.0, -0.012 * low - 0.001 * big, -0.003 * big)
    reach = 0.90 * (marks[_LEFT][0] - marks[_RIGHT][0])  # one eye's bending ends before the other eye begins
    left, right = minus(point, marks[_LEFT]), minus(point, marks[_RIGHT])
    of_left, of_right = _near(_spread(left, 1.0), reach), _near(_spread(right, -1.0), reach)
    most = max(of_left + of_right, 1.0)
    of_left, of_right = of_left / most, of_right / most
    move = plus(scaled(plus(times(left, change), shift), of_left), scaled(plus(times(right, change), shift), of_right))
    return plus(point, move), plus((1.0, 1.0, 1.0), scaled(change, of_left + of_right))


@compilable
def _spread(away: Vector, outward: float) -> float:
    """A distance from an eye's middle by which its bending fades: slower over cheek and temple, where there is room."""
    x = (0.80 if away[0] * outward > 0.0 else 1.0) * away[0]
    y = (0.85 if away[1] > 0.0 else 1.0) * away[1]
    return sqrt(x * x + y * y + (0.6 * away[2]) ** 2)


@compilable
def _rounder_cheeks(point: Vector, marks: _Marks, value: float) -> Vector:
    """Round cheeks beside mouth and nose."""
    height, moved = 0.5 * (marks[_NOSE][1] + marks[_MOUTH][1]), point
    for side in (1.0, -1.0):
        center = side * 1.45 * abs(marks[_LEFT][0]), height, marks[_LEFT][2] - 0.02
        share = value * _fall(length(minus(point, center)), 0.0, 0.055)
        moved = plus(moved, (share * side * 0.010, share * -0.002, share * 0.008))
    return moved


@compilable
def _in_front(point: Vector, marks: _Marks) -> float:
    """0 behind the ears, 1 from the middle of the cheeks forward."""
    return 1.0 - _fall(point[2] - marks[_HEAD][2], -0.03, 0.045)


@compilable
def _shorter(point: Vector, marks: _Marks, value: float) -> tuple[Vector, Vector]:
    """All between nose and chin shorter, the chin drawn up; the skin below it follows as far as the neck has room."""
    top, bottom = marks[_NOSE][1] - 0.004, marks[_CHIN][1]
    share = (0.30 if value > 0.0 else 0.22) * value  # longer than that, the skin below the chin would fold
    share *= _fall(bottom - point[1], 0.0, 0.055) * _in_front(point, marks)
    down = min(max(top - point[1], 0.0), top - bottom)
    return (point[0], point[1] + share * down, point[2]), (1.0, 1.0 - share if down > 0.0 else 1.0, 1.0)


@compilable
def _pointed(point: Vector, marks: _Marks, value: float) -> tuple[Vector, Vector]:
    """The lower face narrower the lower it is, down to the chin; the neck stays."""
    top, bottom = marks[_LEFT][1], marks[_CHIN][1]
    down = min(max((top - point[1]) / (top - bottom), 0.0), 1.0)
    share = value * (0.30 * down**2 + 0.34 * down**5)
    scale = 1.0 - share * _fall(bottom - point[1], 0.0, 0.05) * _in_front(point, marks)
    return (point[0] * scale, point[1], point[2]), (scale, 1.0, 1.0)


@compilable
def _flattened(point: Vector, marks: _Marks, value: float) -> tuple[Vector, Vector]:
    """The face's relief pressed towards the plane of the cheeks."""
    above = _fall(point[1], marks[_CROWN][1] - 0.05, marks[_CROWN][1])
    strength = 0.42 * value * above * _fall(marks[_CHIN][1] - point[1], -0.02, 0.03)
    over = max(point[2] - (marks[_LEFT][2] - 0.012), 0.0)
    x, y, z = minus(point, marks[_MOUTH])
    back = _MUZZLE_M * value * _near(length((0.8 * x, y, 0.6 * z)), 0.045)
    scale = 1.0 - strength * over * (over + 2.0 * _RELIEF_M) / (over + _RELIEF_M) ** 2
    return (point[0], point[1], point[2] - strength * over * over / (over + _RELIEF_M) - back), (1.0, 1.0, scale)


@compilable
def _bigger_head(point: Vector, marks: _Marks, value: float) -> tuple[Vector, Vector]:
    """The head scaled about the top of the neck; the neck's skin makes the transition."""
    neck, least = marks[_NECK][1], _LEAST_NECK_M
    rising = 1.0 - _fall(point[1], neck + 0.01, max(marks[_CHIN][1] + 0.015, neck + 0.01 + least))
    behind = 1.0 - _fall(point[1], neck + 0.03, max(marks[_HEAD][1] + 0.01, neck + 0.03 + least))
    front = _fall(marks[_HEAD][2] - point[2], 0.0, 0.07)
    more = 0.5 * value * (front * rising + (1.0 - front) * behind)
    return _grown(point, (0.0, marks[_CHIN][1] + 0.008, marks[_HEAD][2] - 0.012), (more, more, more))


EYES = rows_of_numbers(2, 5)
"""How compiled functions declare `LidOpening.eyes`."""
LidsOfEye = tuple[float, float, float, float, float]
"""An eyeball's middle, how far aside the middle of its opening lies, and how far up that does, in radians from the side."""


@dataclass(frozen=True)
class LidOpening:
    """Lids farther apart or rounder: skin slides up and down around the axis through both eyeballs.

    Attributes:
        eyes: the left and the right one.
        width, radius: half of an opening's width, and the eyeballs' radius, metres.
        wider, rounder: how much so the opening gets.
    """

    eyes: tuple[LidsOfEye, LidsOfEye]
    width: float
    radius: float
    wider: float
    rounder: float

    @property
    def measures(self) -> tuple[float, float, float, float]:
        """Its numbers, for `slid_point`."""
        return self.width, self.radius, self.wider, self.rounder

    def slid(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) where points (N, 3) come to lie."""
        moved: np.ndarray = _slid(np.ascontiguousarray(points, float), self.eyes, *self.measures)
        return moved


def lid_opening(at: Landmarks, tall: float, rounder: float) -> LidOpening:
    """How lids slide; not at all if both are 0."""
    left, right = (_lids_of(eye, opening) for eye, opening in zip(at.eyes, at.openings, strict=True))
    return LidOpening((left, right), at.opening_width, at.eye_radius, (0.9 if tall > 0.0 else 0.45) * tall, rounder)


def _lids_of(eye: np.ndarray, opening: np.ndarray) -> LidsOfEye:
    _, up, ahead = opening - eye
    return float(eye[0]), float(eye[1]), float(eye[2]), float(opening[0]), float(atan2(up, ahead))


@compiled(packed_floats(2), EYES, NUMBER, NUMBER, NUMBER, NUMBER)
def _slid(  # noqa: PLR0917
    points: np.ndarray, eyes: tuple[LidsOfEye, LidsOfEye], width: float, radius: float, wider: float, rounder: float
) -> np.ndarray:
    """Points (N, 3) as a `LidOpening` slides them."""
    moved = np.empty_like(points)
    for number in range(len(points)):
        put_row(moved, number, slid_point(row_of(points, number), eyes, width, radius, wider, rounder))
    return moved


@compilable
def slid_point(  # noqa: PLR0917
    point: Vector, eyes: tuple[LidsOfEye, LidsOfEye], width: float, radius: float, wider: float, rounder: float
) -> Vector:
    """Where one point comes to lie: on one side of the head turned about the middle of the eye, if it is near enough."""
    side = 1.0 if point[0] > 0.0 else -1.0
    _, middle_y, middle_z, opening_x, level = eyes[0] if (eyes[0][0] > 0.0) == (point[0] > 0.0) else eyes[1]
    y, z = point[1] - middle_y, point[2] - middle_z
    outward = side * (point[0] - opening_x) / width
    across, depth = abs(outward), sqrt(y * y + z * z) / radius
    if z <= 0.0 or depth >= _LIDS_END or across >= _CORNERS_END or (wider == 0.0 and rounder == 0.0):
        return point
    up = atan2(y, z) - level
    near = max(1.0 - (up / _EYELID_TURN_RAD) ** 2, 0.0) ** 2 * _fall(depth, 1.5, _LIDS_END)
    # a person's inner corner hangs, long and pointed
    corner = rounder * near * max(1.0 - ((outward + 1.0) / 0.9) ** 2, 0.0) ** 2
    opened = min(wider + 0.75 * rounder * min(across, 1.1) ** 2, _MOST_OPENING)
    turn = opened * up * near * _fall(across, 1.05, _CORNERS_END) + _CORNER_RISE_RAD * corner
    along, aside = cos(turn), sin(turn)
    return (
        point[0] + side * _CORNER_BLUNT * width * corner,
        middle_y + y * along + z * aside,
        middle_z + z * along - y * aside,
    )
