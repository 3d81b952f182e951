from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar, AvatarMesh
from avatarkit.errors import UsageError
from avatarkit.export.files import glb_bytes, save_avatar, vrm1_bytes
from avatarkit.gltf.container import split_container
from avatarkit.gltf.document import Document, Texture
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES, PRESET_EXPRESSIONS
from tests.box_person import box_person
from tests.judges import assert_khronos_clean, three_vrm_report


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return replace(box_person(), thumbnail=np.full((32, 32, 3), (200, 40, 90), np.uint8))


@pytest.fixture(scope="module")
def vrm(avatar: Avatar) -> dict[str, Any]:
    return _json(vrm1_bytes(avatar))["extensions"]["VRMC_vrm"]


def _json(data: bytes) -> dict[str, Any]:
    return json.loads(split_container(data)[0])


@pytest.mark.parametrize("to_bytes", [glb_bytes, vrm1_bytes])
def test_the_same_avatar_gives_the_same_bytes_and_reading_loses_none(avatar: Avatar, to_bytes: Any):
    data = to_bytes(avatar)
    assert to_bytes(avatar) == data
    assert document_to_glb(document_from_bytes(data)) == data


@pytest.mark.node
@pytest.mark.parametrize("suffix", [".glb", ".vrm"])
def test_the_khronos_validator_finds_no_error_and_no_warning(avatar: Avatar, suffix: str, tmp_path: Path):
    save_avatar(avatar, tmp_path / f"avatar{suffix}")
    assert_khronos_clean(tmp_path / f"avatar{suffix}")


def test_pictures_are_repeated_only_along_axes_that_some_mesh_goes_beyond(avatar: Avatar):
    mesh = next(mesh for mesh in avatar.meshes if textured(avatar, mesh))
    for stretched, wraps in (((1.0, 1.0), (33071, 33071)), ((3.0, 1.0), (10497, 33071)), ((1.0, -1.0), (33071, 10497))):
        span = np.ptp(mesh.uvs, axis=0)
        uvs = (mesh.uvs - mesh.uvs.min(axis=0)) / np.where(span, span, 1.0) * np.float32(stretched)
        alone = replace(avatar, meshes=(replace(mesh, uvs=uvs.astype(np.float32)),))
        document = document_from_bytes(glb_bytes(alone))
        (texture,) = used(document)
        assert (texture.sampler["wrapS"], texture.sampler["wrapT"]) == wraps


def textured(avatar: Avatar, mesh: AvatarMesh) -> bool:
    return any(material.name == mesh.material and material.base_color_texture for material in avatar.materials)


def used(document: Document) -> list[Texture]:
    """The base colour's texture of each mesh."""
    materials = [document.materials[primitive.material] for mesh in document.meshes for primitive in mesh.primitives]
    return [document.textures[material.base_color_texture.texture] for material in materials]


def test_the_joints_rest_where_the_skeleton_says(avatar: Avatar):
    document, skeleton = document_from_bytes(glb_bytes(avatar)), avatar.rig.skeleton
    (skin,) = document.skins
    assert [document.nodes[joint].name for joint in skin.joints] == list(skeleton.names)
    worlds = np.linalg.inv(skin.inverse_bind)
    np.testing.assert_allclose(worlds[:, :3, 3], skeleton.rest_world[0], atol=1e-6)


def test_meshes_stand_beside_the_joints_and_share_one_skin(avatar: Avatar):
    document = document_from_bytes(glb_bytes(avatar))
    meshes = [index for index, node in enumerate(document.nodes) if node.mesh is not None]
    assert all(document.parents[index] == -1 and document.nodes[index].skin == 0 for index in meshes)
    assert document.scenes[0].nodes == (0, *meshes)


def test_morph_targets_come_back_as_they_went(avatar: Avatar):
    document = document_from_bytes(glb_bytes(avatar))
    head = next(mesh for mesh in document.meshes if mesh.name == "head")
    assert head.target_names == ARKIT_NAMES
    for target, morph in zip(head.primitives[0].targets, avatar.meshes[1].morphs, strict=True):
        np.testing.assert_array_equal(target["POSITION"].rows, morph.indices)
        np.testing.assert_array_equal(target["POSITION"].values, morph.positions)


@pytest.mark.parametrize("turn", [0.0, 0.1])
def test_normals_of_morphs_come_back_and_are_not_written_where_none_turns(avatar: Avatar, turn: float):
    body, head = avatar.meshes
    morphs = tuple(replace(morph, normals=np.full_like(morph.positions, turn)) for morph in head.morphs)
    document = document_from_bytes(glb_bytes(replace(avatar, meshes=(body, replace(head, morphs=morphs)))))
    targets = next(mesh for mesh in document.meshes if mesh.name == "head").primitives[0].targets
    assert all(("NORMAL" in target) == (turn > 0) for target in targets)
    for target, morph in zip(targets if turn else (), morphs, strict=bool(turn)):
        np.testing.assert_array_equal(target["NORMAL"].values, morph.normals)


def test_weights_sum_to_one_and_unused_influences_name_joint_zero(avatar: Avatar):
    body = avatar.meshes[0]
    uneven = replace(body, weights=body.weights * 0.9, joints=body.joints + np.array([0, 9, 9, 9], np.uint16))
    document = document_from_bytes(glb_bytes(replace(avatar, meshes=(uneven, avatar.meshes[1]))))
    attributes = document.meshes[0].primitives[0].attributes
    np.testing.assert_allclose(attributes["WEIGHTS_0"].sum(axis=1), 1, atol=1e-6)
    assert (attributes["JOINTS_0"][:, 1:] == 0).all()


