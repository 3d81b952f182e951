"""Hair styles as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avatarkit.avatar.hair.style import Fringe, Gather, HairStyle, Zones, everywhere

_SHORT = HairStyle(
    length_mm=Zones(top=62, front=58, side=34, back=40, nape=20),
    depth_mm=Zones(top=13, front=10, side=6, back=9, nape=3),
    lift_mm=Zones(top=7, front=9, side=2.5, back=4, nape=1.5),
    sweep=1.0,
    overhang_mm=20,
    locks=1040,
    lock_width_mm=11,
    unevenness=0.45,
    disorder=0.2,
)
_LONG = HairStyle(
    length_mm=Zones(top=460, front=420, side=380, back=400, nape=320),
    depth_mm=Zones(top=11, front=9, side=9, back=11, nape=8),
    lift_mm=Zones(top=5, front=6, side=3, back=4, nape=2),
    whorl_deg=(180.0, 58.0),
    part_deg=4.0,
    parted=True,
    locks=470,
    lock_width_mm=24,
    unevenness=0.2,
    disorder=0.08,
    hangs=True,
)

HAIR_STYLES: Mapping[str, HairStyle] = {
    "short": _SHORT,
    "long": _LONG,
    "bangs": replace(_LONG, fringe=Fringe(reach_mm=44, reach_aside_mm=62)),
    "curtain": replace(_LONG, fringe=Fringe(reach_mm=34, reach_aside_mm=95, curtain=True)),
    "ponytail": replace(
        _LONG,
        gathers=(Gather("tail", (180.0, 20.0), 330, 52),),
        depth_mm=everywhere(5),
        lift_mm=everywhere(1.5),
        locks=420,
        lock_width_mm=18,
        disorder=0.05,
    ),
    "bun": replace(
        _LONG,
        gathers=(Gather("bun", (180.0, 35.0), 0, 70),),
        depth_mm=everywhere(5),
        lift_mm=everywhere(1.5),
        locks=420,
        lock_width_mm=18,
        disorder=0.05,
    ),
    "braid": replace(
        _LONG,
        gathers=(Gather("braid", (180.0, -12.0), 330, 42),),
        depth_mm=everywhere(5),
        lift_mm=everywhere(1.5),
        locks=420,
        lock_width_mm=18,
        disorder=0.05,
    ),
}
"""By name."""
