"""Makes the pictures of hair in assets: strands as brightness and alpha, coloured when they are used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from asset_sources import record_sources
from PIL import Image

from avatarkit.avatar.hair.textures import CAP_FILES, LIGHT_UNIT, LOCK_FILES, STRIPS

ASSETS = Path(__file__).resolve().parents[1]
STRIP_WIDTH_PX, HEIGHT_PX, CAP_WIDTH_PX = 96, 512, 512
FRIZZ_WIDTH_PX = 192
HAIRS_PER_STRIP, HAIRS_A_RINGLET, CAP_HAIRS, STUBBLE_HAIRS = 64, 9, 620, 24000
STRIP_TONE = (0.72, 1.12)  # of the inmost and the outmost strip: what lies under others is in their shade
WISPY_FROM = 5  # strips from this one on lie on top: single hairs, their ends far apart
RIM_FADE = 0.11  # of the cap's picture, above its lower edge: there hair grows thin
TINT = 0.72  # how much of the skin the shade between the hairs of a dense scalp hides, where they begin to thin
STUBBLE_TINT, STUBBLE_GROUND = 0.86, 0.84  # shorn hair is even from afar: what is much darker than its ground is a spotted fur
CLUMP_PX = 26.0  # hairs so far apart still share much of their tone
SEED = 7


def main() -> None:
    pictures = {
        LOCK_FILES["straight"]: tufts("straight", _tuft),
        LOCK_FILES["frizz"]: tufts("frizz", _frizz),
        LOCK_FILES["coils"]: tufts("coils", _coils),
        CAP_FILES["strands"]: cap_strands(),
        CAP_FILES["stubble"]: cap_stubble(),
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


def clumps(places: np.ndarray, width: float, random: np.random.Generator) -> np.ndarray:
    """Tones about 0 of hairs at places (N,) on a picture that repeats after `width`: neighbours have similar ones."""
    turns = np.arange(1, max(round(width / CLUMP_PX), 1) + 1)
    waves = random.normal(0.0, 1.0, (2, len(turns))) / np.sqrt(len(turns))
    angle = 2.0 * np.pi * np.outer(places / width, turns)
    return np.cos(angle) @ waves[0] + np.sin(angle) @ waves[1]


def tufts(kind: str, draw: Callable[[np.random.Generator, int], Canvas]) -> Canvas:
    """Each strip is a tuft of hairs, root at the top, that end at their own lengths."""
    random = np.random.default_rng(SEED)
    strips = [draw(random, number) for number in range(STRIPS[kind])]
    return Canvas(*(np.concatenate(layers, axis=1) for layers in zip(*strips, strict=True)))


def _tuft(random: np.random.Generator, strip: int) -> Canvas:
    canvas = blank(STRIP_WIDTH_PX, 0.62)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    tone = np.interp(strip, (0, STRIPS["straight"] - 1), STRIP_TONE)
    wispy = strip >= WISPY_FROM
    places = np.sort(random.uniform(-1.0, 1.0, HAIRS_PER_STRIP // (2 if wispy else 1)))
    clump = 0.13 * clumps(48.0 * places, STRIP_WIDTH_PX, random)
    order = random.permutation(len(places))
    for number, place, shade in zip(numbers(len(places), random), places[order], clump[order], strict=True):
        end = random.uniform(0.45 if wispy else 0.62, 1.0) * (1.0 - 0.18 * place**2)
        gather = 1.0 - (0.5 if wispy else 0.3) * rows**2  # hairs of a tuft come together at its tip
        bend = 3.0 * np.sin(random.uniform(1.5, 4.0) * rows + random.uniform(0.0, 6.3))
        centre = STRIP_WIDTH_PX * (0.5 + 0.42 * place * gather) + bend
        begin = random.uniform(0.0, 0.1)
        taper = np.clip((end - rows) / 0.3, 0.0, 1.0) ** 0.6 * np.clip((rows - begin) / 0.06, 0.0, 1.0) ** 0.5
        light = tone * (random.uniform(0.72, 1.18) + shade)
        draw_hair(canvas, centre, random.uniform(1.1, 2.3) * taper, np.full(HEIGHT_PX, np.clip(light, 0.2, 1.49)), number)
    return canvas


def _frizz(random: np.random.Generator, _strip: int) -> Canvas:
    """Long curls: ringlets of many turns."""
    return _ringlets(random, 9, (5.0, 8.0), (7.0, 13.0), (2.0, 3.2))


def _coils(random: np.random.Generator, _strip: int) -> Canvas:
    """Short curls: ringlets of a few turns."""
    return _ringlets(random, 8, (1.6, 3.0), (10.0, 20.0), (2.0, 3.4))


def _ringlets(
    random: np.random.Generator,
    count: int,
    turns: tuple[float, float],
    radius: tuple[float, float],
    width: tuple[float, float],
) -> Canvas:
    """So many ringlets over one another, each of hairs that turn together; lengths are pixels."""
    canvas = blank(FRIZZ_WIDTH_PX, 0.5)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    hairs = iter(numbers(count * HAIRS_A_RINGLET, random))
    for place in random.permutation(np.linspace(-1.0, 1.0, count)):
        wide, many, start = random.uniform(*radius), random.uniform(*turns), random.uniform(0.0, 6.3)
        drift, tone = random.uniform(2.0, 6.0), random.uniform(0.8, 1.1)
        for aside in random.permutation(np.linspace(-1.0, 1.0, HAIRS_A_RINGLET)):
            end = random.uniform(0.72, 0.99) * (1.0 - 0.12 * place**2)
            phase = (
                2 * np.pi * many * rows * (1.0 + 0.12 * np.sin(drift * rows)) + start + 0.55 * aside + random.normal(0.0, 0.12)
            )
            bulge = 0.75 + 0.25 * np.sin(np.pi * np.minimum(rows / end, 1.0))
            opens = np.minimum(rows / 0.08 + 0.3, 1.0) * random.uniform(0.75, 1.1)
            centre = FRIZZ_WIDTH_PX * (0.5 + 0.36 * place * bulge) + wide * opens * np.sin(phase) + 2.0 * aside
            taper = np.clip((end - rows) / 0.12, 0.0, 1.0) ** 0.7
            # One side of each turn lies behind the other; the middle of a ringlet catches the light.
            light = tone * random.uniform(0.85, 1.12) * (1.0 + 0.22 * np.cos(phase)) * (1.06 - 0.12 * abs(aside))
            slope = np.sqrt(1.0 + np.gradient(centre) ** 2)
            draw_hair(canvas, centre, random.uniform(*width) * slope * taper, np.clip(light, 0.2, 1.49), next(hairs))
    return canvas


def cap_strands() -> Canvas:
    """The cap: whole above; below, hairs and the shade between them grow thin; repeats sideways."""
    random = np.random.default_rng(SEED + 1)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    places = CAP_WIDTH_PX * (np.arange(CAP_HAIRS) + random.uniform(0.0, 1.0, CAP_HAIRS)) / CAP_HAIRS
    tones = random.uniform(0.74, 1.16, CAP_HAIRS) + 0.07 * clumps(places, CAP_WIDTH_PX, random)
    margin = 16
    canvas = blank(CAP_WIDTH_PX + 2 * margin, 0.66)
    for one, number in zip(random.permutation(CAP_HAIRS), numbers(CAP_HAIRS, random), strict=True):
        end = 1.0 - RIM_FADE * random.uniform(0.0, 0.85) ** 0.8
        bend = 2.0 * np.sin(random.uniform(3.0, 9.0) * rows + random.uniform(0.0, 6.3))
        bend = bend + random.normal(0.0, 40.0) * np.maximum(rows - 1.0 + RIM_FADE, 0.0)
        width = random.uniform(1.1, 2.2) * np.clip((end - rows) / 0.09, 0.0, 1.0) ** 0.8
        tone = np.full(HEIGHT_PX, np.clip(tones[one], 0.2, 1.49))
        for copy in (places[one] - CAP_WIDTH_PX, places[one], places[one] + CAP_WIDTH_PX):
            if -margin < copy < CAP_WIDTH_PX + margin:
                first = max(int(copy), 0)
                draw_hair(canvas.columns(slice(first, first + 2 * margin)), copy + bend + margin - first, width, tone, number)
    light, alpha, hair = canvas.columns(slice(margin, margin + CAP_WIDTH_PX))
    return Canvas(light, _covering(alpha, rows), hair)


def _covering(alpha: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(H, W) how much of the skin hair hides: all of it above; below, hairs before a shade that fades."""
    left = np.clip((1.0 - rows) / RIM_FADE, 0.0, 1.0)[:, None]
    shade = np.where(left >= 1.0, 1.0, TINT * left**1.5)
    shade = shade + (1.0 - shade) * np.clip(2.0 * left - 1.0, 0.0, 1.0)
    return 1.0 - (1.0 - shade) * (1.0 - alpha * np.minimum(1.0, 0.25 + 1.5 * left))


