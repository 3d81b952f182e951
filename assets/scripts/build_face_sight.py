"""Makes assets/face_sight.npz: what the picture of a face tells of its sliders beyond the landmarks.

    python assets/scripts/rendered_faces.py FOLDER --batches 80 --jobs 2      (about an hour and a half on two cores)
    python assets/scripts/build_face_sight.py FOLDER                          (about five minutes)

What the first guess leaves unexplained of rendered heads is answered from their pictures by ridge regression, each head seen as
it is and in a mirror.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from asset_sources import record_sources
from rendered_faces import RenderedFaces, kept_faces
from scipy.linalg import solve

from avatarkit.face_fit.face_model import load_face_model, mirrored_sliders
from avatarkit.face_fit.face_sight import normalized, seen_features
from avatarkit.face_fit.first_guess import load_guess_table
from avatarkit.tracking.face_mesh_mirror import MIRROR
from benchmarks.face_fit.surface import face_front

ASSETS = Path(__file__).resolve().parents[1]
RIDGE = 0.3  # of a feature vector's squared length; chosen on heads that were left out, as was SMALLEST
SMALLEST = 0.05  # least deviation of a feature: some hardly ever answer
WIDEST_STEP = 127
LEFT_OUT = 5  # every fifth head tells how far the answers are off
HOLD = 10.0  # for each square millimetre: what it costs landmarks to move the surface; chosen on heads that were left out


def features(faces: RenderedFaces) -> np.ndarray:
    """(2 N, D) float16: all heads, then all in a mirror."""
    views = np.concatenate([faces.pictures, faces.pictures[:, :, ::-1]])
    return np.array([seen_features(view).astype(np.float16) for view in views])


def unexplained(faces: RenderedFaces) -> np.ndarray:
    """(2 N, K) true sliders minus the first guess, for the views of `features`."""
    table, landmarks = load_guess_table(), faces.landmarks.astype(float)
    mirrored = landmarks[:, MIRROR[: landmarks.shape[1]]] * [-1.0, 1.0, 1.0]
    pairs = ((landmarks, faces.sliders), (mirrored, mirrored_sliders(faces.sliders)))
    return np.concatenate(
        [sliders - [table.guess(one[:, :2], one[:, 2]).mean for one in points] for points, sliders in pairs]
    ).astype(np.float32)


def answers(kernel: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(N, K) dual weights of kernel ridge regression."""
    return np.asarray(solve(kernel + RIDGE * np.eye(len(kernel), dtype=np.float32), wanted, assume_a="pos"))


def left_over(kernel: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(N / 5, K) what answers learned from the other heads leave unexplained; each head's mirror image helps as in a fit."""
    out = np.arange(len(kernel)) % (len(kernel) // 2) % LEFT_OUT == 0
    left = wanted[out] - kernel[np.ix_(out, ~out)] @ answers(kernel[np.ix_(~out, ~out)], wanted[~out])
    plain, mirrored = np.split(left, 2)
    both = 0.5 * (plain + mirrored_sliders(mirrored))
    share = (both**2).mean() / (wanted[out] ** 2).mean()
    print(f"{share:.3f} remain of what the guess leaves unexplained", flush=True)
    return np.asarray(both)


def held(covariance: np.ndarray) -> np.ndarray:
    """The covariance (K, K), narrowed where sliders move the surface of the face.

    Landmarks that disagree with what the picture showed mostly err together. They may move features along the surface; the
    surface itself is better known from the picture.
    """
    front, model = face_front(), load_face_model()
    ends = model.ends[model.rows[front.vertices]]
    moves = 0.5e3 * (ends[:, :, 1] - ends[:, :, 0])  # millimetres
    moves = (moves - moves.mean(axis=0)) * np.sqrt(front.area)[:, None, None]
    moves = moves.reshape(-1, moves.shape[2])
    return np.linalg.inv(np.linalg.inv(covariance) + HOLD * moves.T @ moves)


def learned(seen: np.ndarray, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a `SightTable`, weights as steps of a byte."""
    average = seen.mean(axis=0, dtype=np.float32)
    deviation = np.maximum(seen[::7].astype(np.float32).std(axis=0), SMALLEST)
    length = np.float32(np.sqrt(seen.shape[1]))
    rows = np.empty(seen.shape, np.float32)
    for start in range(0, len(seen), 500):
        rows[start : start + 500] = normalized(seen[start : start + 500], average, deviation) / length
    kernel = rows @ rows.T
    left = left_over(kernel, wanted)
    weights = rows.T @ answers(kernel, wanted) / length
    steps = np.abs(weights).max(axis=0) / WIDEST_STEP
    return {
        "average": average.astype(np.float16),
        "deviation": deviation.astype(np.float16),
        "weights": np.round(weights / steps).astype(np.int8),
        "steps": steps.astype(np.float32),
        "covariance": held(left.T.astype(float) @ left / len(left)).astype(np.float32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what rendered_faces.py made")
    parser.add_argument("--output", type=Path, default=ASSETS / "face_sight.npz")
    options = parser.parse_args()
    faces = kept_faces(options.folder)
    print(f"{len(faces.pictures)} heads", flush=True)
    np.savez_compressed(options.output, **learned(features(faces), unexplained(faces)))
    if options.output.parent == ASSETS:
        record_sources(ASSETS, [options.output.name], "measured on renders of body.npz with MediaPipe 0.10.21", "CC0-1.0",
                       "assets/scripts/build_face_sight.py")  # fmt: skip


if __name__ == "__main__":
    main()
