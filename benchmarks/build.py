"""python -m benchmarks.build: seconds from a recipe to an avatar for every style, and from one moved slider to a new mesh.

The first build of a style makes its hair, pieces and textures; what other styles of the same run made is kept, as in the app.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import avatarkit as ak
from avatarkit.avatar.skinned_parts import SKIN_PARTS, shape_surface
from avatarkit.avatar.style import default_recipe, load_style, style_names
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.rest import rest_body
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, machine, table, write_results

BUILD_GOAL_S, MESH_GOAL_S = 1.0, 0.030
SLIDERS = {"nose-width": "face", "height": "body"}
FAMILIES = ("hyper-realistic", "human", "cartoon", "anime")


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    print(f"machine: {machine()}", flush=True)
    names = options.styles or style_names()
    ak.build_avatar(default_recipe())  # the program is warm from here on
    rows = {name: _style_seconds(name) for name in names}
    by_time = sorted(rows.items(), key=lambda row: -row[1][0])
    shown = [(name, *(f"{second:.2f}" for second in seconds)) for name, seconds in by_time]
    print(table(shown, ("style", "first, s", "its processor time, s", "again, s")))
    meshes = {
        f"{family}, {SLIDERS[slider]} slider to a new mesh": _mesh_seconds(family, slider)
        for family in FAMILIES
        for slider in SLIDERS
    }
    figures = [*_build_figures(list(rows.values())), *_mesh_figures(meshes)]
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {"styles": rows, "meshes": meshes})
    print(f"\n{how_busy()}; written to {options.output}")


def _style_seconds(name: str) -> tuple[float, float, float]:
    """Of its first build, the processor time of that, and of its second build."""
    recipe = default_recipe(name)
    busy = process_time()
    first = _seconds(lambda: ak.build_avatar(recipe))
    return first, process_time() - busy, _seconds(lambda: ak.build_avatar(recipe))


def _mesh_seconds(family: str, slider: str) -> list[float]:
    """From a moved slider to positions, normals, joints and expressions of the whole skin as a family has it, for 20 places."""
    sliders = stylised_sliders(default_recipe(family).sliders, load_style(family).family.shape)
    made = [_seconds(partial(_skin, {**sliders, slider: place / 20.0})) for place in range(21)]
    return made[1:]


def _skin(sliders: dict[str, float]) -> None:
    shape_surface(SKIN_PARTS, rest_body(sliders))


def _seconds(step: Callable[[], object]) -> float:
    start = perf_counter()
    step()
    return perf_counter() - start


def _build_figures(rows: list[tuple[float, float, float]]) -> list[Figure]:
    first, _, again = ([row[k] for row in rows] for k in range(3))
    return [
        Figure("first build of a style, median", statistics.median(first), "s", BUILD_GOAL_S),
        Figure("first build of a style, slowest", max(first), "s", BUILD_GOAL_S),
        Figure("first builds over the goal", sum(second > BUILD_GOAL_S for second in first), f"of {len(rows)}"),
        Figure("second build of a style, slowest", max(again), "s", BUILD_GOAL_S),
    ]


def _mesh_figures(meshes: dict[str, list[float]]) -> list[Figure]:
    return [Figure(f"{what}, median", 1e3 * statistics.median(made), "ms", 1e3 * MESH_GOAL_S) for what, made in meshes.items()]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=__doc__)
    parser.add_argument("styles", nargs="*", help="names of styles (default: all)")
    parser.add_argument("--output", type=Path, default=OUT / "build.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
