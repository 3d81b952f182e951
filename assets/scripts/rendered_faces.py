"""Rendered faces to learn from: what a camera and the detector saw of heads whose sliders are known.

    python assets/scripts/rendered_faces.py FOLDER --first 0 --batches 300 --jobs 2     (a third of a second a head on one core)

Each batch is a file of its own in the folder, so that a run can be ended, gone on with and shared between machines.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from build_landmark_table import random_expression

from avatarkit.errors import NoFaceError
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.face_picture import face_picture
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS
from avatarkit.media.photo import Photo
from avatarkit.tracking.track_face import track_face
from benchmarks.synthetic_heads import HeadStudio, random_sliders, skin_picture

BATCH, SIZE_PX = 50, 448
SEED = 31_000  # apart from the benchmarks' and the landmark table's
YAW_DEG, PITCH_DEG, ROLL_DEG = 30.0, 20.0, 8.0
NARROWEST, WIDEST = 0.7, 1.4  # identities are drawn from the prior, shrunk or exaggerated so far
SKINS = 12  # in a batch


@dataclass(frozen=True)
class RenderedFaces:
    """N faces: pictures (N, 192, 192, 3) uint8, landmarks (N, 468, 3) pixels and depth, sliders (N, K), expressions (N, 52)."""

    pictures: np.ndarray
    landmarks: np.ndarray
    sliders: np.ndarray
    expressions: np.ndarray


def rendered_batch(number: int) -> RenderedFaces:
    """One batch, always the same for its number."""
    rng, rows = np.random.default_rng([SEED, number]), []
    studio, names = HeadStudio(SIZE_PX, FewSkins(rng).paint), load_face_model().slider_names
    for _ in range(BATCH):
        scale = rng.uniform(NARROWEST, WIDEST)
        sliders = {name: float(np.clip(scale * value, -1, 1)) for name, value in random_sliders(rng).items()}
        expression = random_expression(rng)
        yaw, pitch, roll = rng.uniform(-1, 1, 3) * [YAW_DEG, PITCH_DEG, ROLL_DEG]
        head = studio.draw(rng, sliders, expression, yaw, pitch, roll)
        try:
            face = track_face(Photo(head.pixels))
        except NoFaceError:
            continue
        points = np.column_stack([face.points_px, face.depth_px])[:MESH_LANDMARKS]
        rows.append((face_picture(face), points, [sliders[n] for n in names], expression))
    pictures, landmarks, values, expressions = zip(*rows, strict=True)
    return RenderedFaces(np.array(pictures), *(np.array(c, np.float32) for c in (landmarks, values, expressions)))


class FewSkins:
    """Paints some skins and deals them out again and again: to paint one takes as long as all else."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.painted = rng, []

    def paint(self, skin: tuple[float, ...], hair: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
        if len(self.painted) < SKINS:
            self.painted.append(skin_picture(skin, hair, rng))
            return self.painted[-1]
        return self.painted[self.rng.integers(SKINS)]


def keep_batch(folder: Path, number: int) -> None:
    """Render a batch into the folder, if it is not there yet."""
    path = folder / f"faces-{number:05d}.npz"
    if not path.is_file():
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez(file, **vars(rendered_batch(number)))
        unfinished.rename(path)


def kept_batches(folder: Path) -> Iterator[RenderedFaces]:
    """The folder's batches in order, one at a time."""
    for path in sorted(folder.glob("faces-*.npz")):
        with np.load(path) as batch:
            yield RenderedFaces(**{name: batch[name] for name in batch.files})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    numbers = range(options.first, options.first + options.batches)
    with get_context("spawn").Pool(
        options.jobs, maxtasksperchild=2
    ) as pool:  # a renderer that drew many heads holds much memory
        list(pool.imap(partial(keep_batch, options.folder), numbers))


if __name__ == "__main__":
    main()
