"""A recipe becomes an avatar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar, AvatarMesh
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe_json import recipe_from_json, recipe_json
from avatarkit.avatar.skin import face_picture
from avatarkit.avatar.skin_photo import skin_photo
from avatarkit.avatar.skinned_parts import SKIN_PARTS
from avatarkit.avatar.style import default_recipe, load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.body import load_body
from avatarkit.body.expressions import SIDES, lid_margins
from avatarkit.body.rest import rest_body
from avatarkit.errors import InputError
from avatarkit.geometry.meshes import face_normals, vertex_normals
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.avatar.test_recipe import full_recipe
from tests.body.random_people import random_person


@pytest.fixture(scope="module", params=["average", "random"])
def avatar(request) -> Avatar:
    recipe = default_recipe()
    return build_avatar(recipe if request.param == "average" else recipe.with_sliders(random_person(4)))


def mesh_of(avatar: Avatar, name: str) -> AvatarMesh:
    return next(mesh for mesh in avatar.meshes if mesh.name == name)


def test_there_is_a_face_a_body_eyes_a_mouth_lashes_hair_and_clothes(avatar):
    names = [mesh.name for mesh in avatar.meshes]
    assert len(set(names)) == len(names)
    assert {"Face", "Body", "Eyes", "Mouth", "Lashes"} < set(names)
    assert any(name.startswith("hair") for name in names) and any(name.startswith("outfit") for name in names)
    assert {mesh.material for mesh in avatar.meshes} == {material.name for material in avatar.materials}


def test_every_one_of_the_52_expressions_moves_the_avatar(avatar):
    moved = {morph.name for mesh in avatar.meshes for morph in mesh.morphs if np.abs(morph.positions).max() > 1e-3}
    assert moved == set(ARKIT_NAMES) == set(avatar.expression_names)


def test_morphs_come_in_the_avatars_order_and_name_real_vertices(avatar):
    for mesh in avatar.meshes:
        order = [avatar.expression_names.index(morph.name) for morph in mesh.morphs]
        assert order == sorted(set(order))
        for morph in mesh.morphs:
            indices = morph.indices.astype(int)
            assert len(indices) and indices.max() < len(mesh.positions)
            assert (np.diff(indices) > 0).all()


def test_normals_are_unit_at_rest_and_in_every_expression(avatar):
    for mesh in avatar.meshes:
        assert np.abs(np.linalg.norm(mesh.normals, axis=1) - 1.0).max() < 1e-3
        if mesh.name in ("Face", "Body", "Mouth", "Eyes"):
            for morph in mesh.morphs:
                turned = mesh.normals[morph.indices] + morph.normals
                assert np.abs(np.linalg.norm(turned, axis=1) - 1.0).max() < 1e-3


@pytest.mark.parametrize("name", ["cheekPuff", "jawOpen", "eyeBlinkLeft", "browInnerUp"])
def test_morph_normals_are_those_of_the_moved_surface(avatar, name):
    rests = [rest_body(stylised_sliders(sliders, load_style("human").family.shape)) for sliders in ({}, random_person(4))]
    rest = next(rest for rest in rests if np.allclose(avatar.rig.skeleton.rest_world[0][:55], rest.joints))
    face = mesh_of(avatar, "Face")
    triangles = np.concatenate([load_body().parts[part].triangles for part in SKIN_PARTS])
    offsets = rest.expression_offsets[:, [ARKIT_NAMES.index(name)]].toarray().reshape(-1, 3)
    wanted = vertex_normals(rest.positions + offsets, triangles)[_body_vertices(face)]
    assert np.abs(face.normals + moved(face, name)[:, 3:] - wanted).max() < 5e-3


def test_weights_sum_to_one_with_at_most_four_joints(avatar):
    for mesh in avatar.meshes:
        assert np.abs(mesh.weights.sum(axis=1) - 1.0).max() < 1e-5
        assert (mesh.weights >= 0.0).all()
        assert (mesh.joints[mesh.weights == 0.0] == 0).all()


def test_no_triangle_of_ours_is_without_area(avatar):
    for name in ("Face", "Body", "Eyes", "Lashes"):
        mesh = mesh_of(avatar, name)
        area = np.linalg.norm(face_normals(mesh.positions.astype(float), mesh.triangles), axis=1)
        assert area.min() > 1e-12, name


def test_face_and_body_meet_without_a_seam(avatar):
    """Where they touch, they have the same places, normals, bones and colour, at rest and in every expression."""
    face, body = mesh_of(avatar, "Face"), mesh_of(avatar, "Body")
    key = {tuple(place): row for row, place in enumerate(face.positions.tolist())}
    pairs = np.array([(key[tuple(p)], row) for row, p in enumerate(body.positions.tolist()) if tuple(p) in key])
    assert len(pairs) >= 48
    ours, theirs = pairs.T
    assert np.array_equal(face.normals[ours], body.normals[theirs])
    assert np.array_equal(face.joints[ours], body.joints[theirs])
    for name in ARKIT_NAMES:
        changes = [moved(mesh, name)[rows] for mesh, rows in ((face, ours), (body, theirs))]
        assert np.array_equal(*changes), name
    pictures = {m.name: m.base_color_texture.pixels for m in avatar.materials if m.base_color_texture is not None}
    tones = [at(pictures[m.material], m.uvs[rows]).astype(int) for m, rows in ((face, ours), (body, theirs))]
    assert np.abs(tones[0] - tones[1]).max() <= 2


def moved(mesh: AvatarMesh, name: str) -> np.ndarray:
    change = np.zeros((len(mesh.positions), 6), np.float32)
    for morph in mesh.morphs:
        if morph.name == name:
            change[morph.indices] = np.concatenate([morph.positions, morph.normals], axis=1)
    return change


def at(picture: np.ndarray, uvs: np.ndarray) -> np.ndarray:
    size = picture.shape[0]
    column, row = np.clip((uvs * size).astype(int), 0, size - 1).T
    return picture[row, column]


def test_the_bare_skin_of_the_neck_has_exactly_the_tone(avatar):
    tone = [int(default_recipe().skin.tone[k : k + 2], 16) for k in (1, 3, 5)]
    body = mesh_of(avatar, "Body")
    picture = next(m for m in avatar.materials if m.name == "Body").base_color_texture.pixels
    neck = np.argsort(-body.positions[:, 1])[:20]
    assert np.abs(at(picture, body.uvs[neck]).astype(int) - tone).max() <= 1


def test_eyes_are_round_bound_to_their_bones_and_within_the_lids(avatar):
    eyes = mesh_of(avatar, "Eyes")
    places, _ = avatar.rig.skeleton.rest_world
    for side in SIDES:
        joint = avatar.rig.human_bones[f"{side}Eye"]
        own = eyes.joints[:, 0] == joint
        distance = np.linalg.norm(eyes.positions[own] - places[joint], axis=1)
        assert np.ptp(distance) < 0.1 * distance.mean()
        face = mesh_of(avatar, "Face")
        rows = np.flatnonzero(np.isin(_body_vertices(face), lid_margins(side)[0][2:-2]))
        assert np.linalg.norm(face.positions[rows] - places[joint], axis=1).min() > 0.98 * distance.mean()


def _body_vertices(face: AvatarMesh) -> np.ndarray:
    from avatarkit.avatar.build import FACE_PARTS
    from avatarkit.avatar.skinned_parts import corners_of

    assert len(face.positions) == len(corners_of(FACE_PARTS).vertices)
    return corners_of(FACE_PARTS).vertices


def test_lashes_stay_on_the_lids_when_these_close(avatar):
    lashes, face = mesh_of(avatar, "Lashes"), mesh_of(avatar, "Face")
    lids = np.isin(_body_vertices(face), np.concatenate([e for side in SIDES for e in lid_margins(side)]))
    for weight in (0.0, 1.0):
        closed = lashes.positions + weight * sum(moved(lashes, f"eyeBlink{s}")[:, :3] for s in ("Left", "Right"))
        lid = (face.positions + weight * sum(moved(face, f"eyeBlink{s}")[:, :3] for s in ("Left", "Right")))[lids]
        distance = np.linalg.norm(closed[:, None] - lid[None], axis=2).min(axis=1)
        assert distance.min() < 2e-4 and np.quantile(distance, 0.2) < 0.002 and distance.max() < 0.016


def test_gaze_starts_between_the_eyes(avatar):
    places, _ = avatar.rig.skeleton.rest_world
    bones = avatar.rig.human_bones
    middle = 0.5 * (places[bones["leftEye"]] + places[bones["rightEye"]])
    assert np.allclose(places[bones["head"]] + avatar.look_at.offset_from_head, middle)


def test_the_rig_has_all_human_bones_and_the_meta_has_the_name():
    avatar = build_avatar(replace(default_recipe(), name="Ada"))
    assert tuple(avatar.rig.human_bones) == HUMAN_BONES
    assert avatar.meta.name == "Ada"


def test_hidden_skin_is_gone_and_bare_skin_is_not(avatar):
    body = mesh_of(avatar, "Body")
    whole = len(load_body().parts["body"].triangles)
    assert 0.2 * whole < len(body.triangles) < 0.9 * whole
    hand = avatar.rig.human_bones["leftHand"]
    assert (body.joints[:, 0] == hand).any()


def test_the_same_recipe_gives_the_same_avatar_before_and_after_saving():
    recipe = full_recipe()
    first, second = build_avatar(recipe), build_avatar(recipe_from_json(recipe_json(recipe)))
    for a, b in zip(first.meshes, second.meshes, strict=True):
        assert np.array_equal(a.positions, b.positions) and np.array_equal(a.normals, b.normals)
        assert all(np.array_equal(m.positions, n.positions) for m, n in zip(a.morphs, b.morphs, strict=True))
    for a, b in zip(first.materials, second.materials, strict=True):
        assert a.base_color == b.base_color and a.roughness == b.roughness
        if a.base_color_texture is not None:
            assert np.array_equal(a.base_color_texture.pixels, b.base_color_texture.pixels)


def flat_photo(color: tuple[int, int, int], alpha: int):
    return skin_photo("#c89678", np.full((1024, 1024, 3), color, np.uint8), np.full((256, 256), alpha, np.uint8), quality=98)


FOREHEAD = (slice(500, 560), slice(960, 1080))


def test_a_photo_shows_where_its_alpha_says_so():
    look, skin = (
        replace(load_style("human").look, photo_evening=0.0, photo_lifting=0.0),
        replace(default_recipe().skin, tone="#c89678"),
    )
    brows = default_recipe().brows
    plain = face_picture(skin, brows, look)[FOREHEAD].astype(int).mean(axis=(0, 1))
    shown = face_picture(replace(skin, photo=flat_photo((90, 120, 200), 255)), brows, look)[FOREHEAD].astype(int)
    hidden = face_picture(replace(skin, photo=flat_photo((90, 120, 200), 0)), brows, look)[FOREHEAD].astype(int)
    assert np.abs(shown.mean(axis=(0, 1)) - [90, 120, 200]).max() < 3
    assert np.abs(hidden.mean(axis=(0, 1)) - plain).max() < 0.5


def test_a_look_without_photos_takes_only_their_colours():
    look, skin = load_style("anime").look, replace(default_recipe().skin, tone="#c89678")
    brows = default_recipe().brows
    plain, person = (face_picture(s, brows, look) for s in (skin, replace(skin, photo=flat_photo((90, 120, 200), 255))))
    assert np.array_equal(plain, person)


def test_another_tone_in_the_recipe_shifts_the_photo_to_it():
    look, photo = load_style("human").look, flat_photo((200, 150, 120), 255)
    skin = replace(default_recipe().skin, photo=photo, tone="#6b4226")
    shown = face_picture(skin, default_recipe().brows, look)[FOREHEAD].astype(int).mean(axis=(0, 1))
    assert np.abs(shown - [0x6B, 0x42, 0x26]).max() < 4


def test_a_damaged_photo_ends_in_an_input_error():
    own = full_recipe().skin.photo
    recipe = replace(default_recipe(), skin=replace(default_recipe().skin, photo=replace(own, picture=own.picture[:3000])))
    with pytest.raises(InputError, match="damaged"):
        build_avatar(recipe)
