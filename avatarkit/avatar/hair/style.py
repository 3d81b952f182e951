"""What makes one hair style: numbers over the scalp, from which one generator grows all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Hairline = tuple[tuple[float, float], ...]

NATURAL_HAIRLINE: Hairline = (
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


def everywhere(value: float) -> Zones:
    """The same all over the scalp."""
    return Zones(value, value, value, value, value)


NOWHERE = everywhere(0.0)


@dataclass(frozen=True)
class Fringe:
    """Hair over the forehead.

    Attributes:
        reach_mm: how far it falls past the hairline in the middle.
        reach_aside_mm: and at its sides.
        half_deg: azimuth to which it is cut, each side of the middle.
        behind_mm: it grows from the hairline back to here.
        sweep: how strongly it falls aside: 0 not, 1 to the left.
        curtain: whether it parts in the middle.
        depth_mm: how far it stands off the forehead.
        locks: how many ribbons.
    """

    reach_mm: float
    reach_aside_mm: float
    half_deg: float = 48.0
    behind_mm: float = 34.0
    sweep: float = 0.0
    curtain: bool = False
    depth_mm: float = 7.0
    locks: int = 150


@dataclass(frozen=True)
class Gather:
    """A place where hair is tied together, and what becomes of it there.

    Attributes:
        kind: a tail hangs, a braid is plaited, a bun is wound up.
        at_deg: azimuth and elevation of the tie.
        length_mm: of tail or braid.
        thickness_mm: of tail, braid or bun.
        takes: which hair: all of it, that of one side, or what grows above `above_deg`.
        above_deg: elevation.
        curl_mm: radius of a tail's waves.
    """

    kind: Literal["tail", "braid", "bun"]
    at_deg: tuple[float, float]
    length_mm: float
    thickness_mm: float
    takes: Literal["all", "left", "right", "top"] = "all"
    above_deg: float = 20.0
    curl_mm: float = 0.0


_SHORN_MM = 12.0


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
        locks: how many.
        lock_width_mm: a lock's width at its middle.
        unevenness: share by which locks may be shorter than their neighbours.
        disorder: how far locks stray from the combed direction, radians.
        hangs: whether locks longer than their way over the scalp fall on from the hairline, or end there.
        curl_mm: radius of the curls; 0 is straight. `curl_pitch_mm` is a curl's height.
        rise_mm: how much higher than the body of the hair the tips stand.
        parted: whether the parting runs back to the whorl and all hair falls away from it.
        back: how strongly everything is brushed to the back.
        crest: half the width of a strip from front to nape that alone is "top" and "front", as a share of the skull's radius.
        top_from_deg: elevations between which the sides become the top.
        fringe: over the forehead, or None.
        gathers: what is tied together.
        shape: ribbons of hairs, solid pointed locks, ropes, or round tufts.
        strands: what the ribbons show.
        cut_mm: hair that hangs ends this far below the middle of the skull, whatever its length; None for its length.
        under_mm: how far the ends of what hangs turn in under it, as when it is blown dry over a brush.
        tips: share of the tufts' picture that shows: with less they end bluntly.
        cap_repeats: how often the cap's picture goes around the head: fine hair more often.
        cap: what the cap shows; its edge fades, or ends at the hairline.
        points: of each lock over the scalp.
        capped: whether hair covers the scalp at all.
        combed: whether the cap itself is the hair, in grooves that run to the ties.
        crown_narrows: share of the locks' width that they have at the whorl.
    """

    length_mm: Zones
    depth_mm: Zones
    lift_mm: Zones
    locks: int
    lock_width_mm: float
    hairline: Hairline = NATURAL_HAIRLINE
    whorl_deg: tuple[float, float] = (165.0, 62.0)
    part_deg: float = 24.0
    sweep: float = 0.0
    overhang_mm: float = 1.0
    unevenness: float = 0.3
    disorder: float = 0.15
    hangs: bool = False
    curl_mm: float = 0.0
    curl_pitch_mm: float = 40.0
    rise_mm: Zones = NOWHERE
    parted: bool = False
    back: float = 0.0
    crest: float | None = None
    top_from_deg: tuple[float, float] = (12.0, 42.0)
    fringe: Fringe | None = None
    gathers: tuple[Gather, ...] = ()
    shape: Literal["card", "wedge", "rope", "puff"] = "card"
    strands: Literal["straight", "frizz", "coils"] = "straight"
    crown_narrows: float = 0.55
    cut_mm: float | None = None
    under_mm: float = 0.0
    tips: float = 1.0
    cap_repeats: int = 4
    cap: Literal["strands", "stubble"] = "strands"
    cap_edge: Literal["soft", "hard"] = "soft"
    points: int = 7
    capped: bool = True
    combed: bool = False

    @property
    def shorn(self) -> bool:
        """Whether the sides are cut to millimetres: the scalp shows through."""
        return self.cap == "stubble" and self.length_mm.side < _SHORN_MM

    @property
    def sleek(self) -> bool:
        """Whether strands lie side by side, for one light to run over all of them."""
        return self.strands == "straight" and self.shape != "rope"

    @property
    def wholly_tied(self) -> bool:
        """Whether no hair falls free."""
        return bool(self.gathers) and all(gather.takes != "top" for gather in self.gathers)
