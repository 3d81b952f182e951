"""The benchmarks' own measure: how far one face's surface lies from another's."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.face_fit.surface import (
    aligned,
    face_front,
    neutral_shape,
    shape_error,
    triangle_distance,
    vertex_distance_mm,
)
from tests.face_fit.people import named, random_sliders

TRIANGLE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((0.2, 0.2, 0.5), 0.5),
        ((0.2, 0.2, -0.5), 0.5),
        ((0.5, -2, 0), 2),
        ((-3, -4, 0), 5),
        ((1, 1, 0), np.sqrt(0.5)),
        ((0, 1, 0), 0),
    ],
)
def test_the_distance_to_a_triangle_is_that_to_its_nearest_point(point, distance):
    assert triangle_distance(np.array(point, float), TRIANGLE) == pytest.approx(distance)


def test_a_face_moved_and_turned_is_the_same_face():
    shape = neutral_shape(named(random_sliders(1)))
    cosine, sine = np.cos(0.4), np.sin(0.4)
    moved = shape @ np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]).T + [0.1, -0.2, 0.3]
    error = shape_error(moved, shape)
    assert max(error.surface, error.vertex, error.scaled_surface, error.scaled_vertex) < 1e-3  # mm


def test_a_larger_face_is_another_one_unless_scale_is_forgiven():
    shape = neutral_shape(named(random_sliders(2)))
    error = shape_error(1.1 * shape, shape)
    assert error.vertex > 2 and error.scaled_vertex < 1e-3


def test_the_surface_is_never_farther_than_the_vertices_and_distances_are_mutual():
    a, b = (neutral_shape(named(random_sliders(seed))) for seed in (3, 4))
    error = shape_error(a, b)
    assert 0 < error.surface < error.vertex
    assert vertex_distance_mm(a, b) == pytest.approx(vertex_distance_mm(b, a), rel=1e-6)


def test_the_front_is_the_face_on_both_sides():
    front = face_front()
    positions = neutral_shape({})[front.vertices]
    assert front.area.sum() == pytest.approx(1.0)
    assert abs(front.area @ positions[:, 0]) < 1e-4
    assert np.ptp(positions, axis=0)[:2] == pytest.approx([0.13, 0.145], abs=0.015)
    assert aligned(positions, positions, front.area) == pytest.approx(positions)
