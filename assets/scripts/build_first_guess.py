"""Makes assets/first_guess.npz: which sliders the heads had that the detector saw like this.

    python assets/scripts/build_first_guess.py --heads 8500 --jobs 2      (about three quarters of an hour on two cores)

Heads of known shape are rendered and shown to the detector. A ridge regression then answers from the landmarks, laid onto the
average face, what the sliders were. What landmarks do beside the sliders (expression, light, lens, the detector's moods) is
counted more than once, so that one face gives one answer whatever it does, and so that photos, which vary in more ways than our
pictures do, do not pull the answer far.
"""

from __future__ import annotations

import argparse
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from asset_sources import record_sources
from build_landmark_table import look

from avatarkit.face_fit.face_model import load_face_model, mirrored_sliders
from avatarkit.face_fit.first_guess import laid_on, turn_terms
from avatarkit.face_fit.landmark_table import load_landmark_table, surface_points
from avatarkit.tracking.face_mesh_mirror import MIRROR

ASSETS = Path(__file__).resolve().parents[1]
FIRST_SEED, BATCH = 20_000, 50  # apart from the landmark table's heads
COMPONENTS, TURNING = 300, 40  # principal directions of the landmarks: used at all, and used differently by a turned head
RIDGE = 1000.0
NOISE_MM = 0.6  # a landmark's own jitter; more than in our pictures, as photos' finer combinations of landmarks stray farther
NUISANCE = 3.0  # how many times more what is not the sliders' doing is counted
NUISANCE_RIDGE = 20.0


def sample(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks (N, 468, 3) in pixels and sliders (N, K) of a batch of rendered heads."""
    sights = look(seed, BATCH)
    sliders = [list(sight.head.sliders.values()) for sight in sights]
    return np.array([sight.landmarks for sight in sights], np.float32), np.array(sliders, np.float32)


def samples(heads: int, jobs: int, kept: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Many of them; read from a file that an earlier run kept, if there is one."""
    if kept and kept.is_file():
        with np.load(kept) as archive:
            return archive["landmarks"], archive["sliders"]
    with get_context("spawn").Pool(jobs, maxtasksperchild=2) as pool:
        parts = pool.map(sample, range(FIRST_SEED, FIRST_SEED + heads // BATCH), chunksize=1)
    landmarks, sliders = (np.concatenate(column) for column in zip(*parts, strict=True))
    if kept:
        np.savez(kept, landmarks=landmarks, sliders=sliders)
    return landmarks, sliders


def with_mirror_images(landmarks: np.ndarray, sliders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each head and its mirror image: a mirrored photo is to give the mirrored face."""
    mirrored = landmarks[:, MIRROR[: landmarks.shape[1]]] * [-1.0, 1.0, 1.0]
    return np.concatenate([landmarks, mirrored]), np.concatenate([sliders, mirrored_sliders(sliders)])


def average_landmarks() -> np.ndarray:
    """(468, 3) metres on the average face, the same on both sides."""
    points = load_face_model().at(surface_points(load_landmark_table().uvs(0.0, 0.0))).base
    return 0.5 * (points + points[MIRROR[: len(points)]] * [-1.0, 1.0, 1.0])


def not_the_sliders(laid: np.ndarray, turns: np.ndarray, sliders: np.ndarray) -> np.ndarray:
    """(N, 1404) the part of the landmarks that sliders and turn do not explain linearly."""
    causes = np.concatenate([np.ones((len(laid), 1)), turns, turns**2, sliders], axis=1)
    ridge = NUISANCE_RIDGE * np.eye(causes.shape[1])
    return laid - causes @ np.linalg.solve(causes.T @ causes + ridge, causes.T @ laid)


def learned(frame: np.ndarray, landmarks: np.ndarray, sliders: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a `GuessTable`."""
    pairs = [laid_on(frame, one[:, :2], one[:, 2]) for one in landmarks.astype(float)]
    laid, turns = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    average = laid.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(laid.T))
    spread = np.sqrt(variances[::-1][:COMPONENTS])
    whitened = directions[:, ::-1][:, :COMPONENTS] / spread
    parts = [(laid - average) @ whitened, not_the_sliders(laid, turns, sliders / widths()) @ whitened]
    features, nuisance = (np.concatenate([part, turn_terms(turns, part[:, :TURNING])], axis=1) for part in parts)
    nuisance[:, COMPONENTS : COMPONENTS + 5] = 0.0
    ridge = np.full(features.shape[1], RIDGE)
    ridge[:COMPONENTS] += len(features) * (NOISE_MM / spread) ** 2
    hessian = features.T @ features + NUISANCE * nuisance.T @ nuisance + np.diag(ridge)
    found = np.linalg.solve(hessian, features.T @ sliders)
    left = sliders - features @ found
    print(f"{len(sliders)} heads and mirror images; unexplained {(left**2).mean() / (sliders**2).mean():.3f} of the variance")
    return {
        "frame": frame.astype(np.float32),
        "average": average.astype(np.float32),
        "linear": (whitened @ found[:COMPONENTS]).astype(np.float16),
        "turning": whitened[:, :TURNING].astype(np.float16),
        "turned": found[COMPONENTS:].astype(np.float32),
        "covariance": (left.T @ left / len(left)).astype(np.float32),
    }


def widths() -> np.ndarray:
    """(K,) natural spread of the sliders."""
    return np.sqrt(np.diag(load_face_model().covariance))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", type=int, default=8500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--samples", type=Path, help="keep what was rendered in this NPZ file, or use what it holds")
    parser.add_argument("--output", type=Path, default=ASSETS / "first_guess.npz")
    options = parser.parse_args()
    landmarks, sliders = with_mirror_images(*samples(options.heads, options.jobs, options.samples))
    np.savez_compressed(options.output, **learned(average_landmarks(), landmarks, sliders))
    if options.output.parent == ASSETS:
        record_sources(ASSETS, [options.output.name], "measured on renders of body.npz with MediaPipe 0.10.21", "CC0-1.0",
                       "assets/scripts/build_first_guess.py")  # fmt: skip


if __name__ == "__main__":
    main()
