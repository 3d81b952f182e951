"""Laws of the space in which likeness is measured."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.identity import rank_1, together
from benchmarks.likeness import distances, person_axes, slider_places


def _people(count: int) -> list[dict[str, float]]:
    axes, rng = person_axes(), np.random.default_rng(7)
    return [dict(zip(axes.names, 0.5 * axes.directions @ rng.normal(size=len(axes.names)), strict=True)) for _ in range(count)]


def test_an_axis_is_undone_by_its_inverse() -> None:
    axes = person_axes()
    assert axes.inverse @ axes.directions == pytest.approx(np.eye(len(axes.names)), abs=1e-6)


def test_the_more_a_photograph_leaves_open_the_less_a_difference_counts() -> None:
    axes, errors = person_axes(), person_axes().errors
    best, worst = errors.argmin(), errors.argmax()
    small = [dict(zip(axes.names, 0.05 * axes.directions[:, k], strict=True)) for k in (best, worst)]
    sure, doubtful = np.linalg.norm(slider_places("hyper-realistic", small) - slider_places("hyper-realistic", [{}]), axis=1)
    assert sure / doubtful == pytest.approx(np.sqrt(errors[worst] / errors[best]), rel=1e-6)


def test_a_family_that_only_scales_features_keeps_every_distance() -> None:
    people = [{name: 0.3 * value for name, value in person.items()} for person in _people(4)]
    assert distances(slider_places("human", people)) == pytest.approx(
        distances(slider_places("hyper-realistic", people)), rel=0.02
    )


def test_pictures_of_one_person_are_found_and_strangers_are_not() -> None:
    apart = distances(np.array([[0.0], [1.0], [10.0], [11.0], [50.0]]))
    assert rank_1(apart, ["a", "a", "b", "b", "c"]) == 1.0
    assert rank_1(apart, ["a", "b", "a", "b", "c"]) == 0.0


def test_avatars_of_a_picture_are_together_until_somebody_else_stands_between() -> None:
    near, between = np.array([[0.0], [9.0]]), np.array([[1.0], [5.0]])
    assert together([near, near], ["a", "b"]) == 1.0
    assert together([near, between], ["a", "b"]) < 1.0
