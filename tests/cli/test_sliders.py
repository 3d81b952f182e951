"""`avatarkit sliders`: the list is the body's, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avatarkit.avatar.style import default_recipe, style_names
from avatarkit.body.body import load_body
from avatarkit.cli import main
from avatarkit.cli.sliders import slider_values


def test_the_json_names_every_slider_with_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sliders", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {entry["name"] for entry in listed} == set(load_body().sliders)
    assert all(entry["low"] <= 0 < entry["high"] and entry["group"] for entry in listed)


def test_the_text_names_every_slider_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sliders"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert sorted(names) == sorted(load_body().sliders)


def test_the_last_of_two_settings_counts() -> None:
    assert slider_values(["nose-width=0.3", "nose-height=-1e-1", "nose-width=0.5"]) == {"nose-width": 0.5, "nose-height": -0.1}


def test_the_wardrobe_lists_what_create_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wardrobe", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    recipe = default_recipe()
    assert recipe.hair.style in listed["hair"]
    assert set(recipe.outfit.pieces) <= set(listed["pieces"])


@pytest.mark.parametrize("option", [("--hair", "shrt"), ("--hair-color", "brownishly"), ("--outfit", "casul")])
def test_a_name_that_is_not_in_the_wardrobe_is_wrong_usage_before_the_photo_is_read(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["create", str(tmp_path / "no.jpg"), "-o", str(tmp_path / "me.vrm"), *option]) == 2
    assert option[1] in capsys.readouterr().err


def test_the_styles_are_listed_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["styles", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {style["name"] for style in listed} == set(style_names())
    assert main(["styles"]) == 0
    shown = capsys.readouterr().out
    assert all(style["title"] in shown for style in listed)
