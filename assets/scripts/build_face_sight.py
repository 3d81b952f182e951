"""Makes assets/face_sight.npz: what the picture of a face tells of its sliders beyond the first guess.

    python assets/scripts/rendered_faces.py FOLDER --batches 300 --jobs 2      (about forty minutes on two idle cores)
    python assets/scripts/build_face_sight.py FOLDER                           (about twenty)

What the first guess leaves unexplained of rendered heads is answered by ridge regression from their pictures. Each head is seen
as it is, in a mirror, and both again as worse cameras show them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from asset_sources import record_sources
from rendered_faces import RenderedFaces, kept_batches
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import ssyrk

from avatarkit.face_fit.face_model import load_face_model, mirrored_sliders
from avatarkit.face_fit.face_sight import normalized, seen_features
from avatarkit.face_fit.first_guess import load_guess_table
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_fit.surface import surface_moves

ASSETS = Path(__file__).resolve().parents[1]
RIDGE = 0.3  # of a feature vector's squared length; like all figures here, chosen on heads that were left out
SMALLEST = 0.05  # least deviation of a feature: some hardly ever answer
FIRST_BATCHES = 20  # tell the features' average and deviation
WIDEST_STEP = 127
LEFT_OUT = 5  # every fifth batch tells how far the answers are off
HOLD = 80.0  # for each square millimetre: what it costs landmarks to move the surface
NUISANCE = 1.0  # how many times more what expressions do is counted: 3.0 changes answers less and makes them a fiftieth worse
WIDENED = 16.0  # how much more the answers' errors are said to vary otherwise: photos are not renders
SEED = 77


def features(pictures: np.ndarray) -> np.ndarray:
    """(2 N, D): faces (N, 192, 192, 3), then all in a mirror."""
    return np.array([seen_features(view) for view in np.concatenate([pictures, pictures[:, :, ::-1]])])


def unexplained(faces: RenderedFaces) -> np.ndarray:
    """(2 N, K) true sliders minus the first guess, for the rows of `features`."""
    table, landmarks = load_guess_table(), faces.landmarks.astype(float)
    mirrored = landmarks[:, MIRROR[:MESH_LANDMARKS]] * [-1.0, 1.0, 1.0]
    views = ((landmarks, faces.sliders), (mirrored, mirrored_sliders(faces.sliders)))
    return np.concatenate(
        [sliders - [table.guess(one[:, :2], one[:, 2]).mean for one in points] for points, sliders in views]
    ).astype(np.float32)


def disguised(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture (192, 192, 3) uint8 cut out a little askew, in other light, by a worse camera."""
    side, turn, scale = len(picture), np.radians(rng.normal()), 1 + 0.02 * rng.normal()
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.full(2, side / 2)
    affine = np.column_stack([matrix, middle - matrix @ middle + rng.normal(0, 1.5, 2)])
    seen = cv2.warpAffine(picture, affine, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.uniform() < 0.3:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, 1.5))
    light = 255 * (seen / 255.0) ** rng.uniform(0.7, 1.4) * rng.uniform(0.85, 1.15, 3) + rng.uniform(-12, 12)
    seen = np.clip(light + rng.normal(0, rng.uniform(0, 6), light.shape), 0, 255).astype(np.uint8)
    if rng.uniform() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(40, 90))]
        seen = np.asarray(cv2.imdecode(cv2.imencode(".jpg", seen, quality)[1], cv2.IMREAD_COLOR), np.uint8)
    return seen


def mirrored_names() -> list[int]:
    """(52,) which expression each becomes in a mirror."""
    swap = {"Left": "Right", "Right": "Left"}
    others = [next((n.removesuffix(a) + b for a, b in swap.items() if n.endswith(a)), n) for n in ARKIT_NAMES]
    return [ARKIT_NAMES.index(n) for n in others]


@dataclass(frozen=True)
class Counting:
    """How features are counted: average and deviation (D,)."""

    average: np.ndarray
    deviation: np.ndarray

    @property
    def length(self) -> np.float32:
        """Of a row of features that each lie a deviation off."""
        return np.float32(np.sqrt(len(self.average)))

    def rows(self, raw: np.ndarray) -> np.ndarray:
        """(N, D) single of features (N, D), a row of ordinary length 1."""
        return np.asarray(normalized(raw, self.average, self.deviation) / self.length, np.float32)


def counting(batches: Iterator[RenderedFaces]) -> Counting:
    """Learned from the first batches."""
    raw = np.concatenate([features(faces.pictures) for faces in islice(batches, FIRST_BATCHES)])
    return Counting(raw.mean(axis=0), np.maximum(raw.std(axis=0), SMALLEST))


