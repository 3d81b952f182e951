"""Laws of the wet line: tears stand on the eyeball and before no lid, on every face and in every expression."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.eyes import eyeball
from avatarkit.avatar.style import default_recipe
from avatarkit.avatar.tears import tears_mesh
from avatarkit.body.body import load_body
from avatarkit.body.lids import SIDES, lid_margins
from avatarkit.body.rest import rest_body
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_EYES = [name for name, slider in load_body().sliders.items() if slider.group == "eyes" and not name.endswith("-eyes")]


def _at_an_end(seed: int) -> dict[str, float]:
    random = np.random.default_rng(seed)
    ends = [(name, load_body().sliders[name]) for name in random.choice(_EYES, 4, replace=False)]
    return {str(name): float(random.choice([slider.low, slider.high])) for name, slider in ends}


@pytest.mark.parametrize("seed", range(6))
def test_tears_reach_from_the_lids_edge_to_the_eyeball(seed: int) -> None:
    rest = rest_body(_at_an_end(seed) if seed else {})
    tears = tears_mesh(rest)
    half = len(tears.positions) // 2
    moved = {morph.name: morph for morph in tears.morphs}
    for name in (None, "eyeBlinkLeft", "eyeSquintRight", "eyeLookDownLeft", "eyeWideRight"):
        positions, body = tears.positions.copy(), np.array(rest.positions)
        if name is not None:
            positions[moved[name].indices] += moved[name].positions
            vertices, offsets = rest.expressions.of(ARKIT_NAMES.index(name))
            body[vertices] += offsets
        for number, side in enumerate(SIDES):
            center, stretch = eyeball(rest, side)
            points = positions[number * half : (number + 1) * half]
            away = np.linalg.norm((points - center) @ np.linalg.inv(stretch).T, axis=1)
            assert away.min() > 1.0, (name, side)  # in front of the white
            assert np.abs(away[-half // 4 :] - 1.003).max() < 1e-4, (name, side)
            lid = body[lid_margins(side)[1]]
            distance = np.linalg.norm(points[: half // 4, None] - lid[None], axis=2).min(axis=1)
            assert distance.max() < 0.003, (name, side)


@pytest.mark.parametrize(("style", "expected"), [("hyper-realistic", True), ("anime", False)])
def test_only_the_family_that_shows_everything_has_tears(style: str, expected: bool) -> None:
    assert ("Tears" in {mesh.name for mesh in build_avatar(default_recipe(style)).meshes}) == expected
