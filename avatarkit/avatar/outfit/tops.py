"""Whatever is worn on the trunk, from T-shirts to coats: a trunk, a yoke from the chest line to the neck, sleeves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.folds import Table, sleeve_folds, trunk_folds
from avatarkit.avatar.outfit.pattern import HEM_M, Edge, Fall, Hang, Panel, Pattern, PatternMaker, tube_uvs

# Places on the average body in the data's own pose, metres.
_TRUNK_Z = 0.035
_ARMHOLE = np.array([0.150, 0.470, 0.018])
_ELBOW, _WRIST = np.array([0.331, 0.322, 0.020]), np.array([0.453, 0.197, 0.183])
_YOKE_ORIGIN = np.array([0.0, 0.445, 0.02])
_NECK_Z = 0.025
HIP_Y = -0.005
"""Below this height nothing lies on the body: it hangs."""
_ELBOW_ROUND_M = 0.05
_HEM_NORMAL_DEG = 5.0  # how far the armhole's plane leans inward at its top, of a shirt with sleeves

FRONT_COLUMNS, _SIDE, _ARCH = 12, 12, 20
_YOKE_ROWS, _COLLAR_ROW_M, _TRUNK_ROW_M, _SLEEVE_ROW_M, _HUNG_ROW = 11, 0.010, 0.0185, 0.0125, 0.032
_STITCH_M = 0.0015  # how deep seams draw the cloth in
_HEM_BAND_M = (0.024, 0.022)
_SLEEVELESS_M = 0.010
_LEVEL_M = 0.035
_SHOULDER_Z, _OVER_SHOULDER = 0.0, 0.6  # where the shoulders are highest; how much of the way ahead counts as down
_TUCKED_Y, _TUCKED_M = 0.150, 0.0015  # below this height what is tucked in lies close

CREW: Table = ((0.0, 0.540), (0.30, 0.556), (0.55, 0.584), (1.0, 0.592))
"""A neckline: share of the way to the back -> height."""


@dataclass(frozen=True)
class TopCut:
    """What makes a T-shirt a T-shirt and a coat a coat.

    Attributes:
        hem_y: lower edge, metres on the average body; nothing lower than `HIP_Y`, from where it hangs.
        hang: how far it hangs below the hips, as a share of the leg's length.
        flare: how much what hangs widens, metres per metre.
        ease_m: least distance from the body below the shoulders; `shoulder_ease_m` on them.
        taper: how much the trunk may narrow while it falls, metres per metre: small hangs straight, large follows the waist.
        sleeve_m: length, from the armhole; 0 has none, 0.155 ends above the elbow, 0.46 at the wrist.
        sleeve_ease_m: beside `ease_m`, at the upper arm and at the end.
        neck: neckline, share of the way to the back -> height.
        pointed: the neckline comes to a point in front.
        collar_m: width of the band along it.
        collar_ease_m: its least distance from the neck.
        tilt_deg: how far the armhole leans inward over the shoulder, for narrow straps.
        chest_deg: where the armhole meets the chest line, from its top; larger is lower.
        opening: height -> half the gap in front; none is closed.
        folds: how deep its folds are, against a T-shirt's.
        waves: folds of what hangs: how many, and metres deep.
        hem_m: thickness.
        tucked: it is worn inside what is about the hips.
        quilt: seams across it: metres between them, and metres that it bulges there.
    """

    hem_y: float = HIP_Y
    hang: float = 0.0
    flare: float = 0.0
    ease_m: float = 0.011
    shoulder_ease_m: float = 0.004
    taper: float = 0.2
    sleeve_m: float = 0.155
    sleeve_ease_m: tuple[float, float] = (0.010, 0.010)
    neck: Table = CREW
    pointed: bool = False
    collar_m: float = 0.017
    collar_ease_m: float = 0.005
    tilt_deg: float = _HEM_NORMAL_DEG
    chest_deg: float = 118.0
    opening: Table | None = None
    folds: float = 1.0
    waves: tuple[int, float] = (9, 0.02)
    hem_m: float = HEM_M
    tucked: bool = False
    quilt: tuple[float, float] = (0.0, 0.0)

    def gap(self, height: np.ndarray | float) -> np.ndarray:
        """Half the gap in front at a height, metres."""
        if self.opening is None:
            return np.zeros_like(np.asarray(height, float))
        heights, gaps = zip(*self.opening, strict=True)
        return np.interp(height, heights, gaps)


def top_pattern(cut: TopCut) -> Pattern:
    """The pattern of a top: panels "collar", "yoke", "trunk", "sleeve" and "right-sleeve"."""
    return TopMaker(cut).pattern()


class TopMaker:
    """Lays out a top; collars and the like can be added before the pattern is made."""

    def __init__(self, cut: TopCut) -> None:
        self.cut, self.maker = cut, PatternMaker()
        armhole = self._armhole()
        side, arch = armhole[: _SIDE + 1], np.concatenate([armhole[_SIDE:], armhole[:1]])[::-1]
        front, back = self._chest_line(side[0], self._front_angle(side[0])), self._chest_line(side[-1], np.pi)
        trunk = self._trunk(np.concatenate([front, side, back[::-1]]))
        self.hung_from = len(trunk) - 1
        trunk = np.concatenate([trunk, self._hung(trunk[-1])])
        collar, yoke = self._yoke(np.concatenate([front, arch, back[::-1]]))
        sleeve = self._sleeve(np.concatenate([side[_SIDE // 2 :: -1], arch[1:], side[-2 : _SIDE // 2 - 1 : -1]]))
        self.collar, self.yoke, self.trunk = (self.maker.whole(half) for half in (collar, yoke, trunk))
        self.sleeves = (sleeve, self.maker.mirrored(sleeve)[:, ::-1])
        self.extra: list[Panel] = []
        self.extra_ease: list[tuple[np.ndarray, np.ndarray | float]] = []

    def pattern(self) -> Pattern:
        """The finished pattern."""
        maker, cut = self.maker, self.cut
        open_sides: tuple[Edge, ...] = () if cut.opening is None else ("first", "last")
        ended: tuple[Edge, ...] = ("bottom", *open_sides)
        hang = Hang(self.hung_from, cut.flare, cut.ease_m + 0.004) if cut.hang else None
        uvs = [tube_uvs(maker.positions, g) for g in (self.collar, self.yoke, self.trunk, self.sleeves[0])]
        uvs[1] = _straight_uvs(maker.positions[self.yoke])
        panels = [
            Panel(self.collar, uvs[0], ("top", *open_sides), name="collar"),
            Panel(self.yoke, uvs[1], open_sides, name="yoke"),
            Panel(self.trunk, uvs[2], ended, Fall(cut.taper, start=0.12), hang=hang, name="trunk"),
            Panel(self.sleeves[0], uvs[3], ("bottom",), name="sleeve"),
            Panel(self.sleeves[1], uvs[3], ("bottom",), name="right-sleeve"),
        ]
        folds = cut.folds * self._folds()
        for grid, row in ((self.collar, -1), (self.trunk, -2), *((sleeve, -2) for sleeve in self.sleeves)):
            folds[grid[row]] -= _STITCH_M
        return maker.pattern([*panels, *self.extra], self._ease(), fold_m=folds, hem_m=cut.hem_m)

    def _front_angle(self, number: int) -> float:
        gap = float(self.cut.gap(self.maker.positions[number, 1]))
        return float(np.arcsin(gap / 0.135))

    def _normal(self) -> np.ndarray:
        tilt = np.radians(self.cut.tilt_deg)
        return np.array([np.cos(tilt), np.sin(tilt), 0.0])

    def _armhole(self) -> np.ndarray:
        """(_SIDE + _ARCH,) points around the left armhole, from the chest under the arm to the back and over the shoulder."""
        chest = np.radians(self.cut.chest_deg)
        under = np.linspace(chest, 2 * np.pi - chest, _SIDE + 1)
        over = np.linspace(2 * np.pi - chest, 2 * np.pi + chest, _ARCH + 1)[1:-1]
        angle = np.concatenate([under, over])
        return self.maker.cast(_ARMHOLE, _circle(self._normal(), angle))

    def _chest_line(self, end: int, middle_angle: float) -> np.ndarray:
        """Points level with `end`, from the midline to just before it; `middle_angle` 0 is in front, pi behind."""
        place = self.maker.positions[end]
        origin = np.array([0.0, place[1], _TRUNK_Z])
        angle = np.linspace(middle_angle, np.arctan2(place[0], place[2] - _TRUNK_Z), FRONT_COLUMNS + 1)[:-1]
        return self.maker.cast(origin, np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1))

    def _trunk(self, top: np.ndarray) -> np.ndarray:
        """(rows, columns) of the left half below the chest line `top`."""
        maker, hem_y = self.maker, self.cut.hem_y
        ring = maker.positions[top]
        first = np.arctan2(ring[:, 0], ring[:, 2] - _TRUNK_Z)
        length = float(ring[:, 1].mean() - hem_y)
        share = np.linspace(0.0, 1.0, max(round(length / _TRUNK_ROW_M), 4))[1:-1]
        if not self.cut.hang:
            share = np.concatenate([share[share < 1.0 - 1.3 * _HEM_BAND_M[0] / length], 1.0 - np.array(_HEM_BAND_M) / length])
        share = np.concatenate([share, [1.0]])[:, None]
        heights = ring[:, 1] + (hem_y - ring[:, 1]) * share
        begin = np.arcsin(np.minimum(self.cut.gap(heights.mean(axis=1, keepdims=True)) / 0.12, 0.9))
        turn = begin + np.linspace(0.0, 1.0, len(top)) * (np.pi - begin)
        even = np.arctan2(1.3 * np.sin(turn), np.cos(turn))
        angle = first + (even - first) * np.clip(share * length / 0.15, 0.0, 1.0)
        origins = np.stack([np.zeros_like(heights), heights, np.full_like(heights, _TRUNK_Z)], axis=-1)
        rows = maker.cast(origins, np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=-1))
        return np.concatenate([top[None], rows])

    def _hung(self, ring: np.ndarray) -> np.ndarray:
        """(rows, columns) of what hangs below the hips."""
        return hung_rows(self.maker, ring, self.cut.hang)

    def _yoke(self, outer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Left halves of the collar, upper edge first, and of the yoke from the collar down to `outer`."""
        maker, cut = self.maker, self.cut
        share = np.linspace(0.0, 1.0, len(outer))
        table = np.array(cut.neck)
        height = np.interp(share, table[:, 0], table[:, 1])
        height = _rounded(height, cut.pointed)
        begin = float(np.arcsin(min(float(cut.gap(height[0])) / 0.09, 0.9)))
        turn = begin + (np.pi - begin) * share
        upward = 0.35 * np.cos(turn) * (turn < 1.6) * np.clip((height - 0.49) / 0.05, 0.0, 1.0)

        def ring(raised: float) -> np.ndarray:
            origin = np.stack([np.zeros_like(height), height + raised, np.full_like(height, _NECK_Z)], axis=1)
            rising = upward * max(1.0 - raised / _LEVEL_M, 0.0)  # a high collar's edge is level
            return maker.cast(origin, np.stack([np.sin(turn), rising, np.cos(turn)], axis=1))

        seam = ring(0.0)
        rows = max(round(cut.collar_m / _COLLAR_ROW_M), 3)
        collar = np.stack([*(ring(cut.collar_m * s) for s in np.linspace(1.0, 0.12, rows)), seam])
        inner, rim = maker.positions[seam], maker.positions[outer]
        steps = np.linspace(0.0, 1.0, _YOKE_ROWS)[1:-1, None, None]
        laid = maker.cast(_YOKE_ORIGIN, inner + (rim - inner) * steps - _YOKE_ORIGIN)
        return collar, np.concatenate([seam[None], laid, outer[None]])

    def _sleeve(self, top: np.ndarray) -> np.ndarray:
        """(rows, columns + 1) of the left sleeve, from the armhole `top` (from below over the front, closed)."""
        maker, length = self.maker, self.cut.sleeve_m or _SLEEVELESS_M
        normal = self._normal()
        ring = maker.positions[top[:-1]] - _ARMHOLE
        first = np.unwrap(np.arctan2(ring[:, 2], ring @ [-normal[1], normal[0], 0.0]))
        even = np.linspace(first[0], first[0] - 2 * np.pi, len(first) + 1)[:-1]
        share = np.linspace(0.0, 1.0, max(round(length / _SLEEVE_ROW_M), 3) + 1)[1:-1]
        if self.cut.sleeve_m:
            share = np.concatenate([share[share < 1.0 - 1.3 * _HEM_BAND_M[0] / length], 1.0 - np.array(_HEM_BAND_M) / length])
        distance = length * np.concatenate([share, [1.0]])[:, None]
        turned = np.clip(distance / 0.093, 0.0, 1.0)
        centre, along = _arm(distance)
        along = normal + (along - normal) * turned[..., None]
        along = along / np.linalg.norm(along, axis=-1, keepdims=True)
        rows = maker.cast(centre, _circle(along, first + (even - first) * turned))
        grid = np.concatenate([top[None, :-1], rows])
        return np.concatenate([grid, grid[:, :1]], axis=1)

    def _ease(self) -> np.ndarray:
        """(N,) close on the shoulders, which carry it, looser below and toward the sleeves' ends."""
        cut = self.cut
        y = self.maker.positions[:, 1]
        below = np.clip((0.52 - y) / 0.12, 0.0, 1.0)
        ease = cut.shoulder_ease_m + (cut.ease_m - cut.shoulder_ease_m) * below
        for sleeve in self.sleeves:
            rows = sleeve[1:]
            along = np.linspace(0.0, cut.sleeve_m, len(sleeve))[1:, None]
            start, end = cut.sleeve_ease_m
            extra = np.clip(along / 0.07, 0.0, 1.0) * (start + (end - start) * along / max(cut.sleeve_m, 0.01))
            if not cut.sleeve_m:
                ease[rows] = np.minimum(ease[rows], 0.004)
            else:
                ease[rows] += np.broadcast_to(extra, rows.shape)
        if cut.tucked:
            ease = np.minimum(ease, _TUCKED_M + np.clip((y - _TUCKED_Y) / 0.06, 0.0, 1.0) * cut.ease_m)
        ease[np.unique(self.collar[:-1])] = cut.collar_ease_m
        for numbers, value in self.extra_ease:
            ease[numbers] = value
        return ease

    def _folds(self) -> np.ndarray:
        """(N,) metres: soft folds that widen toward the hem, and drag lines from the armpits."""
        positions, fallen = self.maker.positions, self.maker.fallen
        x, y, z = positions.T
        angle = np.arctan2(np.abs(x), z - _TRUNK_Z)
        trunk = (np.abs(x) < 0.19) & (fallen == 0)
        trunk[np.unique(np.concatenate([s[1:].reshape(-1) for s in self.sleeves]))] = False
        folds = trunk_folds(positions) * trunk
        for sleeve, way in zip(self.sleeves, (1, -1), strict=True):
            folds[sleeve] += sleeve_folds(sleeve.shape, self.cut.sleeve_m)[:, ::way]
        count, depth = self.cut.waves
        if self.cut.tucked:
            folds *= np.clip((y - _TUCKED_Y) / 0.05, 0.0, 1.0)
        folds += self._quilted() / max(self.cut.folds, 1e-6)
        return folds + wave(angle, fallen, count, depth) / max(self.cut.folds, 1e-6)

    def _quilted(self) -> np.ndarray:
        """(N,) metres: bulges between seams that run across trunk and sleeves."""
        bulge = np.zeros(len(self.maker.positions))
        pitch, depth = self.cut.quilt
        if depth:
            grids = [self.yoke, self.trunk, *self.sleeves]
            for grid in grids:
                down = tube_uvs(self.maker.positions, grid)[..., 1]
                bulge[grid] = depth * np.abs(np.sin(np.pi * down / pitch)) ** 0.7
        return bulge


