"""Shoes: a smooth last scaled to the measured foot, with a sole, and a rim about the ankle, the instep or the shin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.foot import Foot, foot_vertices, measured_foot, shin_vertices
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.part import Part, joined_parts, solid
from avatarkit.avatar.outfit.shoe_details import Detail, Sewing, Upper, grid_normals
from avatarkit.body.rest import RestBody
from avatarkit.geometry.nearest import tree_of

# The last, seen from above: share of the length from the heel, share of half the ball's width outward (left foot).
_OUTLINE = np.array(
    [
        (-0.035, 0.00),
        (0.000, 0.42),
        (0.110, 0.70),
        (0.280, 0.74),
        (0.450, 0.80),
        (0.640, 1.02),
        (0.800, 0.97),
        (0.930, 0.66),
        (1.025, 0.00),
        (0.985, -0.56),
        (0.870, -0.94),
        (0.700, -1.06),
        (0.500, -0.82),
        (0.300, -0.70),
        (0.110, -0.68),
        (0.000, -0.42),
    ]
)
_COLUMNS, _UPPER_ROWS = 40, 13
_SOLE_LIP_M, _TOE_SPRING_M = 0.0035, 0.008
_FIT_M = 0.008  # of the collar about the ankle
_SHAFT_ROW_M = 0.022
_NARROWING = 1.1  # of a shaft above a wider place, metres per metre
_SEEN_M = 0.008, 0.030  # of skin below the collar's edge, at the heel and in front
_TOE_COLUMN = _COLUMNS // 2
_TURN = np.linspace(0.0, 2 * np.pi, _COLUMNS + 1)
_FRONTNESS = 0.5 - 0.5 * np.cos(_TURN)
_THROAT, _ROUND = 0.40, 2.4  # from here forward a low rim closes, as a superellipse of this power
_THROAT_WIDE = 0.66  # half of a low rim's opening over the instep, against half the ball
_SHIN_SEEN_M = 0.03
_EVENING = 5
_SKIN_GAP_M, _TIGHTEST_M = 0.0012, 0.012  # upper above skin; more than this and it is no upper but an opening
_SEEN_ROWS = 6  # below its edge; skin beside lower ones is left out
_PADDING_ROWS, _LINING_ROWS, _RIM_ROWS = (
    3,
    3,
    0,
)  # of an upper: those turned in, and those beside which skin of low shoes is seen


@dataclass(frozen=True)
class Shoes:
    """A pair of shoes.

    Attributes:
        sole_m: thickness of the sole under the ball.
        heel_m: height of the heel; the sole's own for a flat one.
        heel_width: of the heel at the ground, against that of the sole; narrow heels stand alone.
        lip_m: how far the sole stands out.
        point: how much longer than the foot it is, as a share.
        low: the rim lies under the ankle and ends in front at this share of the length; 0 goes about the ankle.
        shaft: how far it goes up the shin, as a share of it.
        shaft_ease_m: between shin and shaft.
        details: what is sewn onto the upper.
        arch_m: how high the sole lies off the ground between ball and heel.
        toes: straps leave the foot to be seen: shares of the length at which they lie; no upper then.
        ankle_strap: one about the ankle.
        over: legs of trousers go inside.
    """

    sole_m: float = 0.027
    heel_m: float = 0.027
    heel_width: float = 1.0
    lip_m: float = _SOLE_LIP_M
    point: float = 0.0
    low: float = 0.0
    shaft: float = 0.0
    shaft_ease_m: float = 0.007
    details: tuple[Sewing, ...] = ()
    arch_m: float = 0.0
    straps: tuple[float, ...] = ()
    ankle_strap: bool = False
    over: bool = False

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """Both shoes on somebody's feet."""
        parts: list[Part] = []
        hides = []
        for side in ("left", "right"):
            foot = measured_foot(rest, side)
            made = [solid(name, grid, {"hips": 1.0}, rest, crease=crease) for name, grid, crease in self._grids(foot)]
            parts += [_bound(part, foot, rest) for part in made]
            hides.append(self.shod(rest, side))
        uppers = [part for part in parts if part.name == "upper"]
        arrays = (np.concatenate([getattr(u, n) for u in uppers]) for n in ("positions", "normals", "joints", "weights"))
        return Worn(tuple(joined_parts(parts)), Sheet(*arrays), np.concatenate(hides))

    def covers(self, places: np.ndarray) -> np.ndarray:
        """(N,) bool: which places (N, 3) on the average body are in boots, which go over everything."""
        top = _SHIN_Y[0] + (_SHIN_Y[1] - _SHIN_Y[0]) * self.shaft - _SHIN_SEEN_M
        return (places[:, 1] < top) & self.over

    def reach(self, rest: RestBody) -> float:
        """Metres above the ground below which trousers' legs have to be slim, to go inside."""
        if not self.over:
            return 0.0
        foot = measured_foot(rest, "left")
        return foot.ankle_height + self.shaft * (foot.knee_height - foot.ankle_height)

    def shod(self, rest: RestBody, side: str) -> np.ndarray:
        """Body vertices of the "left" or "right" foot and shin that lie inside the shoe, well below its rim."""
        if self.straps:
            return np.zeros(0, int)
        foot, vertices = measured_foot(rest, side), foot_vertices(side)
        skin = foot.local(np.asarray(rest.positions, float)[vertices])
        along, out, up = skin.T
        if self.shaft:
            top = foot.ankle_height + self.shaft * (foot.knee_height - foot.ankle_height) - _SHIN_SEEN_M
            shins = shin_vertices(side)
            inside = foot.local(np.asarray(rest.positions, float)[shins])[:, 2] < top
            return np.concatenate([vertices[up < top], shins[inside]])
        if self.low:
            return vertices[self._under_low_rim(foot, skin)]
        turn = np.arctan2(out - foot.ankle[1], foot.ankle[0] - along)
        seen = _SEEN_M[0] + (_SEEN_M[1] - _SEEN_M[0]) * (0.5 - 0.5 * np.cos(turn)) ** 2
        return vertices[up < self._ankle_rim(foot, turn)[2] - seen]

    def _under_low_rim(self, foot: Foot, skin: np.ndarray) -> np.ndarray:
        """(N,) bool: skin (N, 3), along, outward and up, that is nearer to the upper than to its edge."""
        upper = foot.local(self._upper(foot)[_PADDING_ROWS:])
        _, nearest = tree_of(upper.reshape(-1, 3)).query(skin)
        return np.asarray(nearest) // upper.shape[1] > _RIM_ROWS

    def _grids(self, foot: Foot) -> list[Detail]:
        """Name, grid and whether rows are creased, of each part of one shoe."""
        made: list[Detail] = [("sole", grid, False) for grid in self._sole(foot)]
        if self.straps:
            return made + [("upper", grid, True) for grid in self._straps(foot)]
        upper = self._upper(foot)
        whole = np.concatenate([self._shaft(foot, upper[0]), upper]) if self.shaft else upper
        made.append(("upper", whole, False))
        rows = whole if self.shaft else upper[_PADDING_ROWS:]
        rows = rows[_LINING_ROWS:] if self.shaft else rows
        ground = Upper(rows, foot.place(np.asarray(0.5 * foot.length), np.asarray(0.0), 0.0), foot.forward)
        for detail in self.details:
            made += detail(ground)
        return made

    def _outline(self, foot: Foot, grow_m: float) -> tuple[np.ndarray, np.ndarray]:
        """Along and outward (_COLUMNS + 1,) of the sole's edge, from the heel over the outer side; `grow_m` wider all round."""
        along, out, normal = _last()
        toe = np.clip((along - 0.72) / 0.30, 0.0, 1.0) ** 2
        along = along + self.point * toe
        out = out * (1.0 - min(1.6 * self.point, 0.35) * toe)
        return foot.length * along + grow_m * normal[:, 0], foot.half_width * out + grow_m * normal[:, 1]

    def _lift(self, foot: Foot, along: np.ndarray) -> np.ndarray:
        """(...) how high above its level under the ball the sole lies."""
        share = np.clip((0.62 - along / foot.length) / 0.42, 0.0, 1.0)
        raised = (self.heel_m - self.sole_m) * share * share * (3.0 - 2.0 * share)
        return raised * (self.heel_width < 1.0)

    def _upper(self, foot: Foot) -> np.ndarray:
        """(rows, _COLUMNS + 1, 3) from the inner edge of the rim down to the sole."""
        along, out = self._outline(foot, min(0.001, self.lip_m - 0.0015))
        rim = self._low_rim(foot) if self.low else self._ankle_rim(foot, _TURN)
        ground = self.sole_m - 0.004 + self._lift(foot, along)
        wall = 0.034 + 0.012 * (1.0 - _FRONTNESS) if not self.low else 0.45 * np.maximum(rim[2] - ground, 0.012)
        ends = foot.place(along, out, ground), foot.place(*rim)
        up = np.array([0.0, 1.0, 0.0])
        first = ends[0] + wall[:, None] * up
        slope = _FRONTNESS[:, None] ** 2
        gap = np.linalg.norm(ends[1] - ends[0], axis=1, keepdims=True)
        flat = 0.05 if self.low else 0.72
        lead = ends[1] - (0.45 if self.low else 0.30) * gap * ((1.0 - slope) * up + slope * (flat * up - 0.70 * foot.forward))
        share = np.linspace(0.0, 1.0, _UPPER_ROWS)[::-1, None, None]
        curve = (
            (1 - share) ** 3 * ends[0]
            + 3 * share * (1 - share) ** 2 * first
            + 3 * share**2 * (1 - share) * lead
            + share**3 * ends[1]
        )
        curve = _clear(curve, foot)
        if self.shaft:
            return curve
        at = np.array([rim[0].mean(), 0.0]) if self.low else foot.ankle
        middle = foot.place(at[0], at[1], rim[2])
        inward = middle - curve[0]
        inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
        edges = (
            ((0.004, -0.010), (0.003, -0.001), (0.0012, 0.0008))
            if self.low
            else ((0.009, -0.022), (0.006, -0.002), (0.0025, 0.0022))
        )
        padding = [curve[0] + inward * a + up * b for a, b in edges]
        return np.concatenate([np.stack(padding), curve])

    def _ankle_rim(self, foot: Foot, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Along, outward and up (...) of the collar's edge at angles from the heel over the outer side."""
        frontness = 0.5 - 0.5 * np.cos(turn)
        radii = foot.ankle_radii + _FIT_M
        along = foot.ankle[0] + 0.006 - radii[0] * 1.08 * np.cos(turn) + 0.006 * frontness
        up = foot.ankle_height + 0.012 + 0.012 * frontness**2 - 0.007 * np.sin(turn) ** 2
        return along, foot.ankle[1] + radii[1] * np.sin(turn), up

    def _low_rim(self, foot: Foot) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same of a low shoe: from the heel along both sides of the foot to over the toes."""
        begin, end = -0.012, self.low * foot.length
        along = begin + (end - begin) * _FRONTNESS
        level = foot.ankle_height * 0.80 - 0.012 * np.sin(_TURN) ** 2
        sign = np.where(np.sin(_TURN) >= 0, 1.0, -1.0)
        side = foot.edge(np.clip(along, 0.02, None), sign, foot.ankle_height * 0.8) + 0.002 * sign
        ahead = _smooth((_FRONTNESS - 0.35) / 0.30)
        side = sign * _even((1.0 - ahead) * np.abs(side) + ahead * _THROAT_WIDE * foot.half_width)
        ahead = np.clip((_FRONTNESS - _THROAT) / (1.0 - _THROAT), 0.0, 1.0)
        closing = (1.0 - ahead**_ROUND) ** (1.0 / _ROUND)
        heel = np.clip(_FRONTNESS / 0.06, 0.0, 1.0) ** 0.5
        out = side * closing * heel
        top = foot.top(along, out) + 0.0025
        over = _smooth((_FRONTNESS - 0.60) / 0.33)
        up = (1.0 - over) * np.minimum(level, np.where(_FRONTNESS > 0.4, top, level)) + over * top
        return along, out, _even(_even(np.maximum(up, 0.030)))

    def _shaft(self, foot: Foot, rim: np.ndarray) -> np.ndarray:
        """(rows, _COLUMNS + 1, 3) from the upper edge, with its lining, down to just above the upper's `rim`."""
        start, end = (
            float(rim[..., 1].max()) - foot.heel[1] + 0.020,
            foot.ankle_height + self.shaft * (foot.knee_height - foot.ankle_height),
        )
        heights = np.linspace(end, start, max(round((end - start) / _SHAFT_ROW_M), 2) + 1)
        middle, radius = foot.shaft(heights, _TURN)
        radius = radius + self.shaft_ease_m
        slope = _NARROWING * heights[:, None]
        radius = np.maximum.accumulate((radius + slope)[::-1], axis=0)[::-1] - slope

        def ring(row: int, grow: float, up: float) -> np.ndarray:
            r = radius[row] + grow
            return foot.place(middle[row, 0] - r * np.cos(_TURN), middle[row, 1] + r * np.sin(_TURN), heights[row] + up)

        lining = [ring(1, -0.0045, 0.0), ring(0, -0.0035, 0.0), ring(0, -0.001, 0.0018)]
        rows = [ring(k, 0.0, 0.0) for k in range(len(heights))]
        return np.stack([*lining, *rows, 0.5 * (rows[-1] + rim)])

    def _sole(self, foot: Foot) -> list[np.ndarray]:
        """Grids of the sole's wall and of the face below it; of a narrow heel."""
        lip = self.lip_m
        edge = self.sole_m
        profile = ((-0.002, edge), (lip, edge - 0.001), (lip + 0.0008, 0.6 * edge), (lip, 0.15 * edge), (0.0, 0.0))
        rows = []
        for grow, height in profile:
            along, out = self._outline(foot, grow)
            off_ground = _spring(foot, along) + self.arch_m * _arch(foot, along)
            rows.append(foot.place(along, out, height + self._lift(foot, along) + off_ground * (1.0 - height / edge)))
        along, out = self._outline(foot, 0.0)
        ground = _spring(foot, along) + self._lift(foot, along) + self.arch_m * _arch(foot, along)
        middle = np.clip(along, 0.2 * foot.length, 0.8 * foot.length)
        face, line = (
            foot.place(along, out, ground),
            foot.place(middle, 0.0 * out, _spring(foot, middle) + self._lift(foot, middle)),
        )
        wall = np.concatenate([np.stack(rows), np.stack([0.5 * (face + line), line])])
        return [wall] if self.heel_width == 1.0 else [wall, self._heel(foot)]

    def _heel(self, foot: Foot) -> np.ndarray:
        """(rows, C, 3) a heel that stands alone."""
        turn = np.linspace(0.0, 2 * np.pi, 21)
        rows: list[np.ndarray] = []
        back, wide = 0.115 * foot.length, 0.60 * foot.half_width
        high = self.heel_m - self.sole_m + 0.4 * self.sole_m
        for share in (1.0, 0.8, 0.5, 0.2, 0.03, 0.0, 0.0):
            size = 0.92 * (self.heel_width + (1.0 - self.heel_width) * share**1.6)
            closing = 0.0 if len(rows) == 6 else 1.0
            along = 0.095 * foot.length - 0.03 * foot.length * (1.0 - share) - closing * back * size * np.cos(turn)
            rows.append(foot.place(along, closing * wide * size * np.sin(turn), high * share))
        return np.stack(rows)

    def _straps(self, foot: Foot) -> list[np.ndarray]:
        """Grids of straps over the foot and about the ankle."""
        turn = np.linspace(np.radians(4.0), np.radians(176.0), 25)
        made = []
        for k, at in enumerate(self.straps):
            along = at * foot.length + np.array([-0.009, 0.009])
            radius = np.repeat(foot.over(along, turn).max(axis=0, keepdims=True), 2, axis=0) + 0.0015
            lean = 0.010 * np.cos(turn) * (1 if k % 2 else -1)
            rows = [
                foot.place(along[row] + lean, (radius[row] + up) * np.cos(turn), (radius[row] + up) * np.sin(turn))
                for row, up in ((0, -0.001), (0, 0.0022), (1, 0.0022), (1, -0.001))
            ]
            made.append(np.stack(rows))
        if self.ankle_strap:
            heights = foot.ankle_height + np.array([0.024, 0.012])
            middle, radius = foot.shaft(heights, _TURN)
            rows = [
                foot.place(
                    middle[row, 0] - (radius[row] + up) * np.cos(_TURN),
                    middle[row, 1] + (radius[row] + up) * np.sin(_TURN),
                    heights[row],
                )
                for row, up in ((0, 0.0), (0, 0.003), (1, 0.003), (1, 0.0))
            ]
            made.append(np.stack(rows))
        return made


_SHIN_Y = (-0.749, -0.343)  # ankle and knee on the average body in the data's own pose


@cache
def _last() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The outline at _COLUMNS + 1 places: shares along and outward (N,), and level normals (N, 2) outward."""
    closed = np.concatenate([_OUTLINE, _OUTLINE[:1]]) * [2.6, 0.5]  # as long as it is wide on a foot
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    spline = CubicSpline(run, closed, bc_type="periodic")
    t = np.concatenate([np.linspace(0.0, run[8], _TOE_COLUMN + 1), np.linspace(run[8], run[-1], _TOE_COLUMN + 1)[1:]])
    tangent = spline(t, 1)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    points = spline(t) / [2.6, 0.5]
    return points[:, 0], points[:, 1], normal


def _even(line: np.ndarray) -> np.ndarray:
    """(C,) a closed line without sudden steps."""
    inner = line[:-1]
    for _ in range(_EVENING):
        inner = 0.25 * np.roll(inner, 1) + 0.5 * inner + 0.25 * np.roll(inner, -1)
    return np.append(inner, inner[0])


def _arch(foot: Foot, along: np.ndarray) -> np.ndarray:
    """(N,) 0..1: how far places lie between the heel's front and the ball."""
    share = along / foot.length
    return _smooth((share - 0.25) / 0.04) * (1.0 - _smooth((share - 0.42) / 0.16))


def _spring(foot: Foot, along: np.ndarray) -> np.ndarray:
    return _TOE_SPRING_M * np.clip((along / foot.length - 0.75) / 0.28, 0.0, 1.0) ** 2


def _clear(upper: np.ndarray, foot: Foot) -> np.ndarray:
    """An upper (R, C, 3), rim first, pushed out where the foot would come through."""
    skin = foot.place(*foot.skin.T)
    outward = grid_normals(upper)
    centre = foot.place(np.asarray(0.5 * foot.length), np.asarray(0.0), 0.0)
    outward = outward * np.sign((outward * (upper - centre)).sum())
    _, near = tree_of(upper.reshape(-1, 3)).query(skin, k=4)
    near, flat, way = np.asarray(near), upper.reshape(-1, 3), outward.reshape(-1, 3)
    short = _SKIN_GAP_M + ((skin[:, None] - flat[near]) * way[near]).sum(axis=2)
    seen = near[:, :1] // upper.shape[1] < _SEEN_ROWS
    push = np.zeros(len(flat))
    np.maximum.at(push, near, np.where(seen & (short < _TIGHTEST_M), short, 0.0))
    push = ndimage.uniform_filter(ndimage.maximum_filter(push.reshape(upper.shape[:2]), 3), 3)
    push[0] *= 0.5
    return upper + push[..., None] * outward


def _bound(part: Part, foot: Foot, rest: RestBody) -> Part:
    """The part, carried by toes, foot and shin."""
    along, _, up = foot.local(part.positions).T
    shin = _smooth((up - foot.ankle_height - 0.005) / 0.06)
    toes = (1.0 - shin) * _smooth((along - foot.toe_joint) / 0.05 + 0.5)
    weights = np.stack([1.0 - shin - toes, toes, shin, np.zeros_like(shin)], axis=1)
    weights = np.where(weights < 0.01, 0.0, weights)
    weights /= weights.sum(axis=1, keepdims=True)
    bones = [rest.skeleton.names.index(foot.side + bone) for bone in ("Foot", "Toes", "LowerLeg")]
    return replace(part, joints=np.where(weights > 0, [*bones, 0], 0), weights=weights)


def _smooth(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
