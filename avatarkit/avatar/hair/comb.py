"""Which way hair lies on the scalp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.hair.directions import nearest_on_arc, smoothstep, tangent, to_angles, to_directions, turned, unit
from avatarkit.avatar.hair.hairline import hairline
from avatarkit.avatar.hair.style import Fringe, Gather, HairStyle
from avatarkit.geometry.meshes import cross

Comb = Callable[[np.ndarray], np.ndarray]
"""Directions (L, 3) -> (L, 3) unit tangents: which way each lock goes on from there."""

PARTING_FROM_DEG = 14.0
"""Elevation at which a parting begins in front: before the hairline."""
_PARTING_BLUR, _WHORL_BLUR = 0.16, 0.12  # of unit directions: how far single locks ignore the parting and the whorl
_PARTED_BLUR = 0.012
_PARTS_FROM = np.radians(3.0)
_PARTING = 0.009  # of unit directions: half the width of a parted fringe's middle
_PARTING_BACK = np.array([0.0, -0.35, -0.6])  # hair at a parting falls a little backward
_FALLS_STRAIGHT = 0.85  # share by which hair forgets its parting at the sides
_DOWN = np.array([0.0, -1.0, 0.0])
_BACK = np.array([0.0, -0.12, -1.0])


@dataclass(frozen=True)
class Strays:
    """How each of L locks departs from the comb: (L,) radians aside, (L,) of its parting, (L, 3) of its whorl's direction."""

    aside: np.ndarray
    parting: np.ndarray
    whorl: np.ndarray


def strays(style: HairStyle, count: int, random: np.random.Generator) -> Strays:
    """Drawn for `count` locks."""
    blur = _PARTED_BLUR if style.parted else _PARTING_BLUR
    return Strays(
        style.disorder * random.standard_normal(count),
        random.normal(0.0, blur, count),
        random.normal(0.0, _PARTED_BLUR if style.parted else _WHORL_BLUR, (count, 3)),
    )


def free_comb(style: HairStyle, stray: Strays) -> Comb:
    """Hair that nothing holds: away from whorl or parting, brushed aside in front, falling at the sides."""
    whorl = unit(to_directions(*np.radians(style.whorl_deg)) + stray.whorl)
    flow = _parted_flow if style.parted else _whorl_flow

    def combed(directions: np.ndarray) -> np.ndarray:
        mix = flow(style, directions, whorl, stray)
        mix = mix + style.back * unit(tangent(directions, np.broadcast_to(_BACK, directions.shape)))
        return turned(directions, unit(tangent(directions, mix)), stray.aside)

    return combed


def _parted_flow(style: HairStyle, directions: np.ndarray, whorl: np.ndarray, stray: Strays) -> np.ndarray:
    front = to_directions(np.radians(style.part_deg) + stray.parting, np.full(len(directions), np.radians(PARTING_FROM_DEG)))
    away = unit(tangent(directions, directions - nearest_on_arc(front, whorl, directions)))
    _, elevation = to_angles(directions)
    ahead = smoothstep(-0.2, 0.6, directions[:, 2])
    fallen = smoothstep(np.radians(55), np.radians(10), elevation)
    down = unit(tangent(directions, np.broadcast_to(_DOWN, directions.shape)))
    away = (1.0 - _FALLS_STRAIGHT * fallen)[:, None] * away
    return away + 1.6 * fallen[:, None] * down + (0.5 * ahead * (1.0 - fallen))[:, None] * _PARTING_BACK


def _whorl_flow(style: HairStyle, directions: np.ndarray, whorl: np.ndarray, stray: Strays) -> np.ndarray:
    away = unit(tangent(directions, directions - whorl))
    azimuth, elevation = to_angles(directions)
    part_x = np.sin(np.radians(style.part_deg)) * 0.75
    side = np.tanh((directions[..., 0] - part_x + stray.parting) / 0.05)
    forward = smoothstep(-0.35, 0.45, directions[..., 2])
    top = smoothstep(np.radians(15), np.radians(50), elevation)
    sideways = np.stack([side, -0.15 * np.ones_like(side), 0.35 * np.ones_like(side)], axis=-1)
    behind = smoothstep(np.radians(60), np.radians(75), np.abs(azimuth))
    down = _DOWN + np.array([0.0, 0.0, 0.0 if style.hangs else -0.45]) * behind[..., None]
    front = smoothstep(np.radians(80), np.radians(35), np.abs(azimuth)) * smoothstep(-5.0, 12.0, np.degrees(elevation))
    brushed = style.sweep * forward * np.maximum(top, 0.9 * front)
    fallen = (1.0 - top) * (1.0 - 0.7 * front)
    return (
        away
        + (1.7 * brushed)[..., None] * unit(tangent(directions, sideways))
        + (1.4 * fallen)[..., None] * unit(tangent(directions, down))
    )


def fringe_comb(fringe: Fringe, stray: Strays, begins: float) -> Comb:
    """Over the forehead, which `begins` at this elevation: down, aside, or to both sides. Above that it does not part."""

    def combed(directions: np.ndarray) -> np.ndarray:
        if fringe.curtain:
            aside = 0.9 * np.tanh(directions[:, 0] / _PARTING) * smoothstep(0.62, 0.2, np.abs(directions[:, 0]))
            aside = aside * smoothstep(begins + _PARTS_FROM, begins - _PARTS_FROM, to_angles(directions)[1])
        else:
            aside = np.full(len(directions), fringe.sweep)
        aside = aside + stray.aside
        down = np.stack([aside, -np.ones_like(aside), 0.3 * np.ones_like(aside)], axis=-1)
        return unit(tangent(directions, down))

    return combed


def gathering_comb(anchors: np.ndarray, stray: Strays) -> Comb:
    """Towards where each lock is tied: directions (L, 3)."""

    def combed(directions: np.ndarray) -> np.ndarray:
        towards = unit(tangent(directions, anchors))
        left = np.arccos(np.clip((directions * anchors).sum(axis=1), -1.0, 1.0))
        return turned(directions, towards, stray.aside * np.minimum(left, 1.0))

    return combed


def along_hairline(style: HairStyle, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit tangents (L, 3) along the hairline at the same azimuth, and (L, 3) inward from it."""
    azimuth, _ = to_angles(directions)
    step = np.radians(1.0)
    ahead, before = (to_directions(azimuth + turn, hairline(style, azimuth + turn)) for turn in (step, -step))
    along = unit(tangent(directions, ahead - before))
    inward = cross(directions, along)
    upward = np.where((inward[:, 1:2] < 0), -inward, inward)
    return along, unit(upward)


def owners(gathers: tuple[Gather, ...], roots: np.ndarray) -> np.ndarray:
    """(L,) which tie takes the hair that grows at directions (L, 3); -1 for none."""
    owner = np.full(len(roots), -1)
    for number, gather in enumerate(gathers):
        takes = {
            "all": np.ones(len(roots), bool),
            "left": roots[:, 0] >= 0,
            "right": roots[:, 0] < 0,
            "top": to_angles(roots)[1] > np.radians(gather.above_deg),
        }[gather.takes]
        owner[takes & (owner < 0)] = number
    return owner
