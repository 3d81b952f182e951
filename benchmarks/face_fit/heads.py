"""The fit on rendered heads, whose true shape is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations
from multiprocessing import get_context
from typing import Any

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.errors import NoFaceError
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.face_sight import likely_sliders
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.solve import solve_face
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.track_face import track_face
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_fit.surface import neutral_shape, shape_error, vertex_distance_mm
from benchmarks.results import Figure, table
from benchmarks.synthetic_heads import EXPRESSIONS, HeadStudio, expression_vector, random_sliders

YAW_DEG, PITCH_DEG, ROLL_DEG = 25.0, 15.0, 8.0
SURFACE_GOAL, EXPRESSION_GOAL_MM = 0.45, 1.0
SITTERS_A_PROCESS = 60  # a renderer that drew many heads holds much memory
SEED = 20_260  # no other script of the project draws from it


@dataclass(frozen=True)
class Sitter:
    """Whom to draw, and how.

    Attributes:
        seed: of identity, colours, light, lens and pose.
        people: "prior" draws sliders from assets/face_prior.npz; "macro" draws sex, age, muscle and weight, which the fit does
            not have among its own sliders.
        expression: name from EXPRESSIONS; a random mix without one.
        view: seed of light, lens and pose, if they shall differ from those that `seed` gives.
    """

    seed: int
    people: str = "prior"
    expression: str | None = None
    view: int | None = None


@dataclass(frozen=True)
class HeadResult:
    """What became of one rendered head. Errors in mm; `fit` and `average` as in `ShapeError`; None if no face was found."""

    sitter: Sitter
    yaw_deg: float
    pitch_deg: float
    landmark_error: float = 0.0
    sliders: dict[str, float] | None = None
    fit: dict[str, float] | None = None
    average: dict[str, float] | None = None


@cache
def _studio() -> HeadStudio:
    return HeadStudio()


def fit_sitter(sitter: Sitter) -> HeadResult:
    """Draw a head, find it, fit it and compare."""
    who = np.random.default_rng([SEED, sitter.seed])
    sliders = random_sliders(who) if sitter.people == "prior" else _random_macro(who)
    expression = _random_expression(who) if sitter.expression is None else expression_vector(EXPRESSIONS[sitter.expression])
    how = np.random.default_rng([SEED, sitter.seed if sitter.view is None else sitter.view, 1])
    yaw, pitch, roll = how.uniform(-1, 1, 3) * [YAW_DEG, PITCH_DEG, ROLL_DEG]
    head = _studio().draw(how, sliders, expression, yaw, pitch, roll, look=sitter.seed)
    try:
        found, error = fitted_shape(track_face(Photo(head.pixels)))
    except NoFaceError:
        return HeadResult(sitter, yaw, pitch)
    fit, average = shape_error(neutral_shape(found), head.neutral), shape_error(load_body().positions, head.neutral)
    return HeadResult(sitter, yaw, pitch, error, found, asdict(fit), asdict(average))


def fitted_shape(landmarks: FaceLandmarks) -> tuple[dict[str, float], float]:
    """Slider values and landmark error as in `fit_face`, without the colours, which take longer and tell nothing here."""
    model = load_face_model()
    likely = likely_sliders(landmarks)
    solution = solve_face(landmarks.points_px, landmarks.depth_px, model, load_landmark_table(), likely=likely)
    return dict(zip(model.slider_names, solution.state.sliders.tolist(), strict=True)), solution.error


def _random_macro(rng: np.random.Generator) -> dict[str, float]:
    values = {
        "sex": rng.uniform(-1, 1),
        "age": rng.uniform(-0.2, 0.9),
        "muscle": rng.normal(0, 0.3),
        "weight": rng.normal(0, 0.4),
    }
    return {name: float(np.clip(value, -1, 1)) for name, value in values.items()}


def _random_expression(rng: np.random.Generator) -> np.ndarray:
    """A named expression at some strength, and up to three single ones, mostly the same on both sides."""
    weights = rng.uniform(0, 1) * expression_vector(list(EXPRESSIONS.values())[rng.integers(len(EXPRESSIONS))])
    for index in rng.choice(len(ARKIT_NAMES), rng.integers(4), replace=False):
        name = ARKIT_NAMES[index]
        other = name.replace("Left", "*").replace("Right", "Left").replace("*", "Right")
        chosen = {name, other} & set(ARKIT_NAMES) if rng.uniform() < 0.8 else {name}
        if not name.startswith(("eyeLook", "tongue")):
            weights[[ARKIT_NAMES.index(n) for n in chosen]] = rng.uniform(0, 0.5)
    return weights.astype(np.float32)


def fit_sitters(sitters: Sequence[Sitter], jobs: int) -> Iterator[HeadResult]:
    """Their results, in order, by several processes."""
    if jobs == 1:
        yield from map(fit_sitter, sitters)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=SITTERS_A_PROCESS) as pool:
        yield from pool.map(fit_sitter, sitters, chunksize=4)


def random_sitters(count: int, people: str = "prior") -> list[Sitter]:
    return [Sitter(seed, people) for seed in range(count)]


def expression_sitters(people: int, varied: bool) -> list[Sitter]:
    """Each person with each named expression; from one view, or each from another."""
    views = len(EXPRESSIONS)
    return [
        Sitter(100_000 + person, "prior", name, view=200_000 + person * views + number if varied else None)
        for person in range(people)
        for number, name in enumerate(EXPRESSIONS)
    ]


def head_figures(results: Iterable[HeadResult], title: str, goal: float | None = None) -> list[Figure]:
    """Means over the heads found, the fit's as a part of the average head's."""
    results = list(results)
    found = [r for r in results if r.fit and r.average]
    if not found:
        return [Figure(f"{title}: faces not found", len(results), "", 0)]
    fit = {key: float(np.mean([r.fit[key] for r in found if r.fit])) for key in found[0].fit or ()}
    average = {key: float(np.mean([r.average[key] for r in found if r.average])) for key in found[0].average or ()}
    names = {"surface": "face surface", "vertex": "vertices", "scaled_surface": "face surface, scaled",
             "scaled_vertex": "vertices, scaled"}  # fmt: skip
    figures = [
        Figure(f"{title}: {text}, part of the average head's error", fit[key] / average[key], "",
               goal if key == "surface" else None)
        for key, text in names.items()
    ]  # fmt: skip
    return [
        *figures,
        Figure(f"{title}: face surface error", fit["surface"], "mm"),
        Figure(f"{title}: face surface error of the average head", average["surface"], "mm"),
        Figure(f"{title}: median landmark error", float(np.median([r.landmark_error for r in found]))),
        Figure(f"{title}: heads worse than the average head", sum(_worse(r) for r in found) / len(found)),
        Figure(f"{title}: not found of {len(results)}", len(results) - len(found), "", 0),
    ]


def _worse(result: HeadResult) -> bool:
    return bool(result.fit and result.average and result.fit["surface"] > result.average["surface"])


def expression_figures(results: Iterable[HeadResult], title: str, goal: float | None = None) -> list[Figure]:
    """Distances between the neutral shapes found in pictures of one person with different expressions."""
    people: dict[int, list[np.ndarray]] = {}
    for result in results:
        if result.sliders is not None:
            people.setdefault(result.sitter.seed, []).append(neutral_shape(result.sliders))
    means = [np.mean([vertex_distance_mm(a, b) for a, b in combinations(shapes, 2)]) for shapes in people.values()]
    return [
        Figure(f"{title}: mean distance of neutral shapes", float(np.mean(means)), "mm", goal),
        Figure(f"{title}: the same, worst of {len(means)} people", float(np.max(means)), "mm"),
    ]


def turn_table(results: Iterable[HeadResult]) -> str:
    """The surface error by how far the head is turned."""
    found = [r for r in results if r.fit and r.average]
    rows = []
    for low, high in ((0, 8), (8, 16), (16, 25)):
        some = [r for r in found if low <= abs(r.yaw_deg) < high]
        if some:
            fit = float(np.mean([r.fit["surface"] for r in some if r.fit]))
            average = float(np.mean([r.average["surface"] for r in some if r.average]))
            rows.append((f"yaw {low}-{high} degrees", len(some), f"{fit:.2f}", f"{average:.2f}", f"{fit / average:.2f}"))
    return table(rows, ("rendered heads", "heads", "fit mm", "average head mm", "ratio"))


def head_details(results: Iterable[HeadResult]) -> list[dict[str, Any]]:
    return [asdict(result) for result in results]
