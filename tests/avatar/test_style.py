"""Style presets are data."""

from __future__ import annotations

import tomllib
from copy import deepcopy

import pytest

from avatarkit.avatar.recipe_json import recipe_from_json, recipe_json
from avatarkit.avatar.style import default_recipe, load_style, style_from_tables, style_names
from avatarkit.data_files import style_paths
from avatarkit.errors import InputError, UsageError

HUMAN = tomllib.loads(next(path for path in style_paths() if path.stem == "human").read_text())


@pytest.mark.parametrize("name", style_names())
def test_every_preset_gives_a_recipe_that_can_be_read_back(name):
    recipe = default_recipe(name)
    assert recipe_from_json(recipe_json(recipe)) == recipe
    assert load_style(name).title


def test_an_unknown_preset_is_answered_with_the_nearest_names():
    with pytest.raises(UsageError, match="human"):
        load_style("humn")


@pytest.mark.parametrize(
    ("table", "key", "value", "words"),
    [
        (None, "colour", 1, "colour"),
        ("look", "skin-roughnes", 0.5, "skin-roughness"),
        ("look", "skin-roughness", 1.5, "0 to 1"),
        ("look", "skin-roughness", "0.5", "0 to 1"),
        ("look", "skin-roughness", True, "0 to 1"),
        ("look", "skin-roughness", float("nan"), "0 to 1"),
        ("skin", "tone", "beige", "#rrggbb"),
        ("eyes", "iris", 3, "#rrggbb"),
        (None, "look", 3, "table"),
    ],
)
def test_a_preset_with_a_wrong_entry_is_refused(table, key, value, words):
    content = deepcopy(HUMAN)
    (content[table] if table else content)[key] = value
    with pytest.raises(InputError, match=words):
        style_from_tables("mine", content)


@pytest.mark.parametrize("table", HUMAN)
def test_a_preset_that_lacks_something_is_refused(table):
    content = {name: value for name, value in HUMAN.items() if name != table}
    with pytest.raises(InputError, match="missing"):
        style_from_tables("mine", content)
