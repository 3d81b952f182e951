"""Wishes of the page, good and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from avatarkit.app.choices import choices
from avatarkit.app.edits import EDITS, edited
from avatarkit.app.making import recipe_values
from avatarkit.app.texts import LANGUAGES, texts
from avatarkit.avatar.style import default_recipe
from avatarkit.avatar.wardrobe import outfit_colors, outfits
from avatarkit.errors import AvatarkitError


def test_every_wish_changes_its_own_part_and_no_other() -> None:
    before = default_recipe()
    wishes: dict[str, Any] = {
        "sliders": {"nose-width": 0.5},
        "hair": {"style": "bob", "color": "#aa3366", "grey": 0.25},
        "brows": {"shape": "thin"},
        "eyes": {"iris": "#336699", "lashes": "long"},
        "makeup": {"lipstick": {"color": "#aa0000", "strength": 0.5}},
        "outfit": {"pieces": ["summer-dress"]},
        "skin": {"tone": "#6d4329"},
        "name": "Somebody",
    }
    for part, wish in wishes.items():
        after = edited(before, {part: wish})
        changed = {key for key, value in recipe_values(after).items() if value != recipe_values(before)[key]}
        assert changed == {part}
    assert recipe_values(edited(before, {"hair": wishes["hair"]}))["hair"] == {
        "style": "bob",
        "color": "#aa3366",
        "roots": None,
        "grey": 0.25,
    }


def test_taking_off_undoes_putting_on() -> None:
    before = default_recipe()
    painted = edited(before, {"makeup": {"blush": {"strength": 0.4}}})
    assert edited(painted, {"makeup": {"blush": None}}) == before
    rooted = edited(before, {"hair": {"roots": "#112233"}})
    assert edited(rooted, {"hair": {"roots": None}}) == before


def test_a_colour_stays_with_its_piece_and_goes_with_it() -> None:
    dyed = edited(default_recipe(), {"outfit": {"pieces": ["jeans", "t-shirt"], "colors": {"jeans": "#ff0000"}}})
    other_top = edited(dyed, {"outfit": {"pieces": ["jeans", "turtleneck"]}})
    assert other_top.outfit.colors == {"jeans": "#ff0000"}
    assert edited(other_top, {"outfit": {"pieces": ["turtleneck"]}}).outfit.colors == {}


@pytest.mark.parametrize(
    "changes",
    [
        None, [], "hair", {"soul": 1}, {"sliders": {"nose-width": "a"}}, {"sliders": {"nose-width": float("nan")}},
        {"sliders": {"nose-width": True}}, {"sliders": {"no-such": 1}}, {"hair": {"style": ["bob"]}}, {"hair": {"grey": "x"}},
        {"makeup": {"lipstick": 3}}, {"outfit": {"pieces": "jeans"}}, {"outfit": {"pieces": ["jeans", "shorts"]}},
        {"outfit": {"colors": {"crown": "#fff"}}}, {"outfit": {"named": "soul"}}, {"skin": {"tone": "url(x)"}}, {"style": {}},
        {"name": "a" * 1000}, {"name": "a\nb"},
    ],
)  # fmt: skip
def test_a_wish_that_is_none_is_refused_in_words(changes: object) -> None:
    with pytest.raises(AvatarkitError) as refused:
        edited(default_recipe(), changes)
    assert 10 < len(str(refused.value)) < 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_the_page_offers_exists(language: str) -> None:
    offered, recipe = choices(language), default_recipe()
    for group in offered["sliders"]:
        recipe = edited(recipe, {"sliders": {slider["name"]: slider["high"] for slider in group["sliders"]}})
    for part, key in (("hair", "hair"), ("beard", "beards")):
        for one in offered[key]:
            edited(recipe, {part: {"style": one["name"]}})
    for item in offered["makeup"]:
        edited(recipe, {"makeup": {item["name"]: {"finish": item["finishes"][-1]["name"]}}})
    for slot in offered["slots"]:
        assert slot["pieces"]
        for piece in slot["pieces"]:
            dressed = edited(recipe, {"outfit": {"pieces": [piece["name"]]}})
            target = piece["parts"][0]["name"]
            edited(dressed, {"outfit": {"colors": {f"{piece['name']}/{target}": "#123456"}}})
    assert set(EDITS) <= set(recipe_values(recipe))


def shown_names(values: object) -> Iterator[tuple[str, str]]:
    """Every name and its label, wherever they are in the choices."""
    if isinstance(values, dict):
        if "label" in values:
            yield values["name"], values["label"]
        for key, value in values.items():
            if key != "texts":
                yield from shown_names(value)
    elif isinstance(values, (list, tuple)):
        for value in values:
            yield from shown_names(value)


def test_every_name_on_the_page_is_said_in_each_language() -> None:
    english, chinese = (dict(shown_names(choices(language))) for language in LANGUAGES)
    assert english.keys() == chinese.keys() and len(english) > 300
    assert not [name for name, label in chinese.items() if not any("\u4e00" <= letter <= "\u9fff" for letter in label)]
    assert not [name for name, label in english.items() if not label or any(letter >= "\u4e00" for letter in label)]
    for style in choices("zh")["styles"]:
        assert not style["hint"].isascii() or not style["hint"]


def test_an_outfit_is_put_on_whole_and_glasses_stay_on() -> None:
    before = default_recipe().with_outfit(["jeans", "round-glasses"], {"round-glasses": "#ff0000"})
    dressed = edited(before, {"outfit": {"named": "winter"}})
    assert set(dressed.outfit.pieces) == {*outfits()["winter"], "round-glasses"}
    assert dressed.outfit.colors.items() >= {**outfit_colors("winter"), "round-glasses": "#ff0000"}.items()
    assert "sunglasses" in edited(before, {"outfit": {"named": "beach"}}).outfit.pieces


def test_both_languages_say_everything_with_the_same_blanks() -> None:
    import string

    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, chinese = texts("en"), texts("zh")
    assert english.keys() == chinese.keys()
    assert all(blanks(english[key]) == blanks(chinese[key]) for key in english)
    same = [key for key in english if english[key] == chinese[key] and key not in ("file_vrm", "file_glb", "words_example")]
    assert not same


def test_the_pages_scripts_say_nothing_that_the_table_lacks() -> None:
    import re

    from avatarkit.app.routes import PAGE

    scripts = "\n".join(path.read_text(encoding="utf-8") for path in PAGE.glob("*.js"))
    said = set(re.findall(r'text\("([a-z_]+)"', scripts))
    assert len(said) > 60
    assert said <= set(texts("en"))
