"""Laws of points on the average body: what is stored is what casting rays gives, and is everything that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from avatarkit.avatar import surface_points
from avatarkit.avatar.outfit.make import OUTFITS, make_outfit
from avatarkit.avatar.outfit.shirt import shirt_pattern
from avatarkit.avatar.outfit.trousers import trousers_pattern
from avatarkit.avatar.surface_points import known_hits, points_along
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody, rest_body
from avatarkit.body.surface_points import SurfacePoints

ORIGIN = np.array([0.0, 0.765, 0.05])


def cast(count: int, seed: int = 0) -> tuple[SurfacePoints, np.ndarray, np.ndarray]:
    """Rays from inside the skull to the average crown: where they meet it, their directions, the head's triangles."""
    directions = np.random.default_rng(seed).normal((0.0, 2.0, 0.0), 0.4, (count, 3))
    triangles = load_body().parts["head"].triangles
    return points_along(np.broadcast_to(ORIGIN, directions.shape), directions, triangles, 0.16), directions, triangles


def test_a_point_lies_on_its_ray() -> None:
    found, directions, _ = cast(200)
    away = found.on(load_body().positions.astype(float)) - ORIGIN
    along = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert np.abs(away - (away * along).sum(axis=1, keepdims=True) * along).max() < 1e-5


def test_asking_again_gives_the_same_points() -> None:
    first, second = cast(50)[0], cast(50)[0]
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.vertices, second.vertices)


def test_a_question_asked_in_another_last_digit_is_known() -> None:
    _, directions, triangles = cast(50)
    count = len(known_hits())
    points_along(np.broadcast_to(ORIGIN, (50, 3)), directions * (1.0 + 1e-15), triangles, 0.16)
    assert len(known_hits()) == count


@pytest.fixture
def nothing_laid_out_yet() -> Iterator[None]:
    layouts = (known_hits, shirt_pattern, trousers_pattern)
    for layout in layouts:
        layout.cache_clear()
    yield
    for layout in layouts:
        layout.cache_clear()


@pytest.mark.usefixtures("nothing_laid_out_yet")
def test_everything_our_clothes_ask_for_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_anew(*_: object) -> None:
        pytest.fail("run assets/scripts/build_surface_points.py")

    monkeypatch.setattr(surface_points, "first_hits", ask_anew)
    rest = rest_body({})
    for pieces in OUTFITS.values():
        make_outfit(pieces, {}, rest)


@pytest.mark.usefixtures("nothing_laid_out_yet")
def test_what_is_stored_is_what_casting_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = rest_body({})
    stored = laid_out(rest)
    for layout in (known_hits, shirt_pattern, trousers_pattern):
        layout.cache_clear()
    monkeypatch.setattr(surface_points, "STORED_HITS", "absent.npz")
    for mesh, cast_anew in zip(stored, laid_out(rest), strict=True):
        assert mesh == pytest.approx(cast_anew, abs=1e-6)


def laid_out(rest: RestBody) -> list[np.ndarray]:
    """Vertices of everything in the wardrobe."""
    return [mesh.positions for pieces in OUTFITS.values() for mesh, _ in make_outfit(pieces, {}, rest).pieces]