def _straight_uvs(grid: np.ndarray) -> np.ndarray:
    """(R, C, 2) metres of a yoke: what is printed on it stands as upright as on the trunk below."""
    x, y, z = np.moveaxis(grid, -1, 0)
    down = _OVER_SHOULDER * np.abs(z - _SHOULDER_Z) - y
    return np.stack([x, down - down[-1, 0]], axis=-1)


def _rounded(line: np.ndarray, pointed: bool) -> np.ndarray:
    """(C,) a line without its corners, symmetric about its end and, unless pointed, about its beginning."""
    before = 2 * line[0] - line[4:0:-1] if pointed else line[4:0:-1]
    return np.convolve(np.concatenate([before, line, line[-2:-6:-1]]), np.full(9, 1 / 9), mode="valid")


def hung_rows(maker: PatternMaker, ring: np.ndarray, hang: float) -> np.ndarray:
    """(rows, columns) of points that hang below a ring by up to a share of the leg's length; none for 0."""
    if not hang:
        return np.zeros((0, len(ring)), int)
    count = max(round(hang / _HUNG_ROW), 3)
    down = hang * np.concatenate([np.linspace(0.0, 1.0, count)[1:-1], [1.0 - 0.022 / hang, 1.0]])
    down = np.unique(down[down <= 1.0 * hang])
    return np.stack([maker.again(ring, float(d)) for d in down])


