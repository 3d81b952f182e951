"""Laws of how the four families make surfaces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.eye_pictures import IRIS_DEG, eye_picture
from avatarkit.avatar.finish import ball_directions
from avatarkit.avatar.recipe import MakeupLayer
from avatarkit.avatar.skin import face_picture
from avatarkit.avatar.skin_fields import head_fields
from avatarkit.avatar.style import default_recipe, family_names, load_family, load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.rest import rest_body
from avatarkit.face_fit.light import to_lab
from tests.avatar.test_recipe import full_recipe

FAMILIES = family_names()


@pytest.fixture(scope="module")
def built() -> dict[str, Avatar]:
    return {name: build_avatar(default_recipe(name)) for name in FAMILIES}


def material(avatar: Avatar, name: str):
    return next(each for each in avatar.materials if each.name == name)


def test_all_surfaces_of_a_drawn_family_are_drawn_and_of_others_none(built: dict[str, Avatar]) -> None:
    for name, avatar in built.items():
        drawn = {each.mtoon is not None for each in avatar.materials}
        assert drawn == {load_family(name).look.shading == "drawn"}, name


def off_a_ball(name: str, avatar: Avatar) -> float:
    """How far a face's front is from being lit as a ball, mean of the normals' distances to it."""
    face = next(mesh for mesh in avatar.meshes if mesh.name == "Face")
    shape = load_style(name).family.shape
    outward = ball_directions(face.positions, rest_body(stylised_sliders(default_recipe(name).sliders, shape)))
    front = (outward[:, 2] > 0.5) & (face.uvs[:, 1] < 0.6)
    return float(np.linalg.norm(face.normals - outward, axis=1)[front].mean())


def test_a_drawn_face_is_lit_as_a_ball_and_others_are_not(built: dict[str, Avatar]) -> None:
    """Or nose and lids would throw ragged shades."""
    assert off_a_ball("anime", built["anime"]) < 0.5 * off_a_ball("human", built["human"])
    face = next(mesh for mesh in built["anime"].meshes if mesh.name == "Face")
    assert np.allclose(np.linalg.norm(face.normals, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("name", FAMILIES)
def test_plain_skins_median_is_the_tone_in_every_family(name: str) -> None:
    recipe = default_recipe(name)
    toned = replace(recipe, skin=replace(recipe.skin, tone="#b98a6e"))
    picture = material(build_avatar(toned), "Face").base_color_texture.pixels
    above_neck = picture[: int(0.8 * len(picture))]
    assert np.median(above_neck, axis=(0, 1)) == pytest.approx(255.0 * np.array(parse_color("#b98a6e")), abs=3.0)


def test_only_families_with_relief_have_normals_and_they_point_outwards_on_average(built: dict[str, Avatar]) -> None:
    for name, avatar in built.items():
        normals = material(avatar, "Face").normal_texture
        assert (normals is not None) == (load_family(name).look.relief > 0)
        if normals is not None:
            assert normals.pixels[..., :2].mean(axis=(0, 1)) == pytest.approx(127.5, abs=1.0)
            assert (normals.pixels[..., 2] == 255).all()


def test_lips_shine_more_than_cheeks_and_glossy_lipstick_more_than_lips() -> None:
    def roughness(**makeup: MakeupLayer) -> np.ndarray:
        face = material(build_avatar(replace(default_recipe("human"), makeup=makeup)), "Face")
        return face.roughness * face.roughness_texture.pixels[..., 1] / 255.0

    from avatarkit.avatar.skin_fields import head_fields

    lips = head_fields().lips > 0.6
    bare, glossy = roughness(), roughness(lipstick=MakeupLayer("#a01030", 1.0, "gloss"))
    assert bare[lips].mean() < bare[300:400, 300:700].mean() - 0.1
    assert glossy[lips].mean() < bare[lips].mean() - 0.1


@pytest.mark.parametrize("kind", IRIS_DEG)
def test_irises_keep_their_hue_and_pupils_are_dark(kind: str) -> None:
    import colorsys

    blue = parse_color("#3f6fa8")
    picture = eye_picture(blue, kind).astype(float) / 255.0
    middle = len(picture) // 2
    radius = 0.45 * IRIS_DEG[kind] / 60.0 * len(picture)
    below = picture[int(middle + 0.62 * radius), middle - 5 : middle + 6].mean(axis=0)
    assert colorsys.rgb_to_hsv(*below)[0] == pytest.approx(colorsys.rgb_to_hsv(*blue)[0], abs=0.04)
    assert picture[middle, middle].max() < 0.2
    white = picture[middle, int(middle + 1.6 * radius)]
    assert white.min() > 0.6


def test_lifelike_eyes_have_flesh_in_their_inner_corner_alone() -> None:
    picture = eye_picture(parse_color("#3f6fa8"), "lifelike").astype(float)
    inner, outer = (picture[590:606, column - 8 : column + 8].mean(axis=(0, 1)) for column in (200, 1024 - 200))
    assert inner[0] > 1.5 * inner[1]
    assert outer[0] < 1.3 * outer[1]


def test_a_persons_photo_shows_in_real_families_and_its_colours_alone_in_drawn_ones() -> None:
    photo = full_recipe().skin.photo
    for name in FAMILIES:
        plain = default_recipe(name)
        with_photo = replace(plain, skin=replace(plain.skin, photo=photo))
        same = np.array_equal(*(material(build_avatar(r), "Face").base_color_texture.pixels for r in (plain, with_photo)))
        assert same == (load_family(name).look.photo == 0)


@pytest.mark.parametrize("person", ["birgit", "mei", "carlos", "chioma", "kofi"])
def test_a_cartoons_lips_can_be_told_from_skin_of_any_tone(person: str) -> None:
    recipe, lips = default_recipe(person), head_fields().lips > 0.7
    picture = face_picture(recipe.skin, recipe.brows, load_family("cartoon").look)[::2, ::2].astype(float)
    lip, cheek = to_lab(np.stack([np.median(picture[lips], axis=0), np.median(picture[300:400, 300:700], axis=(0, 1))]) / 255.0)
    assert np.linalg.norm(lip - cheek) > 9.0
    assert lip[1] - cheek[1] > 8.0  # red, not merely darker
