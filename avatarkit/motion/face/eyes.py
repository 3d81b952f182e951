"""Lids and gaze, read from their own landmarks: small against the noise of a whole face, large against that of an eye."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from avatarkit.body.expressions import LOOK_DEG
from avatarkit.motion.face.face_points import EYE_CORNERS, IRIS_MIDDLES, LID_PAIRS, POINTS
from avatarkit.motion.face.head_view import HEAD_ORIGIN, HeadView
from avatarkit.tracking.face_landmarks import LANDMARK_COUNT
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SIDES = ("Left", "Right")

LIDS_OPEN = 0.86
"""Aperture of an eye over its usual one below which it is closing: above it is noise, on rendered heads and in videos."""

BLINK_CURVE = 1.8
"""A lid's way is ahead of its weight: on rendered heads it has gone two thirds of it at a half."""

ALIKE, WINK = 0.5, 0.9
"""Lids that differ by less than the first blink alike; those that differ by the second wink."""

LID_WIDE = (1.08, 1.25)
"""Apertures, over the usual one, from which and at which eyes are opened wide: beyond noise, and as rendered."""

LOOKING_DOWN_CLOSES = 0.25
"""By so much of their aperture lids come down with a full glance downwards."""

EYES_SHUT, EYES_OPEN = 0.5, 0.75
"""Below the one aperture an iris is hidden, from the other on it is seen well."""

GAZE_OUTWARD = (5.2, -0.17, 5.4)
"""Degrees that an eye looks outward for a millimetre of its iris from the middle between its corners, for a degree by which the
head is turned that way, and at 0. Least squares over rendered heads, as the next one."""

GAZE_UP = (3.2, 3.85, 4.04, -0.32, -11.8)
"""Degrees that an eye looks up for a millimetre of its iris, of its upper and of its lower lid above that middle, for a degree
by which the head is raised, and at 0: lids go with the eye, and are seen better."""

OUTWARD = (1.0, -1.0)
"""The subject's left is outward for the left eye."""

MILLIMETRES = 1000.0

FARTHEST_RAD = math.radians(40.0)
"""No eye turns farther."""

LOWERED = (0.4, 0.9)
"""Apertures over the usual one between which lids that come down are taken for lowered ones: shut eyes do not look down."""

SHORTEST_PX = 1e-6

_PICTURE_AXES = np.diag([1.0, -1.0])
_WAYS = ("Out", "In", "Up", "Down")
_EYE_COLUMNS = [ARKIT_NAMES.index(name + side)
                for side in SIDES for name in ("eyeBlink", "eyeWide", *(f"eyeLook{way}" for way in _WAYS))]  # fmt: skip


def _differences(pairs: Sequence[tuple[Sequence[int], Sequence[int]]], points: np.ndarray) -> np.ndarray:
    """(P, N) what makes, of N landmarks, the ways from the middle of the second ones of each pair to that of the first."""
    ways = np.zeros((len(pairs), len(points)))
    for row, (ends, starts) in enumerate(pairs):
        ways[row, np.searchsorted(points, ends)] += 1.0 / len(ends)
        ways[row, np.searchsorted(points, starts)] -= 1.0 / len(starts)
    return ways


_GAPS_AND_WIDTHS = _differences(
    [((one,), (other,)) for side in SIDES for one, other in (*LID_PAIRS[side], EYE_CORNERS[side])], POINTS
)
_FROM_CORNERS = _differences(
    [(ends, EYE_CORNERS[side]) for side in SIDES for ends in ((IRIS_MIDDLES[side],), *zip(*LID_PAIRS[side], strict=True))],
    np.arange(LANDMARK_COUNT),
)


def apertures(points_px: np.ndarray) -> np.ndarray:
    """(..., 2) how far the lids of the left and the right eye stand apart, over the eye's width; of `POINTS` (..., N, 2)."""
    ways = _GAPS_AND_WIDTHS @ points_px
    long = np.hypot(ways[..., 0], ways[..., 1]).reshape(*points_px.shape[:-2], len(SIDES), -1)
    return np.add.reduce(long[..., :-1], axis=-1) / ((long.shape[-1] - 1) * np.maximum(long[..., -1], SHORTEST_PX))


