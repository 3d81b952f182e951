"""Makes the pictures of hair in assets: strands as brightness and alpha, coloured when they are used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from asset_sources import record_sources
from PIL import Image

from avatarkit.avatar.hair.textures import CAP_FILE, LIGHT_UNIT, LOCK_FILES, STRIPS

ASSETS = Path(__file__).resolve().parents[1]
STRIP_WIDTH_PX, HEIGHT_PX, CAP_WIDTH_PX = 96, 512, 512
FRIZZ_WIDTH_PX = 192
HAIRS_PER_STRIP, COILS_PER_STRIP, CAP_HAIRS = 46, 46, 460
RIM_FADE = 0.045  # of the cap's picture, above its lower edge
SEED = 7


def main() -> None:
    pictures = {
        LOCK_FILES["straight"]: tufts("straight", _tuft),
        LOCK_FILES["frizz"]: tufts("frizz", _frizz),
        CAP_FILE: cap_strands(),
    }
    for name, canvas in pictures.items():
        assert canvas.light.max() <= 255 * LIGHT_UNIT
        picture = np.rint(np.dstack([canvas.light / LIGHT_UNIT, canvas.hair, 255.0 * canvas.alpha])).astype(np.uint8)
        Image.fromarray(picture).save(ASSETS / name, optimize=True)
    record_sources(ASSETS, list(pictures), "drawn by the script", "CC0-1.0", "assets/scripts/build_hair_strands.py")


class Canvas(NamedTuple):
    """(H, W) brightness, alpha and the number of the hair that shows."""

    light: np.ndarray
    alpha: np.ndarray
    hair: np.ndarray

    def columns(self, chosen: slice) -> Canvas:
        return Canvas(*(layer[:, chosen] for layer in self))


def blank(width: int, light: float) -> Canvas:
    return Canvas(np.full((HEIGHT_PX, width), light), np.zeros((HEIGHT_PX, width)), np.full((HEIGHT_PX, width), 127.0))


def draw_hair(canvas: Canvas, centre: np.ndarray, width: np.ndarray, light: np.ndarray, number: float) -> None:
    """Draw one hair over what is there. `centre`, `width`, `light` (H,): pixels and brightness at each row."""
    across = np.arange(canvas.light.shape[1])[None]
    profile = np.clip(1.3 - np.abs(across - centre[:, None]) / np.maximum(width[:, None], 1e-3), 0.0, 1.0)
    profile[width < 0.15] = 0.0
    round_light = light[:, None] * (0.6 + 0.4 * profile)
    canvas.light[:] += profile * (round_light - canvas.light)
    np.maximum(canvas.alpha, profile, out=canvas.alpha)
    canvas.hair[profile > 0.4] = number


def numbers(count: int, random: np.random.Generator) -> np.ndarray:
    """(count,) 0..255, evenly spread, in any order."""
    return np.floor(256.0 * (random.permutation(count) + 0.5) / count)


def tufts(kind: str, draw: Callable[[np.random.Generator], Canvas]) -> Canvas:
    """Each strip is a tuft of hairs, root at the top, that end at their own lengths."""
    random = np.random.default_rng(SEED)
    strips = [draw(random) for _ in range(STRIPS[kind])]
    return Canvas(*(np.concatenate(layers, axis=1) for layers in zip(*strips, strict=True)))


def _tuft(random: np.random.Generator) -> Canvas:
    canvas = blank(STRIP_WIDTH_PX, 0.55)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    for number in numbers(HAIRS_PER_STRIP, random):
        place = random.uniform(-1.0, 1.0)
        end = random.uniform(0.62, 1.0) * (1.0 - 0.25 * place**2)
        gather = 1.0 - 0.45 * rows**2  # hairs of a tuft come together at its tip
        bend = 2.5 * np.sin(random.uniform(2.0, 5.0) * rows + random.uniform(0.0, 6.3))
        centre = STRIP_WIDTH_PX * (0.5 + 0.40 * place * gather) + bend
        start = random.uniform(0.0, 0.12)
        taper = np.clip((end - rows) / 0.22, 0.0, 1.0) ** 0.7 * np.clip((rows - start) / 0.06, 0.0, 1.0) ** 0.5
        draw_hair(canvas, centre, random.uniform(1.2, 2.7) * taper, random.uniform(0.42, 1.35) + 0.10 * rows, number)
    return canvas


def _frizz(random: np.random.Generator) -> Canvas:
    """Coils, finer and wider ones, that lie over one another."""
    canvas = blank(FRIZZ_WIDTH_PX, 0.5)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    for number in numbers(COILS_PER_STRIP, random):
        place, end = random.uniform(-1.0, 1.0), random.uniform(0.55, 0.99)
        radius = random.uniform(5.0, 13.0) * np.minimum(rows / 0.06 + 0.2, 1.0)
        turns = random.uniform(9.0, 17.0) * (1.0 + 0.15 * np.sin(random.uniform(2.0, 6.0) * rows + random.uniform(0.0, 6.3)))
        phase = 2 * np.pi * turns * rows + random.uniform(0.0, 6.3)
        bulge = 0.7 + 0.3 * np.sin(np.pi * np.minimum(rows / end, 1.0))
        centre = FRIZZ_WIDTH_PX * (0.5 + 0.38 * place * bulge) + radius * np.sin(phase)
        slope = np.abs(np.gradient(centre))
        taper = np.clip((end - rows) / 0.1, 0.0, 1.0) ** 0.7
        width = random.uniform(1.0, 1.9) * np.sqrt(1.0 + slope**2) * taper
        tone = random.uniform(0.45, 1.2) * (1.0 + 0.35 * np.cos(phase))  # one side of each turn lies behind the other
        draw_hair(canvas, centre, width, np.clip(tone, 0.2, 1.49), number)
    return canvas


def cap_strands() -> Canvas:
    """The cap: whole above, single hairs at the lower edge; repeats sideways."""
    random = np.random.default_rng(SEED + 1)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    places = random.permutation(CAP_HAIRS) / CAP_HAIRS * CAP_WIDTH_PX
    margin = 16
    canvas = blank(CAP_WIDTH_PX + 2 * margin, 0.6)
    for place, number in zip(places, numbers(CAP_HAIRS, random), strict=True):
        end = 1.0 - RIM_FADE * random.uniform(0.0, 1.0) ** 1.5
        bend = 2.0 * np.sin(random.uniform(3.0, 9.0) * rows + random.uniform(0.0, 6.3))
        width = random.uniform(1.2, 2.4) * np.clip((end - rows) / 0.07, 0.0, 1.0) ** 0.6
        tone = np.full(HEIGHT_PX, random.uniform(0.5, 1.25))
        for copy in (place - CAP_WIDTH_PX, place, place + CAP_WIDTH_PX):
            if -margin < copy < CAP_WIDTH_PX + margin:
                first = max(int(copy), 0)
                draw_hair(canvas.columns(slice(first, first + 2 * margin)), copy + bend + margin - first, width, tone, number)
    light, alpha, hair = canvas.columns(slice(margin, margin + CAP_WIDTH_PX))
    return Canvas(light, np.maximum(alpha, (rows < 1.0 - RIM_FADE)[:, None]), hair)


if __name__ == "__main__":
    main()