def cap_stubble() -> Canvas:
    """Hair cut to millimetres: short dashes before the shade of the scalp; below they grow thin; repeats sideways."""
    random = np.random.default_rng(SEED + 2)
    rows = np.linspace(0.0, 1.0, HEIGHT_PX)
    margin = 16
    canvas = blank(CAP_WIDTH_PX + 2 * margin, STUBBLE_GROUND)
    for number in np.resize(numbers(256, random), STUBBLE_HAIRS):
        place, top = random.uniform(0.0, CAP_WIDTH_PX), random.uniform(-0.03, 1.0)
        length = random.uniform(0.007, 0.015)
        if top + length > 1.0 - 0.8 * RIM_FADE * random.uniform(0.0, 1.0) ** 0.7:
            continue
        along = (rows - top) / length
        width = random.uniform(0.7, 1.1) * np.sqrt(np.clip(4.0 * along * (1.0 - along), 0.0, 1.0))
        lean, tone = random.normal(0.0, 1.8), random.uniform(0.7, 1.15)
        for copy in (place - CAP_WIDTH_PX, place, place + CAP_WIDTH_PX):
            if -margin < copy < CAP_WIDTH_PX + margin:
                first = max(int(copy), 0)
                centre = copy + lean * along + margin - first
                draw_hair(canvas.columns(slice(first, first + 2 * margin)), centre, width, np.full(HEIGHT_PX, tone), number)
    light, alpha, hair = canvas.columns(slice(margin, margin + CAP_WIDTH_PX))
    left = np.clip((1.0 - rows) / RIM_FADE, 0.0, 1.0)[:, None]
    return Canvas(light, 1.0 - (1.0 - STUBBLE_TINT * left**1.2) * (1.0 - alpha * np.minimum(1.0, 0.3 + left)), hair)


if __name__ == "__main__":
    main()
