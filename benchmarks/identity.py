"""python -m benchmarks.identity: whether a person stays the one they are in every family of styles.

People are fitted from two pictures each: rendered ones whose shape nobody but the picture tells, and those of the media folder
that appear in two photographs. Each fit is stylised, and what makes its face differ from the family's own figure is compared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import avatarkit as ak
from avatarkit.avatar.style import family_names, load_family
from avatarkit.avatar.stylise import stylised_sliders
from benchmarks.face_fit.heads import Sitter, fit_sitter
from benchmarks.face_fit.surface import aligned, face_front, neutral_shape
from benchmarks.media import DEFAULT_MEDIA, found_faces, one_per_shot
from benchmarks.results import OUT, Figure, figure_table, figures_before, machine, table, write_results

GOAL = 0.9
RENDERED = 24
FIRST_SEED, SECOND_VIEW = 500, 100_000
Sliders = Mapping[str, float]


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    print(f"machine: {machine()}", flush=True)
    groups = {"rendered people": rendered_people(options.people), "people of two photographs": photographed(options.media)}
    figures, rows = [], []
    for group, pictures in groups.items():
        if not pictures:
            continue
        people = [person for person, _ in pictures]
        vectors = {family: identity_vectors(family, [sliders for _, sliders in pictures]) for family in family_names()}
        for family in family_names():
            share = rank_1(vectors[family], people)
            rows.append((group, family, len(pictures), f"{share:.2f}"))
            figures.append(Figure(f"{group}: nearest avatar is the same person's, {family}", share, "", GOAL, "least"))
        figures.append(Figure(f"{group}: nearest in another family is the same person's", across(vectors), "", GOAL, "least"))
    print("\n" + table(rows, ("people", "family", "pictures", "rank-1")))
    print("\n" + figure_table(figures, before))
    write_results(options.output, figures, {})


def rendered_people(count: int) -> list[tuple[str, Sliders]]:
    """(person, fitted sliders) of two pictures each: another light, lens and pose."""
    pictures = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        both = [fit_sitter(Sitter(seed, expression="neutral", view=view)).sliders for view in (seed, SECOND_VIEW + seed)]
        pictures += [(str(seed), sliders) for sliders in both if sliders is not None]
    return pictures


def photographed(media: Path) -> list[tuple[str, Sliders]]:
    """(person, fitted sliders) of everybody in the media folder; those seen once are there to be mistaken for."""
    if not (media / "faces").is_dir():
        return []
    chosen = one_per_shot()
    return [(face.person, ak.fit_face(landmarks).sliders) for face, landmarks in found_faces(media).items() if face in chosen]


def identity_vectors(family: str, people: list[Sliders]) -> np.ndarray:
    """(N, D): how each stylised face differs from the family's own figure, scaled to the family's usual difference."""
    shape, front = load_family(family).shape, face_front()
    figure = neutral_shape(stylised_sliders({}, shape))[front.vertices]
    weights = np.sqrt(front.area)[:, None]
    faces = (neutral_shape(stylised_sliders(sliders, shape))[front.vertices] for sliders in people)
    vectors = np.stack([((aligned(face, figure, front.area) - figure) * weights).reshape(-1) for face in faces])
    return vectors / np.sqrt((vectors**2).sum(axis=1).mean())


def rank_1(vectors: np.ndarray, people: list[str]) -> float:
    """Part of the pictures, of people with two, whose nearest other picture shows the same person."""
    names = np.array(people)
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) + np.diag(np.full(len(vectors), np.inf))
    twice = [k for k in range(len(names)) if (names == names[k]).sum() > 1]
    return float(np.mean(names[distances.argmin(axis=1)][twice] == names[twice]))


def across(vectors: Mapping[str, np.ndarray]) -> float:
    """Part of (picture, one family, another family) in which the nearest of the other family is of the same picture."""
    hits = []
    for one in vectors:
        for other in vectors:
            if one != other:
                distances = np.linalg.norm(vectors[one][:, None] - vectors[other][None], axis=-1)
                hits += list(distances.argmin(axis=1) == np.arange(len(distances)))
    return float(np.mean(hits))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "identity.json", help="where the JSON goes")
    parser.add_argument("--people", type=int, default=RENDERED, help=f"rendered people ({RENDERED})")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except ak.AvatarkitError as error:
        sys.exit(str(error))
