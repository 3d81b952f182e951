"""python -m benchmarks.face_fit: how near fitted faces come to photos and to rendered truth."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from avatarkit.errors import MissingError
from avatarkit.face_fit.fit import fit_face
from benchmarks.face_fit import heads, people, photos
from benchmarks.media import DEFAULT_MEDIA, check_media, found_faces
from benchmarks.results import OUT, Figure, figure_table, figures_before, machine, write_results

PARTS = ("photos", "heads", "expressions")


def main() -> None:
    options = _options()
    start, figures, details = perf_counter(), [], {}
    before = figures_before(options.output)
    print(f"machine: {machine()}", flush=True)
    for part in options.parts:
        found, more = {"photos": _photos, "heads": _heads, "expressions": _expressions}[part](options)
        figures += found
        details |= more
    print("\n" + figure_table(figures, before))
    seconds = round(perf_counter() - start, 1)
    write_results(options.output, figures, {"seconds": seconds, "load_average_after": machine()["load_average"], **details})
    print(f"\n{seconds} s; load average {machine()['load_average']}; written to {options.output}")


def _photos(options: argparse.Namespace) -> tuple[list[Figure], dict[str, Any]]:
    check_media(options.media)
    found = found_faces(options.media)
    fits = {face: fit_face(landmarks) for face, landmarks in found.items()}
    results = [photos.measure_photo(face, found[face], fit) for face, fit in fits.items()]
    people_figures, retrievals = people.people_figures(fits)
    print("\n" + photos.photo_table(results))
    for name, retrieval in retrievals.items():
        wrong = [f"{a} -> {b}" for a, b in retrieval.nearest.items()]
        print(f"\nnearest photo, {name}:\n  " + "\n  ".join(wrong))
    figures = [*photos.photo_figures(results), *photos.detection_figures(options.media, found), *people_figures]
    return figures, {"photos": [asdict(r) for r in results], "people": {n: asdict(r) for n, r in retrievals.items()}}


def _heads(options: argparse.Namespace) -> tuple[list[Figure], dict[str, Any]]:
    known = list(heads.fit_sitters(heads.random_sitters(options.heads), options.jobs))
    others = list(heads.fit_sitters(heads.random_sitters(options.heads // 5, "macro"), options.jobs))
    print("\n" + heads.turn_table(known))
    figures = [
        *heads.head_figures(known, f"{options.heads} heads from the prior", heads.SURFACE_GOAL),
        *heads.head_figures(others, f"{len(others)} heads of any sex, age, build"),
    ]
    return figures, {"heads": heads.head_details(known), "macro_heads": heads.head_details(others)}


def _expressions(options: argparse.Namespace) -> tuple[list[Figure], dict[str, Any]]:
    count = max(1, options.heads // 20)
    same = list(heads.fit_sitters(heads.expression_sitters(count, varied=False), options.jobs))
    varied = list(heads.fit_sitters(heads.expression_sitters(count, varied=True), options.jobs))
    figures = [
        *heads.expression_figures(same, f"6 expressions of {count} people, one view", heads.EXPRESSION_GOAL_MM),
        *heads.expression_figures(varied, f"6 expressions of {count} people, pose and light varied too"),
    ]
    return figures, {"expressions": heads.head_details(same), "expressions_varied": heads.head_details(varied)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.face_fit", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder with faces/ (default: beside the checkout)")
    parser.add_argument("--output", type=Path, default=OUT / "face_fit.json", help="where the JSON goes")
    parser.add_argument("--heads", type=int, default=200, help="rendered identities (200)")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="processes that draw and fit heads")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure (all)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except MissingError as error:
        sys.exit(str(error))
