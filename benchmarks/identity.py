"""python -m benchmarks.identity: whether a person stays the one they are in every family of styles.

People are fitted from two pictures each: rendered ones whose shape nobody but the picture tells, and those of the media folder
that appear in two photographs. Each fit is stylised, and the avatars are compared by `benchmarks.likeness`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import avatarkit as ak
from avatarkit.avatar.style import family_names
from benchmarks.face_fit.heads import Sitter, fit_sitter
from benchmarks.likeness import Sliders, distances, slider_places, surface_places
from benchmarks.media import DEFAULT_MEDIA, found_faces, one_per_shot
from benchmarks.results import OUT, Figure, figure_table, figures_before, machine, table, write_results

GOAL = 0.9
RENDERED = 24
FIRST_SEED, SECOND_VIEW = 500, 100_000


def _both_places(family: str, people: Sequence[Sliders]) -> np.ndarray:
    """(N, K) by sliders and by surface, which count in the same errors of reading."""
    return np.hstack([slider_places(family, people), surface_places(family, people)])


SPACES = {"sliders": slider_places, "surface": surface_places, "sliders and surface": _both_places}


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    print(f"machine: {machine()}", flush=True)
    groups = {"rendered people": rendered_people(options.people), "people of two photographs": photographed(options.media)}
    groups["all of them together"] = [picture for pictures in groups.values() for picture in pictures]
    figures, rows = [], []
    for group, pictures in groups.items():
        if not pictures:
            continue
        people, fitted = [person for person, _ in pictures], [sliders for _, sliders in pictures]
        for space, places_in in SPACES.items():
            places = [places_in(family, fitted) for family in family_names()]
            for family, found in zip(family_names(), places, strict=True):
                share = rank_1(distances(found), people)
                rows.append((group, space, family, len(pictures), f"{share:.2f}"))
                figures.append(
                    Figure(f"{group}: nearest avatar is the same person's, {space}, {family}", share, "", GOAL, "least")
                )
            share = together(places, people)
            figures.append(Figure(f"{group}: an avatar's nearest are the same picture's, {space}", share, "", GOAL, "least"))
    print("\n" + table(rows, ("people", "space", "family", "pictures", "rank-1")))
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


def rank_1(apart: np.ndarray, people: Sequence[str]) -> float:
    """Part of the pictures, of people with two, whose nearest other picture shows the same person.

    Args:
        apart: (N, N) distances.
        people: who is in each picture.
    """
    names = np.array(people)
    twice = [k for k in range(len(names)) if (names == names[k]).sum() > 1]
    nearest = (apart + np.diag(np.full(len(names), np.inf))).argmin(axis=1)
    return float(np.mean(names[nearest][twice] == names[twice]))


def together(places: Sequence[np.ndarray], people: Sequence[str]) -> float:
    """Part of the avatars that are nearer to all avatars of the same picture than to any of somebody else.

    Args:
        places: of each family, (N, K).
        people: who is in each of the N pictures.
    """
    names, number = np.tile(people, len(places)), np.tile(np.arange(len(people)), len(places))
    apart = distances(np.concatenate(places))
    own = np.where(number[:, None] == number, apart, 0.0).max(axis=1)
    others = np.where(names[:, None] == names, np.inf, apart).min(axis=1)
    return float(np.mean(own < others))


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
