"""python -m benchmarks.skin_tone: how truly skin tone is read from a photo: rendered people of known tones in many lights."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

import avatarkit as ak
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.style import default_recipe
from avatarkit.export.files import glb_bytes
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.media.photo import Photo
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.render.pictures import render_views
from avatarkit.render.renderer import Renderer
from benchmarks.results import OUT, Figure, figure_table, figures_before, table, write_results
from benchmarks.surfaces import TONES

LIGHTS: dict[str, tuple[float, float, float]] = {
    "white": (1.0, 1.0, 1.0),
    "lamp": (1.15, 0.92, 0.60),
    "shade": (0.80, 0.92, 1.15),
    "green": (0.75, 1.00, 0.70),
    "dim": (0.45, 0.45, 0.45),
    "dim lamp": (0.60, 0.42, 0.24),
    "stage red": (1.10, 0.55, 0.50),
    "stage blue": (0.50, 0.60, 1.10),
}
"""Linear RGB that a rendered picture is multiplied with: what a camera that neither balances nor exposes would see."""
GOAL, EVEN_GOAL = 5.0, 1.5
_SIZE_PX, _SEED = 512, 4
PLAIN_LIGHTS = ("white", "lamp", "shade", "dim")


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    errors = {tone: [_error(tone, picture) for picture in _pictures(tone)] for tone in TONES}
    rows = [(tone, *(f"{error:.1f}" for error in found)) for tone, found in errors.items()]
    print(table(rows, ("tone", *LIGHTS)))
    figures = []
    for number, light in enumerate(LIGHTS):
        found = [each[number] for each in errors.values()]
        goal = GOAL if light in PLAIN_LIGHTS else None
        figures.append(Figure(f"{light}: tone read from tone, median CIEDE2000", median(found), "", goal))
        figures.append(Figure(f"{light}: the same, worst tone", max(found), ""))
    groups = [np.mean([errors[tone][0] for tone in part]) for part in (TONES[:3], TONES[3:5], TONES[5:])]
    figures.append(Figure("white: light, medium and dark skin differ by", float(np.ptp(groups)), "", EVEN_GOAL))
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {})


def _pictures(tone: str) -> list[np.ndarray]:
    """One person of that tone in every light, (H, W, 3) uint8 each."""
    recipe = default_recipe("human")
    sliders = dict(
        zip(("nose-width", "mouth-width", "jaw-width"), np.random.default_rng(_SEED).uniform(-0.4, 0.4, 3), strict=True)
    )
    recipe = replace(recipe, skin=replace(recipe.skin, tone=tone)).with_sliders(sliders)
    document = document_from_bytes(glb_bytes(ak.build_avatar(recipe)))
    with Renderer((_SIZE_PX, _SIZE_PX)) as renderer:
        (picture,) = render_views(document, ("front",), renderer.size_px, renderer=renderer)
    linear = to_linear(picture[..., :3] / 255.0)
    return [np.round(255.0 * to_srgb(np.clip(linear * light, 0.0, 1.0))).astype(np.uint8) for light in LIGHTS.values()]


def _error(tone: str, picture: np.ndarray) -> float:
    """CIEDE2000 between the tone and what is read from a picture."""
    read = ak.fit_face(ak.track_face(Photo(picture))).appearance.skin
    return float(deltaE_ciede2000(*(rgb2lab(np.array(parse_color(color))) for color in (tone, read))))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skin_tone", description=__doc__)
    parser.add_argument("--output", type=Path, default=OUT / "skin_tone.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
