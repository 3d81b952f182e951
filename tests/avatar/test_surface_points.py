"""Laws of points on the average body."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar import surface_points
from avatarkit.avatar.surface_points import points_along, walls
from avatarkit.body.body import load_body
from avatarkit.body.surface_points import SurfacePoints

ORIGIN = np.array([0.0, 0.765, 0.05])


def cast(count: int, seed: int = 0) -> tuple[SurfacePoints, np.ndarray, np.ndarray]:
    """Rays from inside the skull to the average crown: where they meet it, their directions, the head's triangles."""
    directions = np.random.default_rng(seed).normal((0.0, 2.0, 0.0), 0.4, (count, 3))
    triangles = load_body().parts["head"].triangles
    return points_along(np.broadcast_to(ORIGIN, directions.shape), directions, walls(triangles), 0.16), directions, triangles


def test_a_point_lies_on_its_ray() -> None:
    found, directions, _ = cast(200)
    away = found.on(load_body().positions.astype(float)) - ORIGIN
    along = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert np.abs(away - (away * along).sum(axis=1, keepdims=True) * along).max() < 1e-5


def test_no_triangle_is_met_before_the_one_that_is_found() -> None:
    found, directions, triangles = cast(40)
    positions = load_body().positions.astype(float)
    way = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    reached = ((found.on(positions) - ORIGIN) * way).sum(axis=1)
    for ray, at in zip(way, reached, strict=True):
        a, b, c = (positions[triangles[:, k]] - ORIGIN for k in range(3))
        shares = np.linalg.solve(np.stack([a, b, c], axis=2), np.broadcast_to(ray, a.shape)[..., None])[..., 0]
        hit = (shares > 1e-9).all(axis=1)
        outward = (np.cross(b - a, c - a) @ ray) > 0
        assert abs((1.0 / shares.sum(axis=1))[hit & outward].min() - at) < 1e-4


def test_asking_again_gives_the_same_points() -> None:
    first, second = cast(50)[0], cast(50)[0]
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.vertices, second.vertices)


def test_a_ray_that_meets_nothing_takes_the_triangle_it_misses_by_least() -> None:
    triangles = load_body().parts["head"].triangles
    below = points_along(ORIGIN[None], np.array([[0.0, -1.0, 0.0]]), walls(triangles), 0.16)
    assert np.isfinite(below.weights).all() and abs(below.weights.sum() - 1.0) < 1e-9


def test_machine_code_finds_the_triangles_that_python_finds() -> None:
    surface, random = walls(load_body().parts["head"].triangles), np.random.default_rng(2)
    directions = random.normal((0.0, 2.0, 0.0), 0.4, (3, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    origins, near = np.tile(ORIGIN, (3, 1)), np.arange(0, len(surface.corners), 3)  # some rays go through what is left out
    quick, plain = (
        find(origins, directions, surface.corners, surface.middle, np.full(len(surface.corners), np.inf), near)
        for find in (surface_points._first, surface_points._first.__wrapped__)
    )
    assert np.array_equal(quick[0], plain[0])
    np.testing.assert_allclose(quick[1], plain[1], atol=1e-12)
