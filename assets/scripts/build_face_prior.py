"""Makes assets/face_prior.npz: how far and in which company the face sliders vary between people.

Widths come from a length: a slider's natural spread moves its most moved vertex by WIDTH_M, less where it moves the face as an
expression does. Correlations come from the
modelled corner cases of MakeHuman (sex, age, muscle, weight and three ancestries): random mixes of them are expressed in the
face sliders.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from asset_sources import record_sources

from avatarkit.body.body import load_body, load_macro_targets
from avatarkit.body.macro import macro_weights
from avatarkit.body.shape import shape_body

ASSETS = Path(__file__).resolve().parents[1]
GROUPS = ("contour", "forehead", "brows", "eyes", "nose", "mouth", "chin", "cheeks")
UNSEEN = ("head-up", "head-forward", "head-back", "head-sideways", "head-depth")  # moves of the whole head, or behind the ears
WIDTH_M, NARROWEST, WIDEST = 0.003, 0.12, 0.6
ASYMMETRY = 0.3  # spread of left against right, as a part of the slider's own
DOUBT = 0.6  # a slider that moves like a smile is more often a smile: its spread shrinks by up to this part
SAMPLES = 3000
SHARE = 0.6  # of the variance that the modelled cases explain; the rest is each slider's own


def fitted_sliders() -> list[str]:
    return [n for n, s in load_body().sliders.items() if s.group in GROUPS and n not in UNSEEN]


def front_vertices() -> np.ndarray:
    body = load_body()
    head = np.unique(body.parts["head"].quads)
    return head[body.positions[head, 2] > 0.07]


def slopes(names: list[str], vertices: np.ndarray) -> np.ndarray:
    """(3F, K) metres per unit of each slider, mean of its two ends."""
    body = load_body()
    rows = (vertices[:, None] * 3 + np.arange(3)).reshape(-1)
    columns = np.array([body.detail_columns[n] for n in names])
    offsets = body.slider_offsets[rows].toarray()
    return 0.5 * (offsets[:, 2 * columns + 1] - offsets[:, 2 * columns])


def random_people(rng: np.random.Generator, vertices: np.ndarray) -> np.ndarray:
    """(N, 3F) metres: faces of random mixes of the corner cases against the average one, moved and scaled onto it."""
    body, targets = load_body(), load_macro_targets()
    base = body.positions[vertices]
    people = []
    for _ in range(SAMPLES):
        sliders = {
            "sex": rng.uniform(-1, 1),
            "age": rng.triangular(-0.35, 0.1, 0.9),
            "muscle": np.clip(rng.normal(0, 0.3), -1, 1),
            "weight": np.clip(rng.normal(0, 0.4), -1, 1),
        }
        offsets = shape_body({k: float(v) for k, v in sliders.items()}).positions - body.positions
        ancestry = rng.dirichlet([0.5, 0.5, 0.5]) - 1 / 3
        for name, weight in macro_weights(sliders).items():
            for share, people_of in zip(ancestry, ("african", "asian", "caucasian"), strict=True):
                if name.startswith(people_of):
                    offsets += 3 * share * weight * targets.offsets[targets.rows[name]].reshape(-1, 3)
        face = base + offsets[vertices]
        centred, reference = face - face.mean(axis=0), base - base.mean(axis=0)
        scale = (centred * reference).sum() / (centred**2).sum()
        people.append((scale * centred - reference).reshape(-1))
    return np.array(people)


def main() -> None:
    rng = np.random.default_rng(1)
    names, vertices = fitted_sliders(), front_vertices()
    basis = slopes(names, vertices)
    centred = basis.reshape(-1, 3, len(names))
    centred = (centred - centred.mean(axis=0)).reshape(-1, len(names))
    reach = np.linalg.norm(centred.reshape(-1, 3, len(names)), axis=1).max(axis=0)
    widths = np.clip(WIDTH_M / reach, NARROWEST, WIDEST) * (1.0 - DOUBT * looks_like_expression(centred, vertices))
    people = random_people(rng, vertices)
    scaled = centred * widths
    # what each person is in sliders: ridge regression with the widths as prior, 0.5 mm of noise a coordinate
    noise = 0.0005**2 * len(scaled) / 30  # neighbouring vertices move together: about thirty independent ones
    weights = np.linalg.solve(scaled.T @ scaled + noise * np.eye(len(names)), scaled.T @ people.T).T * widths
    learned = np.cov(weights.T)
    own = np.sqrt(np.diag(learned)) + 1e-6
    correlation = learned / np.outer(own, own)
    covariance = np.outer(widths, widths) * (SHARE * correlation + (1 - SHARE) * np.eye(len(names)))
    covariance = covariance + _side_coupling(names, widths)
    deviation = np.sqrt(np.diag(covariance))
    covariance *= np.outer(widths / deviation, widths / deviation)
    print(dict(zip(names, np.round(np.sqrt(np.diag(learned)) / widths, 2), strict=True)))
    np.savez_compressed(ASSETS / "face_prior.npz", names=np.array(names), covariance=covariance + 1e-4 * np.diag(widths**2))
    record_sources(ASSETS, ["face_prior.npz"], "computed from body.npz and body_macro.npz.xz", "CC0-1.0",
                   "assets/scripts/build_face_prior.py")  # fmt: skip


def looks_like_expression(basis: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(K,) 0..1: the part of each slider's movement that the expressions can make too."""
    rows = (vertices[:, None] * 3 + np.arange(3)).reshape(-1)
    moves = load_body().expression_offsets.tocsr()[rows].toarray()
    directions, sizes, _ = np.linalg.svd(moves, full_matrices=False)
    span = directions[:, sizes > 0.05 * sizes[0]]
    return ((span.T @ basis) ** 2).sum(axis=0) / (basis**2).sum(axis=0)


def _side_coupling(names: list[str], widths: np.ndarray) -> np.ndarray:
    """Covariance that ties each left slider to its right one."""
    extra = np.zeros((len(names), len(names)))
    for k, name in enumerate(names):
        if name.endswith("-left"):
            other = names.index(name.removesuffix("-left") + "-right")
            strength = (1 - SHARE) * widths[k] ** 2 * (1 - ASYMMETRY**2)
            extra[k, other] += strength
            extra[other, k] += strength
    return extra


if __name__ == "__main__":
    main()
