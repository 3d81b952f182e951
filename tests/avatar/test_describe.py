"""A description does what it says, and says what it did not understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from avatarkit.avatar import wardrobe
from avatarkit.avatar.describe import MAX_LENGTH, _age_slider, _known_as, describe, vocabulary
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError


def test_a_person_an_age_and_what_belongs_to_them() -> None:
    made = describe("A tall woman of about 60 with short grey hair, blue eyes and a big nose")
    sliders = made.recipe.sliders
    assert sliders["sex"] < -0.5 < 0.3 < sliders["height"] and 0.3 < sliders["age"] < 0.8
    assert sliders["nose-volume"] > 0
    assert made.recipe.hair.color == "#8b8985" and made.recipe.eyes.iris == "#5b84a8"
    assert made.unknown == ()


def test_words_belong_to_the_thing_they_stand_before() -> None:
    assert "height" not in describe("a man with short hair").recipe.sliders
    assert describe("a short man").recipe.sliders["height"] < 0
    assert describe("small eyes, a large mouth").recipe.sliders["mouth-width"] > 0
    both = describe("brown eyes and a brown t-shirt").recipe
    assert both.eyes.iris != both.outfit.colors["t-shirt"]


@pytest.mark.parametrize(
    ("text", "years"),
    [("a girl of 20", 20), ("a woman aged 35", 35), ("a 60 year old man", 60), ("a boy, seven years old", 7),
     ("a man of sixty five", 65), ("a kid of twelve", 12)],
)  # fmt: skip
def test_years_count_for_more_than_words(text: str, years: int) -> None:
    made = describe(text)
    assert made.recipe.sliders["age"] == _age_slider(years) and made.unknown == ()


def test_who_is_old_is_and_what_is_old_makes_nobody_old() -> None:
    assert describe("an old man with a long beard").recipe.sliders["age"] > 0.5
    for text in ("a woman in an old red coat", "a woman with 2 earrings", "a woman with two braids"):
        assert "age" not in describe(text).recipe.sliders, text


def test_a_colour_belongs_to_the_thing_nearest_behind_it() -> None:
    made = describe("purple xyzzy and black lipstick, a grey-haired bearded man").recipe
    assert made.makeup["lipstick"].color == "#000000"
    assert made.hair.color == "#8b8985" and made.beard.style != "none"


@pytest.mark.parametrize("no", ["no", "without", "not a", "neither a beard nor a hat nor"])
def test_what_somebody_is_without_is_taken_off(no: str) -> None:
    start = default_recipe().with_outfit(["t-shirt", "round-glasses"])
    made = describe(f"a woman, {no} glasses, a red hoodie", start)
    assert made.recipe.outfit.pieces == ("hoodie",) and made.unknown == ()


def test_hair_beards_and_makeup_can_be_said_not_to_be_there() -> None:
    start = default_recipe().with_beard("full").with_makeup("lipstick").with_makeup("blush")
    made = describe("no hair or beard, without lipstick and no big hat, brown eyes", start)
    assert (made.recipe.hair.style, made.recipe.beard.style) == ("bald", "none")
    assert set(made.recipe.makeup) == {"blush"} and made.unknown == ("no", "big")
    assert not describe("no makeup", start).recipe.makeup


def test_what_was_understood_is_told_in_the_order_of_the_text() -> None:
    made = describe("a tall woman, no glasses, a red hoodie and not old but thin")
    assert list(made.understood) == ["tall", "woman", "no glasses", "red hoodie", "thin"]


def test_what_is_not_said_to_be_stays_as_it_is_and_is_told() -> None:
    made = describe("a man who is not tall but thin")
    assert "height" not in made.recipe.sliders and made.recipe.sliders["weight"] < 0
    assert made.unknown == ("not", "tall")


def test_brows_go_with_hair_whose_colour_is_named_but_not_against_their_own() -> None:
    grey = describe("grey hair").recipe
    assert all(
        0 < brow < hair for brow, hair in zip(*map(bytes.fromhex, (grey.brows.color[1:], grey.hair.color[1:])), strict=True)
    )
    assert describe("grey hair and black eyebrows").recipe.brows.color == "#15110f"
    assert describe("short hair").recipe.brows == default_recipe().brows


@pytest.mark.parametrize("phrase", vocabulary().outfits)
def test_a_word_for_an_outfit_puts_all_of_it_on_in_the_colour_asked_for(phrase: tuple[str, ...]) -> None:
    outfit, colored = vocabulary().outfits[phrase]
    worn = describe(f"a man in a navy {' '.join(phrase)}").recipe.outfit
    assert set(worn.pieces) == set(wardrobe.outfit_pieces(outfit))
    assert {piece for piece, color in worn.colors.items() if color == "#1f2a4d"} == set(colored)


def test_what_is_not_understood_is_said_once_in_order() -> None:
    made = describe("a xyzzy woman with a plugh nose and xyzzy eyes")
    assert made.unknown == ("xyzzy", "plugh")
    assert "Not understood: xyzzy, plugh." in str(made)


def test_every_piece_can_be_asked_for_by_its_name() -> None:
    for piece in wardrobe.wardrobe_pieces():
        made = describe(f"a man with a red {piece.replace('-', ' ')}")
        assert piece in made.recipe.outfit.pieces, piece
        assert made.unknown == (), piece


@pytest.mark.parametrize("phrase", vocabulary().person)
def test_every_word_for_a_person_can_be_done(phrase: tuple[str, ...]) -> None:
    before = default_recipe().with_sliders({"sex": 0.1, "age": 0.01})
    assert describe(" ".join(phrase), before).recipe != before


@pytest.mark.parametrize("part", vocabulary().parts)
def test_every_word_for_a_part_can_be_done(part: tuple[str, ...]) -> None:
    for phrase in vocabulary().parts[part]:
        made = describe(" ".join((*phrase, *part)))
        assert made.unknown == () and made.recipe != default_recipe(), phrase


def test_every_colour_is_one() -> None:
    for colors in vocabulary().colors.values():
        for color in colors.values():
            default_recipe().with_hair(color=color)


def test_a_description_changes_only_what_it_speaks_of() -> None:
    start = default_recipe().with_sliders({"chin-width": 0.5}).with_hair(color="#00ff00")
    made = describe("green eyes", start).recipe
    assert made == replace(start, eyes=replace(start.eyes, iris="#5c7a4b"))


def test_a_reader_of_ones_own_is_checked_like_any_recipe() -> None:
    def reader(text: str, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        assert text == "somebody" and tables["hair"]["style"] == default_recipe().hair.style
        return {"hair": {"color": "navy"}, "sliders": {"age": 0.5}}

    made = describe("somebody", reader=reader).recipe
    assert (made.hair.color, made.sliders) == ("#000080", {"age": 0.5})
    with pytest.raises(UsageError, match="nose-width"):
        describe("somebody", reader=lambda *_: {"sliders": {"nose-widht": 1}})


@pytest.mark.parametrize("text", ["", "  ", "x" * (MAX_LENGTH + 1), None])
def test_no_text_and_far_too_much_are_refused(text: Any) -> None:
    with pytest.raises(UsageError, match="description"):
        describe(text)


@pytest.mark.parametrize("text", ["🙂 \x00 ;;; ...", "99999 years old", "with with with", "and " * 400, "0"])
def test_nonsense_does_no_harm(text: str) -> None:
    assert isinstance(describe(text).recipe, AvatarRecipe)


def test_a_beard_of_which_nothing_is_said_but_its_colour_grows_and_one_that_is_there_stays() -> None:
    assert describe("a man with a grey beard", default_recipe()).recipe.beard.style == "full"
    goatee = default_recipe().with_beard("goatee")
    assert describe("a grey beard", goatee).recipe.beard.style == "goatee"


def test_every_synonym_is_found_and_none_goes_on_changing():
    for phrase, meant in vocabulary().synonyms.items():
        once = _known_as(vocabulary().synonyms, phrase)
        assert once == _known_as(vocabulary().synonyms, meant) == _known_as(vocabulary().synonyms, once), phrase


@pytest.mark.parametrize(
    ("text", "piece"),
    [("a man with thin metal glasses", "round-wire-glasses"), ("a woman in wire-rimmed glasses", "round-wire-glasses"),
     ("a thin boy with thin rectangular glasses", "rectangular-wire-glasses"),
     ("rectangular thin metal glasses", "rectangular-wire-glasses"),
     ("rectangular wire-rimmed spectacles", "rectangular-wire-glasses"),
     ("thin metal round glasses", "round-wire-glasses"), ("thin metal frames", "round-wire-glasses"),
     ("metal-framed spectacles", "round-wire-glasses"), ("round glasses", "round-glasses")],
)  # fmt: skip
def test_thin_glasses_are_of_wire_and_others_are_not(text: str, piece: str) -> None:
    made = describe(text)
    assert [one for one in made.recipe.outfit.pieces if "glasses" in one] == [piece]
    assert made.unknown == ()