class Sums:
    """What ridge regression needs of any number of rows: of features (D,), wanted sliders (K,) and expressions (52,)."""

    def __init__(self, features: int, sliders: int) -> None:
        self.squares = np.zeros((features, features), np.float32, order="F")
        self.products = np.zeros((features, sliders), np.float32)
        self.moods = np.zeros((len(ARKIT_NAMES), len(ARKIT_NAMES)))
        self.in_moods = np.zeros((len(ARKIT_NAMES), features + sliders))

    def add(self, rows: np.ndarray, wanted: np.ndarray, expressions: np.ndarray) -> None:
        ssyrk(1.0, rows.T, beta=1.0, c=self.squares, overwrite_c=True)  # in place
        self.products += rows.T @ wanted
        away = expressions - expressions.mean(axis=0)
        self.moods += away.T @ away
        self.in_moods += away.T @ np.concatenate([rows, wanted], axis=1)

    def include(self, others: Sums) -> None:
        for name in vars(self):
            getattr(self, name)[:] += getattr(others, name)

    def weights(self) -> np.ndarray:
        """(D, K) of an answer that expressions change little."""
        squares = self.squares.copy(order="F")
        squares[np.diag_indices(len(squares))] += RIDGE
        rows, wanted = np.split(self._of_moods(), [len(squares)], axis=1)
        squares = ssyrk(1.0, rows.T, beta=1.0, c=squares, overwrite_c=True)
        return np.asarray(cho_solve(cho_factor(squares, overwrite_a=True, check_finite=False), self.products + rows.T @ wanted))

    def _of_moods(self) -> np.ndarray:
        """(52, D + K) further rows: what expressions do to features and to what is wanted of them."""
        moods = self.moods + 1e-3 * np.trace(self.moods) / len(self.moods) * np.eye(len(self.moods))
        return (NUISANCE * np.linalg.solve(np.linalg.cholesky(moods), self.in_moods)).astype(np.float32)


def learned(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a `SightTable`, weights as steps of a byte."""
    count = counting(kept_batches(folder))
    most, left_out = (Sums(len(count.average), len(load_face_model().slider_names)) for _ in range(2))
    asked: list[tuple[np.ndarray, np.ndarray]] = []
    for number, faces in enumerate(kept_batches(folder)):
        rng, wanted, sums = np.random.default_rng([SEED, number]), unexplained(faces), most
        plain = count.rows(features(faces.pictures))
        if number % LEFT_OUT == 0:
            sums = left_out
            asked.append((plain.astype(np.float16), wanted))
        worse = count.rows(features(np.array([disguised(picture, rng) for picture in faces.pictures])))
        expressions = np.concatenate([faces.expressions, faces.expressions[:, mirrored_names()]])
        sums.add(np.concatenate([plain, worse]), np.tile(wanted, (2, 1)), np.tile(expressions, (2, 1)))
        print(f"{number + 1} batches", end="\r", flush=True)
    left_open = left_over(most.weights(), asked)
    most.include(left_out)
    weights = most.weights() / count.length
    steps = np.abs(weights).max(axis=0) / WIDEST_STEP
    return {
        "average": count.average.astype(np.float32),
        "deviation": count.deviation.astype(np.float32),
        "weights": np.round(weights / steps).astype(np.int8),
        "steps": steps.astype(np.float32),
        "left_open": left_open.astype(np.float32),
        "covariance": held(left_open).astype(np.float32),
    }


def left_over(weights: np.ndarray, asked: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """(K, K) covariance of what the answers leave unexplained; each head's mirror image helps as in a fit."""
    left, told = [], []
    for rows, wanted in asked:
        plain, mirrored = np.split(wanted - rows.astype(np.float32) @ weights, 2)
        both = 0.5 * (plain + mirrored_sliders(mirrored))
        left += [both, mirrored_sliders(both)]
        told.append(wanted)
    errors = np.concatenate(left).astype(float)
    share = (errors**2).mean() / (np.concatenate(told) ** 2).mean()
    print(f"\n{share:.3f} remain of what the guess leaves unexplained", flush=True)
    return np.asarray(errors.T @ errors / len(errors))


def held(covariance: np.ndarray) -> np.ndarray:
    """The covariance (K, K), widened, but narrowed where sliders move the surface of the face.

    Landmarks that disagree with what the picture showed mostly err together. They may move features along the surface; the
    surface itself is better known from the picture.
    """
    moves = surface_moves()
    return np.linalg.inv(np.linalg.inv(WIDENED * covariance) + HOLD * moves.T @ moves)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what rendered_faces.py made")
    parser.add_argument("--output", type=Path, default=ASSETS / "face_sight.npz")
    options = parser.parse_args()
    np.savez_compressed(options.output, **learned(options.folder))
    if options.output.parent == ASSETS:
        record_sources(ASSETS, [options.output.name], "measured on renders of body.npz with MediaPipe 0.10.21", "CC0-1.0",
                       "assets/scripts/build_face_sight.py")  # fmt: skip


if __name__ == "__main__":
    main()
