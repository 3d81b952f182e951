"""Lids and gaze, read from their own landmarks: small against the noise of a whole face, large against that of an eye."""

from __future__ import annotations

import numpy as np

from avatarkit.body.expressions import LOOK_DEG
from avatarkit.geometry import quaternions
from avatarkit.motion.face.face_points import EYE_CORNERS, IRIS_MIDDLES, LID_PAIRS, POINTS
from avatarkit.motion.face.head_view import HeadView
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SIDES = ("Left", "Right")

LID_APERTURES, LID_BLINKS = (0.24, 0.38, 0.85), (1.0, 0.55, 0.0)
"""Apertures of an eye over its usual one, and the blink that they read as: the detector's lids never touch. Measured on
rendered heads, which read 0.20 shut and 0.36 half shut."""

LID_WIDE = (1.08, 1.22)
"""Apertures, over the usual one, from which and at which eyes are opened wide: beyond noise, and as rendered."""

LOOKING_DOWN_CLOSES = 0.25
"""By so much of their aperture lids come down with a full glance downwards."""

EYES_SHUT = 0.45
"""Below this aperture an iris is hidden: the other eye tells the gaze, or the last picture."""

GAZE_ZERO_RAD = np.radians([0.0, 2.9])
GAZE_GAIN = np.array([1.55, 2.5])
"""What the detector's irises miss, to the subject's left and up, and what they fall short. Measured on rendered heads."""

FARTHEST = 0.9
"""An iris farther from the eyeball's middle than this share of its radius is none."""

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


def read_gaze(irises_px: np.ndarray, seen: np.ndarray, fitted: np.ndarray, eyes: np.ndarray, view: HeadView) -> np.ndarray:
    """(2, 2) how far the left and the right eye look to the subject's left and up, radians, relative to the head.

    An iris is measured from the middle between its eye's corners, which are surer than the whole face's pose.

    Args:
        irises_px: (2, 2) their middles.
        seen, fitted: (N, 2) `POINTS` as seen and as the model has them.
        eyes: (2, 4) middle of each eyeball, metres in the body's axes, and its radius.
        view: of the head.
    """
    balls = view.project(eyes[:, :3])
    missed = 0.5 * (seen[_CORNERS] - fitted[_CORNERS]).sum(axis=1)
    aside = (irises_px - balls.pixels - missed) / (eyes[:, 3] * balls.gain)[:, None] * (1.0, -1.0)
    aside = aside * np.minimum(1.0, FARTHEST / np.maximum(np.hypot(aside[:, 0], aside[:, 1]), 1e-9))[:, None]
    look = np.column_stack([aside, np.sqrt(1.0 - (aside * aside).sum(axis=1))]) @ view.matrix
    return np.column_stack([np.arctan2(look[:, 0], look[:, 2]), np.arcsin(np.clip(look[:, 1], -1.0, 1.0))])


def common_gaze(gaze: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """(2,) where both eyes look: what they differ by is mostly noise. An eye that is shut has no say.

    Args:
        gaze: (2, 2) of each eye; opened: (2,) apertures over the usual ones.
    """
    say = np.maximum(opened - EYES_SHUT, 1e-3)
    return GAZE_GAIN * ((say[:, None] * gaze).sum(axis=0) / say.sum() + GAZE_ZERO_RAD)


def irises(points_px: np.ndarray) -> np.ndarray:
    """(2, 2) the middles of the left and the right iris among all landmarks (478, 2)."""
    return points_px[_IRISES]


def set_eyes(expressions: np.ndarray, opened: np.ndarray, gaze: np.ndarray) -> np.ndarray:
    """The weights (52,) with blinks, wide eyes and glances as lids and irises tell them.

    Args:
        expressions: (52,).
        opened: (2,) apertures over the person's usual ones.
        gaze: (2,) radians to the subject's left and up.
    """
    left, up = np.degrees(gaze)
    down = min(max(-up / LOOK_DEG["Down"], 0.0), 1.0)
    lowered = LOOKING_DOWN_CLOSES * down * np.clip(2.0 * opened - 0.8, 0.0, 1.0)  # shut eyes are not lowered ones
    blinks = np.interp(opened + lowered, LID_APERTURES, LID_BLINKS)
    wides = np.clip((opened - LID_WIDE[0]) / (LID_WIDE[1] - LID_WIDE[0]), 0.0, 1.0)
    changed = np.array(expressions)
    for side, outward, blink, wide in zip(SIDES, (left, -left), blinks, wides, strict=True):
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
    aside = quaternions.from_rotation_vector(np.array([0.0, left, 0.0]))
    return np.tile(quaternions.multiply(aside, quaternions.from_rotation_vector(np.array([-up, 0.0, 0.0]))), (2, 1))
