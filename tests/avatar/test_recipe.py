"""Recipes: what is saved is what is loaded, and nothing else gets in."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from avatarkit.avatar.recipe import AvatarRecipe, Hair
from avatarkit.avatar.recipe_json import load_recipe, recipe_from_json, recipe_json
from avatarkit.avatar.skin_photo import skin_photo
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import AvatarkitError, InputError, UsageError
from tests.body.random_people import random_person


def photo():
    random = np.random.default_rng(0)
    small = random.integers(90, 200, (16, 16, 3), np.uint8)
    picture = np.asarray(Image.fromarray(small).resize((1024, 1024), Image.Resampling.BICUBIC))
    return skin_photo("#c89678", picture, random.integers(0, 256, (256, 256), np.uint8))


def full_recipe() -> AvatarRecipe:
    recipe = default_recipe(name="Zoë 2").with_sliders(random_person(0)).with_outfit("casual", {"t-shirt": "#336699"})
    return replace(recipe, skin=replace(recipe.skin, photo=photo()))


@pytest.mark.parametrize("make", [default_recipe, full_recipe])
def test_saved_and_loaded_is_the_same(make, tmp_path):
    recipe = make()
    recipe.save(tmp_path / "me.avatar.json")
    loaded = load_recipe(tmp_path / "me.avatar.json")
    assert loaded == recipe
    loaded.save(tmp_path / "again.avatar.json")
    assert (tmp_path / "again.avatar.json").read_bytes() == (tmp_path / "me.avatar.json").read_bytes()


def test_only_sliders_that_are_moved_are_kept_in_their_own_order():
    recipe = default_recipe().with_sliders({"nose-width": 0.0, "chin-width": 0.5, "face-width": -0.25})
    assert list(recipe.sliders.items()) == [("face-width", -0.25), ("chin-width", 0.5)]
    assert recipe.with_sliders({"chin-width": 0.0}).sliders == {"face-width": -0.25}


def test_a_name_without_side_sets_both_sides():
    assert set(default_recipe().with_sliders({"ear-size": 0.5}).sliders) == {"ear-size-left", "ear-size-right"}


def test_changing_a_copy_leaves_the_recipe_alone():
    recipe = default_recipe()
    recipe.with_sliders({"nose-width": 1.0}).with_hair(color="#ff0000").with_outfit("casual", {"t-shirt": "#00ff00"})
    assert recipe == default_recipe()


def test_a_hair_colour_can_change_without_the_style():
    recipe = default_recipe()
    assert recipe.with_hair(color="#7a3b1e").hair == Hair(recipe.hair.style, "#7a3b1e")


def test_colours_come_in_any_notation_and_are_kept_in_one():
    recipe = default_recipe().with_hair(color="rgb(122, 59, 30)").with_eyes("SkyBlue").with_brows(color="#FFF")
    assert (recipe.hair.color, recipe.eyes.iris, recipe.brows.color) == ("#7a3b1e", "#87ceeb", "#ffffff")


def test_the_file_is_meant_to_be_edited_and_pictures_come_last():
    text = recipe_json(full_recipe())
    assert text.index('"sliders"') < text.index('"hair"') < text.index('"picture"')
    assert '"Zoë 2"' in text
    assert text.rstrip().endswith("}") and text.endswith("\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.with_sliders({"nose-widht": 0.1}), "nose-width"),
        (lambda r: r.with_sliders({"nose-width": 2}), "from -1 to 1"),
        (lambda r: r.with_hair("shrot"), "short"),
        (lambda r: r.with_hair(color="browm"), "brown"),
        (lambda r: r.with_outfit("casul"), "casual"),
        (lambda r: r.with_outfit("casual", {"t-shrt": "#ffffff"}), "t-shirt"),
        (lambda r: r.with_outfit(["t-shirt", "t-shirt"]), "together"),
        (lambda r: r.with_outfit(["t-shirt", "jeens"]), "jeans"),
        (lambda r: r.with_beard("mustache"), "moustache"),
        (lambda r: r.with_brows("natral"), "natural"),
        (lambda r: r.with_makeup("lipstik"), "makeup"),
        (lambda r: r.with_style("humn"), "human"),
        (lambda r: r.with_hair(grey=1.5), "from 0 to 1"),
        (lambda r: r.with_outfit("casual", {"t-shirt": "shirty"}), "#rrggbb"),
        (lambda r: replace(r, name=""), "name"),
        (lambda r: replace(r, name="a\nb"), "name"),
        (lambda r: r.with_eyes("#12345"), "#rrggbb"),
    ],
)
def test_a_wrong_choice_is_refused_with_what_would_be_right(change, words):
    with pytest.raises(UsageError, match=words):
        change(default_recipe())


def edited(**changes) -> str:
    content = json.loads(recipe_json(default_recipe()))
    for path, value in changes.items():
        *folders, last = path.split("__")
        part = content
        for folder in folders:
            part = part[folder]
        part[last] = value
    return json.dumps(content)


def with_photo(**changes) -> str:
    own = photo()
    entry = {"tone": own.tone, "picture": encoded(own.picture), "alpha": encoded(own.alpha)}
    return edited(skin__photo=entry | changes)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def picture_bytes(kind: str, mode: str, size: int) -> bytes:
    buffer = BytesIO()
    Image.new(mode, (size, size)).save(buffer, kind)
    return buffer.getvalue()


HOSTILE = {
    "empty": ("", "JSON"),
    "not json": ("hello", "JSON"),
    "cut off": (recipe_json(default_recipe())[:-20], "JSON"),
    "a list": ("[]", "object"),
    "a number": ("3", "object"),
    "no schema": ("{}", "schema"),
    "newer schema": (edited(schema=2), "schema 2"),
    "schema as text": (edited(schema="1"), "schema 1"),
    "schema true": (edited(schema=True), "schema True"),
    "deep": ("[" * 200_000 + "]" * 200_000, "deep|JSON"),
    "deep objects": ('{"schema":' * 100_000, "deep|JSON"),
    "unknown key": (edited(colour="#000000"), "colour"),
    "unknown inner key": (edited(hair__colour="#000000"), "color"),
    "missing part": (json.dumps({"schema": 1, "name": "a", "style": "human"}), "missing"),
    "part of another kind": (edited(hair="short"), "object"),
    "sliders as list": (edited(sliders=["nose-width"]), "object"),
    "unknown slider": (edited(sliders={"nose-widht": 0.1}), "nose-width"),
    "slider too large": (edited(sliders={"nose-width": 1.5}), "-1 to 1"),
    "slider as text": (edited(sliders={"nose-width": "0.5"}), "must be a number"),
    "slider as truth": (edited(sliders={"nose-width": True}), "must be a number"),
    "slider nan": (edited(sliders={"nose-width": float("nan")}), "NaN"),
    "slider infinite": (edited(sliders={"nose-width": float("inf")}), "Infinity"),
    "slider beyond floats": (edited(sliders={"nose-width": 0}).replace('"nose-width": 0', '"nose-width": 1e999'), "1e999"),
    "slider of many digits": (
        edited(sliders={"nose-width": 0}).replace('"nose-width": 0', '"nose-width": 1' + "0" * 9000),
        "JSON",
    ),
    "name as number": (edited(name=3), "text"),
    "name too long": (edited(name="x" * 1000), "name"),
    "name with control letters": (edited(name="a\u0000b"), "name"),
    "style of another kind": (edited(style=None), "text"),
    "unknown style": (edited(style="humn"), "human"),
    "style as path": (edited(style="../../etc/passwd"), "style"),
    "unknown hair": (edited(hair__style="bobb"), "hair style"),
    "colour of no name": (edited(hair__color="rde"), "#rrggbb"),
    "colour of another kind": (edited(eyes__iris=[1, 2, 3]), "text"),
    "unknown piece": (edited(outfit__pieces=["jeens"]), "jeans"),
    "colour of what is not worn": (edited(outfit__colors={"hat": "#000000"}), "hat"),
    "pieces as text": (edited(outfit__pieces="jeans"), "list"),
    "grey as text": (edited(hair__grey="0.5"), "must be a number"),
    "grey beyond all": (edited(hair__grey=2), "from 0 to 1"),
    "makeup as list": (edited(makeup=["lipstick"]), "object"),
    "unknown makeup": (edited(makeup={"lipstik": {"color": "#aa0000"}}), "makeup"),
    "makeup without colour": (edited(makeup={"lipstick": {}}), "color"),
    "photo of another kind": (edited(skin__photo="me.jpg"), "object"),
    "photo without picture": (edited(skin__photo={"tone": "#c89678"}), "text"),
    "not base64": (with_photo(picture="@@@"), "base64"),
    "no picture": (with_photo(picture=encoded(b"hello")), "no picture"),
    "nothing": (with_photo(picture=""), "JPEG"),
    "png for jpeg": (with_photo(picture=encoded(picture_bytes("PNG", "RGB", 1024))), "JPEG"),
    "jpeg for png": (with_photo(alpha=encoded(picture_bytes("JPEG", "L", 256))), "PNG"),
    "bomb": (with_photo(alpha=encoded(picture_bytes("PNG", "L", 12_000))), "256x256"),
    "small picture": (with_photo(picture=encoded(picture_bytes("JPEG", "RGB", 512))), "1024x1024"),
    "grey picture": (with_photo(picture=encoded(picture_bytes("JPEG", "L", 1024))), "mode RGB"),
    "alpha with colour": (with_photo(alpha=encoded(picture_bytes("PNG", "RGB", 256))), "mode L"),
    "tone of the photo": (with_photo(tone="skin"), "#rrggbb"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_one_clear_line(case, tmp_path):
    text, words = HOSTILE[case]
    path = tmp_path / "bad.avatar.json"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        load_recipe(path)
    assert str(caught.value).startswith("bad.avatar.json: ")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_file_that_is_no_text_or_none_or_too_large_is_refused(tmp_path):
    binary, huge = tmp_path / "binary.json", tmp_path / "huge.json"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    with huge.open("wb") as file:
        file.truncate(200 * 1024**2)
    for path, words in ((binary, "UTF-8"), (huge, "larger"), (tmp_path / "none.json", "no file"), (tmp_path, "not a file")):
        with pytest.raises(InputError, match=words):
            load_recipe(path)


def test_a_mark_at_the_beginning_of_the_file_does_no_harm(tmp_path):
    path = tmp_path / "windows.json"
    path.write_bytes(b"\xef\xbb\xbf" + recipe_json(default_recipe()).encode())
    assert load_recipe(path) == default_recipe()


def test_damaged_pixels_are_noticed_when_the_avatar_is_built():
    own = photo()
    recipe = recipe_from_json(with_photo(picture=encoded(own.picture[:3000])))
    with pytest.raises(InputError, match="damaged"):
        recipe.skin.photo.pixels()


def test_saving_where_nothing_can_be_written_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        default_recipe().save(tmp_path / "nowhere" / "me.avatar.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["null", "true", '"x"', '{"schema": 1, "schema": 1}', "{" * 50])
def test_nothing_but_our_own_errors_leaves_the_reader(text):
    with pytest.raises(AvatarkitError):
        recipe_from_json(text)
