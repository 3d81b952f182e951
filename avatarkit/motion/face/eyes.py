"""Lids and gaze, read from their own landmarks: small against the noise of a whole face, large against that of an eye."""

from __future__ import annotations

import math

import numpy as np

from avatarkit.body.expressions import LOOK_DEG
from avatarkit.motion.face.face_points import EYE_CORNERS, IRIS_MIDDLES, LID_PAIRS, POINTS
from avatarkit.motion.face.head_view import HeadView
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

GAZE_OUTWARD = np.array([5.2, -0.17, 5.4])
"""Degrees that an eye looks outward for a millimetre of its iris from the middle between its corners, for a degree by which the
head is turned that way, and at 0. Least squares over rendered heads, as the next one."""

GAZE_UP = np.array([3.2, 3.85, 4.04, -0.32, -11.8])
"""Degrees that an eye looks up for a millimetre of its iris, of its upper and of its lower lid above that middle, for a degree
by which the head is raised, and at 0: lids go with the eye, and are seen better."""

OUTWARD = np.array([1.0, -1.0])
"""The subject's left is outward for the left eye."""

MILLIMETRES = 1000.0

FARTHEST_DEG = 40.0
"""No eye turns farther."""

_ROW = {int(point): row for row, point in enumerate(POINTS)}
_COLUMN = {name: column for column, name in enumerate(ARKIT_NAMES)}
_LIDS = np.array([[[_ROW[point] for point in pair] for pair in LID_PAIRS[side]] for side in SIDES])
_CORNERS = np.array([[_ROW[point] for point in EYE_CORNERS[side]] for side in SIDES])
_IRISES = [IRIS_MIDDLES[side] for side in SIDES]


def apertures(points_px: np.ndarray) -> np.ndarray:
    """(2,) how far the lids of the left and the right eye stand apart, over the eye's width; of `POINTS` (N, 2)."""
    lids, corners = points_px[_LIDS], points_px[_CORNERS]
    gaps, across = lids[:, :, 0] - lids[:, :, 1], corners[:, 0] - corners[:, 1]
    high = np.hypot(gaps[..., 0], gaps[..., 1]).sum(axis=1) / gaps.shape[1]
    return high / np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-6)


def read_gaze(irises_px: np.ndarray, seen: np.ndarray, eyes: np.ndarray, view: HeadView) -> np.ndarray:
    """(2, 2) how far the left and the right eye look to the subject's left and up, radians, relative to the head.

    Everything is measured from the middle between the eye's corners, which is surer than the whole face's pose.

    Args:
        irises_px: (2, 2) their middles.
        seen: (N, 2) `POINTS`.
        eyes: (2, 4) middle of each eyeball, metres in the body's axes, and its radius.
        view: of the head.
    """
    lids = seen[_LIDS].mean(axis=1)  # (2 eyes, upper and lower, 2)
    places = np.stack([irises_px, lids[:, 0], lids[:, 1]], axis=1) - seen[_CORNERS].mean(axis=1)[:, None]
    matrix, gain = view.matrix, view.project(eyes[:, :3]).gain
    x, y = np.moveaxis((places * (1.0, -1.0)) @ matrix[:2, :2], -1, 0) * (MILLIMETRES / gain[:, None])
    yaw, pitch = np.degrees(np.arctan2(matrix[0, 2], matrix[2, 2])), np.degrees(np.arcsin(min(max(matrix[1, 2], -1.0), 1.0)))
    outward = GAZE_OUTWARD[0] * OUTWARD * x[:, 0] + GAZE_OUTWARD[1] * OUTWARD * yaw + GAZE_OUTWARD[2]
    up = y @ GAZE_UP[:3] + GAZE_UP[3] * pitch + GAZE_UP[4]
    return np.radians(np.clip(np.column_stack([OUTWARD * outward, up]), -FARTHEST_DEG, FARTHEST_DEG))


def common_gaze(gaze: np.ndarray, opened: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(2,) where both eyes look: what they differ by is mostly noise. A shut eye has no say; if both are, they keep on.

    Args:
        gaze: (2, 2) of each eye; opened: (2,) apertures over the usual ones; last: (2,) the gaze before.
    """
    say = np.clip((opened - EYES_SHUT) / (EYES_OPEN - EYES_SHUT), 0.0, 1.0)
    share = float(say.max())
    return last + share * ((say + 1e-6) @ gaze / (say + 1e-6).sum() - last)


def irises(points_px: np.ndarray) -> np.ndarray:
    """(2, 2) the middles of the left and the right iris among all landmarks (478, 2)."""
    return points_px[_IRISES]


def blinks(opened: np.ndarray, shut: float) -> np.ndarray:
    """(2,) how far lids are closed, 0..1.

    Args:
        opened: (2,) apertures over the person's usual ones.
        shut: what that is of this person's shut eyes: the detector's lids never touch, in blurred pictures least.
    """
    way = np.clip((LIDS_OPEN - opened) / (LIDS_OPEN - shut), 0.0, 1.0) ** BLINK_CURVE
    alike = min(max((WINK - float(abs(way[0] - way[1]))) / (WINK - ALIKE), 0.0), 1.0)
    return np.asarray(way + alike * (way.mean() - way))


def set_eyes(expressions: np.ndarray, opened: np.ndarray, shut: float, gaze: np.ndarray) -> np.ndarray:
    """The weights (52,) with blinks, wide eyes and glances as lids and irises tell them.

    Args:
        expressions: (52,).
        opened, shut: see `blinks`.
        gaze: (2,) radians to the subject's left and up.
    """
    left, up = np.degrees(gaze)
    down = min(max(-up / LOOK_DEG["Down"], 0.0), 1.0)
    lowered = LOOKING_DOWN_CLOSES * down * np.clip(2.0 * opened - 0.8, 0.0, 1.0)  # shut eyes are not lowered ones
    wides = np.clip((opened - LID_WIDE[0]) / (LID_WIDE[1] - LID_WIDE[0]), 0.0, 1.0)
    changed = np.array(expressions)
    for side, outward, blink, wide in zip(SIDES, (left, -left), blinks(opened + lowered, shut), wides, strict=True):
        values = {
            "eyeBlink": blink, "eyeWide": wide, "eyeLookOut": outward / LOOK_DEG["Out"], "eyeLookIn": -outward / LOOK_DEG["In"],
            "eyeLookUp": up / LOOK_DEG["Up"], "eyeLookDown": -up / LOOK_DEG["Down"],
        }  # fmt: skip
        for name, value in values.items():
            changed[_COLUMN[name + side]] = min(max(float(value), 0.0), 1.0)
    return changed


def eye_rotations(gaze: np.ndarray) -> np.ndarray:
    """(2, 4) rotations of both eyeballs relative to the head, for a gaze (2,), as far as the expressions turn eyes."""
    left = min(max(float(gaze[0]), -np.radians(LOOK_DEG["Out"])), np.radians(LOOK_DEG["Out"]))
    up = min(max(float(gaze[1]), -np.radians(LOOK_DEG["Down"])), np.radians(LOOK_DEG["Up"]))
    (sine, cosine), (rise, level) = ((math.sin(0.5 * angle), math.cos(0.5 * angle)) for angle in (left, up))
    turn = [-cosine * rise, sine * level, sine * rise, cosine * level]  # up about X, then to the left about Y
    return np.array([turn, turn])
