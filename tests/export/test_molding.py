"""Molding on a screen agrees with building the avatar anew."""

from __future__ import annotations

import json

import numpy as np
import pytest

import avatarkit as ak
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe
from avatarkit.export.molding import bindings, molded_sliders, slider_names
from avatarkit.export.molding_file import molding_vrm
from avatarkit.gltf.container import split_container
from tests.judges import assert_khronos_clean

LARGEST_BYTES = 12e6
SHOWN_M = 1.5e-3  # a pixel of a face that fills a 400 pixel picture is half of that


def molded_positions(recipe: AvatarRecipe, values: dict[str, float]) -> dict[str, np.ndarray]:
    """The meshes of the recipe's avatar after molding, as the viewer does it."""
    avatar = ak.build_avatar(recipe)
    moved = np.zeros((len(ak.load_body().positions), 3))
    for slider in molded_sliders(recipe, tuple(values)):
        for sign, end in ((-1, slider.negative), (1, slider.positive)):
            if end is not None:
                weight = max(sign * values[slider.name], 0.0) - max(sign * slider.value, 0.0)
                moved[end.vertices] += weight * end.offsets
    return {
        mesh.name: mesh.positions + np.einsum("vn,vnd->vd", binding.weights, moved[binding.vertices])
        for mesh, binding in zip(avatar.meshes, bindings(avatar, recipe), strict=True)
    }


@pytest.mark.parametrize(("style", "worst_m"), [("hyper-realistic", 2e-4), ("anime-soft", SHOWN_M)])
def test_a_molded_face_is_the_one_that_is_built(style: str, worst_m: float) -> None:
    random = np.random.default_rng(3)
    recipe = default_recipe(style)
    chosen = random.choice(slider_names(), 6, replace=False)
    sliders = ak.load_body().sliders
    values = {name: float(random.uniform(max(sliders[name].low, -0.8), 0.8)) for name in chosen}
    built = {mesh.name: mesh.positions for mesh in ak.build_avatar(recipe.with_sliders(values)).meshes}
    molded = molded_positions(recipe, values)
    for name in ("Face", "Eyes", "Lashes", "Mouth"):
        assert np.linalg.norm(molded[name] - built[name], axis=1).mean() < worst_m


def test_the_file_is_a_valid_vrm_small_enough_to_send(tmp_path) -> None:
    path = tmp_path / "molding.vrm"
    path.write_bytes(molding_vrm(default_recipe(), ("nose-width", "eye-size-left")))
    assert path.stat().st_size < LARGEST_BYTES
    assert_khronos_clean(path)
    table = json.loads(split_container(path.read_bytes())[0])["extras"]["molding"]
    assert [slider["name"] for slider in table["sliders"]] == ["nose-width", "eye-size-left"]
