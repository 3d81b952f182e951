"""A crew-neck T-shirt: a trunk, a yoke from the chest line to the neck, two sleeves, a ribbed collar."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.avatar.outfit.pattern import Fall, Panel, Pattern, PatternMaker, tube_uvs

# Places on the average body in the data's own pose, metres.
_HEM_Y, _TRUNK_Z = -0.005, 0.035
_ARMHOLE = np.array([0.150, 0.470, 0.018])
_ARMHOLE_NORMAL = np.array([0.9962, 0.0872, 0.0])
_ARM = np.array([0.667, -0.745, 0.0])  # along the upper arm
_SLEEVE_M = 0.155  # from the armhole's middle
_CHEST_DEG = 118.0  # where the armhole meets the chest line, from its top
_YOKE_ORIGIN = np.array([0.0, 0.445, 0.02])

_FRONT, _BACK, _SIDE, _ARCH = 12, 12, 12, 20  # columns
_TRUNK_ROWS, _YOKE_ROWS, _SLEEVE_ROWS = 24, 11, 13
_NECK = ((0.0, 0.540), (0.30, 0.556), (0.55, 0.584), (1.0, 0.592))  # share of the way to the back, height
_COLLAR_M = 0.017
_STITCH_M = 0.0015  # how deep seams draw the cloth in
_HEM_BAND_M = (0.024, 0.022)
_EASE_M, _COLLAR_EASE_M = 0.011, 0.005


@cache
def shirt_pattern() -> Pattern:
    """The pattern, laid out once per process."""
    maker = PatternMaker()
    armhole = _armhole(maker)
    side, arch = armhole[: _SIDE + 1], np.concatenate([armhole[_SIDE:], armhole[:1]])[::-1]
    front, back = _chest_line(maker, side[0], 0.0), _chest_line(maker, side[-1], np.pi)
    trunk = _trunk(maker, np.concatenate([front, side, back[::-1]]))
    collar, yoke = _yoke(maker, np.concatenate([front, arch, back[::-1]]))
    sleeve = _sleeve(maker, np.concatenate([side[_SIDE // 2 :: -1], arch[1:], side[-2 : _SIDE // 2 - 1 : -1]]))
    halves = [np.concatenate([g, maker.mirrored(g)[:, -2::-1]], axis=1) for g in (collar, yoke, trunk)]
    uvs = [tube_uvs(maker.positions, g) for g in halves]
    panels = [
        Panel(halves[0], uvs[0], (0,)),
        Panel(halves[1], uvs[1]),
        Panel(halves[2], uvs[2], (-1,), Fall(0.2, start=0.12)),
        Panel(sleeve, tube_uvs(maker.positions, sleeve), (-1,)),
        Panel(maker.mirrored(sleeve)[:, ::-1], tube_uvs(maker.positions, sleeve), (-1,)),
    ]
    ease = _ease(maker.positions)
    ease[np.unique(halves[0][:-1])] = _COLLAR_EASE_M
    folds = _folds(maker.positions)
    for panel, row in ((panels[0], -1), (panels[2], -2), (panels[3], -2), (panels[4], -2)):
        folds[panel.corners[row]] -= _STITCH_M
    return maker.pattern(panels, ease, 0.0, folds)


def _circle(normal: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(..., 3) directions about `normal`, which has no depth: 0 is up, a quarter is to the front."""
    up = np.stack([-normal[..., 1], normal[..., 0], np.zeros_like(normal[..., 0])], axis=-1)
    return np.cos(angle)[..., None] * up + np.sin(angle)[..., None] * np.array([0.0, 0.0, 1.0])


def _armhole(maker: PatternMaker) -> np.ndarray:
    """(_SIDE + _ARCH,) points around the left armhole, from the chest under the arm to the back and over the shoulder."""
    chest = np.radians(_CHEST_DEG)
    under = np.linspace(chest, 2 * np.pi - chest, _SIDE + 1)
    over = np.linspace(2 * np.pi - chest, 2 * np.pi + chest, _ARCH + 1)[1:-1]
    angle = np.concatenate([under, over])
    return maker.cast(_ARMHOLE, _circle(_ARMHOLE_NORMAL, angle))


def _chest_line(maker: PatternMaker, end: int, middle_angle: float) -> np.ndarray:
    """Points level with `end`, from the midline to just before it; `middle_angle` 0 is in front, pi behind."""
    place = maker.positions[end]
    origin = np.array([0.0, place[1], _TRUNK_Z])
    angle = np.linspace(middle_angle, np.arctan2(place[0], place[2] - _TRUNK_Z), _FRONT + 1)[:-1]
    return maker.cast(origin, np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1))