def read_gaze(points_px: np.ndarray, eyes: np.ndarray, view: HeadView) -> np.ndarray:
    """(2, 2) how far the left and the right eye look to the subject's left and up, radians, relative to the head.

    Everything is measured from the middle between the eye's corners, which is surer than the whole face's pose.

    Args:
        points_px: (478, 2) all landmarks.
        eyes: (2, 4) middle of each eyeball, metres in the body's axes, and its radius.
        view: of the head.
    """
    matrix = view.matrix
    gain = view.gain((eyes[:, :3] - HEAD_ORIGIN) @ matrix[2])
    ways = _FROM_CORNERS @ points_px @ (_PICTURE_AXES @ matrix[:2, :2])
    x, y, z = matrix[:, 2].tolist()
    yaw, pitch = math.degrees(math.atan2(x, z)), math.degrees(math.asin(min(max(y, -1.0), 1.0)))
    gaze = []
    for ((aside, up), (_, upper), (_, lower)), pixels, outward in zip(
        ways.reshape(len(SIDES), 3, 2).tolist(), (gain / MILLIMETRES).tolist(), OUTWARD, strict=True
    ):
        left = _weighted(GAZE_OUTWARD, (aside / pixels, yaw, outward))
        gaze.append((left, _weighted(GAZE_UP, (up / pixels, upper / pixels, lower / pixels, pitch, 1.0))))
    return np.minimum(np.maximum(np.radians(gaze), -FARTHEST_RAD), FARTHEST_RAD)


def _weighted(weights: tuple[float, ...], values: tuple[float, ...]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def common_gaze(gaze: np.ndarray, opened: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(2,) where both eyes look: what they differ by is mostly noise. A shut eye has no say; if both are, they keep on.

    Args:
        gaze: (2, 2) of each eye; opened: (2,) apertures over the usual ones; last: (2,) the gaze before.
    """
    left, right = (_share(aperture, EYES_SHUT, EYES_OPEN) for aperture in opened.tolist())
    if left == right == 0.0:
        return last
    both = (left * gaze[0] + right * gaze[1]) / (left + right)
    return np.asarray(last + max(left, right) * (both - last))


def blinks(opened: np.ndarray, shut: float) -> np.ndarray:
    """(2,) how far lids are closed, 0..1.

    Args:
        opened: (2,) apertures over the person's usual ones.
        shut: what that is of this person's shut eyes: the detector's lids never touch, in blurred pictures least.
    """
    left, right = (_share(LIDS_OPEN - aperture, 0.0, LIDS_OPEN - shut) ** BLINK_CURVE for aperture in opened.tolist())
    alike = _share(WINK - abs(left - right), 0.0, WINK - ALIKE)
    middle = 0.5 * (left + right)
    return np.array([left + alike * (middle - left), right + alike * (middle - right)])


def set_eyes(expressions: np.ndarray, opened: np.ndarray, shut: float, gaze: np.ndarray) -> np.ndarray:
    """The weights (52,) with blinks, wide eyes and glances as lids and irises tell them.

    Args:
        expressions: (52,).
        opened, shut: see `blinks`.
        gaze: (2,) radians to the subject's left and up.
    """
    left, up = (math.degrees(angle) for angle in gaze.tolist())
    down = _share(-up, 0.0, LOOK_DEG["Down"])
    apart = np.array([lids + LOOKING_DOWN_CLOSES * down * _share(lids, *LOWERED) for lids in opened.tolist()])
    values = []
    for outward, blink, lids in zip((left, -left), blinks(apart, shut).tolist(), opened.tolist(), strict=True):
        ways = {"Out": outward, "In": -outward, "Up": up, "Down": -up}
        values += [blink, _share(lids, *LID_WIDE), *(_share(ways[way], 0.0, LOOK_DEG[way]) for way in _WAYS)]
    changed = np.array(expressions)
    changed[_EYE_COLUMNS] = values
    return changed


def _share(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def eye_rotations(gaze: np.ndarray) -> np.ndarray:
    """(2, 4) rotations of both eyeballs relative to the head, for a gaze (2,), as far as the expressions turn eyes."""
    left = min(max(float(gaze[0]), -math.radians(LOOK_DEG["Out"])), math.radians(LOOK_DEG["Out"]))
    up = min(max(float(gaze[1]), -math.radians(LOOK_DEG["Down"])), math.radians(LOOK_DEG["Up"]))
    (sine, cosine), (rise, level) = ((math.sin(0.5 * angle), math.cos(0.5 * angle)) for angle in (left, up))
    turn = [-cosine * rise, sine * level, sine * rise, cosine * level]  # up about X, then to the left about Y
    return np.array([turn, turn])