def wave(angle: np.ndarray, fallen: np.ndarray, count: int, depth_m: float) -> np.ndarray:
    """(N,) metres outward: folds of cloth that hangs, deeper downward; `angle` from the front, the same on both sides."""
    ripple = 0.5 + 0.5 * np.sin(count * angle + 1.3 * np.sin(2.0 * angle) + 0.6)
    return depth_m * np.clip(fallen / 0.35, 0.0, 1.0) ** 0.8 * ripple


def _circle(normal: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(..., 3) directions about unit `normal` (..., 3): 0 is up, a quarter is to the front."""
    up = np.stack([-normal[..., 1], normal[..., 0], np.zeros_like(normal[..., 0])], axis=-1)
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    ahead = np.cross(normal, up)
    return np.cos(angle)[..., None] * up + np.sin(angle)[..., None] * ahead


def _arm(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (..., 3) on the left arm's axis and unit directions (..., 3) along it, at metres from the armhole."""
    upper, lower = _ELBOW - _ARMHOLE, _WRIST - _ELBOW
    to_elbow = float(np.linalg.norm(upper))
    upper, lower = upper / to_elbow, lower / np.linalg.norm(lower)
    over = np.maximum(distance - to_elbow, 0.0)[..., None]
    place = _ARMHOLE + np.minimum(distance, to_elbow)[..., None] * upper + over * lower
    bent = np.clip((distance - to_elbow) / (2 * _ELBOW_ROUND_M) + 0.5, 0.0, 1.0)[..., None]
    along = upper + (lower - upper) * bent
    return place, along / np.linalg.norm(along, axis=-1, keepdims=True)
