"""Light on a face, and skin colours without it."""

from __future__ import annotations

import cv2
import numpy as np

RIDGE = 0.02  # keeps the light's finer terms quiet where few directions are seen
MOST_GAIN = 1.9  # a shadow brightened further shows the photo's noise
ROUNDS = 3


def to_lab(colors: np.ndarray) -> np.ndarray:
    """CIELAB (N, 3), L 0..100, of sRGB (N, 3) 0..1."""
    return cv2.cvtColor(np.ascontiguousarray(colors, np.float32)[None], cv2.COLOR_RGB2LAB)[0]


def from_lab(lab: np.ndarray) -> np.ndarray:
    """sRGB (N, 3) 0..1 of CIELAB (N, 3)."""
    return np.clip(cv2.cvtColor(np.ascontiguousarray(lab, np.float32)[None], cv2.COLOR_LAB2RGB)[0], 0.0, 1.0)


def hex_color(color: np.ndarray) -> str:
    """ "#rrggbb" of sRGB (3,) 0..1."""
    return "#" + "".join(f"{round(float(c) * 255):02x}" for c in np.clip(color, 0.0, 1.0))


def hex_lab(color: str) -> np.ndarray:
    """(3,) CIELAB, L 0..100, of "#rrggbb"."""
    return to_lab(np.array([[int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]]))[0]


def harmonics(normals: np.ndarray) -> np.ndarray:
    """(N, 9) real spherical harmonics up to the second order, unnormalised, of unit normals (N, 3).

    Source: Ramamoorthi and Hanrahan 2001: nine terms hold 99 % of diffuse light.
    """
    x, y, z = normals.T
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1], axis=1)


def light_on_skin(lightness: np.ndarray, normals: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """The 9 coefficients of the light that explain the skin's lightness best.

    Args:
        lightness: (N,) logarithm of linear luminance of skin texels.
        normals: (N, 3) camera axes.
        trust: (N,) weights.
    """
    basis = harmonics(normals).astype(np.float64)
    penalty = RIDGE * trust.sum() * np.diag([0, 0.2, 0.2, 0.2, 1, 1, 1, 1, 1.0])
    weights = trust.astype(np.float64)
    for _ in range(ROUNDS):
        weighted = basis * weights[:, None]
        coefficients = np.linalg.solve(basis.T @ weighted + penalty, weighted.T @ lightness)
        wrong = lightness - basis @ coefficients
        width = 1.5 * np.median(np.abs(wrong[trust > 0.5])) + 1e-3
        weights = trust / (1.0 + (wrong / width) ** 2)
    return coefficients


def evened(colors: np.ndarray, normals: np.ndarray, coefficients: np.ndarray, level: float) -> np.ndarray:
    """Colours (N, 3) sRGB as if lit alike from everywhere, at the light's given logarithmic level."""
    dark = level - harmonics(normals.astype(np.float32)) @ coefficients.astype(np.float32)
    gain = np.exp(np.clip(dark, -np.log(MOST_GAIN), np.log(MOST_GAIN)))
    # a gain in linear light is nearly one of its 2.4th root in sRGB's, and much quicker
    return np.clip(colors * (gain ** (1 / 2.4))[:, None], 0.0, 1.0)
