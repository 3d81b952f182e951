"""Contact sheets show everything there is to choose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.avatar import wardrobe
from avatarkit.avatar.style import default_recipe, style_names
from avatarkit.cli import main
from avatarkit.errors import UsageError
from avatarkit.export.gallery import SHEETS, gallery_sheet


def labels(kind: str) -> list[str]:
    return [choice.label for choice in SHEETS[kind](default_recipe())]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("styles", style_names()),
        ("hair", wardrobe.hair_styles()),
        ("beards", wardrobe.beard_styles()),
        ("brows", wardrobe.brow_shapes()),
        ("lashes", wardrobe.lash_styles()),
        ("outfits", list(wardrobe.outfits())),
        ("pieces", list(wardrobe.wardrobe_pieces())),
    ],
)
def test_a_sheet_has_everything_of_its_kind_once(kind: str, names: list[str]) -> None:
    assert sorted(labels(kind)) == sorted(names)


def test_every_face_slider_shows_its_two_ends_and_every_expression_itself() -> None:
    assert "nose-width -1" in labels("sliders") and "nose-width +1" in labels("sliders")
    assert len(labels("expressions")) == 53


@pytest.mark.parametrize("kind", [kind for kind in SHEETS if kind not in ("styles", "people", "characters")])
def test_a_sheet_shows_the_person_it_is_given(kind: str) -> None:
    person = default_recipe().with_eyes("#123456")
    assert {choice.recipe.eyes.iris for choice in SHEETS[kind](person)} <= {"#123456"}


def test_unknown_kinds_and_entries_are_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="hair"):
        gallery_sheet("hairs")
    with pytest.raises(UsageError, match="short"):
        gallery_sheet("hair", only=["shrt"])


@pytest.mark.vulkan
def test_the_command_writes_a_sheet_of_what_was_asked_for(tmp_path: Path) -> None:
    arguments = ["--only", "neutral", "--only", "jawOpen", "--size", "96x96", "--columns", "2"]
    assert main(["gallery", "expressions", "-o", str(tmp_path / "sheet.png"), *arguments]) == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = np.asarray(sheet)
    assert 2 * 96 < pixels.shape[1] < 3 * 96 and pixels.std() > 10


@pytest.mark.parametrize("wrong", [["hairs", "-o", "a.png"], ["hair", "-o", "a.gif"], ["hair", "-o", "a.png", "--size", "9x9"]])
def test_what_cannot_be_drawn_is_wrong_usage(wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["gallery", *wrong]) == 2
    assert not list(tmp_path.iterdir())
