"""python -m benchmarks.small_faces: expressions and gaze as faces get small, as they are shown, unfaded, and not at all.

The pictures of `benchmarks.face_motion` are drawn once, made smaller, given a camera's noise, tracked and read again. A face is
worth showing as long as it errs by less than one that rests.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

from avatarkit.motion.face import read_face
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_motion import FIRST_SEED, SIZE_PX, Drawn, Sight, draw, gaze_deg, moments, read_by_memory, track
from benchmarks.results import OUT, Figure, figure_table, figures_before, table, write_results

EYES_PX = (64, 32, 24, 18, 14)
"""Distances of the outer eye corners."""

NOISE, BORDER_PX = 2.0, 64
"""Levels of 255; what is put around a small picture, so that faces are found in it."""

GROUPS = {"lids": ("eyeBlink", "eyeWide", "eyeSquint"), "brows": ("brow",), "mouth": ("mouth", "jaw")}
WAYS = {"gaze to the side, deg": 0, "gaze up, deg": 1}

Errors = dict[str, float]


def smaller(drawn: Sequence[Drawn], scale: float) -> list[Drawn]:
    """The pictures at so much of their size, as a camera would give them."""
    random, side = np.random.default_rng(0), round(SIZE_PX * scale)
    return [replace(one, pixels=_taken(one.pixels, side, random)) for one in drawn]


def _taken(pixels: np.ndarray, side: int, random: np.random.Generator) -> np.ndarray:
    small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA).astype(float)
    noisy = np.clip(small + random.normal(0.0, NOISE, small.shape), 0, 255).astype(np.uint8)
    return np.asarray(cv2.copyMakeBorder(noisy, *[BORDER_PX] * 4, cv2.BORDER_REPLICATE), np.uint8)


@contextmanager
def unfaded() -> Iterator[None]:
    """Everything is shown as it was read."""
    with (
        patch.object(read_face, "shown_share", lambda confidence: 1.0),
        patch.object(read_face, "shown_gaze", lambda gaze, size_px: gaze),
    ):
        yield


def errors(truth: np.ndarray, read: np.ndarray) -> Errors:
    """Root mean squares over all pictures, of weights (T, 52) and of the gaze that they make."""
    found = {group: _rms((read - truth)[:, [n.startswith(starts) for n in ARKIT_NAMES]]) for group, starts in GROUPS.items()}
    apart = (gaze_deg(read) - gaze_deg(truth)).mean(axis=1)
    return found | {way: _rms(apart[:, axis]) for way, axis in WAYS.items()}


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).mean()))


def compare(clips: Sequence[Sequence[Sight]]) -> dict[str, Errors]:
    """The errors as shown, unfaded, and of a face that rests; each clip is one person's."""
    truth = np.array([sight.moment.weights for clip in clips for sight in clip])
    shown = _read(clips)
    with unfaded():
        bare = _read(clips)
    return {name: errors(truth, read) for name, read in (("shown", shown), ("unfaded", bare), ("at rest", 0.0 * truth))}


def _read(clips: Sequence[Sequence[Sight]]) -> np.ndarray:
    return np.array([reading.weights for clip in clips for reading in read_by_memory(clip)])


def _eyes_px(sights: Sequence[Sight]) -> float:
    return float(np.mean([read_face.eyes_px(sight.face) for sight in sights]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small_faces", description=__doc__)
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUT / "small_faces.json")
    options = parser.parse_args()
    people = [draw(FIRST_SEED + number, list(moments()), SIZE_PX) for number in range(options.people)]
    full = [_eyes_px(track(person)) for person in people]
    sizes = {
        eyes: compare([track(smaller(person, eyes / px)) for person, px in zip(people, full, strict=True)]) for eyes in EYES_PX
    }
    rows = [(eyes, name, *(f"{v:.3f}" for v in found.values())) for eyes, ways in sizes.items() for name, found in ways.items()]
    print(table(rows, ("eyes, px", "", *GROUPS, *WAYS)))
    figures = [
        Figure(f"{what}, eyes {eyes} px apart: of a resting face's error", ways["shown"][what] / ways["at rest"][what], "", 1.0)
        for eyes, ways in sizes.items()
        for what in (*GROUPS, *WAYS)
    ]
    print("\n" + figure_table(figures, figures_before(options.output)))
    write_results(options.output, figures, {"people": options.people, "errors": {str(k): v for k, v in sizes.items()}})


if __name__ == "__main__":
    main()
