"""python -m benchmarks.hair_color: whether dyed hair looks as it was asked for: its mean rendered colour in every family."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

import numpy as np
from scipy.ndimage import binary_erosion
from skimage.color import deltaE_ciede2000, rgb2lab

import avatarkit as ak
from avatarkit.avatar.avatar import Avatar, Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe, restyled
from avatarkit.export.scene import avatar_scene
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.render.pictures import render_views
from avatarkit.render.renderer import Renderer
from benchmarks.gallery import FAMILIES
from benchmarks.results import OUT, Figure, figure_table, figures_before, table, write_results

DYES = {
    "black": "#1a1512",
    "dark brown": "#3b2a20",
    "brown": "#5a3a22",
    "auburn": "#6e2f1e",
    "ginger": "#a8521f",
    "dark blonde": "#8f6f4a",
    "blonde": "#c9a263",
    "platinum": "#e6dcc4",
    "grey": "#8d8c8a",
    "white": "#e9e7e2",
    "red": "#b0182a",
    "pink": "#e07aa8",
    "violet": "#6b3fa0",
    "blue": "#2f6fb0",
    "teal": "#1f8a8a",
    "green": "#4f8a35",
}
STYLES = ("short", "long")
GOAL = 8.0
_VIEWS = ("front", "three-quarter", "back")
_SIZE_PX = 256
_MARKED = 150  # of 255: red beyond green, where a picture shows hair and nothing else


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    with Renderer((_SIZE_PX, _SIZE_PX)) as renderer:
        found = {family: _differences(family, options.styles, renderer) for family in options.families}
    rows = [(f"{style} {dye}", *(f"{found[f][style][dye]:.1f}" for f in found)) for style in options.styles for dye in DYES]
    print(table(rows, ("dyed", *found)))
    figures = []
    for family, styles in found.items():
        values = [value for dyes in styles.values() for value in dyes.values()]
        figures.append(
            Figure(f"{family}: dyed hair's mean rendered colour from the asked one, worst CIEDE2000", max(values), "", GOAL)
        )
        figures.append(Figure(f"{family}: the same, mean", mean(values)))
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {"differences": found})


def _differences(family: str, styles: Sequence[str], renderer: Renderer) -> dict[str, dict[str, float]]:
    """CIEDE2000 by style and dye."""
    recipe = restyled(default_recipe("human"), family)
    return {style: _of_style(recipe.with_hair(style), renderer) for style in styles}


def _of_style(recipe: AvatarRecipe, renderer: Renderer) -> dict[str, float]:
    masks = [_is_red(picture) for picture in _pictures(_marked(ak.build_avatar(recipe)), renderer)]
    found = {}
    for name, color in DYES.items():
        pictures = _pictures(ak.build_avatar(recipe.with_hair(color=color)), renderer)
        seen = np.concatenate([to_linear(picture[mask] / 255.0) for picture, mask in zip(pictures, masks, strict=True)])
        found[name] = float(deltaE_ciede2000(rgb2lab(to_srgb(seen.mean(axis=0))), rgb2lab(np.array(parse_color(color)))))
    return found


def _pictures(avatar: Avatar, renderer: Renderer) -> list[np.ndarray]:
    return render_views(vrm1_document(avatar, avatar_scene(avatar)), _VIEWS, renderer.size_px, renderer=renderer)


def _is_red(picture: np.ndarray) -> np.ndarray:
    """(H, W) bool, without the edges, where hair mixes with what is behind it."""
    red, green, _ = picture.astype(int).transpose(2, 0, 1)
    return np.asarray(binary_erosion(red - green > _MARKED))


def _marked(avatar: Avatar) -> Avatar:
    """Hair red, all else black, whatever the light."""
    return replace(avatar, materials=tuple(_glowing(material) for material in avatar.materials))


def _glowing(material: Material) -> Material:
    glow = (1.0, 0.0, 0.0) if material.name.startswith("hair") else (0.0, 0.0, 0.0)
    alpha = material.base_color_texture
    return Material(
        material.name,
        (0.0, 0.0, 0.0, 1.0),
        alpha,
        roughness=1.0,
        specular=0.0,
        emissive=glow,
        alpha_mode=material.alpha_mode,
        alpha_cutoff=material.alpha_cutoff,
        double_sided=material.double_sided,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hair_color", description=__doc__)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES, help="which (all)")
    parser.add_argument("--styles", nargs="+", default=STYLES, help="hair styles that show the dyes")
    parser.add_argument("--output", type=Path, default=OUT / "hair_color.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
