"""Light on skin, on a sphere whose light is known."""

from __future__ import annotations

import numpy as np

from avatarkit.face_fit.light import evened, from_lab, harmonics, light_on_skin, to_lab
from avatarkit.render.color import to_linear

RNG = np.random.default_rng(0)


def half_sphere(count: int = 4000) -> np.ndarray:
    normals = RNG.normal(size=(count, 3))
    normals[:, 2] = np.abs(normals[:, 2])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def lit(normals: np.ndarray, color: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """sRGB of a matt surface under a broad lamp."""
    shade = 0.5 + 0.3 * normals @ (direction / np.linalg.norm(direction))
    linear = to_linear(color) * shade[:, None]
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def contrast(colors: np.ndarray) -> float:
    """Spread of lightness over its mean."""
    lightness = to_lab(colors)[:, 0]
    return float(lightness.std() / lightness.mean())


def evenly(colors: np.ndarray, normals: np.ndarray, trust: np.ndarray) -> np.ndarray:
    luminance = np.log(to_linear(colors) @ np.array([0.2126, 0.7152, 0.0722]) + 1e-3)
    light = light_on_skin(luminance, normals, trust)
    return evened(colors, normals, light, float(np.median(harmonics(normals) @ light)))


def test_a_lit_sphere_becomes_even():
    normals = half_sphere()
    colors = lit(normals, np.array([0.8, 0.6, 0.5]), np.array([1.0, 0.5, 0.8]))
    assert contrast(colors) > 0.1
    assert contrast(evenly(colors, normals, np.ones(len(normals)))) < 0.25 * contrast(colors)


def test_spots_do_not_count_as_light():
    normals = half_sphere()
    colors = lit(normals, np.array([0.8, 0.6, 0.5]), np.array([-1.0, 0.2, 0.8]))
    spotted = np.where((RNG.uniform(size=len(colors)) < 0.1)[:, None], 0.15 * colors, colors)
    plain = ~(spotted < colors).any(axis=1)
    assert contrast(evenly(spotted, normals, np.ones(len(normals)))[plain]) < 0.35 * contrast(colors[plain])


def test_skin_in_even_light_stays_as_it_is():
    normals = half_sphere()
    colors = np.tile([0.7, 0.5, 0.4], (len(normals), 1))
    assert np.abs(evenly(colors, normals, np.ones(len(normals))) - colors).max() < 0.01


def test_lab_and_back_is_the_same_color():
    colors = RNG.uniform(size=(200, 3))
    assert np.abs(from_lab(to_lab(colors)) - colors).max() < 1 / 255
    assert to_lab(np.ones((1, 3)))[0, 0] > 99.9


def test_the_harmonics_above_the_constant_are_orthogonal_on_the_sphere():
    whole = RNG.normal(size=(200_000, 3))
    basis = harmonics(whole / np.linalg.norm(whole, axis=1, keepdims=True))
    gram = basis.T @ basis / len(basis)
    assert np.abs(gram - np.diag(np.diag(gram))).max() < 0.01
