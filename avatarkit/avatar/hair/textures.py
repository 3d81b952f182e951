"""Pictures of hair, drawn by code: strands as brightness and alpha, coloured afterwards."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.render.color import to_linear, to_srgb

STRIPS = 8
_STRIP_WIDTH_PX, _HEIGHT_PX, _CAP_WIDTH_PX = 96, 512, 512
_HAIRS_PER_STRIP, _CAP_HAIRS = 46, 460
_RIM_FADE = 0.045  # of the cap's picture, above its lower edge
_BLACKEST = 0.004  # linear: the darkest hair still shows its strands
_LIGHTEST = 2.5
_PIGMENT = 0.08
_SEED = 7


def _hair(canvas: np.ndarray, coverage: np.ndarray, centre: np.ndarray, width: np.ndarray, light: np.ndarray) -> None:
    """Draw one hair over what is there. `centre`, `width`, `light` (H,): pixels and brightness at each row."""
    across = np.arange(canvas.shape[1])[None]
    profile = np.clip(1.3 - np.abs(across - centre[:, None]) / np.maximum(width[:, None], 1e-3), 0.0, 1.0)
    profile[width < 0.15] = 0.0
    round_light = light[:, None] * (0.6 + 0.4 * profile)
    canvas += profile * (round_light - canvas)
    np.maximum(coverage, profile, out=coverage)


@cache
def lock_strands() -> tuple[np.ndarray, np.ndarray]:
    """Brightness and alpha (H, STRIPS * W), root at the top: each strip is a tuft of hairs that end at their own lengths."""
    random = np.random.default_rng(_SEED)
    strips = [_tuft(random) for _ in range(STRIPS)]
    light, alpha = (np.concatenate([strip[k] for strip in strips], axis=1) for k in (0, 1))
    return light, alpha


def _tuft(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    light, alpha = np.full((_HEIGHT_PX, _STRIP_WIDTH_PX), 0.55), np.zeros((_HEIGHT_PX, _STRIP_WIDTH_PX))
    rows = np.linspace(0.0, 1.0, _HEIGHT_PX)
    for _ in range(_HAIRS_PER_STRIP):
        place = random.uniform(-1.0, 1.0)
        end = random.uniform(0.62, 1.0) * (1.0 - 0.25 * place**2)
        gather = 1.0 - 0.45 * rows**2  # hairs of a tuft come together at its tip
        bend = 2.5 * np.sin(random.uniform(2.0, 5.0) * rows + random.uniform(0.0, 6.3))
        centre = _STRIP_WIDTH_PX * (0.5 + 0.40 * place * gather) + bend
        start = random.uniform(0.0, 0.12)
        taper = np.clip((end - rows) / 0.22, 0.0, 1.0) ** 0.7 * np.clip((rows - start) / 0.06, 0.0, 1.0) ** 0.5
        _hair(light, alpha, centre, random.uniform(1.2, 2.7) * taper, random.uniform(0.42, 1.35) + 0.10 * rows)
    return light, alpha


@cache
def cap_strands() -> tuple[np.ndarray, np.ndarray]:
    """Brightness and alpha (H, W) of the cap: whole above, single hairs at the lower edge; repeats sideways."""
    random = np.random.default_rng(_SEED + 1)
    light = np.full((_HEIGHT_PX, _CAP_WIDTH_PX), 0.6)
    alpha = np.zeros_like(light)
    rows = np.linspace(0.0, 1.0, _HEIGHT_PX)
    places = random.permutation(_CAP_HAIRS) / _CAP_HAIRS * _CAP_WIDTH_PX
    margin = 16
    wide_light, wide_alpha = np.pad(light, ((0, 0), (margin, margin))), np.pad(alpha, ((0, 0), (margin, margin)))
    for place in places:
        end = 1.0 - _RIM_FADE * random.uniform(0.0, 1.0) ** 1.5
        bend = 2.0 * np.sin(random.uniform(3.0, 9.0) * rows + random.uniform(0.0, 6.3))
        width = random.uniform(1.2, 2.4) * np.clip((end - rows) / 0.07, 0.0, 1.0) ** 0.6
        tone = np.full(_HEIGHT_PX, random.uniform(0.5, 1.25))
        for copy in (place - _CAP_WIDTH_PX, place, place + _CAP_WIDTH_PX):
            if -margin < copy < _CAP_WIDTH_PX + margin:
                first = max(int(copy), 0)
                window = slice(first, first + 2 * margin)
                _hair(wide_light[:, window], wide_alpha[:, window], copy + bend + margin - first, width, tone)
    inner = slice(margin, margin + _CAP_WIDTH_PX)
    alpha = np.maximum(wide_alpha[:, inner], (rows < 1.0 - _RIM_FADE)[:, None])
    return np.where(wide_light[:, inner] > 0, wide_light[:, inner], 0.6), alpha


def strand_normals(light: np.ndarray, alpha: np.ndarray, strength: float = 1.6) -> np.ndarray:
    """(H, W, 3) uint8 tangent-space normals: each hair a ridge, from its brightness across."""
    ridges = np.where(alpha > 0.2, light, 0.55)
    slope = strength * 0.5 * (np.roll(ridges, -1, axis=1) - np.roll(ridges, 1, axis=1))
    normal = np.stack([-slope, np.zeros_like(slope), np.ones_like(slope)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.rint(127.5 + 127.5 * normal).astype(np.uint8)


def colored(
    strands: tuple[np.ndarray, np.ndarray],
    color: tuple[float, float, float],
    root: float,
    tip: float,
    brightness: float = 1.0,
) -> np.ndarray:
    """The picture of strands in a colour.

    Args:
        strands: brightness and alpha (H, W) from `lock_strands` or `cap_strands`.
        color: sRGB, 0..1: the mean of what is seen.
        root, tip: brightness at the top and at the bottom against the mean.
        brightness: of the mean against the colour.

    Returns:
        (H, W, 4) uint8 sRGB.
    """
    light, alpha = strands
    rows = np.linspace(0.0, 1.0, len(light))[:, None]
    shade = light * (root + (tip - root) * np.minimum(rows * 1.6, 1.0))
    shade = shade * (brightness / np.average(shade, weights=alpha))
    base = np.maximum(to_linear(np.asarray(color)), _BLACKEST)
    steps = np.linspace(0.0, _LIGHTEST, 256)[:, None]
    # Light strands lose colour and dark ones gain it, as light does on a shorter or longer way through pigment.
    ramp = to_srgb(np.clip(steps * base ** (1.0 + _PIGMENT * (1.0 - steps)), 0.0, 1.0))
    table = np.rint(255 * ramp).astype(np.uint8)
    index = np.clip(shade * (255 / _LIGHTEST), 0, 255).astype(np.uint8)
    return np.concatenate([table[index], np.rint(255 * alpha).astype(np.uint8)[..., None]], axis=-1)
