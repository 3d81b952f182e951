"""Makeup lies where it belongs, in the colour that was asked for, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from avatarkit.avatar import wardrobe
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.makeup import ELSEWHERE, MAKEUP, glossiness, made_up
from avatarkit.avatar.recipe import MakeupLayer
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError

TONE = "#c89678"
FACE = np.full((2048, 2048, 3), (200, 150, 120), np.uint8)
ON_SKIN = [name for name in MAKEUP if name not in ELSEWHERE]


@pytest.mark.parametrize("name", MAKEUP)
def test_every_item_has_a_place_and_it_is_small(name: str) -> None:
    mask = MAKEUP[name].mask()
    assert mask.shape == (1024, 1024) and mask.min() >= 0.0 and 0.5 < mask.max() <= 1.001
    assert 0.00001 < (mask > 0.5).mean() < 0.25


def test_polish_makes_one_spot_of_each_of_twenty_nails() -> None:
    assert ndimage.label(MAKEUP["nail-polish"].mask() > 0.25)[1] == 20


@pytest.mark.parametrize("name", [name for name in ON_SKIN if name not in ("freckles", "beauty-mark", "paint-star")])
def test_what_lies_on_a_face_lies_alike_on_both_sides(name: str) -> None:
    mask = MAKEUP[name].mask()
    assert np.abs(mask - mask[:, ::-1]).mean() < 0.2 * mask.mean()


@pytest.mark.parametrize("name", ON_SKIN)
def test_nothing_changes_outside_the_place_nor_without_strength(name: str) -> None:
    layer = MakeupLayer("#00ff00", 1.0, MAKEUP[name].finishes[0])
    painted = made_up(FACE, {name: layer}, TONE).astype(int)
    away = cv2.dilate(MAKEUP[name].mask(), np.ones((5, 5))) == 0.0
    assert np.abs(painted[::2, ::2][away] - FACE[0, 0]).max() <= 1
    assert np.abs(made_up(FACE, {name: MakeupLayer("#00ff00", 0.0)}, TONE).astype(int) - FACE).max() <= 1
    assert np.abs(painted - FACE).max() > 10


def test_more_strength_shows_more_and_full_strength_shows_the_colour() -> None:
    middle = np.unravel_index(np.argmax(MAKEUP["lipstick"].mask()), (1024, 1024))
    shown = [
        made_up(FACE, {"lipstick": MakeupLayer("#a8323f", strength)}, TONE)[2 * middle[0], 2 * middle[1]].astype(float)
        for strength in (0.0, 0.5, 1.0)
    ]
    wanted = np.array([0xA8, 0x32, 0x3F])
    assert [np.abs(color - wanted).sum() for color in shown] == sorted(np.abs(color - wanted).sum() for color in shown)[::-1]
    assert np.abs(shown[2] - wanted).max() < 4


def test_only_what_is_glossy_shines() -> None:
    assert glossiness({"lipstick": MakeupLayer("#a8323f")}) is None
    shine = glossiness({"lipstick": MakeupLayer("#a8323f", 0.8, "gloss"), "blush": MakeupLayer("#d9707a")})
    assert shine is not None and shine.max() > 0.9 and (shine > 0.5).mean() < 0.02


def test_unknown_items_and_finishes_are_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="lipstick"):
        made_up(FACE, {"lipstik": MakeupLayer("#a8323f")}, TONE)
    with pytest.raises(UsageError, match="gloss"):
        default_recipe().with_makeup("lipstick", finish="glos")
    with pytest.raises(UsageError, match="mascara"):
        default_recipe().with_makeup("mascra")


def test_a_recipe_wears_what_it_says() -> None:
    plain = default_recipe()
    worn = plain.with_makeup("lipstick").with_makeup("nail-polish", "#00ff00").with_makeup("mascara")
    assert set(worn.makeup) == {"lipstick", "nail-polish", "mascara"}
    assert worn.with_makeup("lipstick", strength=0.0).makeup.keys() == {"nail-polish", "mascara"}
    before, after = ({m.name: m for m in build_avatar(recipe).materials} for recipe in (plain, worn))
    for name in ("Face", "Body", "Lashes"):
        assert (before[name].base_color_texture.pixels != after[name].base_color_texture.pixels).any(), name
    assert wardrobe.makeup_items()["lipstick"] == ("matt", "gloss")
