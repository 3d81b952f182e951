"""Folds of cloth that is worn: heights over a pattern's points, the same on both halves of the body."""

from __future__ import annotations

import numpy as np

Table = tuple[tuple[float, float], ...]
"""Pairs to interpolate between, the first of each rising."""

_SHARP = 1.6  # of a ridge: 0 would be a wave
_MEAN = 0.32  # of a ridge over its whole length, nearly
_ARMPIT = np.array([0.150, 0.425])  # x, y on the average body in the data's own pose
_TRUNK_Z = 0.035


def ridges(phase: np.ndarray) -> np.ndarray:
    """Rounded ridges between wider hollows, one in each turn of `phase`; about 0 on average."""
    return np.exp(_SHARP * (np.cos(phase) - 1.0)) - _MEAN


def wander(places: np.ndarray) -> np.ndarray:
    """(N,) -1..1, slowly changing over places (N, 3) and the same on both sides: what keeps folds from being regular."""
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    waves = np.sin(23.0 * y + 17.0 * x + 0.4) + np.sin(31.0 * z - 19.0 * y + 2.1) + np.sin(29.0 * x + 13.0 * z - 37.0 * y + 4.0)
    return waves / 3.0


def _about(at: np.ndarray, middle: float, wide: float) -> np.ndarray:
    """1 at a place, fading away from it."""
    return np.exp(-(((at - middle) / wide) ** 2))


def trunk_folds(places: np.ndarray) -> np.ndarray:
    """(N,) metres on a trunk: pulled lines from the armpits, cloth gathered at the waist, flutes toward the hem."""
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    angle, stray = np.arctan2(x, z - _TRUNK_Z), wander(places)
    low = np.clip((0.30 - y) / 0.26, 0.0, 1.0)
    flutes = 0.0060 * ridges(6.0 * angle + 2.2 * np.sin(5.0 * y) + 1.5 * stray + 0.8) * low
    gathered = 0.0055 * ridges((y + 0.10 * np.cos(angle) + 0.02 * stray) / 0.0115) * _about(y, 0.155, 0.085)
    across, up = x - _ARMPIT[0], y - _ARMPIT[1]
    away, turn = np.hypot(across, up), np.arctan2(up, across)
    pulled = 0.0060 * ridges(7.5 * turn + 2.0 * stray) * _about(away, 0.085, 0.055) * (y < 0.45)
    hanging = (
        0.0035 * ridges((y - 0.75 * x + 0.03 * stray) / 0.014) * _about(y, 0.30, 0.07) * np.clip(np.cos(angle) + 0.4, 0.0, 1.0)
    )
    return flutes + gathered * (0.35 + 0.65 * np.sin(angle) ** 2) + pulled + hanging


def sleeve_folds(shape: tuple[int, ...], length_m: float) -> np.ndarray:
    """(rows, columns) metres on a sleeve: long folds at the upper arm, creases at the elbow, cloth piled up at the wrist."""
    rows, columns = shape
    along = np.linspace(0.0, length_m, rows)[:, None]
    turn = np.linspace(0.0, 2 * np.pi, columns)[None]
    begun = np.clip(along / 0.06, 0.0, 1.0)
    stray = np.sin(21.0 * along + 2.0 * np.sin(turn)) * np.sin(turn + 0.7)
    upper = 0.0030 * ridges(2.0 * turn + along / 0.03 + 0.7 + stray) * begun * np.clip((0.30 - along) / 0.1, 0.0, 1.0)
    inside = 0.35 + 0.65 * np.cos(0.5 * turn - 0.5) ** 2
    elbow = 0.0052 * ridges((along - 0.23) / 0.0095 + 1.1 * np.cos(turn) + stray) * _about(along, 0.235, 0.055) * inside
    wrist = 0.0045 * ridges(along / 0.0082 + 1.3 * np.cos(turn + 1.0) + stray) * _about(along, 0.405, 0.045)
    return upper + (elbow + wrist) * (length_m > 0.3)


def leg_folds(places: np.ndarray, angle: np.ndarray, above_hem: np.ndarray, *, whole: bool) -> np.ndarray:
    """(N,) metres on trousers: lines out of the crotch, creases at the knee, cloth that piles up on the shoe.

    Args:
        places: (N, 3) on the average body.
        angle: (N,) about each leg's axis, 0 in front, positive outside.
        above_hem: (N,) metres.
        whole: they reach the shoe.
    """
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    stray, ahead = wander(places), np.cos(angle)
    piled = 0.0062 * ridges(above_hem / 0.0105 + 1.5 * np.cos(angle - 0.5) + 1.2 * stray)
    piled *= (0.45 + 0.55 * np.clip(ahead, 0.0, 1.0)) * _about(above_hem, 0.085, 0.055) * whole
    calf = 0.0035 * ridges((above_hem - 0.05 * np.sin(angle)) / 0.016 + 2.0 * stray) * _about(above_hem, 0.21, 0.07) * whole
    knee = 0.0055 * ridges((y + 0.34) / 0.0105 + 0.9 * np.cos(2 * angle) + stray) * _about(y, -0.355, 0.06)
    knee *= 0.30 + 0.70 * np.clip(-ahead + 0.2, 0.0, 1.0)
    spread = np.arctan2(y + 0.035, x + 0.012)
    lap = 0.0050 * ridges(8.5 * spread + 1.2 * stray) * np.exp(-((np.hypot(x / 0.10, (y + 0.03) / 0.07)) ** 2)) * (z > 0)
    seat = 0.0035 * ridges((y + 0.06 + 0.35 * x) / 0.012 + stray) * _about(y, -0.075, 0.03) * (z < 0)
    thigh = 0.0030 * ridges((y - 0.55 * x) / 0.017 + 1.5 * stray) * _about(y, -0.16, 0.05) * (0.4 + 0.6 * np.abs(np.sin(angle)))
    return piled + calf + knee + lap + seat + thigh


def pressed_crease(angle: np.ndarray, places: np.ndarray, height_m: float) -> np.ndarray:
    """(N,) metres: the creases ironed into trousers' legs, before and behind."""
    sharp = np.exp(-((np.sin(angle) / 0.16) ** 2))
    return height_m * sharp * np.clip((-0.06 - places[:, 1]) / 0.12, 0.0, 1.0)
