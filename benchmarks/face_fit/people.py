"""Whether two photos of one person lie closer together than photos of two people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.fit import FaceFit
from benchmarks.face_fit.surface import neutral_shape, vertex_distance_mm
from benchmarks.likeness import distances, slider_places
from benchmarks.media import Face, one_per_shot
from benchmarks.results import Figure

Distances = np.ndarray  # (N, N), symmetric


@dataclass(frozen=True)
class Retrieval:
    """What one measure of distance makes of the people.

    Attributes:
        rank_1: part of the photos, of people seen twice, whose nearest other photo shows the same person.
        ordered: part of (same person, other person) pairs of distances from one photo in which the same person is nearer.
        queries, gallery: photos asked with, photos searched.
        nearest: photo -> its nearest.
    """

    rank_1: float
    ordered: float
    queries: int
    gallery: int
    nearest: dict[str, str]


def people_figures(fits: Mapping[Face, FaceFit]) -> tuple[list[Figure], dict[str, Retrieval]]:
    """Retrieval by several distances. One photo stands for all copies of the same photograph."""
    faces = [face for face in one_per_shot() if face in fits]
    measures: dict[str, Callable[[list[FaceFit]], Distances]] = {
        "whitened by the prior": whitened_distances,
        "plain slider values": slider_distances,
        "face surface": surface_distances,
        "likeness": likeness_distances,
    }
    results = {name: retrieve(faces, measure([fits[face] for face in faces])) for name, measure in measures.items()}
    figures = []
    for name, result in results.items():
        figures += [
            Figure(f"people: rank-1 of {result.queries} among {result.gallery}, {name}", result.rank_1),
            Figure(f"people: same nearer than other, {name}", result.ordered),
        ]
    copies = _copies(fits)
    if copies:
        figures.append(Figure("people: surface distance of copies of one photo, median", float(np.median(copies)), "mm"))
    return figures, results


def slider_matrix(fits: list[FaceFit]) -> np.ndarray:
    """(N, K) slider values in the face model's order."""
    names = load_face_model().slider_names
    return np.array([[fit.sliders.get(name, 0.0) for name in names] for fit in fits])


def slider_distances(fits: list[FaceFit]) -> Distances:
    """Euclidean, every slider alike."""
    return _euclidean(slider_matrix(fits))


def whitened_distances(fits: list[FaceFit]) -> Distances:
    """Mahalanobis under the prior of assets/face_prior.npz: a rare difference is a large one."""
    root = np.linalg.cholesky(load_face_model().covariance)
    return _euclidean(np.linalg.solve(root, slider_matrix(fits).T).T)


def likeness_distances(fits: list[FaceFit]) -> Distances:
    """As `benchmarks.likeness` has it: axes counted in what two photos of one person disagree by."""
    return distances(slider_places("human", [fit.sliders for fit in fits]))


def surface_distances(fits: list[FaceFit]) -> Distances:
    """Millimetres between the neutral faces, corresponding points, rigidly aligned."""
    shapes = [neutral_shape(fit.sliders) for fit in fits]
    return np.array([[vertex_distance_mm(a, b) for b in shapes] for a in shapes])


def _euclidean(points: np.ndarray) -> Distances:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def retrieve(faces: list[Face], distances: Distances) -> Retrieval:
    """Rank-1 and pairwise order, over the people with two photographs or more."""
    people = np.array([face.person for face in faces])
    same = (people[:, None] == people) & ~np.eye(len(faces), dtype=bool)
    queries = np.flatnonzero(same.any(axis=1))
    apart = distances + np.diag(np.full(len(faces), np.inf))
    nearest = apart.argmin(axis=1)
    ordered = [(distances[q, same[q]][:, None] < distances[q, people != people[q]]).mean() for q in queries]
    return Retrieval(
        float(same[queries, nearest[queries]].mean()),
        float(np.mean(ordered)),
        len(queries),
        len(faces) - 1,
        {faces[q].label: faces[nearest[q]].label for q in queries},
    )


def _copies(fits: Mapping[Face, FaceFit]) -> list[float]:
    """Distances, mm, between each photograph and its further copies."""
    chosen = {(face.person, face.shot): face for face in one_per_shot()}
    pairs = [(face, chosen[face.person, face.shot]) for face in fits if face not in chosen.values()]
    return [vertex_distance_mm(neutral_shape(fits[a].sliders), neutral_shape(fits[b].sliders)) for a, b in pairs if b in fits]
