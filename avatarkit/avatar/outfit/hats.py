"""Hats and what else is worn on the head: each is made of rows about the head, at heights above its rim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.hat_fit import HatFit
from avatarkit.avatar.outfit.head import ROUNDNESS, HatFrame, hat_frame
from avatarkit.avatar.outfit.part import joined_parts, solid
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.shapes import ball, box, tube
from avatarkit.body.rest import RestBody

HAT_LAYER = 90
_COLUMNS = 60
_HEAD = {"head": 1.0}
_TURN = np.linspace(0.0, 2 * np.pi, _COLUMNS + 1)
_LINING_M = 0.004  # thickness of what is turned in at a rim

Row = tuple[np.ndarray, np.ndarray]
"""Distance from the axis and height above the rim's plane, (_COLUMNS + 1,) or one number, metres."""


@dataclass(frozen=True)
class Hat:
    """A hat.

    Attributes:
        shape: makes its parts: name -> grids, on a frame at an ease.
        ease_m: between skull and hat: room for hair.
        low, high, covers: as in `HatFit`.
    """

    shape: Callable[[HatFrame, float], Sequence[tuple[str, np.ndarray, bool]]]
    ease_m: float = 0.010
    low: float = 0.0
    high: float = np.inf
    covers_hair: bool = True

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """The hat on somebody's head."""
        frame = hat_frame(rest)
        parts = [solid(name, grid, _HEAD, rest, crease=crease) for name, grid, crease in self.shape(frame, self.ease_m)]
        return Worn(tuple(joined_parts(parts)), hat=HatFit(frame, self.ease_m, self.low, self.high, self.covers_hair))

    def covers(self, places: np.ndarray) -> np.ndarray:
        """No skin."""
        return np.zeros(len(places), bool)


def _rows(frame: HatFrame, *rows: tuple[np.ndarray | float, np.ndarray | float]) -> np.ndarray:
    """(R, C, 3) of rows of distances beyond the rim and heights."""
    rim = frame.rim(_TURN)
    return np.stack([frame.place(_TURN, rim + out, np.asarray(up, float)) for out, up in rows])


def _dome(
    frame: HatFrame, ease: float, high: float, *, start: float = 0.0, roundness: float = ROUNDNESS, rows: int = 11
) -> np.ndarray:
    """(R, C, 3) a dome from `start` above the plane; `high` metres higher than the head."""
    rim, top = frame.rim(_TURN) + ease, frame.height + ease + high - start
    angle = np.linspace(0.0, 0.5 * np.pi, rows)
    level, up = np.cos(angle) ** (2 / roundness), np.sin(angle) ** (2 / roundness)
    level[-1] = 0.0
    return np.stack([frame.place(_TURN, rim * a, start + top * b) for a, b in zip(level, up, strict=True)])


def _lining(frame: HatFrame, ease: float, low: float = 0.0) -> np.ndarray:
    """(R, C, 3) what is turned in at a rim."""
    return _rows(frame, (ease - _LINING_M, low + 0.018), (ease - _LINING_M, low), (ease, low))


def _sheet(upper: np.ndarray, thick: np.ndarray | float, up: np.ndarray) -> np.ndarray:
    """(2R, C, 3) a closed plate: a surface (R, C, 3) and its lower side."""
    return np.concatenate([upper, (upper - thick * up)[::-1], upper[:1]])


def _brim(frame: HatFrame, ease: float, width: np.ndarray, rise: np.ndarray, start: float = 0.002) -> np.ndarray:
    """(R, C, 3) a brim: `width` (C,) and `rise` (C,) of its outer edge, metres."""
    share = np.linspace(0.0, 1.0, 7)
    upper = _rows(frame, *((ease + width * s, start + rise * s**1.7) for s in share))
    edge = upper[-1:] + 0.4 * (upper[-1:] - upper[-2:-1]) * 0.1
    return _sheet(np.concatenate([upper, edge]), 0.0028, frame.axes[1])


def _ribbon(frame: HatFrame, ease: float, low: float, high: float, lean: float = 0.0) -> np.ndarray:
    """(R, C, 3) a band about the crown."""
    return _rows(frame, (ease - 0.002, low), (ease + 0.0022, low), (ease + 0.0022 + lean, high), (ease - 0.002 + lean, high))


