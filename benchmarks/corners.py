"""python -m benchmarks.corners: whether corners of the box of face sliders fold the skin: random ones, and pairs of ends."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.lips import closed_lips
from avatarkit.body.shape import shape_body
from avatarkit.body.unfold import new_folds
from benchmarks.results import OUT, Figure, figure_table, write_results

FACE_GROUPS = ("forehead", "stylised", "chin", "brows", "neck", "nose", "mouth", "contour", "cheeks", "eyes", "ears")
COUNTS = (4, 16, 64)
"""How many sliders are at an end at once; beside these all of them."""
SLIDER_GOAL_MS = 30.0


def main() -> None:
    options = _options()
    names = [name for name, slider in load_body().sliders.items() if slider.group in FACE_GROUPS]
    kinds = {f"{count} sliders at their ends": _corners(names, count, options.corners) for count in (*COUNTS, len(names))}
    kinds["pairs of ends"] = _pairs(names, options.pairs)
    figures = []
    for kind, corners in kinds.items():
        folded = [_folds(corner) for corner in corners]
        figures.append(Figure(f"{kind}: folded faces of {len(folded)}", sum(map(bool, folded)), "", 0.0))
    figures.append(
        Figure("one slider of a face moved: processor time to the new shape", _slider_ms(names), "ms", SLIDER_GOAL_MS)
    )
    print(figure_table(figures))
    write_results(options.output, figures, {})


def _folds(sliders: dict[str, float]) -> int:
    """Edges that are folds when the mouth is closed."""
    face = shape_body(sliders).positions
    return int(new_folds(load_body().positions, face).sum() + new_folds(face, closed_lips(face)).sum())


def _ends(name: str) -> list[float]:
    slider = load_body().sliders[name]
    return [end for end in (slider.low, slider.high) if end]


def _corners(names: list[str], count: int, number: int) -> Iterator[dict[str, float]]:
    random = np.random.default_rng(count)
    for _ in range(number):
        yield {str(name): float(random.choice(_ends(name))) for name in random.choice(names, count, replace=False)}


def _pairs(names: list[str], number: int) -> Iterator[dict[str, float]]:
    pairs = [{a: x, b: y} for a, b in combinations(names, 2) for x in _ends(a) for y in _ends(b)]
    for place in np.random.default_rng(0).choice(len(pairs), min(number, len(pairs)), replace=False):
        yield pairs[place]


def _slider_ms(names: list[str]) -> float:
    face = {
        name: float(value) for name, value in zip(names, np.random.default_rng(1).normal(0.0, 0.15, len(names)), strict=True)
    }
    face = {name: float(np.clip(value, load_body().sliders[name].low, 1.0)) for name, value in face.items()}
    seconds = []
    for step in range(20):
        start = process_time()
        shape_body(face | {"nose-width": 0.02 * step})
        seconds.append(process_time() - start)
    return 1e3 * median(seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corners", description=__doc__)
    parser.add_argument("--corners", type=int, default=200, help="random corners of each kind (200)")
    parser.add_argument("--pairs", type=int, default=2000, help="pairs of ends (2000)")
    parser.add_argument("--output", type=Path, default=OUT / "corners.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
