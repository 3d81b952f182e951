"""Straight trousers: a tube about the hips that splits into two along a bridge under the crotch."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.avatar.outfit.pattern import Fall, Panel, Pattern, PatternMaker, tube_uvs

# Places on the average body in the data's own pose, metres.
_WAIST_Y, _FORK_Y = 0.125, 0.0
_HIP_CENTRE_Z = 0.03
_FORK_ORIGIN = np.array([0.0, 0.06, 0.03])
_LEG_AXIS = np.array([[0.085, -0.03, 0.03], [0.101, -0.08, 0.015], [0.142, -0.343, 0.03], [0.181, -0.722, 0.018]])
_ANKLE_Y = -0.722
_DROP_M = 0.042  # the legs end this far below the ankle's narrowest place, on the shoe

_BREAK = 0.6  # how much less in front, where the shoe carries them

_HALF, _BRIDGE, _HIP_ROWS, _LEG_ROWS = 28, 10, 9, 30
_HEM_ROWS_M = (0.0, 0.018, 0.020, 0.042)
_EASE_M = 0.006
_OVER_SHOE_M = 0.006  # the hem's ease above the leg's: it falls over the instep
_STITCH_M = 0.0012  # how deep seams draw the cloth in
_JOINTS = {f"{side}{bone}": f"{side}LowerLeg" for side in ("left", "right") for bone in ("Foot", "Toes")}


@cache
def trousers_pattern() -> Pattern:
    """The pattern, laid out once per process."""
    maker = PatternMaker()
    hips = _hip_half(maker)
    whole = np.concatenate([hips, maker.mirrored(hips)[:, -2::-1]], axis=1)
    bridge = _bridge(maker, hips[-1, 0], hips[-1, -1])
    left = _leg(maker, np.concatenate([hips[-1], bridge, hips[-1, :1]]))
    # Mirrored columns run the other way round.
    right = maker.mirrored(left)[:, ::-1]
    drop = np.zeros(len(maker.positions))

    def front(hem: np.ndarray) -> np.ndarray:
        z = maker.positions[hem, 2]
        return (z - z.min()) / np.ptp(z)

    for leg in (left, right):
        drop[leg[-len(_HEM_ROWS_M) :]] = np.array(_HEM_ROWS_M)[:, None] * (1.0 - _BREAK * front(leg[-1]))
    places = maker.positions - drop[:, None] * [0.0, 1.0, 0.0]
    panels = [Panel(whole, tube_uvs(places, whole), (0,), Fall(0.3))]
    for leg, side in ((left, 1), (right, -1)):
        panels.append(Panel(leg, tube_uvs(places, leg), (-1,), Fall(0.32, end_share=0.58), side))
    folds = _folds(maker.positions, drop)
    for leg in (left, right):
        folds[leg[-2]] -= _STITCH_M
    return maker.pattern(panels, _ease(maker.positions) + _OVER_SHOE_M * (drop > 0), drop, folds, _JOINTS)


def _hip_half(maker: PatternMaker) -> np.ndarray:
    """(rows, _HALF + 1) from the front's middle over the left side to the back's, waist first."""
    turn = np.linspace(0.0, np.pi, _HALF + 1)
    around = np.stack([1.25 * np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=1)
    heights = np.linspace(_WAIST_Y, _FORK_Y, _HIP_ROWS)
    origins = np.stack([np.zeros_like(heights), heights, np.full_like(heights, _HIP_CENTRE_Z)], axis=1)
    return maker.cast(origins[:, None], np.broadcast_to(around, (_HIP_ROWS, *around.shape)))


def _bridge(maker: PatternMaker, front: int, back: int) -> np.ndarray:
    """(_BRIDGE - 1,) points on the midline under the crotch, from the back to the front."""
    start, end = (maker.positions[n] - _FORK_ORIGIN for n in (back, front))
    angles = np.linspace(np.arctan2(start[2], -start[1]), np.arctan2(end[2], -end[1]), _BRIDGE + 1)[1:-1]
    return maker.cast(_FORK_ORIGIN, np.stack([np.zeros_like(angles), -np.cos(angles), np.sin(angles)], axis=1))


def _leg(maker: PatternMaker, top: np.ndarray) -> np.ndarray:
    """(rows, columns + 1) of the left leg, from the ring `top` (closed) down to the hem."""
    ring = maker.positions[top[:-1]]
    columns = len(ring)
    centre = _axis(ring[:, 1])
    first = np.unwrap(np.arctan2(ring[:, 0] - centre[:, 0], ring[:, 2] - centre[:, 2]))
    even = np.pi / 2 + (np.arange(columns) - _HALF / 2) * 2 * np.pi / columns
    share = 1.0 - (1.0 - np.linspace(0.0, 1.0, _LEG_ROWS)[1:, None]) ** 1.3
    heights = ring[:, 1] + (_ANKLE_Y - ring[:, 1]) * share
    angle = first + (even - first) * np.clip(share / 0.3, 0.0, 1.0)
    rows = maker.cast(_axis(heights), np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=-1))
    hem = [maker.again(rows[-1]) for _ in _HEM_ROWS_M[1:]]
    grid = np.concatenate([top[None, :-1], rows, np.stack(hem)])
    return np.concatenate([grid, grid[:, :1]], axis=1)


def _axis(heights: np.ndarray) -> np.ndarray:
    """(..., 3) the middle of the left leg at given heights."""
    y = _LEG_AXIS[::-1, 1]
    return np.stack([np.interp(heights, y, _LEG_AXIS[::-1, 0]), heights, np.interp(heights, y, _LEG_AXIS[::-1, 2])], axis=-1)


def _ease(positions: np.ndarray) -> np.ndarray:
    waist = np.clip((_WAIST_Y - positions[:, 1]) / 0.06, 0.0, 1.0)
    return 0.002 + (_EASE_M - 0.002) * waist


def _folds(positions: np.ndarray, drop: np.ndarray) -> np.ndarray:
    """(N,) metres: cloth that piles up on the shoe and creases behind the knee."""
    x, y, z = positions.T
    y = y - drop
    centre = _axis(positions[:, 1])
    angle = np.arctan2(np.abs(x) - centre[:, 0], z - centre[:, 2])
    above_hem = y - (_ANKLE_Y - _DROP_M)
    stack = (
        0.0032
        * (0.35 + 0.65 * np.clip(np.cos(angle), 0.0, 1.0))
        * np.sin(above_hem / 0.0115 + 1.6 * np.cos(angle - 0.5))
        * np.exp(-(((above_hem - 0.10) / 0.055) ** 2))
    )
    knee = 0.0030 * np.sin((y + 0.34) / 0.011 + 0.8 * np.cos(2 * angle)) * np.exp(-(((y + 0.36) / 0.06) ** 2))
    knee *= np.clip(-np.cos(angle) + 0.3, 0.0, 1.0)
    lap = 0.003 * np.sin((y + 0.9 * np.abs(x)) / 0.0105) * np.exp(-((np.hypot(x / 0.09, (y + 0.03) / 0.06)) ** 2)) * (z > 0)
    return stack + knee + lap
