"""The mouth's inside does not come through the face."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.avatar.style import load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body import rest as rest_module
from avatarkit.body.body import load_body
from avatarkit.body.lips import lips
from avatarkit.body.rest import rest_body
from tests.body.random_people import random_face

SNUB = {"nose-tip-height": 1.0, "nose-volume": -1.0, "nose-depth": -1.0, "nose-wing-width": 1.0}
FACES = [{}, SNUB, *(random_face(seed, 0.6) for seed in range(3))]
FAMILIES = ("human", "cartoon", "anime")


def placed(sliders: dict[str, float], family: str) -> np.ndarray:
    return rest_body(stylised_sliders(sliders, load_style(family).family.shape)).positions


def seen_inside(positions: np.ndarray) -> int:
    """Of points above the upper lip, seen from the front, how many show the mouth's inside."""
    upper = positions[lips()[0].edge]
    x = upper[:, 0].mean() + np.linspace(-0.025, 0.025, 51)
    y = upper[:, 1].max() + np.linspace(0.012, 0.045, 34)
    nearest = {name: _front(positions[load_body().parts[name].triangles], *np.meshgrid(x, y)) for name in ("head", "mouth")}
    return int((nearest["mouth"] > nearest["head"]).sum())


def _front(triangles: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far in front triangles (T, 3, 3) are at points (H, W) of the picture; -inf where none is."""
    front = np.full(x.shape, -np.inf)
    (low_x, low_y), (high_x, high_y) = triangles[:, :, :2].min(axis=1).T, triangles[:, :, :2].max(axis=1).T
    for a, b, c in triangles[(low_x < x.max()) & (high_x > x.min()) & (low_y < y.max()) & (high_y > y.min())]:
        area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if abs(area) < 1e-12:
            continue
        u = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / area
        v = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / area
        depth = np.where((u >= 0) & (v >= 0) & (u + v <= 1), a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2]), -np.inf)
        front = np.maximum(front, depth)
    return front


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sliders", FACES)
def test_no_inside_of_the_mouth_shows_beside_the_nose(sliders: dict[str, float], family: str) -> None:
    assert seen_inside(placed(sliders, family)) == 0


def test_it_would_show_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_module, "hidden_inside", lambda positions: positions)
    assert any(seen_inside(placed(sliders, "anime")) for sliders in FACES)
