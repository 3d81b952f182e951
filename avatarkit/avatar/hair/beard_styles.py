"""Beards and moustaches as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Row = tuple[float, float, float]


@dataclass(frozen=True)
class BeardArea:
    """Where one kind of hair grows; nothing does on the lips.

    Attributes:
        rows: (azimuth, lower, upper elevation) of the left half, degrees, azimuth rising, seen from `beard_ground.FACE_CENTRE`.
        length_mm: of its hairs; beside the ears they are short.
        aside: how far they are combed to the sides, against down.
        upturned: how far their ends turn up again.
    """

    rows: tuple[Row, ...]
    length_mm: float
    aside: float = 0.0
    upturned: float = 0.0


@dataclass(frozen=True)
class BeardStyle:
    """One beard.

    Attributes:
        areas: where a place belongs to several the first counts.
        shadow: how much the skin darkens between the hairs, 0..1.
        locks: how many ribbons; none for hairs too short to stand out.
        lock_width_mm: of a ribbon.
        stand: how far ribbons leave the skin, against lying on it.
        disorder: how far they stray, radians.
        strands: what they show.
        curl_mm: radius of their waves.
    """

    areas: tuple[BeardArea, ...]
    shadow: float
    locks: int = 0
    lock_width_mm: float = 7.0
    stand: float = 0.55
    disorder: float = 0.3
    strands: Literal["straight", "frizz"] = "straight"
    curl_mm: float = 0.0


_MOUSTACHE: tuple[Row, ...] = ((0.0, -8.0, 1.5), (6.0, -8.0, 3.5), (12.0, -9.0, 3.0), (17.0, -8.0, 0.5), (22.0, -14.0, -4.0))
_DROOPING: tuple[Row, ...] = (*_MOUSTACHE[:4], (20.0, -26.0, -4.0), (25.0, -28.0, -10.0))
_CHIN: tuple[Row, ...] = ((0.0, -50.0, -24.0), (10.0, -50.0, -25.0), (18.0, -48.0, -27.0), (26.0, -44.0, -32.0))
_SOUL: tuple[Row, ...] = ((0.0, -30.0, -15.0), (5.0, -29.0, -15.0), (8.0, -27.0, -17.0))
_CHEEKS: tuple[Row, ...] = (
    (0.0, -56.0, -12.0),
    (12.0, -56.0, -12.0),
    (19.0, -55.0, -8.0),
    (24.0, -55.0, -5.0),
    (32.0, -55.0, -5.0),
    (45.0, -52.0, -3.0),
    (57.0, -47.0, 3.0),
    (68.0, -40.0, 12.0),
    (76.0, -34.0, 24.0),
    (82.0, -26.0, 38.0),
    (88.0, -14.0, 40.0),
    (91.0, 0.0, 36.0),
)
_STRAP: tuple[Row, ...] = (
    (0.0, -54.0, -34.0),
    (20.0, -53.0, -35.0),
    (40.0, -50.0, -33.0),
    (55.0, -45.0, -29.0),
    (68.0, -38.0, -16.0),
    (78.0, -30.0, 10.0),
    (83.0, -20.0, 38.0),
    (89.0, -4.0, 40.0),
)
_BURNS: tuple[Row, ...] = ((72.0, 6.0, 12.0), (77.0, -6.0, 26.0), (82.0, -12.0, 39.0), (88.0, -8.0, 40.0), (91.0, 4.0, 36.0))
_CHOPS: tuple[Row, ...] = (
    (40.0, -30.0, -14.0),
    (48.0, -44.0, -6.0),
    (57.0, -44.0, 3.0),
    (68.0, -39.0, 12.0),
    (76.0, -34.0, 24.0),
    (82.0, -26.0, 38.0),
    (88.0, -14.0, 40.0),
    (91.0, 0.0, 36.0),
)

_SHORT = BeardStyle(
    (BeardArea(_MOUSTACHE, 10, aside=0.8), BeardArea(_SOUL, 8), BeardArea(_CHIN, 14), BeardArea(_CHEEKS, 10)),
    shadow=0.9,
    locks=860,
    lock_width_mm=4.8,
    stand=0.3,
    disorder=0.22,
)
_FULL = replace(
    _SHORT,
    areas=(BeardArea(_MOUSTACHE, 16, aside=0.9), BeardArea(_SOUL, 14), BeardArea(_CHIN, 38), BeardArea(_CHEEKS, 24)),
    locks=860,
    lock_width_mm=7.0,
    stand=0.5,
    curl_mm=1.2,
)

BEARD_STYLES: Mapping[str, BeardStyle] = {
    "stubble": BeardStyle((BeardArea(_MOUSTACHE, 1), BeardArea(_SOUL, 1), BeardArea(_CHEEKS, 1)), shadow=0.8),
    "moustache": BeardStyle(
        (BeardArea(_MOUSTACHE, 13, aside=0.7),), 0.7, locks=190, lock_width_mm=5.0, stand=0.5, disorder=0.2
    ),
    "horseshoe": BeardStyle((BeardArea(_DROOPING, 13, aside=0.25),), 0.7, locks=130, lock_width_mm=5.0, disorder=0.2),
    "handlebar": BeardStyle(
        (BeardArea(_MOUSTACHE, 36, aside=3.0, upturned=2.0),), 0.7, locks=200, lock_width_mm=5.5, stand=0.6, disorder=0.08
    ),
    "goatee": BeardStyle(
        (BeardArea(_DROOPING, 12, aside=0.4), BeardArea(_SOUL, 10), BeardArea(_CHIN, 22)), 0.75, locks=260, disorder=0.22
    ),
    "van-dyke": BeardStyle(
        (BeardArea(_MOUSTACHE, 18, aside=2.2, upturned=0.5), BeardArea(_SOUL, 12), BeardArea(_CHIN, 42)),
        0.7,
        locks=220,
        disorder=0.14,
    ),
    "soul-patch": BeardStyle((BeardArea(_SOUL, 9),), 0.7, locks=60, lock_width_mm=4.5),
    "chin-strap": BeardStyle((BeardArea(_STRAP, 8),), 0.75, locks=260, lock_width_mm=6.0, stand=0.35),
    "sideburns": BeardStyle((BeardArea(_BURNS, 10),), 0.75, locks=170, lock_width_mm=6.0, stand=0.4),
    "mutton-chops": BeardStyle(
        (BeardArea(_MOUSTACHE, 15, aside=1.2), BeardArea(_CHOPS, 26, aside=0.25)),
        0.8,
        locks=320,
        lock_width_mm=9.0,
        curl_mm=1.5,
    ),
    "short": _SHORT,
    "full": _FULL,
    "long-full": replace(
        _FULL,
        areas=(BeardArea(_MOUSTACHE, 26, aside=0.8), BeardArea(_SOUL, 40), BeardArea(_CHIN, 150), BeardArea(_CHEEKS, 70)),
        lock_width_mm=9.5,
        locks=440,
        disorder=0.12,
        curl_mm=3.0,
    ),
    "curly": replace(_FULL, strands="frizz", lock_width_mm=10.0, locks=640, disorder=0.6, stand=0.8),
}
"""By name; a face without any has "none"."""
