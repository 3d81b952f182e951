"""Hair styles as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NATURAL_HAIRLINE: tuple[tuple[float, float], ...] = (
    (0.0, 25.5),
    (20.0, 27.0),
    (34.0, 27.0),
    (44.0, 21.0),
    (52.0, 9.0),
    (58.0, -2.0),
    (64.0, -11.0),
    (69.0, -25.0),
    (74.0, -34.0),
    (80.0, -34.0),
    (85.0, -22.0),
    (90.0, -14.5),
    (102.0, -14.5),
    (110.0, -25.0),
    (117.0, -38.0),
    (128.0, -46.0),
    (150.0, -49.0),
    (180.0, -50.0),
)
"""Azimuth from the front and elevation of the hairline's left half, degrees, seen from `scalp.SKULL_CENTRE`.

The front lies a third of the face's height above the brows (the classical thirds); temples, sideburns in front of the ear, a
bow over the ear and the nape follow by eye.
"""


@dataclass(frozen=True)
class Zones:
    """A quantity over the scalp: its value on top, in front, at the sides, at the back and in the nape."""

    top: float
    front: float
    side: float
    back: float
    nape: float


@dataclass(frozen=True)
class HairStyle:
    """Everything that makes one style. Lengths are millimetres on the average head.

    Attributes:
        hairline: (azimuth, elevation) of the left half, degrees, azimuth rising from 0 to 180.
        length_mm: of the locks.
        depth_mm: how far the body of the hair stands off the scalp.
        lift_mm: how far locks rise above that body between root and tip.
        whorl_deg: azimuth and elevation of the crown that hair grows away from.
        part_deg: azimuth of the parting at the front; hair left of it falls to the left, right of it to the right.
        sweep: how strongly the top is brushed sideways, 0 not at all.
        overhang_mm: how far locks may reach past the hairline in front; elsewhere a few millimetres.
        locks: how many ribbons.
        lock_width_mm: a ribbon's width at its middle.
        unevenness: share by which locks may be shorter than their neighbours.
        disorder: how far locks stray from the combed direction, radians.
        hangs: whether locks longer than their way over the scalp fall on from the hairline, or end there.
        curl_mm: radius of the curls; 0 is straight. `curl_pitch_mm` is a curl's height.
    """

    hairline: tuple[tuple[float, float], ...]
    length_mm: Zones
    depth_mm: Zones
    lift_mm: Zones
    whorl_deg: tuple[float, float]
    part_deg: float
    sweep: float
    overhang_mm: float
    locks: int
    lock_width_mm: float
    unevenness: float
    disorder: float
    hangs: bool = False
    curl_mm: float = 0.0
    curl_pitch_mm: float = 40.0


HAIR_STYLES: Mapping[str, HairStyle] = {
    "short": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=62, front=58, side=34, back=40, nape=20),
        depth_mm=Zones(top=13, front=10, side=6, back=9, nape=3),
        lift_mm=Zones(top=7, front=9, side=2.5, back=4, nape=1.5),
        whorl_deg=(165.0, 62.0),
        part_deg=24.0,
        sweep=1.0,
        overhang_mm=20,
        locks=1040,
        lock_width_mm=11,
        unevenness=0.45,
        disorder=0.2,
    ),
    "long": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=430, front=400, side=360, back=380, nape=300),
        depth_mm=Zones(top=11, front=9, side=9, back=11, nape=8),
        lift_mm=Zones(top=5, front=6, side=3, back=4, nape=2),
        whorl_deg=(0.0, 42.0),
        part_deg=10.0,
        sweep=0.9,
        overhang_mm=1,
        locks=450,
        lock_width_mm=24,
        unevenness=0.2,
        disorder=0.08,
        hangs=True,
    ),
    "bob": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=235, front=215, side=165, back=180, nape=95),
        depth_mm=Zones(top=12, front=10, side=10, back=13, nape=8),
        lift_mm=Zones(top=6, front=7, side=4, back=5, nape=2),
        whorl_deg=(0.0, 42.0),
        part_deg=22.0,
        sweep=0.9,
        overhang_mm=1,
        locks=700,
        lock_width_mm=18,
        unevenness=0.06,
        disorder=0.06,
        hangs=True,
    ),
    "wavy": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=360, front=340, side=300, back=320, nape=250),
        depth_mm=Zones(top=14, front=12, side=12, back=15, nape=10),
        lift_mm=Zones(top=8, front=9, side=5, back=6, nape=3),
        whorl_deg=(0.0, 42.0),
        part_deg=-14.0,
        sweep=0.9,
        overhang_mm=1,
        locks=400,
        lock_width_mm=25,
        unevenness=0.25,
        disorder=0.12,
        hangs=True,
        curl_mm=8,
        curl_pitch_mm=95,
    ),
    "curly": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=230, front=190, side=200, back=220, nape=150),
        depth_mm=Zones(top=24, front=18, side=20, back=24, nape=12),
        lift_mm=Zones(top=14, front=14, side=12, back=12, nape=6),
        whorl_deg=(0.0, 42.0),
        part_deg=8.0,
        sweep=0.8,
        overhang_mm=6,
        locks=290,
        lock_width_mm=20,
        unevenness=0.45,
        disorder=0.3,
        hangs=True,
        curl_mm=9,
        curl_pitch_mm=42,
    ),
    "buzz": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=9, front=9, side=7, back=7, nape=7),
        depth_mm=Zones(top=2.2, front=2, side=1.6, back=1.8, nape=1.2),
        lift_mm=Zones(top=1, front=1, side=0.6, back=0.6, nape=0.4),
        whorl_deg=(165.0, 62.0),
        part_deg=24.0,
        sweep=0.2,
        overhang_mm=2,
        locks=900,
        lock_width_mm=6,
        unevenness=0.2,
        disorder=0.5,
    ),
    "pixie": HairStyle(
        hairline=NATURAL_HAIRLINE,
        length_mm=Zones(top=78, front=95, side=52, back=52, nape=34),
        depth_mm=Zones(top=15, front=11, side=8, back=12, nape=5),
        lift_mm=Zones(top=8, front=9, side=4, back=5, nape=2),
        whorl_deg=(170.0, 58.0),
        part_deg=-34.0,
        sweep=1.25,
        overhang_mm=46,
        locks=1100,
        lock_width_mm=11,
        unevenness=0.35,
        disorder=0.16,
    ),
}