def _trunk(maker: PatternMaker, top: np.ndarray) -> np.ndarray:
    """(rows, columns) of the left half below the chest line `top`."""
    ring = maker.positions[top]
    first = np.arctan2(ring[:, 0], ring[:, 2] - _TRUNK_Z)
    turn = np.linspace(0.0, np.pi, len(top))
    even = np.arctan2(1.3 * np.sin(turn), np.cos(turn))
    share = np.linspace(0.0, 1.0, _TRUNK_ROWS)[1:-1]
    length = float(ring[:, 1].mean() - _HEM_Y)
    share = np.concatenate([share[share < 1.0 - 1.3 * _HEM_BAND_M[0] / length], 1.0 - np.array(_HEM_BAND_M) / length, [1.0]])[
        :, None
    ]
    heights = ring[:, 1] + (_HEM_Y - ring[:, 1]) * share
    angle = first + (even - first) * np.clip(share / 0.35, 0.0, 1.0)
    origins = np.stack([np.zeros_like(heights), heights, np.full_like(heights, _TRUNK_Z)], axis=-1)
    rows = maker.cast(origins, np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=-1))
    return np.concatenate([top[None], rows])


def _yoke(maker: PatternMaker, outer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left halves of the collar, upper edge first, and of the yoke from the collar down to `outer`."""
    share = np.linspace(0.0, 1.0, len(outer))
    turn = np.pi * share
    table = np.array(_NECK)
    height = np.interp(share, table[:, 0], table[:, 1])
    height = np.convolve(np.pad(height, 4, mode="reflect"), np.full(9, 1 / 9), mode="valid")

    def ring(raised: float) -> np.ndarray:
        origin = np.stack([np.zeros_like(height), height + raised, np.full_like(height, 0.025)], axis=1)
        return maker.cast(origin, np.stack([np.sin(turn), 0.35 * np.cos(turn) * (turn < 1.6), np.cos(turn)], axis=1))

    seam = ring(0.0)
    collar = np.stack([ring(_COLLAR_M), ring(0.55 * _COLLAR_M), ring(0.12 * _COLLAR_M), seam])
    inner, rim = maker.positions[seam], maker.positions[outer]
    steps = np.linspace(0.0, 1.0, _YOKE_ROWS)[1:-1, None, None]
    rows = maker.cast(_YOKE_ORIGIN, inner + (rim - inner) * steps - _YOKE_ORIGIN)
    return collar, np.concatenate([seam[None], rows, outer[None]])


def _sleeve(maker: PatternMaker, top: np.ndarray) -> np.ndarray:
    """(rows, columns + 1) of the left sleeve, from the armhole `top` (from below over the front, closed)."""
    ring = maker.positions[top[:-1]] - _ARMHOLE
    up = np.array([-_ARMHOLE_NORMAL[1], _ARMHOLE_NORMAL[0], 0.0])
    first = np.unwrap(np.arctan2(ring[:, 2], ring @ up))
    even = np.linspace(first[0], first[0] - 2 * np.pi, len(first) + 1)[:-1]
    share = np.linspace(0.0, 1.0, _SLEEVE_ROWS)[1:-1]
    share = np.concatenate([share[share < 0.80], 1.0 - np.array(_HEM_BAND_M) / _SLEEVE_M, [1.0]])[:, None]
    turned = np.clip(share / 0.6, 0.0, 1.0)
    normal = _ARMHOLE_NORMAL + (_ARM - _ARMHOLE_NORMAL) * turned
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    angle = first + (even - first) * turned
    rows = maker.cast((_ARMHOLE + _ARM * _SLEEVE_M * share)[:, None], _circle(normal[:, None], angle))
    grid = np.concatenate([top[None, :-1], rows])
    return np.concatenate([grid, grid[:, :1]], axis=1)


def _ease(positions: np.ndarray) -> np.ndarray:
    """(N,) close on the shoulders, which carry it, looser below and toward the sleeves' ends."""
    x, y, _ = positions.T
    below = np.clip((0.52 - y) / 0.12, 0.0, 1.0)
    sleeve = np.clip((np.abs(x) - 0.17) / 0.07, 0.0, 1.0)
    return 0.004 + (_EASE_M - 0.004) * below + 0.010 * sleeve


def _folds(positions: np.ndarray) -> np.ndarray:
    """(N,) metres: soft folds that widen toward the hem, and drag lines from the armpits."""
    x, y, z = positions.T
    angle = np.arctan2(np.abs(x), z - _TRUNK_Z)
    trunk = np.abs(x) < 0.19
    low = np.clip((0.32 - y) / 0.28, 0.0, 1.0)
    hang = 0.006 * np.sin(6.0 * angle + 3.0 * np.sin(5.0 * y) + 0.8) * low * trunk
    waist = (
        0.004
        * np.sin((y + 0.10 * np.cos(2 * angle)) / 0.012)
        * np.exp(-(((y - 0.16) / 0.08) ** 2))
        * np.sin(angle) ** 2
        * trunk
    )
    drag = np.hypot(np.abs(x) - 0.15, y - 0.40)
    lines = 0.0036 * np.sin(drag / 0.012 + 1.5 * angle) * np.exp(-(((drag - 0.07) / 0.06) ** 2)) * (y < 0.44) * trunk
    sleeve = (
        0.0025
        * np.sin(3.0 * np.arctan2(z - 0.018, y - 0.5 + 1.1 * (np.abs(x) - 0.17)) + 0.7)
        * np.clip((np.abs(x) - 0.19) / 0.05, 0, 1)
    )
    return hang + waist + lines + sleeve
