"""Laws of points on the average body: what is stored is what casting rays gives, and is everything that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from avatarkit.avatar import surface_points
from avatarkit.avatar.hair.layout import cap_layout, lock_layout
from avatarkit.avatar.hair.make import make_hair
from avatarkit.avatar.hair.styles import HAIR_STYLES
from avatarkit.avatar.outfit.make import OUTFITS, make_outfit
from avatarkit.avatar.outfit.shirt import shirt_pattern
from avatarkit.avatar.outfit.trousers import trousers_pattern
from avatarkit.avatar.surface_points import known_hits, points_along
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
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
    layouts = (known_hits, cap_layout, lock_layout, shirt_pattern, trousers_pattern)
    for layout in layouts:
        layout.cache_clear()
    yield
    for layout in layouts:
        layout.cache_clear()


@pytest.mark.usefixtures("nothing_laid_out_yet")
def test_everything_our_hair_and_clothes_ask_for_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_anew(*_: object) -> None:
        pytest.fail("run assets/scripts/build_surface_points.py")

    monkeypatch.setattr(surface_points, "first_hits", ask_anew)
    rest = rest_body({})
    for style in HAIR_STYLES:
        make_hair(style, "#7a3b1e", rest)
    for pieces in OUTFITS.values():
        make_outfit(pieces, {}, rest)


@pytest.mark.usefixtures("nothing_laid_out_yet")
@pytest.mark.parametrize("style", HAIR_STYLES)
def test_what_is_stored_is_what_casting_gives(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = cap_layout(style).points
    cap_layout.cache_clear()
    known_hits.cache_clear()
    monkeypatch.setattr(surface_points, "STORED_HITS", "absent.npz")
    cast_anew = cap_layout(style).points
    assert np.array_equal(stored.vertices, cast_anew.vertices)
    assert stored.weights == pytest.approx(cast_anew.weights, abs=1e-6)