def _beanie(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    cuff = _rows(
        frame,
        (ease - 0.003, 0.030),
        (ease - 0.003, -0.004),
        (ease + 0.002, -0.008),
        (ease + 0.0065, -0.002),
        (ease + 0.0075, 0.020),
        (ease + 0.0065, 0.040),
        (ease + 0.002, 0.046),
        (ease - 0.003, 0.042),
    )
    return [("wool", _dome(frame, ease, 0.022, start=0.02, roundness=2.0), False), ("cuff", cuff, False)]


def _bobble(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    top = frame.world(np.array([0.0, frame.height + ease + 0.042, 0.0]))
    return [*_beanie(frame, ease), ("cuff", ball(top, 0.028, 16), False)]


def _cap(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    half = np.radians(62.0)
    turn = np.linspace(-half, half, 27)
    share = np.linspace(0.0, 1.0, 7)[:, None]
    reach = 0.078 * np.cos(0.5 * np.pi * turn / half) ** 0.55
    inner = frame.place(turn, frame.rim(turn) + ease - 0.002, 0.004)
    arch = (np.sin(turn) / np.sin(half)) ** 2
    out, drop = reach * share, 0.006 * share + (0.020 * share**1.2 + 0.004) * arch
    upper = inner + out[..., None] * frame.axes[2] - drop[..., None] * frame.axes[1]
    top = frame.world(np.array([0.0, frame.height + ease + 0.006, 0.0]))
    crown = np.concatenate([_lining(frame, ease), _dome(frame, ease, 0.006, rows=13)])
    return [
        ("crown", crown, False),
        ("visor", _sheet(upper, 0.0032, frame.axes[1]), True),
        ("visor", ball(top, np.array([0.007, 0.004, 0.007])), False),
    ]


def _pinched(frame: HatFrame, crown: np.ndarray) -> np.ndarray:
    """A crown with a crease along its top and dents in front."""
    local = frame.local(crown)
    x, up, z = np.moveaxis(local, -1, 0)
    across = float(frame.radius.mean())
    high = np.clip(up / up.max(), 0.0, 1.0) ** 4
    local[..., 1] -= 0.022 * np.exp(-((x / 0.026) ** 2)) * high
    dent = np.exp(-(((np.abs(x) - 0.05) / 0.03) ** 2)) * np.clip(z / across, 0.0, 1.0) ** 2 * np.clip(up / 0.07 - 0.3, 0.0, 1.0)
    local[..., 0] -= np.sign(x) * 0.014 * dent
    return frame.world(local)


def _fedora(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    crown = _pinched(frame, _dome(frame, ease, 0.034, roundness=3.4, rows=15))
    side = np.sin(_TURN) ** 2
    brim = _brim(frame, ease, np.full_like(_TURN, 0.058), 0.016 * side - 0.008 * np.cos(_TURN) * (1 - side))
    return [("felt", crown, False), ("felt", brim, False), ("ribbon", _ribbon(frame, ease, 0.003, 0.034), True)]


def _sun_hat(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    crown = _dome(frame, ease, 0.016, roundness=2.7)
    brim = _brim(frame, ease, np.full_like(_TURN, 0.125), -0.022 + 0.012 * np.sin(3 * _TURN + 0.5))
    return [("straw", crown, False), ("straw", brim, False), ("ribbon", _ribbon(frame, ease, 0.003, 0.028), True)]


def _top_hat(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    high = frame.height + 0.055
    shrink = [(0.0, 0.0), (0.0, 0.01), (-0.001, 0.3), (0.001, 0.6), (0.006, 0.95), (0.006, 1.0)]
    side = _rows(frame, *((ease + out, high * up) for out, up in shrink))
    rim = frame.rim(_TURN) + ease + 0.006
    lid = np.stack([frame.place(_TURN, rim * s, high + 0.004 * (1 - s * s)) for s in (0.995, 0.7, 0.35, 0.0)])
    brim = _brim(frame, ease, np.full_like(_TURN, 0.048), 0.020 * np.sin(_TURN) ** 2 - 0.004)
    return [
        ("felt", side, False),
        ("felt", lid, False),
        ("felt", brim, False),
        ("ribbon", _ribbon(frame, ease, 0.003, 0.036), True),
    ]


def _witch_hat(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    share = np.linspace(0.0, 1.0, 22)
    rim = frame.rim(_TURN) + ease
    skull = np.maximum(1.0 - (0.36 * share / (frame.height + ease)) ** ROUNDNESS, 0.0) ** (1.0 / ROUNDNESS)
    cone = []
    for s, wide in zip(share, skull, strict=True):
        slim = max((1.0 - s) ** 1.12 * (1.0 + 0.05 * np.sin(17.0 * s) * (s > 0.12)), wide)  # a head is no cone
        bend = 0.30 * max(s - 0.45, 0.0) ** 1.6
        ring = frame.place(_TURN, rim * slim, 0.36 * s - 0.9 * bend * bend)
        cone.append(ring - bend * frame.axes[2] + 0.35 * bend * frame.axes[0])
    wave = -0.018 + 0.014 * np.sin(2 * _TURN + 0.7) + 0.008 * np.sin(5 * _TURN)
    brim = _brim(frame, ease, np.full_like(_TURN, 0.115), wave)
    buckle = frame.world(np.array([0.0, 0.022, float(frame.rim(np.zeros(1))[0]) + ease + 0.001]))
    plate = box(buckle, 0.017 * frame.axes[0], 0.017 * frame.axes[1], 0.0035 * frame.axes[2])
    band = _ribbon(frame, ease, 0.004, 0.038, -0.003)
    return [("felt", np.stack(cone), False), ("felt", brim, False), ("band", band, True), ("buckle", plate, True)]


def _beret(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    """A band, and a dome over the skull that bulges over it, most on the side that it leans to."""
    rim, spill = frame.rim(_TURN) + ease, 0.5 + 0.5 * np.sin(_TURN - 0.5)
    band = [frame.place(_TURN, rim * s, np.asarray(up)) for s, up in ((0.985, 0.012), (0.985, 0.0), (1.0, 0.0), (1.01, 0.014))]
    high, made = frame.height + ease - 0.010, list(band)
    for share in np.linspace(0.0, 1.0, 12)[1:]:
        level, up = np.cos(0.5 * np.pi * share) ** 0.85, np.sin(0.5 * np.pi * share) ** 0.85
        bulge = np.sin(np.pi * min(1.25 * share, 1.0)) ** 0.7
        wide = level * (1.0 + (0.16 + 0.24 * spill) * bulge) if share < 1.0 else 0.0 * rim
        made.append(frame.place(_TURN, rim * wide, 0.014 + high * up - 0.026 * spill * bulge))
    stalk = frame.world(np.array([0.0, 0.014 + high, 0.0]))
    top = stalk + 0.010 * frame.axes[1]
    return [("felt", np.stack(made), False), ("felt", tube(np.stack([stalk, 0.5 * (stalk + top), top]), 0.0022), False)]


def _headband(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    band = _rows(frame, (ease - 0.003, 0.004), (ease, 0.002), (ease + 0.0015, 0.016), (ease, 0.032), (ease - 0.003, 0.030))
    return [("fabric", band, False)]


def _crown(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    points = 8
    tooth = np.abs(np.mod(points * _TURN / (2 * np.pi), 1.0) - 0.5) * 2.0
    high = 0.034 + 0.034 * tooth**1.3
    band = _rows(
        frame,
        (ease - 0.0012, high),
        (ease - 0.0012, 0.018),
        (ease - 0.0012, 0.012),
        (ease + 0.0024, 0.012),
        (ease + 0.0024, 0.024),
        (ease + 0.0012, 0.026),
        (ease + 0.0042, high),
        (ease - 0.0012, high),
    )
    at = np.arange(points) * 2 * np.pi / points
    tips = frame.place(at, frame.rim(at) + ease + 0.002, 0.071)
    middles = frame.place(at, frame.rim(at) + ease + 0.003, 0.030)
    return [
        ("metal", band, True),
        *(("metal", ball(tip, 0.0045), False) for tip in tips),
        *(("gems", ball(middle, 0.0055), False) for middle in middles),
    ]


def _over_head(frame: HatFrame, ease: float, turn: np.ndarray) -> np.ndarray:
    """(N, 3) places on the dome from the left (-pi/2) over the crown to the right, in the plane through both ears."""
    side = frame.rim(np.full_like(turn, 0.5 * np.pi)) + ease
    level, up = np.abs(np.sin(turn)) ** (2 / ROUNDNESS), np.cos(turn) ** (2 / ROUNDNESS)
    local = np.stack([-np.sign(turn) * side * level, (frame.height + ease) * up, np.zeros_like(turn)], axis=1)
    return frame.world(local)


def _cat_ears(frame: HatFrame, ease: float) -> list[tuple[str, np.ndarray, bool]]:
    turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 33)
    made: list[tuple[str, np.ndarray, bool]] = [("band", tube(_over_head(frame, ease, turn), 0.0045, flat=0.5), False)]
    for side in (-1.0, 1.0):
        foot = _over_head(frame, ease - 0.004, np.array([-side * 0.62]))[0]
        upward = frame.axes[1] + 0.42 * side * frame.axes[0]
        upward /= np.linalg.norm(upward)
        across = np.cross(frame.axes[2], upward)
        for name, size, ahead in (("fur", 1.0, 0.0), ("inner", 0.68, 0.0052)):
            made.append((name, _ear(foot + ahead * frame.axes[2], size, (across, upward, frame.axes[2])), False))
    return made


def _ear(foot: np.ndarray, size: float, axes: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """(R, C, 3) a cat's ear."""
    across, upward, ahead = axes
    share, turn = np.linspace(0.0, 1.0, 8)[:, None, None], np.linspace(0.0, 2 * np.pi, 17)[None, :, None]
    wide = 0.030 * size * (1.0 - share) ** 0.75 * (1.0 + 0.35 * share)
    deep = 0.0075 * (1.0 - share) ** 0.6
    return foot + wide * np.cos(turn) * across + deep * np.sin(turn) * ahead + 0.058 * size * share * upward


_FELT, _WOOL, _STRAW = Finish("felt", 0.95), Finish("knit", 0.95), Finish("straw", 0.85)
_RIBBON, _METAL, _GEM = Finish("satin", 0.45), Finish("satin", 0.28, 1.0), Finish("satin", 0.12)
_TWILL = Finish("twill", 0.88)


def _hat(colors: Mapping[str, str], make: Hat, finishes: Mapping[str, Finish]) -> WardrobePiece:
    return WardrobePiece(("hat",), colors, HAT_LAYER, make, finishes)


HATS: Mapping[str, WardrobePiece] = {
    "cap": _hat({"crown": "#2d4a73", "visor": "#2d4a73"}, Hat(_cap), {"crown": _TWILL, "visor": _TWILL}),
    "beanie": _hat({"wool": "#9c3b2e", "cuff": "#9c3b2e"}, Hat(_beanie), {"wool": _WOOL, "cuff": Finish("rib", 0.95)}),
    "bobble-hat": _hat({"wool": "#33546b", "cuff": "#e9e4d8"}, Hat(_bobble), {"wool": _WOOL, "cuff": _WOOL}),
    "fedora": _hat({"felt": "#4a3c31", "ribbon": "#1d1a19"}, Hat(_fedora), {"felt": _FELT, "ribbon": _RIBBON}),
    "sun-hat": _hat({"straw": "#d9bd86", "ribbon": "#7c2f36"}, Hat(_sun_hat), {"straw": _STRAW, "ribbon": _RIBBON}),
    "top-hat": _hat({"felt": "#17171b", "ribbon": "#5a1622"}, Hat(_top_hat), {"felt": _FELT, "ribbon": _RIBBON}),
    "witch-hat": _hat(
        {"felt": "#2a2233", "band": "#6a3f8c", "buckle": "#c9a24a"},
        Hat(_witch_hat, low=-0.008),
        {"felt": _FELT, "band": _RIBBON, "buckle": _METAL},
    ),
    "beret": _hat({"felt": "#8c2332"}, Hat(_beret), {"felt": _FELT}),
    "headband": _hat(
        {"fabric": "#d9d9d9"}, Hat(_headband, 0.006, 0.0, 0.034, covers_hair=False), {"fabric": Finish("rib", 0.95)}
    ),
    "crown": _hat(
        {"metal": "#d8b34a", "gems": "#a3172e"},
        Hat(_crown, 0.009, 0.008, 0.034, covers_hair=False),
        {"metal": _METAL, "gems": _GEM},
    ),
    "cat-ears": _hat(
        {"fur": "#26232a", "inner": "#d99aa5", "band": "#26232a"},
        Hat(_cat_ears, 0.016, 1.0, 1.0, covers_hair=False),
        {"fur": _FELT, "inner": _FELT, "band": Finish("satin", 0.5)},
    ),
}  # fmt: skip
