"""Style presets are data."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe_json import recipe_from_json, recipe_json
from avatarkit.avatar.style import (
    FACE_GROUPS,
    default_recipe,
    family_from_tables,
    family_names,
    load_family,
    load_style,
    style_from_tables,
    style_names,
)
from avatarkit.avatar.wardrobe import checked_recipe, piece_slot
from avatarkit.body.body import load_body
from avatarkit.data_files import family_paths
from avatarkit.errors import InputError, UsageError

FAMILY = tomllib.loads(next(path for path in family_paths() if path.stem == "human").read_text())
PRESET = {"title": "Mine", "kind": "person", "family": "human", "hair": {"color": "#112233"}}


@pytest.mark.parametrize("name", style_names())
def test_every_preset_gives_a_recipe_that_can_be_read_back_and_exists(name: str) -> None:
    recipe = default_recipe(name)
    assert recipe_from_json(recipe_json(recipe)) == checked_recipe(recipe)
    assert load_style(name).title


@pytest.mark.parametrize("name", family_names())
def test_every_family_has_a_plain_preset_of_its_name(name: str) -> None:
    assert load_style(name).kind == "family" and load_style(name).family.name == name


def test_an_unknown_preset_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="human"):
        load_style("humn")


def test_a_preset_says_only_what_differs_from_its_family() -> None:
    style = style_from_tables("mine", PRESET)
    assert style.tables == {"hair": {"color": "#112233"}}
    assert style.family is load_family("human")


@pytest.mark.parametrize("content", [FAMILY, PRESET])
@pytest.mark.parametrize(
    ("table", "key", "value", "words"),
    [
        (None, "colour", 1, "colour"),
        ("hair", "colour", "#112233", "color"),
        ("hair", "color", "beigeish", "beige"),
        ("hair", "grey", 1.5, "0 to 1"),
        (None, "hair", 3, "object"),
        (None, "title", 3, "text"),
        (None, "sliders", {"nose-widht": 0.1}, "nose-width"),
        (None, "sliders", {"nose-width": 7}, "-1 to 1"),
    ],
)
def test_a_wrong_entry_is_refused(content: dict[str, Any], table: str | None, key: str, value: Any, words: str) -> None:
    wrong = deepcopy(content)
    (wrong[table] if table else wrong)[key] = value
    with pytest.raises(InputError, match=words):
        (family_from_tables if "look" in content else style_from_tables)("mine", wrong)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("skin_roughnes", 0.5, "skin_roughness"),
        ("skin_roughness", 1.5, "0 to 1"),
        ("skin_roughness", "0.5", "number"),
        ("skin_roughness", True, "number"),
        ("skin_roughness", float("nan"), "0 to 1"),
    ],
)
def test_a_wrong_look_is_refused(key: str, value: Any, words: str) -> None:
    wrong = deepcopy(FAMILY)
    wrong["look"][key] = value
    with pytest.raises(InputError, match=words):
        family_from_tables("mine", wrong)


@pytest.mark.parametrize("table", ["look", "hair", "brows", "eyes", "outfit", "skin"])
def test_a_family_that_lacks_something_is_refused(table: str) -> None:
    with pytest.raises(InputError, match=r"missing|nothing"):
        family_from_tables("mine", {name: value for name, value in FAMILY.items() if name != table})


def test_a_preset_of_an_unknown_kind_or_family_is_refused() -> None:
    for key, value, words in (("kind", "persn", "person"), ("family", "humn", "human")):
        with pytest.raises(InputError, match=words):
            style_from_tables("mine", PRESET | {key: value})


def test_another_style_leaves_the_person_alone() -> None:
    person = default_recipe().with_sliders({"nose-width": 0.5}).with_eyes("#00aa00").with_hair(color="#aa0000")
    for name in style_names():
        other = person.with_style(name)
        assert other.sliders["nose-width"] == 0.5
        assert (other.skin, other.eyes.iris, other.style) == (person.skin, person.eyes.iris, name)
        if load_style(name).kind == "family":
            assert other.hair == person.hair


def test_presets_of_a_kind_are_people_of_different_faces() -> None:
    names = [name for name, slider in load_body().sliders.items() if slider.group in FACE_GROUPS]
    for kind in ("person", "character"):
        people = [default_recipe(name).sliders for name in style_names(kind)]
        faces = np.array([[sliders.get(name, 0.0) for name in names] for sliders in people])
        apart = np.linalg.norm(faces[:, None] - faces[None], axis=2) + 10.0 * np.eye(len(faces))
        assert apart.min() > 1.2, kind


def test_presets_show_both_ends_of_every_face_slider() -> None:
    shown = {(name, value > 0.0) for style in style_names() for name, value in default_recipe(style).sliders.items()}
    for name, slider in load_body().sliders.items():
        if slider.group in FACE_GROUPS:
            assert {(name, True), (name, False)} <= shown, name


HATTED = [name for name in style_names() if "hat" in map(piece_slot, default_recipe(name).outfit.pieces)]


@pytest.mark.parametrize("name", HATTED)
def test_nothing_is_left_of_hair_that_a_hat_hides_whole(name: str) -> None:
    """Files cannot hold surfaces of no triangles."""
    assert all(len(mesh.triangles) for mesh in build_avatar(default_recipe(name)).meshes)
