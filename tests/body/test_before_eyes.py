"""Skin on large eyeballs slides over them, and what is far from them acts as before."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body.before_eyes import kept_before_eye
from avatarkit.body.body import load_body
from avatarkit.body.expression_rows import ExpressionRows
from avatarkit.body.rest import rest_body
from avatarkit.vocabulary.arkit import ARKIT_NAMES

DRAWN = {"big-eyes": 1.0, "tall-eyes": 0.7, "round-eyes": 0.75, "low-eyes": 0.45, "flat-face": 0.6, "smooth-face": 1.0,
         "big-head": 0.6, "smiling": 1.0, "bold-expressions": 1.0}  # fmt: skip
RADIUS_M, LEAST_M = 0.03, 0.001


@pytest.mark.parametrize("side", ["left", "right"])
def test_cheeks_stay_before_large_eyes_in_full_disgust(side: str) -> None:
    rest, body = rest_body(DRAWN), load_body()
    names = [name + end for name in ("noseSneer", "mouthUpperUp", "eyeSquint") for end in ("Left", "Right")]
    moves = np.asarray(rest.expression_offsets[:, [ARKIT_NAMES.index(name) for name in names]].sum(axis=1)).reshape(-1, 3)
    ball, center = rest.positions[np.unique(body.parts[f"eye-{side}"].quads)], rest.joint(f"{side}Eye")
    radii = np.abs(ball - center).max(axis=0)
    cheek = np.unique(body.parts["head"].quads)
    away = (rest.positions[cheek] - center) / radii
    under = (away[:, 1] < -0.7) & (away[:, 2] > 0.2) & (np.linalg.norm(away, axis=1) < 1.25)
    gap = [(np.linalg.norm((points[cheek[under]] - center) / radii, axis=1) - 1.0).min() * radii.min()
           for points in (rest.positions, rest.positions + moves)]  # fmt: skip
    assert under.sum() > 10 and gap[0] > LEAST_M
    assert gap[1] > LEAST_M


def on_a_ball(height_m: float, move: tuple[float, float, float]) -> np.ndarray:
    """(3,) what is left of a smile's move of a point before a ball."""
    ball = np.concatenate([np.eye(3), -np.eye(3)]) * RADIUS_M
    positions = np.vstack([ball, [0.0, 0.0, RADIUS_M + height_m]])
    smile = ARKIT_NAMES.index("mouthSmileLeft")
    ends = np.where(np.arange(len(ARKIT_NAMES) + 1) > smile, 1, 0)
    acted = ExpressionRows(ends, np.array([6]), np.array([move]))
    made = kept_before_eye(acted, positions, np.arange(6), np.zeros(3))
    return made.of(smile)[1][0]


def test_only_the_way_inwards_of_what_lies_near_is_taken_back() -> None:
    assert on_a_ball(0.003, (0.002, 0.001, 0.004)) == pytest.approx((0.002, 0.001, 0.004))
    assert on_a_ball(0.020, (0.002, 0.001, -0.004)) == pytest.approx((0.002, 0.001, -0.004))
    x, y, z = on_a_ball(0.003, (0.002, 0.001, -0.004))
    assert (x, y) == pytest.approx((0.002, 0.001)) and -0.004 < z < -0.001
