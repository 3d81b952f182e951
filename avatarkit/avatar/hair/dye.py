"""The colour of hair: any colour, other roots, grey hairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.hair.textures import Strands
from avatarkit.render.color import to_linear, to_srgb

Color = tuple[float, float, float]
"""sRGB, 0..1."""

GREY: Color = (0.74, 0.735, 0.72)
"""What hair without pigment looks like: white, a little yellow, and darkened by what lies between."""

ROOT_LENGTH, ROOT_BLUR = 0.18, 0.3
"""Share of a lock that has the roots' colour, and over which it passes into the other; every hair at its own length."""

ROOTS_AT_SCALP = 0.3
"""How much of the roots' colour the scalp's own hair has, in linear light."""

_SLOPE_LENGTH = 1.6  # locks have reached their full brightness before their end
_SHEEN, _SHADED = 0.018, 0.86
"""Linear: what a portrait's light adds to hair by its gloss, and the share of the colour that its shape leaves. Measured on
renders of all styles from all sides."""

_GLOSS = ((0.004, 0.15), (0.2, 0.4))  # by the colour's mean, linear
_LEAST_PIGMENT = 0.3  # of the asked colour: what is darker than its own gloss keeps its hue
_BLACKEST = 0.001  # linear: the darkest hair still shows its strands
_LIGHTEST = 2.5
_PIGMENT = 0.08
_VARIATION = 0.22  # of the pigment's strength between hairs
_KINDS = 8  # of hair, by pigment


@dataclass(frozen=True)
class HairColor:
    """What hair is dyed with.

    Attributes:
        color: what the hair looks like as a whole.
        roots: another colour at the scalp, or None.
        grey: share of hairs that have lost their colour, 0..1.
    """

    color: Color
    roots: Color | None = None
    grey: float = 0.0


@dataclass(frozen=True)
class Slope:
    """How a lock's brightness changes: at its root and at its tip against the mean, and of the mean against the colour."""

    root: float
    tip: float
    brightness: float = 1.0


def gloss(color: Color) -> float:
    """Strength of hair's reflections, 0..1: on dark hair full ones would hide the colour."""
    return float(np.interp(to_linear(np.asarray(color)).mean(), *_GLOSS))


def colored(strands: Strands, dye: HairColor, slope: Slope, *, at_scalp: bool = False) -> np.ndarray:
    """A picture of strands in a colour.

    Args:
        strands: the picture.
        dye: the colour: the mean of what is seen.
        slope: along the locks.
        at_scalp: it is the hair between the roots of locks.

    Returns:
        (H, W, 4) uint8 sRGB.
    """
    light, alpha, hair = strands
    rows = np.linspace(0.0, 1.0, len(light), dtype=np.float32)[:, None]
    shade = light * (slope.root + (slope.tip - slope.root) * np.minimum(rows * _SLOPE_LENGTH, 1.0))
    shade = shade * (slope.brightness / np.average(shade, weights=alpha))
    index = np.clip(shade * (255 / _LIGHTEST), 0, 255).astype(np.uint8)
    at = (hair % _KINDS).astype(np.uint16) * np.uint16(256) + index
    whole = np.pad(_shown(_at_scalp(dye) if at_scalp else dye.color), ((0, 0), (0, 1)))
    pixels = np.take(whole.view(np.uint32)[:, 0], at).view(np.uint8).reshape(*light.shape, 4)
    if dye.roots and not at_scalp:
        share = np.clip((ROOT_LENGTH + ROOT_BLUR * (hair / 255.0 - 0.5) - rows) / ROOT_BLUR + 0.5, 0.0, 1.0)
        share = np.where(dye.grey >= 1.0, 0.0, share)
        both, only = (share > 0.0) & (share < 1.0), share >= 1.0
        pixels[only, :3] = _shown(dye.roots)[at[only]]
        own, other = (_ramps(color).reshape(-1, 3)[at[both]] for color in (dye.color, dye.roots))
        pixels[both, :3] = np.rint(255.0 * to_srgb(own + share[both, None] * (other - own)))
    if dye.grey:
        greyed = (hair < 255.0 * dye.grey) | (dye.grey >= 1.0)
        pixels[greyed, :3] = _shown(GREY)[at[greyed]]
    pixels[..., 3] = np.rint(255.0 * alpha)
    return pixels


def _at_scalp(dye: HairColor) -> Color:
    """Locks lie over it: all in the roots' colour it would show between them as dark spots."""
    if not dye.roots:
        return dye.color
    color, roots = to_linear(np.asarray(dye.color)), to_linear(np.asarray(dye.roots))
    red, green, blue = map(float, to_srgb(color + ROOTS_AT_SCALP * (roots - color)))
    return red, green, blue


def _shown(color: Color) -> np.ndarray:
    """(_KINDS * 256, 3) uint8 sRGB of `_ramps`."""
    return np.rint(255.0 * to_srgb(_ramps(color))).astype(np.uint8).reshape(-1, 3)


def _ramps(color: Color) -> np.ndarray:
    """(_KINDS, 256, 3) linear: hairs of one colour, each at brightnesses from 0 to `_LIGHTEST`.

    Light strands lose colour and dark ones gain it, as light does on a shorter or longer way through pigment; and so do hairs
    with less and with more of it.
    """
    asked = to_linear(np.asarray(color))
    base = np.maximum(np.maximum(asked - _SHEEN * gloss(color), _LEAST_PIGMENT * asked) / _SHADED, _BLACKEST)
    steps = np.linspace(0.0, _LIGHTEST, 256)[None, :, None]
    pigment = 1.0 + _VARIATION * (np.linspace(-0.5, 0.5, _KINDS)[:, None, None])
    luminance = base.mean()
    hue = (base / luminance) ** (pigment + _PIGMENT * (1.0 - steps))
    return np.clip(luminance * steps * hue, 0.0, 1.0)