def test_the_vrm_names_every_human_bone_once(avatar: Avatar, vrm: dict[str, Any]):
    bones = vrm["humanoid"]["humanBones"]
    assert set(bones) == set(HUMAN_BONES)
    names = [node.get("name") for node in _json(vrm1_bytes(avatar))["nodes"]]
    assert {bone: names[entry["node"]] for bone, entry in bones.items()} == {bone: bone for bone in HUMAN_BONES}


def test_the_vrm_has_all_presets_and_all_of_arkit_without_a_clash(vrm: dict[str, Any]):
    preset, custom = vrm["expressions"]["preset"], vrm["expressions"]["custom"]
    assert set(preset) == set(PRESET_EXPRESSIONS)
    assert set(custom) == set(ARKIT_NAMES)
    assert not set(preset) & set(custom)


def test_an_own_expression_never_takes_the_name_of_a_preset(avatar: Avatar):
    named = replace(avatar, expression_names=(*ARKIT_NAMES, "happy"))
    assert "happy" not in _json(vrm1_bytes(named))["extensions"]["VRMC_vrm"]["expressions"]["custom"]


def test_each_expression_moves_the_morph_targets_of_its_recipe(avatar: Avatar, vrm: dict[str, Any]):
    document = document_from_bytes(vrm1_bytes(avatar))
    recipes = {**PRESET_EXPRESSIONS, **{name: {name: 1.0} for name in ARKIT_NAMES}}
    for kind in ("preset", "custom"):
        for name, expression in vrm["expressions"][kind].items():
            bound = {}
            for bind in expression["morphTargetBinds"]:
                mesh = document.meshes[document.nodes[bind["node"]].mesh]
                bound[mesh.target_names[bind["index"]]] = bind["weight"]
            assert bound == recipes[name], name


def test_a_second_mesh_with_the_morphs_is_bound_too(avatar: Avatar):
    lashes = replace(avatar.meshes[1], name="lashes", morphs=avatar.meshes[1].morphs[:3])
    vrm = _json(vrm1_bytes(replace(avatar, meshes=(*avatar.meshes, lashes))))["extensions"]["VRMC_vrm"]
    binds = vrm["expressions"]["custom"][ARKIT_NAMES[0]]["morphTargetBinds"]
    assert len({bind["node"] for bind in binds}) == 2


def test_emotions_that_close_the_lids_soften_blinking_and_others_leave_it(vrm: dict[str, Any]):
    preset = vrm["expressions"]["preset"]
    assert preset["relaxed"]["overrideBlink"] == preset["happy"]["overrideBlink"] == "blend"
    assert preset["sad"]["overrideBlink"] == "none"
    assert preset["surprised"]["overrideMouth"] == "blend"
    assert preset["happy"]["overrideMouth"] == "none"
    assert preset["blink"]["overrideBlink"] == "none"


def test_permissions_are_the_strictest_and_the_thumbnail_is_a_png(avatar: Avatar, vrm: dict[str, Any]):
    meta = vrm["meta"]
    assert meta["avatarPermission"] == "onlyAuthor"
    assert not any(meta[key] for key in meta if key.startswith("allow"))
    assert meta["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    image = document_from_bytes(vrm1_bytes(avatar)).images[meta["thumbnailImage"]]
    assert image.mime_type == "image/png"
    assert "thumbnailImage" not in _json(vrm1_bytes(box_person()))["extensions"]["VRMC_vrm"]["meta"]


def test_a_plain_glb_has_no_vrm_and_a_vrm_no_clips(avatar: Avatar):
    assert "extensions" not in _json(glb_bytes(avatar))
    assert "animations" not in _json(vrm1_bytes(avatar))


def test_52_morphs_of_a_dense_head_stay_small():
    avatar = box_person()
    head = avatar.meshes[1]
    assert len(glb_bytes(avatar)) < 300 * len(head.positions) + 120_000


@pytest.mark.parametrize("name", ["avatar.fbx", "avatar", "avatar.glb.zip"])
def test_another_suffix_is_refused_and_the_two_are_named(avatar: Avatar, name: str, tmp_path: Path):
    with pytest.raises(UsageError, match=r"\.glb, \.vrm"):
        save_avatar(avatar, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_refused(avatar: Avatar, tmp_path: Path):
    with pytest.raises(UsageError, match="no folder"):
        save_avatar(avatar, tmp_path / "missing" / "avatar.VRM")


@pytest.mark.browser
def test_three_vrm_finds_the_body_and_an_expression_moves_it(avatar: Avatar, tmp_path: Path):
    import cv2

    save_avatar(avatar, tmp_path / "avatar.vrm")
    report = three_vrm_report(tmp_path / "avatar.vrm", expression="jawOpen", screenshots_dir=tmp_path, size=(200, 200))
    assert report.human_bones == tuple(sorted(HUMAN_BONES))
    assert set(report.expressions) == {*PRESET_EXPRESSIONS, *ARKIT_NAMES}
    assert report.meta["hasThumbnail"]
    assert not report.problems
    neutral, expressive = (cv2.imread(str(path)).astype(int) for path in (report.neutral, report.expressive))
    moved = np.abs(neutral - expressive).max(axis=2) > 30
    assert 0.01 < moved.mean() < 0.2
